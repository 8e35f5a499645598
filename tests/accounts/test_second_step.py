"""Codes of an app, recovery codes, and who has to have them."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from commentsvc.accounts import second_step, service
from commentsvc.accounts.models import Account, RecoveryCode, SecondStep
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import Conflict
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.extensions import limiter
from tests.accounts.conftest import GOOD, SECRET, code_now, post
from tests.accounts.test_sign_in import sign_in
from tests.cast import PASSWORD


def give_code(client, code):
    return post(client, "/login/code", code=code)


def passes(app, person, typed, at) -> bool:
    with app.app_context(), unit_of_work():
        account = service.find_account(person.email, house().keys)
        return second_step.passes(account, typed, actor=Actor.of(account), keys=house().keys, now=at)


def test_the_password_alone_opens_nothing_then_the_code_does(client, cast, staff):
    staff.with_codes(cast.hanna)
    assert sign_in(client, cast.hanna.email, PASSWORD, data={"next": "/desk/log"}).location == "/login/code"
    assert client.get("/desk").location == "/login?next=/desk"
    answer = give_code(client, code_now())
    assert (answer.location, client.get("/desk").status_code) == ("/desk/log", 200)


def test_the_same_code_opens_nothing_a_second_time(client, cast, newsroom, staff):
    staff.with_codes(cast.hanna)
    code, statuses = code_now(), []
    for browser in (client, newsroom.client()):
        sign_in(browser, cast.hanna.email, PASSWORD)
        statuses.append(give_code(browser, code).status_code)
    assert statuses == [302, 401]


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(app, cast, staff, steps, right):
    moment = now()
    staff.with_codes(cast.hanna, at=moment - timedelta(minutes=5))
    code = pyotp.TOTP(SECRET).at(moment + timedelta(seconds=30 * steps))
    assert passes(app, cast.hanna, code, moment) is right


def test_a_code_uses_up_all_earlier_ones(app, cast, staff):
    moment = now()
    staff.with_codes(cast.hanna, at=moment - timedelta(minutes=5))
    made = pyotp.TOTP(SECRET)
    later, earlier = made.at(moment + timedelta(seconds=30)), made.at(moment)
    assert [passes(app, cast.hanna, each, moment) for each in (later, earlier, later)] == [True, False, False]


def test_a_recovery_code_works_once_however_it_is_typed(app, client, cast, newsroom, staff):
    code, *_ = staff.with_codes(cast.hanna)
    sign_in(client, cast.hanna.email, PASSWORD)
    assert give_code(client, f" {code.upper().replace('-', ' ')} ").location == "/desk"
    other = newsroom.client()
    sign_in(other, cast.hanna.email, PASSWORD)
    assert give_code(other, code).status_code == 401
    assert staff.acts()[-1] == ("Hanna", "recovery code used")


def test_ten_recovery_codes_are_kept_as_hashes_only(app, cast, staff):
    codes = staff.with_codes(cast.hanna)
    with app.app_context():
        stored = {each.code_hash for each in db.session.scalars(select(RecoveryCode))}
        account = service.find_account(cast.hanna.email, house().keys)
        assert (len(set(codes)), len(stored), SECRET in account.totp_secret) == (10, 10, False)
        assert not any(code in repr(stored) for code in codes)


def test_a_recovery_code_of_a_colleague_is_worth_nothing(app, cast, staff):
    of_gus = staff.with_codes(cast.gus)
    staff.with_codes(cast.hanna)
    assert not passes(app, cast.hanna, of_gus[0], now())
    assert passes(app, cast.gus, of_gus[0], now())


@pytest.mark.parametrize("typed", ["", "000000", "١٢٣٤٥٦", "123456\x00", "a" * 20_000, "' OR 1=1 --"])
def test_what_is_no_code_is_refused(client, cast, staff, typed):
    staff.with_codes(cast.hanna)
    sign_in(client, cast.hanna.email, PASSWORD)
    assert give_code(client, typed).status_code in (401, 422)
    assert client.get("/desk").status_code == 302


def test_the_code_has_to_come_within_ten_minutes(client, cast, staff, later):
    staff.with_codes(cast.hanna)
    sign_in(client, cast.hanna.email, PASSWORD)
    later(timedelta(minutes=11))
    assert client.get("/login/code").location == "/login"


def test_guessing_codes_becomes_slow(client, cast, staff):
    staff.with_codes(cast.hanna)
    sign_in(client, cast.hanna.email, PASSWORD)
    statuses = [give_code(client, f"{number:06}").status_code for number in range(11)]
    assert (set(statuses[:10]), statuses[10]) == ({401}, 429)


def test_the_session_after_the_code_is_another_than_before(client, cast, staff):
    staff.with_codes(cast.hanna)
    sign_in(client, cast.hanna.email, PASSWORD)
    before = client.get_cookie("commentsvc").value
    give_code(client, code_now())
    client.set_cookie("commentsvc", before)
    assert (client.get("/desk").status_code, client.get("/login/code").location) == (302, "/login")


# Setting it up


def secret_on(page: str) -> str:
    return page.split('<code dir="ltr">')[1].split("<")[0]


def test_an_app_is_set_up_by_a_picture_drawn_here(app, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    page = hanna.get("/desk/security/second-step").get_data(as_text=True)
    assert ("<svg" in page, "style=" in page, "http-equiv" in page) == (True, False, False)
    assert secret_on(hanna.get("/desk/security/second-step").get_data(as_text=True)) == secret_on(page)
    answer = post(hanna, "/desk/security/second-step", code=code_now(secret_on(page)))
    with app.app_context():
        codes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert (answer.status_code, answer.get_data(as_text=True).count("<li><code>"), len(codes)) == (200, 10, 10)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_code_turns_nothing_on(app, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    assert post(hanna, "/desk/security/second-step", code="000000").status_code == 422
    with app.app_context():
        assert staff.account(cast.hanna).totp_secret is None


def test_the_key_in_the_cookie_cannot_be_read_there(cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    secret = secret_on(hanna.get("/desk/security/second-step").get_data(as_text=True))
    assert secret not in hanna.get_cookie("commentsvc").value
    with hanna.session_transaction("/desk") as session:
        assert secret not in repr(dict(session))


def require(app, whom):
    with app.app_context(), unit_of_work():
        second_step.require(whom, actor=Actor("Tests"), now=now())


@pytest.mark.parametrize(("whom", "who", "must"), [
    (SecondStep.ADMINS, "ada", True),
    (SecondStep.ADMINS, "hanna", False),
    (SecondStep.EVERYBODY, "hanna", True),
    (SecondStep.NOBODY, "ada", False),
])  # fmt: skip
def test_who_has_to_have_one_sets_it_up_before_anything_else(app, cast, newsroom, staff, whom, who, must):
    require(app, whom)
    browser = newsroom.signed_in(getattr(cast, who))
    places = {path: browser.get(path).location for path in ("/desk", "/desk/log", "/admin/accounts", "/desk/security")}
    assert (set(places.values()) == {"/desk/security/second-step"}) is must
    if must:
        secret = secret_on(browser.get("/desk/security/second-step").get_data(as_text=True))
        post(browser, "/desk/security/second-step", code=code_now(secret))
        assert browser.get("/desk").status_code == 200


def test_who_has_to_have_one_does_not_turn_it_off(app, cast, newsroom, staff):
    staff.with_codes(cast.hanna)
    require(app, SecondStep.EVERYBODY)
    with app.app_context(), pytest.raises(Conflict), unit_of_work():
        account = staff.account(cast.hanna)
        second_step.turn_off(account, actor=Actor.of(account), now=now())


def test_an_admin_takes_a_lost_phones_step_away(app, client, cast, newsroom, staff):
    staff.with_codes(cast.hanna)
    ada = newsroom.signed_in(cast.ada)
    page = f"/admin/accounts/{newsroom.account_id(cast.hanna)}"
    post(ada, f"{page}/forget-second-step", page=page)
    assert sign_in(client, cast.hanna.email, PASSWORD).location == "/desk"
    with app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []


def test_an_admin_requires_it_by_the_page(app, cast, newsroom, staff):
    ada = newsroom.signed_in(cast.ada)
    answer = post(ada, "/admin/accounts/second-step", page="/admin/accounts", second_step="everybody")
    assert answer.status_code == 302
    assert post(ada, "/admin/accounts/second-step", page="/admin/accounts", second_step="cats").status_code == 422
    with app.app_context():
        assert second_step.required() is SecondStep.EVERYBODY
    assert staff.acts()[-1] == ("Ada", "second step required")


def test_a_new_password_leaves_the_second_step_on(client, cast, staff):
    staff.with_codes(cast.hanna)
    post(client, "/login/forgotten", email=cast.hanna.email)
    post(client, staff.link(), password=GOOD)
    limiter.reset()
    assert sign_in(client, cast.hanna.email, GOOD).location == "/login/code"


def test_two_at_the_same_moment_use_a_code_once(app, cast, staff):
    """The database decides: the second finds the step taken though it read the account before."""
    moment = now()
    staff.with_codes(cast.hanna, at=moment - timedelta(minutes=5))
    with app.app_context():
        account = staff.account(cast.hanna)
        step = int(moment.timestamp()) // 30
        assert [second_step._take_step(account, step) for _ in range(2)] == [True, False]
        assert db.session.get(Account, account.id).totp_step < step  # as it was read: nothing was asked of memory


def test_a_code_of_ones_colleague_is_another_even_with_a_surrogate_in_it(app, cast, staff):
    staff.with_codes(cast.hanna)
    assert not passes(app, cast.hanna, "abcd-\ud800", now())


def test_new_recovery_codes_end_the_old_ones(app, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    old, *_ = staff.with_codes(cast.hanna)
    page = post(hanna, "/desk/security/second-step/codes", page="/desk/security").get_data(as_text=True)
    new = page.split("<li><code>")[1].split("<")[0]
    assert [passes(app, cast.hanna, each, now()) for each in (old, new)] == [False, True]


def test_who_need_not_have_it_turns_it_off(client, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    staff.with_codes(cast.hanna)
    assert post(hanna, "/desk/security/second-step/off", page="/desk/security").status_code == 302
    assert sign_in(client, cast.hanna.email, PASSWORD).location == "/desk"
    assert staff.acts()[-1] == ("Hanna", "second step off")
