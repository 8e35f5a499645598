"""What goes by itself, and that `doctor` says so where nobody sees to it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from commentsvc.authors.models import Author, Standing
from commentsvc.comments.models import Comment
from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.doctor import examine_all
from commentsvc.notifications.models import Recipient
from commentsvc.privacy import retention
from commentsvc.privacy.models import Erasure, PrivacyAct, SealedCopy
from tests.privacy.conftest import rows_of


@pytest.fixture
def aged(app, wren):
    """Everything of Wren is so many days old; what is `more` changed of the author."""

    def make(days: float, **more) -> None:
        moment = clock.now() - timedelta(days=days)
        changed = {"created_at": moment, "standing": Standing.NORMAL, "standing_until": None, "confirmed_at": None}
        with app.app_context(), unit_of_work():
            db.session.execute(update(Author).where(Author.id == wren.author).values({**changed, **more}))
            db.session.execute(update(Comment).where(Comment.author_id == wren.author).values(created_at=moment))

    return make


@pytest.fixture
def address(app, wren):
    """Whether Wren's address is kept, once the worker came by."""

    def look() -> bool:
        with app.app_context():
            retention.forget()
            db.session.remove()
            return wren.row().email_hash is not None

    return look


@pytest.mark.parametrize(("days", "kept"), [(89, True), (91, False)])
def test_an_address_nobody_confirmed_goes_after_90_days(aged, address, days, kept):
    aged(days)
    assert address() is kept


def test_so_does_where_its_mail_would_go(app, aged, address):
    aged(91)
    address()
    assert {each.email_hash for each in rows_of(app, Recipient)} == set()


@pytest.mark.parametrize(
    "more",
    [{"confirmed_at": clock.now()}, {"standing": Standing.BANNED}, {"standing": Standing.WATCHED}],
    ids=["confirmed", "banned", "watched"],
)
def test_an_address_that_is_needed_stays(aged, address, more):
    aged(91, **more)
    assert address() is True


def test_who_wrote_since_is_known_since(app, wren, aged, address):
    aged(91)
    with app.app_context(), unit_of_work():
        db.session.execute(
            update(Comment).where(Comment.id == wren.comment).values(created_at=clock.now() - timedelta(days=2))
        )
    assert address() is True


def test_the_site_may_choose_another_time(aged, address, newsroom):
    newsroom.set("herald", unconfirmed_address_days=30)
    aged(31)
    assert address() is False


def test_a_sealed_copy_ends(app, wren, address):
    moment = clock.now()
    with app.app_context(), unit_of_work():
        site = db.session.get_one(Comment, wren.comment).site_id
        for days in (-1, 1):
            of = {"site_id": site, "comment_id": wren.comment, "content_encrypted": "x", "created_at": moment}
            db.session.add(SealedCopy(**of, until=moment + timedelta(days=days)))
    address()
    assert [each.until > moment for each in rows_of(app, SealedCopy)] == [True]


def test_who_did_what_is_forgotten_as_configured(app, wren, address, newsroom):
    newsroom.set("herald", privacy_log_days=30)
    wren.erased()
    with app.app_context(), unit_of_work():
        old = clock.now() - timedelta(days=31)
        db.session.execute(update(PrivacyAct).values(at=old))
        db.session.execute(update(Erasure).values(done_at=old))
    address()
    assert (rows_of(app, PrivacyAct), rows_of(app, Erasure)) == ([], [])


def said_of_retention(app):
    return next(each for each in examine_all(app) if each.about == "retention")


def test_doctor_is_content_where_the_worker_runs(app, wren, address):
    address()
    assert said_of_retention(app).is_well


@pytest.mark.parametrize(("days", "what"), [(92, "1 unconfirmed addresses"), (32, "2 networks")])
def test_doctor_says_what_nobody_forgot(app, wren, aged, newsroom, days, what):
    aged(days)
    with app.app_context(), unit_of_work():
        db.session.execute(update(Comment).values(created_at=clock.now() - timedelta(days=days)))
    found = said_of_retention(app)
    assert (found.is_well, what in found.said, "commentsvc worker" in found.said) == (False, True, True)


def test_doctor_says_that_an_erasure_is_late(app, wren):
    wren.ask()
    with app.app_context(), unit_of_work():
        db.session.execute(update(Erasure).values(due_at=clock.now() - timedelta(days=2)))
    assert "1 erasures" in said_of_retention(app).said
