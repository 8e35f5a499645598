"""The copy of everything: all of the person's own, nothing of anybody else's."""

import io
import json
from zipfile import ZipFile

import pytest

from commentsvc.core.clock import now
from commentsvc.core.web import house
from commentsvc.privacy import exporting
from commentsvc.privacy.models import Act, PrivacyAct
from tests.privacy.conftest import ADDRESS, NAME, SITE, WORDS, rows_of


@pytest.fixture
def copy(app, client, cast, wren) -> ZipFile:
    """What Ada downloads."""
    answer = client.post(f"/api/v1/admin/authors/{wren.author}/export", headers=cast.ada.headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    return ZipFile(io.BytesIO(answer.data))


def part(copy: ZipFile, name: str):
    return json.loads(copy.read(f"{name}.json"))


def test_it_is_a_whole_archive(copy):
    assert copy.testzip() is None
    assert {*copy.namelist()} == {
        "index.html",
        "profile.json",
        "comments.json",
        "comments.html",
        "sanctions.json",
        "notifications.json",
    }


def test_the_profile_is_in_it(copy):
    profile = part(copy, "profile")
    assert (profile["name"], profile["email"].lower(), profile["website"]) == (NAME, ADDRESS.lower(), SITE)


def test_every_comment_is_in_it_with_its_story_and_all_it_ever_said(copy):
    [comment] = part(copy, "comments")
    assert [each["text"] for each in comment["texts"]] == [WORDS, f"{WORDS}, and stay"]
    assert (comment["status"], comment["story"]["url"]) == ("approved", "https://www.herald.example/news/harbour")


def test_sanctions_and_choices_are_in_it(copy):
    [sanction], choices = part(copy, "sanctions"), part(copy, "notifications")
    assert (sanction["standing"], sanction["reason"]) == ("SUSPENDED", f"{NAME} shouts")
    assert (choices["mail"]["reply"], len(choices["stories_followed"])) == ("at_once", 1)


def test_the_pages_for_people_say_the_same(copy):
    assert (NAME in copy.read("index.html").decode(), WORDS in copy.read("comments.html").decode()) == (True, True)


@pytest.mark.parametrize("others", ["Rosa", "I saw none", "rosa@example.org", "Ada", "Tests", "canary once"])
def test_nothing_of_others_is_in_it(copy, others):
    assert [name for name in copy.namelist() if others in copy.read(name).decode()] == []


def test_hostile_words_stay_words(client, cast, wren, app, newsroom):
    answer = client.patch(
        f"/api/v1/admin/authors/{wren.author}", json={"bio": "<script>alert(1)</script>"}, headers=cast.ada.headers
    )
    assert answer.status_code == 200
    got = client.post(f"/api/v1/admin/authors/{wren.author}/export", headers=cast.ada.headers)
    assert b"<script" not in ZipFile(io.BytesIO(got.data)).read("index.html")


def test_somebody_without_comments_gets_an_archive_too(app, cast, client):
    made = client.post("/api/v1/admin/authors", json={"site": "herald", "name": "N"}, headers=cast.ada.headers)
    got = client.post(f"/api/v1/admin/authors/{made.json['author']['id']}/export", headers=cast.ada.headers)
    assert part(ZipFile(io.BytesIO(got.data)), "comments") == []


def test_it_comes_piece_by_piece(app, wren, newsroom, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    with app.app_context(), app.test_request_context():
        pieces = list(exporting.archive(wren.row(), keys=house().keys, now=now()))
    assert len(pieces) > 3
    assert ZipFile(io.BytesIO(b"".join(pieces))).testzip() is None


def test_that_it_was_taken_is_remembered(app, copy, wren):
    assert [(each.act, each.author_id) for each in rows_of(app, PrivacyAct)] == [(Act.EXPORTED, wren.author)]
