"""What the form's fields take, and how a wrong one is named."""

import pytest
from sqlalchemy import select

from commentsvc.comments.models import Revision
from commentsvc.core.database import db

LONG_LOCAL, LONG_DOMAIN = "r" * 64, ".".join(["d" * 61] * 2 + ["e" * 60])  # 64 + 1 + 184

WRONG = [
    ("text", None),
    ("text", ""),
    ("text", " \n\t "),
    ("text", "\u200b\u2060\ufeff\u00ad"),  # nothing that a font draws
    ("text", "x" * 10_001),
    ("text", "bo\x00ats"),
    ("text", "bo\x1bats"),
    ("text", "boats \ud800"),
    ("text", 12),
    ("text", True),
    ("text", ["boats"]),
    ("text", {"boats": 1}),
    ("name", None),
    ("name", " "),
    ("name", "\u200b"),
    ("name", "n" * 81),
    ("name", "Ro\x00sa"),
    ("name", "Ro\x7fsa"),
    ("name", "Rosa\udfff"),
    ("name", 12),
    ("name", ["Rosa"]),
    ("email", None),
    ("email", ""),
    ("email", "rosa"),
    ("email", "rosa@"),
    ("email", "@example.org"),
    ("email", "rosa@example"),
    ("email", "rosa@@example.org"),
    ("email", "rosa@example.org, other@example.org"),
    ("email", "Rosa <rosa@example.org>"),
    ("email", "rosa@exa mple.org"),
    ("email", "rosa@[127.0.0.1]"),
    ("email", "rosa\x00@example.org"),
    ("email", "rosa\ud800@example.org"),
    ("email", f"{LONG_LOCAL}@{LONG_DOMAIN}.{'f' * 5}"),  # 255 characters
    ("email", 12),
    ("email", ["rosa@example.org"]),
    ("website", "javascript:alert(1)"),
    ("website", "JaVaScRiPt:alert(1)"),
    ("website", "java\nscript:alert(1)"),
    ("website", "data:text/html,boats"),
    ("website", "ftp://rosa.example/"),
    ("website", "/boats"),
    ("website", "//rosa.example/"),
    ("website", "boats"),
    ("website", "https://rosa@rosa.example/"),
    ("website", "https://rosa.example/\x00"),
    ("website", "https://rosa.example/" + "w" * 2000),
    ("website", 12),
    ("site", 12),
    ("site", "herald\ud800"),
    ("story", 12),
    ("story", "s" * 201),
    ("story", "har\x00bour"),
    ("url", ["https://www.herald.example/"]),
    ("url", "https://www.herald.example/\ud800"),
    ("title", "t" * 301),
    ("title", 12),
    ("parent", 12),
    ("elapsed", "soon"),
    ("elapsed", -1),
    ("elapsed", True),
    ("elapsed", 10**4000),
]


@pytest.mark.parametrize(("field", "value"), WRONG, ids=[f"{name}-{value!r:.24}" for name, value in WRONG])
def test_a_wrong_field_is_named_and_nothing_is_stored(post, rows, field, value):
    before = rows()
    answer = post(**{field: value})
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert list(answer.json["fields"]) == [field]
    assert rows() == before


def test_every_wrong_field_is_named_at_once(post):
    answer = post(text="", name="n" * 81, email="rosa", website="ftp://rosa.example/")
    assert set(answer.json["fields"]) == {"text", "name", "email", "website"}


def test_every_field_that_is_no_text_is_named_at_once(post):
    assert set(post(text=1, name=[], email={}).json["fields"]) == {"text", "name", "email"}


def test_a_null_is_a_field_left_out(client, herald):
    sent = {"site": "herald", "story": "harbour", "text": "Boats.", "name": None, "email": None, "website": None}
    assert set(client.post("/api/v1/comments", json=sent).json["fields"]) == {"name", "email"}


def test_a_comment_needs_a_site(post):
    assert list(post(site=None).json["fields"]) == ["site"]


def test_a_comment_needs_a_story(post, rows):
    before = rows()
    assert list(post(story=None, url=None).json["fields"]) == ["story"]
    assert rows() == before


def test_an_error_is_a_problem_of_one_shape(post):
    answer = post(text=None)
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "fields"} == set(answer.json)


FITTING = [
    ("name", "n" * 80),
    ("name", "\N{SAILBOAT}" * 80),
    ("name", "नमस्ते"),
    ("name", "O’Brien-Çelik"),
    ("text", "x" * 10_000),
    ("text", "\N{SAILBOAT}" * 10_000),
    ("text", "tab\tand\nline"),
    ("email", f"{LONG_LOCAL}@{LONG_DOMAIN}.{'f' * 4}"),  # 254 characters
    ("email", "rosa+boats@example.org"),
    ("email", "rösa@example.org"),
    ("email", "rosa@bücher.example"),
    ("email", "用户@例子.广告"),
    ("website", "http://rosa.example/"),
    ("website", "HTTPS://ROSA.EXAMPLE/"),
    ("website", "https://bücher.example/?q=1"),
    ("website", ""),
    ("url", "HTTPS://WWW.Herald.example:443/news/harbour#comments"),
    ("elapsed", 30),
    ("elapsed", None),
    ("parent", ""),
]


@pytest.mark.parametrize(("field", "value"), FITTING, ids=[f"{name}-{value!r:.24}" for name, value in FITTING])
def test_a_fitting_field_is_taken(post, field, value):
    answer = post(**{field: value})
    assert answer.status_code == 201, answer.json


def test_an_emoji_of_one_code_point_counts_as_one(post):
    assert "81" in post(name="\N{SAILBOAT}" * 81).json["fields"]["name"][0]


@pytest.mark.parametrize(("typed", "shown"), [
    ("Cafe\u0301", "Café"),  # NFC
    ("Ro\u202esa", "Rosa"),  # no overriding of the direction
    ("\u2066Rosa\u2069", "Rosa"),
    ("Rosa\nReader", "Rosa Reader"),
    ("  Rosa ", "Rosa"),
    ("<b>Rosa</b>", "<b>Rosa</b>"),  # a name is text and never markup
])  # fmt: skip
def test_a_name_is_shown_in_its_one_normal_form(post, typed, shown):
    assert post(name=typed).json["comment"]["author"]["name"] == shown


@pytest.mark.parametrize(("typed", "kept"), [
    ("Cafe\u0301", "Café"),
    ("bo\u202eats", "boats"),
    ("a\r\nb\rc", "a\nb\nc"),
    ("  boats \n", "boats"),
    ("नमस्ते\u200d!", "नमस्ते\u200d!"),  # a joiner between visible letters has its meaning
])  # fmt: skip
def test_a_text_is_kept_in_its_one_normal_form(post, app, typed, kept):
    number = int(post(text=typed).json["comment"]["id"])
    with app.app_context():
        assert db.session.scalar(select(Revision.text).where(Revision.comment_id == number)) == kept


@pytest.mark.parametrize(("length", "status"), [(100, 201), (101, 422)])
def test_a_site_may_ask_for_shorter_comments(post, newsroom, length, status):
    newsroom.set("herald", text_max_length=100)
    assert post(text="x" * length).status_code == status
