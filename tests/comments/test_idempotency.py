"""A retry with the same Idempotency-Key is the same comment; equal posts at the same moment are one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.stories.models import Story
from tests.cast import rosas_comment

HERALD = "https://www.herald.example"


def comments_of_the_herald(app) -> int:
    with app.app_context():
        rows = select(func.count()).select_from(Comment).join(Story, Story.id == Comment.story_id)
        return db.session.scalar(rows.where(Story.url.startswith(HERALD)))


def at_once(app, count: int, **changes) -> list[tuple[int, str]]:
    """Send Rosa's comment `count` times in the same moment; the answers as (status, comment id or code)."""
    key = changes.pop("key", None)

    def send(number: int) -> tuple[int, str]:
        body = rosas_comment(
            **{name: value.format(number) for name, value in changes.items() if value},
            **{name: None for name, value in changes.items() if value is None},
        )
        headers = {"Idempotency-Key": key} if key else {}
        answer = app.test_client().post("/api/v1/comments", json=body, headers=headers)
        return answer.status_code, answer.json["comment"]["id"] if answer.status_code == 201 else answer.json["code"]

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(send, range(count)))


def test_a_retry_gets_the_same_answer_with_the_same_receipt(post):
    assert post(key="k1").json == post(key="k1").json


def test_a_retry_is_created_like_the_first(post):
    post(key="k1")
    assert post(key="k1").status_code == 201


def test_a_retry_stores_nothing(post, rows):
    post(key="k1")
    before = rows()
    post(key="k1")
    assert rows() == before


def test_a_retry_passes_where_a_repetition_would_not(post, newsroom):
    newsroom.set("herald", flood_seconds=15)
    post(key="k1")
    assert post(key="k1").status_code == 201


@pytest.mark.parametrize("other", [
    {"text": "Something else."},
    {"name": "Rosa R."},
    {"email": "other@example.org"},
    {"website": "https://rosa.example/"},
    {"story": "ferry", "url": f"{HERALD}/news/ferry"},
])  # fmt: skip
def test_another_body_under_a_used_key_is_a_conflict(post, rows, other):
    post(key="k1")
    before = rows()
    answer = post(key="k1", **other)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_conflict")
    assert rows() == before


def test_a_key_belongs_to_its_site(post, newsroom):
    first = post(key="k1").json["comment"]
    elsewhere = post(key="k1", site="gazette", url="https://www.gazette.example/news/harbour").json["comment"]
    assert elsewhere["id"] != first["id"]


def test_another_key_is_another_comment(post):
    assert post(key="k1").json["comment"]["id"] != post(key="k2", text="More.").json["comment"]["id"]


def test_a_key_is_kept_for_a_day(post, change):
    first = post(key="k1").json["comment"]
    change(first["id"], created_at=now() - timedelta(hours=25))
    assert post(key="k1", text="Something new.").status_code == 201


@pytest.mark.parametrize("key", [" ", "two words", "k" * 201, "Schlüssel"])
def test_a_key_that_cannot_be_kept_is_named(post, rows, key):
    before = rows()
    answer = post(key=key)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["Idempotency-Key"])
    assert rows() == before


def test_twenty_equal_posts_with_one_key_are_one_comment(app, herald):
    answers = at_once(app, 20, key="k1")
    assert ({status for status, _ in answers}, len({id for _, id in answers})) == ({201}, 1)
    assert comments_of_the_herald(app) == 1


def test_twenty_equal_posts_without_a_key_are_one_comment(app, herald):
    answers = at_once(app, 20)
    assert sorted(status for status, _ in answers) == [201] + [409] * 19
    assert comments_of_the_herald(app) == 1


@pytest.mark.parametrize("story", ["harbour", None])
def test_twenty_readers_who_make_a_story_together_make_one(app, herald, story):
    answers = at_once(app, 20, email="reader{}@example.org", story=story)
    assert {status for status, _ in answers} == {201}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Story).where(Story.url.startswith(HERALD))) == 1


def test_one_key_used_by_twenty_readers_at_once_is_one_comment(app, herald):
    answers = at_once(app, 20, key="k1", email="reader{}@example.org")
    assert sorted(status for status, _ in answers) == [201] + [409] * 19
    assert comments_of_the_herald(app) == 1
