"""No route asks the database once for every row: with ten times as much of everything it says no more statements.

Every route that is read is asked for, with what `crawl.py` puts into its address; a new one that nobody could open here
fails until it can be. New tables grow by themselves (`multiplied.py`).
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from commentsvc.accounts.models import RecoveryCode
from commentsvc.authors.models import AuthorSlug
from commentsvc.comments.models import Comment, Like, Move, Shielded
from commentsvc.core import published
from commentsvc.core.clock import now
from commentsvc.core.database import PREFIX, db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.models import TransferredByline
from commentsvc.stories.models import Story, StoryPick
from tests.contract.crawl import ASIDE, Crawler
from tests.contract.multiplied import Row, multiply, originals, tables
from tests.contract.world import Person, World, world
from tests.stage import counting

FEW, MANY = 10, 100
NOISE = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")
# Tables that no page lists: what is in them is looked up one at a time, or one row for each of a few things of ours.
NEVER_LISTED = {
    f"{PREFIX}{name}"
    for name in (
        "spent_challenge", "used_sign_on", "sign_on_key", "unwanted", "notice", "outside_check", "queue_alarm",
        "staff_rule", "rule_setting",
    )
}  # fmt: skip


@dataclass
class Asked:
    """What opening one route took."""

    status: int
    statements: list[str] = field(default_factory=list)


def is_noise(statement: str) -> bool:
    return statement.startswith(NOISE) or "commentsvc_change" in statement  # the look at the changes


def read_all(made: World) -> dict[str, Asked]:
    """Every route that is read, as whoever may: each twice, and the second time counts."""
    people = {person.name: person for person in made.people()}
    crawler, found = Crawler(made), {}
    for rule in crawler.rules:
        if "GET" in rule.methods:
            for name in ("ada", "reader", "hanna"):
                asked = opened(made, crawler, people[name], rule)
                if rule.endpoint not in found or asked.status < found[rule.endpoint].status:
                    found[rule.endpoint] = asked
                if asked.status == 200:
                    break
    return found


def opened(made: World, crawler: Crawler, person: Person, rule: Rule) -> Asked:
    """The third visit, which is counted; a call that takes no limit refuses one, at the first."""
    takes_limit = visited(made, crawler, person, rule, f"limit={MANY}").status == 200
    more = f"limit={MANY}" if takes_limit else ""
    visited(made, crawler, person, rule, more)
    made.app.extensions[published.EXTENSION].changes.forget()  # what is kept ready says no statement at all
    return visited(made, crawler, person, rule, more)


def visited(made: World, crawler: Crawler, person: Person, rule: Rule, more: str) -> Asked:
    visitor = made.once_more(person) if rule.endpoint in ASIDE else person
    path = crawler.path(rule)  # anew each time: some addresses work once
    path += f"{'&' if '?' in path else '?'}{more}" if more else ""
    with counting(made.app, is_noise) as said:
        answer = crawler._open(visitor, "GET", rule.endpoint, path)
    return Asked(answer.status_code, list(said))


@dataclass
class Measured:
    made: World
    few: dict[str, Asked]
    many: dict[str, Asked]
    rows: dict[str, int]


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Iterator[Measured]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with world(tmp_path_factory.mktemp("statements")) as made:
        write_what_can_be_written(made)
        with made.app.app_context(), db.engine.connect() as connection:
            rows = originals(connection)
        grow(made, rows, range(1, FEW + 1))
        few = read_all(made)
        grow(made, rows, range(FEW + 1, MANY + 1))
        many = read_all(made)
        with made.app.app_context():
            counts = {each.name: db.session.scalar(select(func.count()).select_from(each)) for each in tables()}
        yield Measured(made, few, many, counts)


def write_what_can_be_written(made: World) -> None:
    """Something of what the newspaper of the crawl has nothing of at its beginning."""
    crawler, people = Crawler(made), {person.name: person for person in made.people()}
    for name in ("ada", "reader"):
        crawler.read(people[name])
        crawler.write(people[name], takes_away=False)
    made.deliver()
    ada = int(made.account("ada"))
    with made.app.app_context(), unit_of_work():
        add_what_nobody_wrote(made, ada)


def add_what_nobody_wrote(made: World, ada: int) -> None:
    moment, number = now(), {name: int(id) for name, id in made.ids.items() if id.isdigit()}
    comment = db.session.get_one(Comment, number["comment"])
    story, transfer = number["story"], number["transfer"]
    other = db.session.scalars(select(Story.id).where(Story.id != story)).first()
    rows = [
        AuthorSlug(site_id=comment.site_id, slug="who-it-was", author_id=comment.author_id, created_at=moment),
        StoryPick(story_id=story, other_id=other, kind="pin"),
        Like(comment_id=comment.id, reader_hash="0" * 60, created_at=moment),
        Shielded(comment_id=comment.id, author_id=number["heron"]),
        Move(decision_id=number["decision"], from_story_id=story, to_story_id=other),
        TransferredByline(transfer_id=transfer, story_id=story, position=0),
        RecoveryCode(account_id=ada, code_hash="0" * 60),
    ]
    for row in rows:
        db.session.merge(row)


def grow(made: World, rows: dict[str, list[Row]], numbers: range) -> None:
    with made.app.app_context(), db.engine.begin() as connection:
        multiply(connection, rows, numbers)


def test_every_route_that_is_read_is_opened(measured):
    """Say in crawl.IDS or QUERIES what a new route needs."""
    routes = {rule.endpoint for rule in measured.made.app.url_map.iter_rules() if "GET" in rule.methods}
    assert measured.many.keys() == routes
    assert {name: asked.status for name, asked in measured.few.items() if asked.status >= 400} == {}
    assert {name: asked.status for name, asked in measured.many.items() if asked.status >= 400} == {}


def test_there_is_much_of_everything(measured):
    """So that nothing passes because nothing was there."""
    assert {name: count for name, count in measured.rows.items() if count < MANY and name not in NEVER_LISTED} == {}


def test_no_route_says_more_statements_for_more_rows(measured):
    grown = {}
    for name, asked in measured.many.items():
        more = len(asked.statements) - len(measured.few[name].statements)
        if more > 0:
            again = {said: asked.statements.count(said) for said in asked.statements}
            worst = max(again, key=lambda said: again[said])
            grown[name] = f"{more} more; {again[worst]} times: {' '.join(worst.split())[:300]}"
    assert grown == {}


def test_a_route_that_asks_for_every_row_is_found(measured):
    """The guard itself."""
    app = measured.made.app

    def careless() -> str:
        ids = db.session.scalars(select(Comment.id)).all()
        return str([db.session.scalar(select(Comment.likes).where(Comment.id == each)) for each in ids])

    with counting(app, is_noise) as said, app.test_request_context():
        careless()
    assert len(said) > MANY
