"""What it costs to write does not grow with what is there already: counted in steps of SQLite's own machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert, select

from commentsvc.authors.models import Author
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from tests.cast import Cast, Newsroom, rosas_comment
from tests.conftest import empty

STEPS = 10  # of the machine between two calls of the handler
MORE = 3_000


class Stage:
    """The Herald with a story, and what somebody may do there."""

    def __init__(self, app) -> None:
        self.app, self.newsroom, self.cast = app, Newsroom(app), Cast(Newsroom(app))
        self.newsroom.set("herald", flood_seconds=0)
        self.story, self.number = self.newsroom.story(id="harbour"), 0

    def post(self, **changes):
        self.number += 1
        sent = rosas_comment(text=f"There were more boats than {self.number}.", **changes)
        return self.app.test_client().post("/api/v1/comments", json=sent)

    def post_as_somebody_new(self):
        return self.post(email=f"reader{self.number}@example.org")

    def post_again(self):
        return self.post()

    def reply(self):
        return self.post(email=f"reader{self.number}@example.org", parent=str(self.comment))

    def like(self):
        return self.app.test_client().put(f"/api/v1/comments/{self.comment}/like")

    def report(self):
        return self.app.test_client().post(f"/api/v1/comments/{self.comment}/flags", json={"reason": "abuse"})

    def decide(self):
        seen = {"id": str(self.comment), "version": self.newsroom.version(self.comment)}
        sent = {"comments": [seen], "action": "reject", "reason": "abuse"}
        return self.app.test_client().post("/api/v1/moderation/decisions", json=sent, headers=self.cast.hanna.headers)

    def cost(self, act: str) -> int:
        """Of doing it beside a comment nobody did anything to yet."""
        self.number += 1
        self.comment = self.newsroom.comment(
            self.story, f"The tide is {self.number} out.", email=f"ida{self.number}@example.org"
        )
        with counted(self.app) as tens:
            answer = getattr(self, act)()
        assert answer.status_code in (200, 201, 202), answer.text
        return len(tens)


@pytest.fixture
def stage(sqlite_app):
    yield Stage(sqlite_app)
    empty(sqlite_app)


@contextmanager
def counted(app) -> Iterator[list[int]]:
    """How many tens of steps the statements inside take."""
    with app.app_context():
        engine, tens = db.engine, []

    def watch(connection, _record, _proxy) -> None:
        connection.set_progress_handler(lambda: tens.append(1) and None, STEPS)

    def leave(connection, _record) -> None:
        connection.set_progress_handler(None, STEPS)

    event.listen(engine, "checkout", watch)
    event.listen(engine, "checkin", leave)
    try:
        yield tens
    finally:
        event.remove(engine, "checkout", watch)
        event.remove(engine, "checkin", leave)


def multiply(app, model, **unique) -> None:
    """Thousands of rows like the last one."""
    with app.app_context():
        row = dict(db.session.execute(select(model.__table__).order_by(model.id.desc()).limit(1)).mappings().one())
        row = {name: value for name, value in row.items() if model.__table__.c[name].computed is None}
        rows = (row | {"id": row["id"] + n} | {name: make(n) for name, make in unique.items()} for n in range(1, MORE))
        db.session.execute(insert(model.__table__), list(rows))
        db.session.commit()


@pytest.mark.parametrize(
    ("model", "unique"),
    [
        (Author, {"slug": "rosa-{}".format, "email_hash": "{:064}".format, "account_id": lambda _: None}),
        (Comment, {"receipt_salt": str, "fingerprint": "{:064}".format}),
    ],
)
@pytest.mark.parametrize("act", ["post_as_somebody_new", "post_again", "reply", "like", "report", "decide"])
def test_beside_thousands_it_costs_the_same(stage, act, model, unique):
    stage.cost(act)
    before = stage.cost(act)
    multiply(stage.app, model, **unique)
    assert stage.cost(act) < 1.5 * before
