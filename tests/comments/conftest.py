"""A newspaper and its readers, without the staff: hashing their passwords would take most of a reader's test."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text, update
from werkzeug.test import TestResponse

from commentsvc.comments.models import Comment, Decision, Revision, StoredVerdict
from commentsvc.core.database import PREFIX, db
from commentsvc.stories.models import Story
from tests.cast import Newsroom, rosas_comment
from tests.scenes import scene, unguarded

HERALD = "https://www.herald.example"


@pytest.fixture
def herald(newsroom: Newsroom) -> str:
    """The site everybody writes on; the Gazette stands beside it and has a story and a comment of its own."""
    return scene(newsroom, _two_papers)


def _two_papers(newsroom: Newsroom) -> str:
    newsroom.site("gazette")
    newsroom.comment(newsroom.story("gazette", id="ferry"), "The ferry was late again.", site="gazette")
    return newsroom.site("herald")


@pytest.fixture
def post(client: FlaskClient, herald: str) -> Callable[..., TestResponse]:
    """Send Rosa's comment, with changes; `network` is the address it comes from, `receipt` what she shows."""

    def send(*, network: str = "192.0.2.10", receipt: str | None = None, key: str | None = None, **changes):
        headers = {"Authorization": f"Bearer {receipt}" if receipt else None, "Idempotency-Key": key}
        return client.post(
            "/api/v1/comments",
            data=json.dumps(rosas_comment(**changes)),  # Flask's own client cannot send a lone surrogate
            content_type="application/json",
            headers={name: value for name, value in headers.items() if value},
            environ_base={"REMOTE_ADDR": network},
        )

    return send


@pytest.fixture
def thread(client: FlaskClient) -> Callable[..., dict]:
    """The thread of a story, as JSON."""

    def read(story: str = "harbour", **query) -> dict:
        asked = {"site": "herald", "story": story, **query}
        answer = client.get("/api/v1/thread", query_string=asked)
        assert answer.status_code == 200, answer.json
        return answer.json

    return read


@pytest.fixture
def rows(app) -> Callable[[], dict[str, int]]:
    """How many rows every table has, in one question: asked one by one it took half of such a test."""
    tables = [table for name, table in db.metadata.tables.items() if name.startswith(PREFIX)]
    counts = select(*(select(func.count()).select_from(each).scalar_subquery().label(each.name) for each in tables))

    def count() -> dict[str, int]:
        with app.app_context():
            return dict(db.session.execute(counts).mappings().one())

    return count


@pytest.fixture
def change(app) -> Callable[..., None]:
    """Change stored columns of a comment behind the service's back: what only time could do."""

    def write(comment_id: int | str, **values) -> None:
        with app.app_context():
            table = Comment.__table__
            db.session.execute(update(table).where(table.c.id == int(comment_id)).values(**values))
            db.session.commit()

    return write


def _forget(comment_id: int) -> None:
    """A comment as if it had never been written; the log of decisions lets go of it for once."""
    with unguarded() as connection:
        for model in (Decision, StoredVerdict, Revision):
            connection.execute(model.__table__.delete().where(model.comment_id == comment_id))
        connection.execute(Comment.__table__.delete().where(Comment.id == comment_id))


@pytest.fixture
def bulk(app, newsroom) -> Callable[..., list[int]]:
    """Write many comments under a story straight into the database; returns their ids in the order given.

    Each is a dict of columns; `parent` is the place of its parent in the list, which comes before it. The counts
    are those a plain recount gives.
    """

    def write(story: str, comments: list[dict]) -> list[int]:
        sample = newsroom.comment(story)  # by one author, with every column a comment has
        table = Comment.__table__
        with app.app_context():
            pattern = dict(db.session.execute(select(table).where(table.c.id == sample)).mappings().one())
            db.session.rollback()
            _forget(sample)
            ids: list[int] = []
            for number, each in enumerate(comments, start=sample + 1):
                above = each.pop("parent", None)
                parent_id = None if above is None else ids[above]
                depth = 0 if above is None else comments[above]["depth"] + 1
                each.update(pattern | {"parent_id": parent_id, "visible_replies": 0, "depth": depth} | each)
                each.update(id=number, receipt_salt=f"salt {number}", fingerprint=f"{number:064}")
                ids.append(number)
            _recount(comments)
            db.session.execute(insert(table), comments)
            if db.engine.dialect.name == "postgresql":
                db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {ids[-1]})"))
            visible = sum(map(_is_visible, comments))
            where = update(Story).where(Story.id == pattern["story_id"])
            db.session.execute(where.values(comment_count=visible))
            db.session.commit()
        return ids

    return write


def _is_visible(comment: dict) -> bool:
    return comment["status"] == "APPROVED" and comment["retracted_at"] is None


def _recount(comments: list[dict]) -> None:
    by_id = {each["id"]: each for each in comments}
    for each in filter(_is_visible, comments):
        above = by_id.get(each["parent_id"])
        while above:
            above["visible_replies"] += 1
            above = by_id.get(above["parent_id"])
