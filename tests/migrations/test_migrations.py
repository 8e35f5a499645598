"""The schema: brought up, taken down, and kept true by the database itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import CheckConstraint, func, inspect, select, text, update
from sqlalchemy.exc import DataError, IntegrityError

from commentsvc import create_app
from commentsvc.accounts.models import Account, RecoveryCode, Role, SecondStep, StaffRule, StaffSession
from commentsvc.accounts.permissions import Actor
from commentsvc.authors.models import (
    Author,
    AuthorAct,
    AuthorNote,
    AuthorSlug,
    ReaderToken,
    SignOnKey,
    Standing,
    StandingChange,
    UsedSignOn,
)
from commentsvc.checks.models import CheckKeys, OutsideCheck
from commentsvc.comments import log
from commentsvc.comments.challenge_models import SpentChallenge, Unwanted
from commentsvc.comments.likes import like
from commentsvc.comments.models import Comment, Decision, Move, Revision, Shielded
from commentsvc.core.clock import now
from commentsvc.core.database import PREFIX, WORDS_TABLE, db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.flags import flag
from commentsvc.moderation.models import (
    AuthorTransfer,
    CommentNote,
    Flag,
    FlagReason,
    Lease,
    SavedFilter,
    TransferKind,
    TransferredByline,
    TransferredComment,
)
from commentsvc.notifications.models import Confirmation, Follow, Kind, Notice, Pace, Preference, Recipient
from commentsvc.notifications.newsroom_models import BylineChoice, ChatTarget, How, NewsroomChoice, QueueAlarm
from commentsvc.outbox import service as outbox
from commentsvc.outbox.channels import Outgoing
from commentsvc.outbox.models import Attempt, Delivery
from commentsvc.privacy.models import Act, DataRequest, Erasure, PrivacyAct, SealedCopy, Wish
from commentsvc.rulebook.models import Ban, BanKind
from commentsvc.schema import VERSION_TABLE, is_current, newest, present, upgrade
from commentsvc.sites.models import Section, Site
from commentsvc.stories.acts import note_mode
from commentsvc.stories.models import Byline, Story, StoryPick
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.webhooks.models import Endpoint
from tests.cast import Newsroom
from tests.conftest import settings
from tests.databases import PostgresqlDatabase


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_app(request, tmp_path: Path) -> Iterator[Flask]:
    """The service on a database of its own in which there is nothing at all."""
    if request.param == "sqlite":
        yield create_app(settings(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
        return
    database = PostgresqlDatabase()
    app = create_app(settings(database.url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()
    database.drop()


def ours() -> list:
    return [table for table in db.metadata.sorted_tables if table.name.startswith(PREFIX)]


def tables() -> set[str]:
    names = {name for name in inspect(db.engine).get_table_names() if name.startswith(PREFIX)} - {VERSION_TABLE}
    return {name for name in names if not name.startswith(WORDS_TABLE)}


def fill(app: Flask) -> None:
    """A row in every table."""
    newsroom = Newsroom(app)
    newsroom.site("herald")
    newsroom.words("herald", "hold", "swindle")
    newsroom.rule("herald", "shouting", "shadow")
    newsroom.signed_in(newsroom.account("Hanna", Role.MODERATOR, "herald"))
    story, newsroom_other = newsroom.story("herald"), newsroom.story("herald")
    above = newsroom.comment(story, "A swindle.")
    newsroom.comment(story, parent=above)
    with app.app_context(), unit_of_work():
        comment = db.session.get_one(Comment, above)
        like(comment, "somebody", now=now())
        flag(comment, "somebody", reason=FlagReason.SPAM, details="", now=now())
        db.session.add(StandingChange(author_id=comment.author_id, standing=Standing.WATCHED, created_at=now()))
        db.session.add(Byline(story_id=comment.story_id, author_id=comment.author_id))
        other = find_story(comment.site_id, StoryName(newsroom_other, None))
        db.session.add(Shielded(comment_id=comment.id, author_id=comment.author_id))
        db.session.add(StoryPick(story_id=comment.story_id, other_id=other.id, kind="pin"))
        db.session.add(CheckKeys(site_id=comment.site_id))
        section = Section(site_id=comment.site_id, name="City", mode="hold_new")
        db.session.add(section)
        note_mode(section, None, actor=Actor("Tests"), now=now())
        db.session.add(Move(decision=db.session.scalars(select(Decision)).first()))
        db.session.add(Ban(site_id=comment.site_id, kind=BanKind.DOMAIN, domain="mail.example", created_at=now()))
        db.session.add(
            OutsideCheck(site_id=comment.site_id, comment_id=comment.id, revision=1, created_at=now(), asked_at=now())
        )
        outbox.send(Outgoing(comment.site_id, "mail", "mail:1", "reply", "reply 1"), now=now())
        delivery = db.session.scalars(select(Delivery)).one()
        db.session.add(Attempt(delivery_id=delivery.id, at=now(), took_ms=1, succeeded=True))
        db.session.add(
            Endpoint(site_id=comment.site_id, url="https://x.example", events=[], secret="", created_at=now())
        )
        db.session.add(SpentChallenge(signature="0" * 64, expires_at=now()))
        db.session.add(Unwanted(site_id=comment.site_id, minute=now(), network_hash="somewhere"))
        wish_for_mail(comment)
        _fill_newsroom(comment)
        _fill_card(comment)
        _fill_person(comment)
        _fill_privacy(comment)


def wish_for_mail(comment: Comment) -> None:
    recipient = Recipient(site_id=comment.site_id, email_hash=comment.author.email_hash)
    db.session.add(recipient)
    db.session.flush()
    whose = {"author_id": comment.author_id, "created_at": now()}
    db.session.add(Preference(author_id=comment.author_id, kind=Kind.REPLY, pace=Pace.DAILY))
    db.session.add(Follow(story_id=comment.story_id, **whose))
    db.session.add(Confirmation(recipient_id=recipient.id, network_hash="somewhere", **whose))
    db.session.add(Notice(comment_id=comment.id, kind=Kind.STORY, reason="", **whose))
    db.session.add(ReaderToken(token_hash="somebody", expires_at=now(), **whose))
    db.session.add(UsedSignOn(token_hash="used", expires_at=now()))
    key = {"kid": "2026", "algorithm": "HS256", "key_encrypted": "x"}
    db.session.add(SignOnKey(site_id=comment.site_id, created_at=now(), **key))


def _fill_privacy(comment: Comment) -> None:
    whose = {"site_id": comment.site_id, "author_id": comment.author_id}
    db.session.add(Erasure(**whose, comments="keep", asked_at=now(), due_at=now()))
    db.session.add(PrivacyAct(**whose, act=Act.EXPORTED, at=now()))
    typed = {"email_hash": "somebody", "hashes": ["somebody"], "network_hash": "somewhere"}
    db.session.add(DataRequest(site_id=comment.site_id, wish=Wish.COPY, created_at=now(), **typed))
    sealed = {"site_id": comment.site_id, "comment_id": comment.id, "content_encrypted": "x"}
    db.session.add(SealedCopy(**sealed, created_at=now(), until=now()))


def _fill_card(comment: Comment) -> None:
    hanna = db.session.scalars(select(Account)).one()
    hanna.alias, hanna.preferences = "H.", {"keys": True}
    db.session.add(StaffRule(id=1, second_step=SecondStep.ADMINS))
    db.session.add(RecoveryCode(account_id=hanna.id, code_hash="0" * 64))
    db.session.add(CommentNote(comment_id=comment.id, account_id=hanna.id, text="Again.", created_at=now()))
    db.session.add(Lease(comment_id=comment.id, account_id=hanna.id, until=now()))


def _fill_person(comment: Comment) -> None:
    about = {"author_id": comment.author_id, "created_at": now()}
    db.session.add(AuthorNote(text="Writes a lot.", **about))
    db.session.add(AuthorAct(site_id=comment.site_id, action="reveal", **about))
    db.session.add(AuthorSlug(site_id=comment.site_id, slug="before", **about))
    other = db.session.scalars(select(Author.id).where(Author.id != comment.author_id)).first()
    transfer = AuthorTransfer(site_id=comment.site_id, kind=TransferKind.MERGE, from_id=other, to_id=comment.author_id)
    transfer.batch, transfer.first_seen_before, transfer.created_at, transfer.until = "0" * 32, now(), now(), now()
    db.session.add(transfer)
    db.session.flush()
    db.session.add(TransferredComment(transfer_id=transfer.id, comment_id=comment.id))
    db.session.add(TransferredByline(transfer_id=transfer.id, story_id=comment.story_id, position=0))


def _fill_newsroom(comment: Comment) -> None:
    hanna = db.session.scalars(select(Account.id)).one()
    chosen = {"account_id": hanna, "site_id": comment.site_id, "kind": "queue", "how": How.DAILY, "digested_at": now()}
    db.session.add(NewsroomChoice(**chosen))
    mine = {"account_id": hanna, "site_id": comment.site_id, "name": "Links", "query": "link=yes"}
    db.session.add(SavedFilter(created_at=now(), **mine))
    off = {"comments": How.OFF, "questions": How.OFF, "digested_at": now()}
    db.session.add(BylineChoice(author_id=comment.author_id, **off))
    db.session.add(QueueAlarm(site_id=comment.site_id))
    chat = {"name": "Newsroom", "kind": "slack", "url_encrypted": "x", "events": [], "created_at": now()}
    db.session.add(ChatTarget(site_id=comment.site_id, **chat))


def test_an_empty_database_is_behind(empty_app):
    with empty_app.app_context():
        assert (present(), is_current()) == (None, False)


def test_going_up_makes_every_table_the_code_knows(empty_app):
    with empty_app.app_context():
        upgrade()
        assert (present(), is_current(), tables()) == (newest(), True, {table.name for table in ours()})


def test_going_up_twice_changes_nothing(empty_app):
    with empty_app.app_context():
        upgrade()
        upgrade()
        assert is_current()


def test_the_models_ask_for_nothing_the_migrations_did_not_make(empty_app):
    def include(_object, name, kind, _reflected, _compared):
        return kind != "table" or (name.startswith(PREFIX) and not name.startswith(WORDS_TABLE))

    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_object": include, "version_table": VERSION_TABLE}
            differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert differences == []


def test_the_checks_of_the_models_are_in_the_database(empty_app):
    """Autogenerate does not look at CHECK constraints."""
    with empty_app.app_context():
        upgrade()
        found = inspect(db.engine)
        for table in ours():
            wanted = {each.name for each in table.constraints if isinstance(each, CheckConstraint)}
            assert {each["name"] for each in found.get_check_constraints(table.name)} == wanted


def test_every_table_with_rows_goes_down_and_up_again(empty_app):
    with empty_app.app_context():
        upgrade()
    fill(empty_app)
    with empty_app.app_context():
        assert [table.name for table in ours() if not db.session.execute(select(table).limit(1)).first()] == []
        db.session.remove()
        downgrade(revision="base")
        assert (tables(), present()) == (set(), None)
        upgrade()
        assert is_current()
    fill(empty_app)


def test_the_states_of_stories_become_modes_and_nothing_under_them_is_lost(empty_app):
    with empty_app.app_context():
        upgrade()
    newsroom = Newsroom(empty_app)
    newsroom.site("herald", hold_first_comments=0)
    modes = {"a": None, "b": "hold_all", "c": "closed", "d": "hidden", "e": "hold_new"}
    for name, mode in modes.items():
        newsroom.comment(newsroom.story(id=name))
        with empty_app.app_context(), unit_of_work():
            db.session.execute(update(Story).where(Story.external_id == name).values(mode=mode))
    with empty_app.app_context():
        db.session.remove()
        downgrade(revision="0007")
        states = dict(db.session.execute(text("SELECT external_id, state FROM commentsvc_story")).all())
        assert states == {"a": "open", "b": "held", "c": "closed", "d": "closed", "e": "open"}
        db.session.remove()
        upgrade()
        found = dict(db.session.execute(select(Story.external_id, Story.mode)).all())
        assert found == {"a": None, "b": "hold_all", "c": "closed", "d": "closed", "e": None}
        assert db.session.scalar(select(func.count()).select_from(Comment)) == 5


def test_a_comment_is_in_the_section_of_its_story_whoever_changes_that(empty_app):
    with empty_app.app_context():
        upgrade()
    newsroom = Newsroom(empty_app)
    newsroom.site("herald")
    comment = newsroom.comment(newsroom.story(category="City"))
    with empty_app.app_context():
        db.session.execute(text("UPDATE commentsvc_story SET category = 'Sport'"))
        db.session.commit()
        assert newsroom.row(comment).section == "Sport"


def test_a_hosts_own_tables_and_versions_are_left_alone(empty_app):
    with empty_app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE comment (id INTEGER)"))
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('of the host')"))
        upgrade()
        downgrade(revision="base")
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "of the host"
        assert "comment" in inspect(db.engine).get_table_names()


def test_the_service_is_not_ready_on_an_old_schema(empty_app):
    answer = empty_app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["checks"]) == (503, {"database": True, "schema": False})


def test_a_migration_stands_alone():
    """One that imports the models changes its meaning with them."""
    steps = sorted((Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"))
    assert steps
    assert [
        step.name for step in steps if "import commentsvc" in step.read_text() or "from commentsvc" in step.read_text()
    ] == []


def test_every_index_and_constraint_has_a_name_that_postgresql_keeps_whole():
    names = [each.name for table in ours() for each in (*table.indexes, *table.constraints)]
    assert [name for name in names if name is None or len(name) > 63] == []


# What the database itself keeps true


@dataclass(frozen=True)
class Change:
    """One row changed behind the back of the code."""

    table: type
    column: str
    value: object

    def __str__(self) -> str:
        return f"{self.table.__name__}.{self.column}={str(self.value)[:20]}"


IMPOSSIBLE = [
    Change(Comment, "status", "DELETED"),
    Change(Comment, "status", None),
    Change(Comment, "status", "approved"),
    Change(Comment, "likes", -1),
    Change(Comment, "visible_replies", -1),
    Change(Comment, "depth", 3),
    Change(Comment, "author_name", "x" * 81),
    Change(Comment, "website", "https://" + "x" * 2000),
    Change(Comment, "story_id", 999),
    Change(Comment, "author_id", 999),
    Change(Comment, "parent_id", 999),
    Change(Story, "comment_count", -1),
    Change(Story, "mode", "ajar"),
    Change(Author, "standing", "DISLIKED"),
    Change(Author, "name", "x" * 81),
    Change(Author, "website", "https://" + "x" * 2000),
    Change(Author, "email_hash", None),
    Change(Author, "email_encrypted", None),
    Change(Author, "approved_count", -1),
    Change(Author, "rejected_count", -1),
    Change(Revision, "text", "x" * 10_001),
    Change(Revision, "text", None),
    Change(Flag, "reason", "boring"),
    Change(CommentNote, "text", "x" * 2001),
    Change(CommentNote, "comment_id", 999),
    Change(StaffSession, "account_id", 999),
    Change(Notice, "kind", "weather"),
    Change(Recipient, "stopped_because", "bounce"),
]


@pytest.fixture
def filled(app, newsroom, cast, client) -> Flask:
    """A visible comment that Hanna let through and a reader reported; its writer wants mail; Hanna is signed in."""
    number = newsroom.comment(newsroom.story("herald"), status="hold")
    seen = [{"id": str(number), "version": newsroom.version(number)}]
    client.post(
        "/api/v1/moderation/decisions", json={"comments": seen, "action": "approve"}, headers=cast.hanna.headers
    )
    client.post(f"/api/v1/comments/{number}/flags", json={"reason": "spam"})
    newsroom.signed_in(cast.hanna)
    with app.app_context(), unit_of_work():
        comment = db.session.get_one(Comment, number)
        wish_for_mail(comment)
        account = db.session.scalars(select(Account.id).limit(1)).one()
        db.session.add(CommentNote(comment_id=number, account_id=account, text="Again.", created_at=now()))
        db.session.add(Lease(comment_id=number, account_id=account, until=now()))
    return app


def test_the_database_refuses_what_cannot_be(filled):
    accepted = []
    with filled.app_context():
        for change in IMPOSSIBLE:
            table = change.table.__table__
            last = db.session.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1))
            assert last, change
            try:
                db.session.execute(table.update().where(table.c.id == last).values({change.column: change.value}))
                accepted.append(str(change))
            except (IntegrityError, DataError):
                pass
            db.session.rollback()
    assert accepted == []


@pytest.mark.parametrize("wrong", [{"after": "GONE"}, {"before": "GONE"}, {"rule": "a rule beside a person"}], ids=str)
def test_the_database_takes_no_decision_that_cannot_be(filled, wrong):
    with filled.app_context():
        table = Decision.__table__
        last = db.session.execute(select(table).order_by(table.c.id.desc()).limit(1)).mappings().one()
        good = {**last, "id": None, "number": last["number"] + 1}
        del good["id"]
        db.session.execute(table.insert().values(good))
        db.session.rollback()
        with pytest.raises(IntegrityError):
            db.session.execute(table.insert().values({**good, **wrong}))
        db.session.rollback()


def test_decisions_from_before_the_log_was_a_chain_are_chained(empty_app):
    with empty_app.app_context():
        upgrade()
    fill(empty_app)
    with empty_app.app_context():
        site_id = db.session.scalar(select(Site.id))
        decisions = log.examine(site_id).decisions
        db.session.remove()
        downgrade(revision="0007")
        upgrade()
        assert (log.examine(site_id), decisions > 1) == (log.Examined(decisions), True)


def test_an_author_is_confirmed_only_with_an_address(filled):
    nobody = {"email_hash": None, "email_encrypted": None}
    with filled.app_context():
        authors = Author.__table__.update()
        db.session.execute(authors.values({**nobody, "confirmed_at": None}))
        with pytest.raises(IntegrityError):
            db.session.execute(authors.values({**nobody, "confirmed_at": now()}))
        db.session.rollback()
