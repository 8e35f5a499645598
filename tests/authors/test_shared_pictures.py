"""Pictures in a bucket that machines share, and what readers and admins are told while it is away."""

import base64
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from commentsvc.authors.pictures import forget_unused
from commentsvc.core.bucket import Bucket, Place
from commentsvc.core.clock import now
from commentsvc.core.storage import EXTENSION
from tests.cast import csrf_token
from tests.stage import free_port

AWAY = "Files cannot be read or kept just now. Nothing was stored; please try again."


def png(colour: str = "green") -> bytes:
    file = BytesIO()
    Image.new("RGB", (80, 80), colour).save(file, "PNG")
    return file.getvalue()


def bring(client, cast, author: str, colour: str = "green"):
    sent = {"picture": base64.b64encode(png(colour)).decode()}
    return client.put(f"/api/v1/admin/authors/{author}/picture", json=sent, headers=cast.ada.headers)


@pytest.fixture
def bucket(app, s3, monkeypatch) -> Bucket:
    """Where this service keeps its files."""
    files = s3.bucket("comments")
    monkeypatch.setitem(app.extensions, EXTENSION, files)
    return files


@pytest.fixture
def away(app, monkeypatch):
    """From now on nothing answers where the files are."""

    def leave() -> None:
        files = Bucket(Place.at(f"s3+http://K:S@127.0.0.1:{free_port()}/pictures"))
        monkeypatch.setitem(app.extensions, EXTENSION, files)

    return leave


def test_a_picture_goes_to_the_bucket_and_comes_from_there(client, cast, ines, bucket, s3):
    address = bring(client, cast, ines).json["author"]["avatar"]
    assert s3.lies(bucket) == [f"comments/{address.removeprefix('/avatars/')}"]
    sent = client.get(address)
    assert (sent.status_code, sent.mimetype) == (200, "image/webp")
    assert Image.open(BytesIO(sent.data)).size == (80, 80)


def test_what_another_machine_brought_is_here_too(app, client, cast, ines, bucket, monkeypatch):
    address = bring(client, cast, ines).json["author"]["avatar"]
    monkeypatch.setitem(app.extensions, EXTENSION, Bucket(bucket.place))
    assert client.get(address).status_code == 200


def test_a_thread_and_a_page_are_there_while_a_picture_is_not(client, newsroom, cast, ines, bucket, away):
    newsroom.story("herald", "harbour")
    newsroom.comment("harbour", name="Rosa Reader", email="rosa@example.org")
    picture = bring(client, cast, ines).json["author"]["avatar"]
    away()
    thread = client.get("/api/v1/thread?site=herald&story=harbour")
    assert (thread.status_code, len(thread.json["comments"])) == (200, 1)
    assert client.get("/thread/herald?story=harbour").status_code == 200
    assert client.get(thread.json["comments"][0]["author"]["avatar"]).status_code == 200, "drawings need no storage"
    profile = client.get("/authors/herald/ines-writer")
    assert (profile.status_code, picture in profile.text) == (200, True)


def test_a_picture_that_cannot_be_fetched_is_not_called_missing_and_kept_by_nobody(client, cast, ines, bucket, away):
    picture = bring(client, cast, ines).json["author"]["avatar"]
    away()
    answer = client.get(picture)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_that_cannot_be_kept_is_said_so_and_changes_nothing(client, ada, cast, ines, bucket, away):
    before = bring(client, cast, ines, "red").json["author"]["avatar"]
    away()
    answer = bring(client, cast, ines, "blue")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert (answer.json["code"], answer.json["detail"]) == ("unavailable", AWAY)
    assert answer.headers["Retry-After"] == "10"
    assert ada.show(ines).json["author"]["avatar"] == before


def test_so_it_is_on_the_authors_page(cast, newsroom, ada, ines, away):
    before = ada.show(ines).json["author"]["avatar"]
    away()
    browser = newsroom.signed_in(cast.ada)
    token = csrf_token(browser.get(f"/desk/authors/{ines}").text)
    form = {"csrf_token": token, "picture": (BytesIO(png()), "me.png")}
    page = browser.post(f"/admin/authors/{ines}/picture", data=form)
    assert (page.status_code, page.mimetype, AWAY in page.text) == (503, "text/html", True)
    assert ada.show(ines).json["author"]["avatar"] == before


def test_a_picture_can_be_taken_away_while_the_storage_is_away(client, cast, ines, bucket, away):
    bring(client, cast, ines)
    away()
    answer = client.delete(f"/api/v1/admin/authors/{ines}/picture", headers=cast.ada.headers)
    assert (answer.status_code, "/avatars/1-" in answer.json["author"]["avatar"]) == (200, True)


def test_what_is_nobodys_picture_leaves_the_bucket_and_what_is_no_picture_stays(app, client, cast, ines, bucket, s3):
    replaced, kept = (bring(client, cast, ines, colour).json["author"]["avatar"] for colour in ("red", "blue"))
    s3.lay(bucket, "comments/logo.png", b"somebody else's")
    s3.age(bucket, now() - timedelta(hours=2))
    with app.app_context():
        forget_unused()
    assert [client.get(each).status_code for each in (kept, replaced)] == [200, 404]
    assert s3.lies(bucket) == sorted([f"comments/{kept.removeprefix('/avatars/')}", "comments/logo.png"])
