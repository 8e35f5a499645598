"""Guessing at the door becomes slow, and the owner is not locked out."""

from datetime import timedelta

import argon2
import pytest

from commentsvc.accounts import cleaning, throttle
from commentsvc.accounts.models import SignInTry, StaffSession
from commentsvc.accounts.throttle import Bucket, Place
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import TooFast
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.extensions import limiter
from tests.accounts.test_sign_in import sign_in
from tests.cast import PASSWORD, csrf_token

NEAR, FAR = ({"environ_base": {"REMOTE_ADDR": address}} for address in ("192.0.2.9", "198.51.100.9"))


def guess(newsroom, email, times, **where) -> list[int]:
    """Wrong passwords from new browsers; what holds for a network as such is another matter."""
    statuses = []
    for number in range(times):
        limiter.reset()
        statuses.append(sign_in(newsroom.client(), email, f"guess number {number}", **where).status_code)
    return statuses


def was_here(newsroom, person, **where):
    """A browser on which somebody was signed in, and is not any more."""
    browser = newsroom.client()
    sign_in(browser, person.email, PASSWORD, **where)
    browser.delete_cookie("commentsvc")
    return browser


def test_the_waits_grow_and_end_somewhere():
    bucket = Bucket("x")
    waits = [bucket.wait_after(number).total_seconds() for number in range(1, 25)]
    assert waits[:13] == [0] * 9 + [5, 10, 20, 40]
    assert max(waits) == 900


def test_after_ten_guesses_the_right_password_waits_too(cast, newsroom):
    assert guess(newsroom, cast.hanna.email, 10, **NEAR) == [401] * 10
    limiter.reset()
    answer = sign_in(newsroom.client(), cast.hanna.email, PASSWORD, **NEAR)
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 6) == (429, True)


@pytest.mark.parametrize("email", ["hanna@newsroom.example", "nobody@newsroom.example"])
def test_whether_there_is_such_an_account_makes_no_difference(cast, newsroom, email):
    assert guess(newsroom, email, 11, **NEAR) == [401] * 10 + [429]


def test_the_owner_elsewhere_is_not_locked_out(cast, newsroom):
    guess(newsroom, cast.hanna.email, 11, **NEAR)
    limiter.reset()
    assert sign_in(newsroom.client(), cast.hanna.email, PASSWORD, **FAR).status_code == 302


def test_a_browser_that_was_here_before_is_not_locked_out_even_on_the_same_network(cast, newsroom):
    mine = was_here(newsroom, cast.hanna, **NEAR)
    for _ in range(12):  # the network's own allowance is used up as well
        sign_in(newsroom.client(), cast.hanna.email, "wrong horse battery", **NEAR)
    assert sign_in(newsroom.client(), cast.hanna.email, PASSWORD, **NEAR).status_code == 429
    assert sign_in(mine, cast.hanna.email, PASSWORD, **NEAR).status_code == 302


def test_a_browser_that_was_here_before_guesses_no_more_than_others(cast, newsroom):
    mine = was_here(newsroom, cast.hanna)
    statuses = [sign_in(mine, cast.hanna.email, f"guess {number}").status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize("mark", ["", "a.b", "é.é", "." * 300, "a" * 22 + "." + "0" * 64])
def test_a_made_up_mark_makes_no_browser_known(app, cast, mark):
    with app.app_context():
        assert throttle.known_browser(mark, cast.hanna.email, house().keys) == ""


def test_a_mark_is_known_for_its_own_address_only_and_signs_nobody_in(app, cast, newsroom):
    with app.app_context():
        mark = throttle.new_browser_mark(cast.hanna.email, house().keys)
        assert throttle.known_browser(mark, cast.hanna.email.upper(), house().keys) == mark[:22]
        assert throttle.known_browser(mark, cast.gus.email, house().keys) == ""
    browser = newsroom.client()
    browser.set_cookie("commentsvc-browser", mark, path="/login")
    assert browser.get("/desk").status_code == 302


def test_a_guess_spread_over_many_networks_is_slowed_down_as_well(app, cast):
    moment, refused = now(), []
    with app.app_context():
        for number in range(60):
            try:
                with unit_of_work():
                    buckets = Place(f"network {number}").buckets("sign-in", "hanna")
                    throttle.take(buckets, keys=house().keys, now=moment)
            except TooFast:
                refused.append(number)
    assert refused == list(range(50, 60))


def test_what_works_is_no_guess(cast, newsroom):
    for _ in range(12):
        limiter.reset()
        assert sign_in(newsroom.client(), cast.hanna.email, PASSWORD, **NEAR).status_code == 302


def test_a_wait_ends_and_a_day_later_all_is_forgotten(app):
    bucket, moment = Bucket("x", free=1), now()

    def attempt(at):
        with app.app_context(), unit_of_work():
            throttle.take([bucket], keys=house().keys, now=at)

    attempt(moment)
    with pytest.raises(TooFast):
        attempt(moment + timedelta(seconds=4))
    attempt(moment + timedelta(seconds=6))
    with pytest.raises(TooFast):
        attempt(moment + timedelta(seconds=15))  # now it is ten
    attempt(moment + timedelta(days=2))
    attempt(moment + timedelta(days=2, seconds=6))


def test_neither_address_nor_network_is_kept_with_a_try(app, cast, newsroom):
    guess(newsroom, cast.hanna.email, 1, **NEAR)
    with app.app_context():
        kept = repr([each.key for each in db.session.query(SignInTry)])
    assert ("hanna" in kept, "192.0.2.9" in kept, len(kept) > 60) == (False, False, True)


def test_old_tries_and_sessions_are_forgotten(app, cast, newsroom):
    newsroom.signed_in(cast.hanna)
    guess(newsroom, cast.hanna.email, 1, **NEAR)
    with app.app_context(), unit_of_work():
        for each in db.session.query(SignInTry):
            each.last_at = now() - timedelta(hours=25)
        db.session.query(StaffSession).one().last_seen_at = now() - timedelta(days=31)
    with app.app_context():
        cleaning.forget()
        assert (db.session.query(SignInTry).count(), db.session.query(StaffSession).count()) == (0, 0)


@pytest.mark.parametrize("state", ["unknown", "disabled", "invited"])
def test_a_wrong_password_is_as_much_work_for_every_address(app, cast, newsroom, staff, statements, monkeypatch, state):
    """The same statements and one password checked, whether there is such an account or not."""
    email = {"unknown": "nobody@newsroom.example", "disabled": cast.gus.email, "invited": "ida@newsroom.example"}[state]
    if state == "invited":
        staff.invite(email)
    with app.app_context(), unit_of_work():
        staff.account(cast.gus).disabled_at = now()
    sign_in(newsroom.client(), "somebody@else.example", PASSWORD)  # what an unknown address is checked against is made
    checked, check = [], argon2.PasswordHasher.verify
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *args: checked.append(1) or check(*args))

    def work(address: str) -> tuple[list[str], int]:
        browser = newsroom.client()
        token = csrf_token(browser.get("/login").get_data(as_text=True))
        del checked[:]
        with statements() as said:
            answer = browser.post("/login", data={"email": address, "password": "wrong", "csrf_token": token})
        assert answer.status_code == 401
        return said, len(checked)

    assert work(email) == work(cast.hanna.email)
    assert len(checked) == 1
