"""Wren, a reader of the Herald of whom something is kept in every place there is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from commentsvc.authors import acts
from commentsvc.authors.models import Author, AuthorNote, Standing
from commentsvc.authors.service import change_slug
from commentsvc.authors.standings import give_standing
from commentsvc.core import clock
from commentsvc.core.database import PREFIX, WORDS_TABLE, db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation.models import CommentNote
from commentsvc.notifications import tokens
from commentsvc.outbox import work
from commentsvc.privacy import erasing
from commentsvc.privacy.models import Erasure
from tests.cast import SOMEONE, Newsroom, rosas_comment

NAME, SITE, WORDS = "Wren Canarybird", "https://canary-nest.example/", "The quokkas of Zwolle were here first"
ADDRESS, NETWORK = "Canary.Wren@Wren-Nest.test", "203.0.113.77"


@dataclass
class Wren:
    """Their author's number, their comments, and what a test does about them."""

    app: Flask
    author: int
    comment: int
    receipt: str
    answer: int
    network_hash: str

    def row(self) -> Author:
        return db.session.get_one(Author, self.author)

    def link(self) -> str:
        with self.app.app_context():
            return f"/mail/mine/{tokens.make('mine', self.row(), house().keys)}"

    def ask(self) -> int:
        with self.app.app_context(), unit_of_work():
            return erasing.ask(self.row(), actor=SOMEONE, now=clock.now()).id

    def a_day_later(self) -> None:
        """The worker comes by when its time has come."""
        with self.app.app_context():
            with unit_of_work():
                db.session.execute(update(Erasure).values(due_at=clock.now() - timedelta(seconds=1)))
            erasing.erase_due()
            db.session.remove()

    def erased(self) -> None:
        self.ask()
        self.a_day_later()

    def dump(self) -> Iterator[tuple[str, str]]:
        """(table, row as text) of everything stored."""
        with self.app.app_context():
            names = [table.name for table in db.metadata.sorted_tables if table.name.startswith(PREFIX)]
            for name in (*names, WORDS_TABLE):
                for row in db.session.execute(text(f'SELECT * FROM "{name}"')).mappings():
                    yield name, " ".join(map(str, (json.dumps(dict(row), default=str, ensure_ascii=False),)))

    def places(self, *marks: str) -> set[str]:
        """The tables in which something stands."""
        return {name for name, row in self.dump() for mark in marks if mark.lower() in row.lower()}


@pytest.fixture
def wren(app, client, cast, newsroom: Newsroom) -> Wren:
    newsroom.set("herald", hold_first_comments=0, quick_form_seconds=0, duplicate_check=False)
    newsroom.words("herald", "mark", "quokkas")
    sent = rosas_comment(name=NAME, email=ADDRESS, website=SITE, text=WORDS, notify="all")
    asks = {"environ_base": {"REMOTE_ADDR": NETWORK}}
    first = client.post("/api/v1/comments", json=sent, headers={"Idempotency-Key": "canary-once"}, **asks)
    assert first.status_code == 201, first.json
    comment, receipt = int(first.json["comment"]["id"]), first.json["receipt"]["token"]
    bearer = {"Authorization": f"Bearer {receipt}"}
    client.patch(f"/api/v1/comments/{comment}", json={"text": f"{WORDS}, and stay"}, headers=bearer, **asks)
    newsroom.decide(comment, "approve")
    answered = {**rosas_comment(text="I saw none."), "parent": str(comment)}
    answer = int(client.post("/api/v1/comments", json=answered).json["comment"]["id"])
    newsroom.decide(answer, "approve")
    with app.app_context():
        row = newsroom.row(comment)
        author, network = row.author_id, row.network_hash
        with unit_of_work():
            db.session.add(CommentNote(comment_id=comment, text=f"{NAME} again", created_at=clock.now()))
            found = db.session.get_one(Author, author)
            found.confirmed_at, found.bio, found.bio_html = clock.now(), NAME, NAME
            found.links, found.avatar = [{"label": NAME, "url": SITE}], "/static/canary-picture.png"
            found.signed_on_as, found.badges = "canary-number-7", ["canary club"]
            with acts.changes_noted(found, actor=SOMEONE, now=clock.now()):
                change_slug(found, "wren-of-the-nest", now=clock.now())
            db.session.add(AuthorNote(author_id=author, text=f"{NAME} called", created_at=clock.now()))
            reason = {"reason": f"{NAME} shouts", "until": clock.now() + timedelta(days=3)}
            give_standing(found, Standing.SUSPENDED, actor=SOMEONE, now=clock.now(), **reason)
        work.release()
    return Wren(app, author, comment, receipt, answer, network)


def rows_of(app: Flask, model: type) -> list:
    with app.app_context():
        return list(db.session.scalars(select(model).order_by(model.id)))
