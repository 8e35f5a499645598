"""Every author has a picture: drawn, named or brought."""

import base64
import os
import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from sqlalchemy import select

from commentsvc.authors.drawing import SEED_LENGTH, draw, new_seed
from commentsvc.authors.models import Author, AuthorAct
from commentsvc.authors.pictures import forget_unused
from commentsvc.core.clock import now
from commentsvc.core.database import db
from tests.cast import csrf_token

IMMUTABLE = "public, max-age=31536000, immutable"


def png(colour=(10, 120, 80)) -> bytes:
    file = BytesIO()
    Image.new("RGB", (80, 80), colour).save(file, "PNG")
    return file.getvalue()


def bring(client, person, author: str, data: bytes):
    sent = {"picture": base64.b64encode(data).decode()}
    return client.put(f"/api/v1/admin/authors/{author}/picture", json=sent, headers=person.headers)


# Drawn


def test_the_same_seed_is_the_same_drawing_for_ever():
    assert draw("5f0c3b9a7e21") == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="96" height="96">'
        '<path fill="#cfd6ad" d="M0 0h64v64H0z"/><circle cx="32" cy="14" r="6" fill="#ffe9d5"/>'
        '<path fill="#a69956" d="M0 39.5C20 43.5 44 24.2 64 28.2V64H0z"/>'
        '<path fill="#7f5d08" d="M0 44C20 52 44 44 64 52V64H0z"/></svg>'
    )


def test_drawings_of_other_seeds_are_others():
    seeds = [new_seed() for _ in range(200)]
    assert len({draw(seed) for seed in seeds}) == 200


@pytest.mark.parametrize("seed", ["0" * SEED_LENGTH, "f" * SEED_LENGTH, ("1c8e" * SEED_LENGTH)[:SEED_LENGTH]])
def test_a_drawing_is_shapes_and_colours_and_nothing_else(seed):
    root = ET.fromstring(draw(seed))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "path", "circle"}
    assert all(re.fullmatch(r"#[0-9a-f]{6}", element.get("fill")) for element in root)


def test_two_people_of_one_name_and_address_have_drawings_of_their_own(client, newsroom, cast):
    newsroom.story("herald", "harbour")
    for _ in range(2):
        newsroom.comment("harbour", name="Rosa Reader", email="rosa@example.org")
    comments = client.get("/api/v1/thread?site=herald&story=harbour").json["comments"]
    one, other = (each["author"]["avatar"] for each in comments)
    assert one != other
    assert [client.get(each).status_code for each in (one, other)] == [200, 200]


def test_a_picture_is_always_there_in_the_thread_the_profile_and_the_box(client, ada, ines, newsroom, rosa):
    (comment,) = client.get("/api/v1/thread?site=herald&story=harbour").json["comments"]
    slug = comment["author"]["slug"]
    profile = client.get(f"/api/v1/authors/{slug}?site=herald").json["author"]
    assert profile["avatar"] == comment["author"]["avatar"]
    assert f'src="{profile["avatar"]}"' in client.get(f"/authors/herald/{slug}").text
    assert f'src="{profile["avatar"]}"' in client.get("/thread/herald?story=harbour").text


