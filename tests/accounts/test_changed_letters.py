"""Whoever's way of signing in is changed is told by a letter: it may not have been them."""

import pytest
from sqlalchemy import select

from commentsvc.accounts import acts, second_step, service
from commentsvc.accounts.changes import change_password
from commentsvc.accounts.models import StaffSession
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import staff_letters
from commentsvc.outbox.models import Delivery
from tests.accounts.conftest import BASE, GOOD, post
from tests.cast import PASSWORD


def deliveries() -> list[Delivery]:
    rows = select(Delivery).where(Delivery.kind == staff_letters.CHANGED).order_by(Delivery.id)
    return list(db.session.scalars(rows))


@pytest.fixture
def told(app, staff):
    """Runs what is done to an account; returns the letters it led to."""

    def run(person, act) -> list[tuple[str, str, str]]:
        with app.app_context():
            before = len(deliveries())
            with unit_of_work():
                act(staff.account(person))
            written = [staff_letters.changed(each, now()) for each in deliveries()[before:]]
            return [(each[0].to, each[0].subject, each[0].text) for each in written if each]

    return run


def own(account) -> Actor:
    return Actor.of(account)


@pytest.mark.parametrize(
    ("says", "act"),
    [
        ("second step of your account was taken away", lambda it: second_step.turn_off(it, actor=own(it), now=now())),
        ("got new recovery codes", lambda it: second_step.renew_codes(it, actor=own(it), now=now())),
    ],
)
def test_a_change_of_the_second_step_is_told(cast, staff, told, says, act):
    staff.with_codes(cast.hanna)
    [(to, subject, text)] = told(cast.hanna, act)
    assert (to, subject, says in text) == (cast.hanna.email, "Your sign-in was changed – The Herald", True)


def test_a_second_step_that_is_set_up_is_told(app, cast, staff):
    staff.with_codes(cast.hanna)
    assert "A second step was set up for your account" in staff.letters()[-1]


def test_a_recovery_code_that_is_used_is_told(cast, staff, told):
    code = staff.with_codes(cast.hanna)[0]

    def use(account):
        assert second_step.passes(account, code, actor=own(account), keys=house().keys, now=now())

    [(_, _, text)] = told(cast.hanna, use)
    assert ("recovery codes of your account was used" in text, code in text) == (True, False)


def test_a_changed_password_is_told_and_says_when_and_what_to_do(app, cast, newsroom, staff, told):
    newsroom.signed_in(cast.hanna)

    def change(account):
        session = db.session.scalars(select(StaffSession).where(StaffSession.account_id == account.id)).one()
        change_password(session, PASSWORD, GOOD, known=(), keys=house().keys, now=now())

    [(_, _, text)] = told(cast.hanna, change)
    when = now().strftime("%-d %B %Y at ")
    for part in ("The password of your account was changed.", when, " UTC", f"{BASE}/login/forgotten", "tell an admin"):
        assert part in text


def test_a_password_set_by_the_link_of_a_letter_is_told(client, cast, staff):
    post(client, "/login/forgotten", email=cast.hanna.email)
    post(client, staff.link(), password=GOOD)
    [told] = [each for each in staff.letters() if "set anew, by a link from a letter to this address" in each]
    assert (GOOD in told, "/login/reset/" in told) == (False, False)


def test_the_first_password_of_the_invited_is_no_change(app, client, staff):
    post(client, staff.invite(), password=GOOD)
    with app.app_context():
        assert deliveries() == []


def test_an_admin_who_takes_a_second_step_away_is_named(app, cast, staff, told):
    staff.with_codes(cast.hanna)
    with app.app_context():
        ada = Actor.of(staff.account(cast.ada))
    [(_, _, text)] = told(cast.hanna, lambda account: second_step.turn_off(account, actor=ada, now=now()))
    assert ", by Ada." in text
    staff.with_codes(cast.hanna)
    off = {"actor": acts.COMMAND_LINE, "now": now()}
    assert ", by the command line." in told(cast.hanna, lambda account: second_step.turn_off(account, **off))[0][2]


def test_a_second_step_that_was_not_there_is_not_taken_away(cast, told):
    assert told(cast.hanna, lambda account: second_step.turn_off(account, actor=acts.COMMAND_LINE, now=now())) == []


def test_what_changed_before_an_account_was_disabled_is_told_to_nobody(app, cast, staff):
    staff.with_codes(cast.gus)
    with app.app_context(), unit_of_work():
        service.disable_account(staff.account(cast.gus), now=now())
    assert staff.letters() == []


def test_a_wait_for_the_letter_holds_no_address_and_no_secret(app, cast, staff):
    codes = staff.with_codes(cast.hanna)
    with app.app_context():
        [kept] = deliveries()
        words = str(kept.payload)
        assert set(kept.payload) == {"account", "action", "at", "by"}
        assert not any(each in words for each in (cast.hanna.email, *codes))