def test_a_drawing_is_sent_so_that_nothing_in_it_could_run_and_nobody_asks_twice(client, app):
    with app.app_context():
        answer = client.get("/avatars/1-5f0c3b9a7e21.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == IMMUTABLE
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_a_drawing_asks_no_database(client, statements):
    with statements() as counted:
        assert client.get("/avatars/1-5f0c3b9a7e21.svg").status_code == 200
    assert counted == []


@pytest.mark.parametrize(
    "name",
    ["1-5f0c3b9a7e2.svg", "1-5F0C3B9A7E21.svg", "2-5f0c3b9a7e21.svg", "1-5f0c3b9a7e21.png", "x.webp", "a" * 32 + ".webp",
     "..%2fsecret_key", "%2e%2e/secret_key", "..%5csecret_key", "a.webp%00.svg", "1-5f0c3b9a7e21.svg%0a", "."],
)  # fmt: skip
def test_no_other_name_leads_anywhere(client, name):
    assert client.get(f"/avatars/{name}").status_code == 404


# Brought


def test_an_admins_picture_is_what_everybody_sees(client, cast, ada, ines):
    answer = bring(client, cast.ada, ines, png())
    address = answer.json["author"]["avatar"]
    assert re.fullmatch(r"/avatars/[0-9a-f]{32}\.webp", address)
    assert client.get("/api/v1/authors/ines-writer?site=herald").json["author"]["avatar"] == address
    sent = client.get(address)
    assert (sent.status_code, sent.mimetype) == (200, "image/webp")
    assert Image.open(BytesIO(sent.data)).size == (80, 80)
    assert (sent.headers["Cache-Control"], sent.headers["X-Content-Type-Options"]) == (IMMUTABLE, "nosniff")
    assert sent.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_same_picture_has_the_same_name(client, cast, ines, rosa):
    one, other = (bring(client, cast.ada, author, png()).json["author"]["avatar"] for author in (ines, rosa))
    assert one == other


def test_without_its_picture_an_author_is_drawn_again(client, cast, ada, ines):
    drawn = ada.show(ines).json["author"]["avatar"]
    bring(client, cast.ada, ines, png())
    answer = client.delete(f"/api/v1/admin/authors/{ines}/picture", headers=cast.ada.headers)
    assert answer.json["author"]["avatar"] == drawn


@pytest.mark.parametrize("sent", ["", "no base64!", "====", base64.b64encode(b"<svg/>").decode()])
def test_what_is_no_picture_changes_nothing(client, cast, ada, ines, sent):
    before = ada.show(ines).json["author"]["avatar"]
    address = f"/api/v1/admin/authors/{ines}/picture"
    answer = client.put(address, json={"picture": sent}, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["picture"])
    assert ada.show(ines).json["author"]["avatar"] == before


def test_only_an_admin_brings_a_picture(client, cast, rosa):
    assert bring(client, cast.hanna, rosa, png()).status_code == 403
    assert bring(client, cast.gus, rosa, png()).status_code == 404


def test_a_picture_may_be_larger_than_other_requests_but_not_larger_than_its_limit(client, cast, ines):
    file = BytesIO()
    Image.effect_noise((600, 600), 90).save(file, "PNG")
    assert len(file.getvalue()) > 200_000
    assert bring(client, cast.ada, ines, file.getvalue()).status_code == 200
    assert bring(client, cast.ada, ines, b"\0" * 6_000_000).status_code == 413


def test_what_was_read_may_be_sent_back(ada, ines):
    author = ada.show(ines).json["author"]
    answer = ada.edit(ines, name=author["name"], avatar=author["avatar"])
    assert (answer.status_code, answer.json["author"]["avatar"]) == (200, author["avatar"])


# On the author's page


def upload(browser, author: str, data: bytes, name: str):
    token = csrf_token(browser.get(f"/desk/authors/{author}").text)
    form = {"csrf_token": token, "picture": (BytesIO(data), name)}
    return browser.post(f"/admin/authors/{author}/picture", data=form, follow_redirects=True)


@pytest.mark.parametrize("name", ["me.png", "../../../secret_key", "C:\\x.exe", "a\0b.svg", "x.php", "‮gnp.exe"])
def test_whatever_the_file_is_called_its_name_is_its_content(app, cast, newsroom, ines, name):
    page = upload(newsroom.signed_in(cast.ada), ines, png(), name)
    assert "The picture is saved." in page.text
    with app.app_context():
        avatar = db.session.scalar(select(Author.avatar).where(Author.id == int(ines)))
        folder = app.config["COMMENTSVC"].data_dir / "pictures"
    assert re.fullmatch(r"/avatars/[0-9a-f]{32}\.webp", avatar)
    assert avatar.removeprefix("/avatars/") in os.listdir(folder)


def test_a_wrong_file_is_said_so_on_the_page(cast, newsroom, ines):
    page = upload(newsroom.signed_in(cast.ada), ines, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "me.png")
    assert "This is not a picture that can be read." in page.text


def test_bringing_and_taking_away_a_picture_is_in_the_log_whichever_door_it_came_by(app, client, cast, newsroom, ines):
    kept = bring(client, cast.ada, ines, png()).json["author"]["avatar"]
    client.delete(f"/api/v1/admin/authors/{ines}/picture", headers=cast.ada.headers)
    browser = newsroom.signed_in(cast.ada)
    token = csrf_token(upload(browser, ines, png(), "me.png").text)
    browser.post(f"/admin/authors/{ines}/picture/delete", data={"csrf_token": token})
    upload(browser, ines, b"no picture", "me.png")
    with app.app_context():
        rows = db.session.scalars(select(AuthorAct).order_by(AuthorAct.id))
        done = [(act.field, act.before, act.after, act.account.name) for act in rows]
    there, gone = ("avatar", "", kept, "Ada"), ("avatar", kept, "", "Ada")
    assert done == [there, gone, there, gone]


def test_the_button_takes_the_picture_away(cast, newsroom, ines):
    browser = newsroom.signed_in(cast.ada)
    page = upload(browser, ines, png(), "me.png").text
    assert "Remove the picture" in page
    gone = browser.post(
        f"/admin/authors/{ines}/picture/delete", data={"csrf_token": csrf_token(page)}, follow_redirects=True
    )
    assert "Remove the picture" not in gone.text
    assert "/avatars/1-" in gone.text


# Forgotten


def test_files_that_are_nobodys_picture_are_forgotten_in_time(app, client, cast, ines, rosa):
    replaced, kept = (bring(client, cast.ada, ines, png(colour)).json["author"]["avatar"] for colour in ("red", "blue"))
    shared = bring(client, cast.ada, rosa, png("green")).json["author"]["avatar"]
    folder = app.config["COMMENTSVC"].data_dir / "pictures"
    with app.app_context():
        forget_unused()
        assert client.get(replaced).status_code == 200, "what was written a moment ago may not be committed yet"
        long_ago = (now() - timedelta(hours=2)).timestamp()
        for name in os.listdir(folder):
            os.utime(folder / name, (long_ago, long_ago))
        forget_unused()
    assert [client.get(each).status_code for each in (kept, replaced, shared)] == [200, 404, 200]
