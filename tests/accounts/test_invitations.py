"""Links in letters: an invitation, a new password. Each does one thing, once, by a press of a button."""

from datetime import timedelta

import argon2
import pytest
from sqlalchemy import select

from commentsvc.accounts.models import Account, StaffSession
from commentsvc.core.database import db
from commentsvc.extensions import limiter
from commentsvc.outbox.models import Delivery
from tests.accounts.conftest import GOOD, post
from tests.accounts.test_sign_in import sign_in
from tests.cast import PASSWORD, csrf_token


def stored(app, email_name: str) -> Account:
    return db.session.scalars(select(Account).where(Account.name == email_name)).one()


def test_the_invited_choose_a_password_and_sign_in(client, staff):
    link = staff.invite()
    answer = post(client, link, password=GOOD)
    assert (answer.status_code, answer.location) == (302, "/login")
    assert sign_in(client, "ida@newsroom.example", GOOD).location == "/desk"
    assert staff.acts() == [("Ada", "invited"), ("a link in a letter", "password set by link")]


def test_a_program_that_opens_the_link_of_a_letter_uses_nothing_up(app, client, staff):
    link = staff.invite()
    for method in ("GET", "HEAD", "GET"):
        assert client.open(link, method=method).status_code == 200
    with app.app_context():
        assert (stored(app, "Ida").joined_at, stored(app, "Ida").password_hash) == (None, "")
    assert post(client, link, password=GOOD).status_code == 302


def test_a_link_works_once(client, staff):
    link = staff.invite()
    token = csrf_token(client.get(link).get_data(as_text=True))
    statuses = [client.post(link, data={"csrf_token": token, "password": GOOD}).status_code]
    again = csrf_token(client.get("/login").get_data(as_text=True))
    statuses += [client.post(link, data={"csrf_token": again, "password": GOOD + "!"}).status_code]
    assert (statuses, client.get(link).status_code) == ([302, 410], 410)
    assert sign_in(client, "ida@newsroom.example", GOOD + "!").status_code == 401


@pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7.1, 410)])
def test_an_invitation_ends_after_seven_days(client, staff, later, days, status):
    link = staff.invite()
    later(timedelta(days=days))
    assert client.get(link).status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 410)])
def test_a_link_for_a_new_password_ends_after_an_hour(client, cast, staff, later, minutes, status):
    post(client, "/login/forgotten", email=cast.hanna.email)
    link = staff.link()
    later(timedelta(minutes=minutes))
    assert client.get(link).status_code == status


@pytest.mark.parametrize(
    "other",
    [
        lambda link: link.replace("/invite/", "/reset/"),
        lambda link: link.replace("/invite/", "/confirm/"),
        lambda link: link[:-1] + ("A" if link[-1] != "A" else "Q"),
        lambda link: link.replace("/login/invite/4.", "/login/invite/1."),
        lambda link: link.replace("/login/invite/4.", "/login/invite/999."),
        lambda link: link.rpartition(".")[0] + ".",
        lambda link: link.rpartition(".")[0] + ".é",
        lambda link: "/login/invite/1",
        lambda link: "/login/invite/" + "9" * 40 + ".1.a",
    ],
)
def test_a_link_does_nothing_but_what_it_was_made_for(app, client, staff, other):
    link = other(staff.invite())
    token = csrf_token(client.get("/login").get_data(as_text=True))
    answers = [client.get(link), client.post(link, data={"csrf_token": token, "password": GOOD})]
    assert {answer.status_code for answer in answers} <= {404, 410}
    with app.app_context():
        assert stored(app, "Ida").password_hash == ""


def test_a_newer_invitation_ends_the_earlier_one(client, cast, newsroom, staff):
    first = staff.invite()
    ada = newsroom.signed_in(cast.ada)
    assert post(ada, "/admin/accounts/4/invite", page="/admin/accounts/4").status_code == 302
    assert (client.get(first).status_code, client.get(staff.link()).status_code) == (410, 200)
    assert len(staff.letters()) == 1  # the earlier letter, if it still waits, has nothing to say any more


def test_a_disabled_account_follows_no_link(client, cast, newsroom, staff):
    link = staff.invite()
    post(newsroom.signed_in(cast.ada), "/admin/accounts/4/disable", page="/admin/accounts/4")
    assert client.get(link).status_code == 410


@pytest.mark.parametrize(
    "typed", ["short", "ida@newsroom.example", "heraldgazette", "password123456", "aaaaaaaaaaaaaaaa"]
)
def test_a_password_that_is_easy_to_guess_is_refused(app, client, staff, typed):
    link = staff.invite()
    answer = post(client, link, password=typed)
    assert answer.status_code == 422
    assert typed not in answer.get_data(as_text=True).replace('value="ida@newsroom.example"', "")
    with app.app_context():
        assert stored(app, "Ida").password_hash == ""


def test_nobody_signs_in_before_they_were_here(client, staff):
    staff.invite()
    assert sign_in(client, "ida@newsroom.example", "").status_code == 422
    assert sign_in(client, "ida@newsroom.example", "anything at all").status_code == 401


@pytest.mark.parametrize(
    "field", ["joined_at", "password_hash", "password", "totp_secret", "id", "disabled_at", "site_ids"]
)
def test_inviting_takes_no_other_field(app, staff, field):
    staff.invite(**{field: "1"})
    with app.app_context():
        ida = stored(app, "Ida")
        assert (ida.joined_at, ida.password_hash, ida.totp_secret, ida.disabled_at, len(ida.sites)) == (
            None,
            "",
            None,
            None,
            1,
        )


def test_a_link_sets_a_password_and_neither_role_nor_sites(app, client, staff):
    link = staff.invite()
    post(client, link, password=GOOD, role="admin", **{"site-gazette": "yes", "is_admin": "1"})
    with app.app_context():
        assert (stored(app, "Ida").role, len(stored(app, "Ida").sites)) == ("moderator", 1)


def test_without_a_mail_server_the_admin_gets_the_link_to_pass_on(client, cast, newsroom):
    ada = newsroom.signed_in(cast.ada)
    sent = {"email": "ida@newsroom.example", "name": "Ida", "role": "admin"}
    page = post(ada, "/admin/accounts/new", **sent).get_data(as_text=True)
    link = page.split('<code dir="ltr">')[1].split("<")[0]
    assert client.get(link).status_code == 200


# Forgotten


def test_a_forgotten_password_is_replaced_and_everything_signed_in_ends(app, client, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    post(client, "/login/forgotten", email=f"  {cast.hanna.email.upper()} ")
    assert post(client, staff.link(), password=GOOD).status_code == 302
    assert hanna.get("/desk").status_code == 302
    assert [sign_in(client, cast.hanna.email, each).status_code for each in (PASSWORD, GOOD)] == [401, 302]
    with app.app_context():
        assert db.session.query(StaffSession).filter(StaffSession.ended_at.is_(None)).count() == 1


@pytest.mark.parametrize("state", ["unknown", "disabled", "invited", "no address"])
def test_whoever_asks_learns_nothing_about_an_address(
    app, client, cast, newsroom, staff, statements, monkeypatch, state
):
    """The same answer, the same statements, the same rows left behind, and as many passwords hashed: none."""
    other = {"unknown": "nobody@newsroom.example", "disabled": cast.gus.email, "no address": "no address"}
    if state == "disabled":
        post(
            newsroom.signed_in(cast.ada),
            f"/admin/accounts/{newsroom.account_id(cast.gus)}/disable",
            page=f"/admin/accounts/{newsroom.account_id(cast.gus)}",
        )
    if state == "invited":
        staff.invite("ida@newsroom.example")
    hashed = []
    monkeypatch.setattr(argon2.PasswordHasher, "hash", lambda *args: hashed.append(1))

    def ask(email: str) -> tuple[list[str], str, int]:
        fresh = newsroom.client()
        token = csrf_token(fresh.get("/login/forgotten").get_data(as_text=True))
        limiter.reset()
        with app.app_context():
            before = db.session.query(Delivery).count()
        with statements() as said:
            answer = fresh.post("/login/forgotten", data={"csrf_token": token, "email": email})
        with app.app_context():
            left = db.session.query(Delivery).count() - before
        return said, (answer.status_code, answer.get_data(as_text=True)), left

    known, unknown = ask(cast.hanna.email), ask(other.get(state, "ida@newsroom.example"))
    assert known == unknown
    assert (known[1][0], known[2], hashed) == (200, 1, [])


def test_a_letter_goes_only_where_there_is_an_account(client, staff):
    post(client, "/login/forgotten", email="nobody@newsroom.example")
    assert staff.letters() == []


def test_asking_again_and_again_fills_no_mailbox(newsroom, cast, staff):
    for _ in range(4):
        limiter.reset()
        post(newsroom.client(), "/login/forgotten", email=cast.hanna.email)
    assert len(staff.letters()) in (1, 2)  # at most one in ten minutes; the tests may run across their border


def test_a_network_asks_only_so_often(client, cast, staff):
    token = csrf_token(client.get("/login/forgotten").get_data(as_text=True))
    sent = [{"csrf_token": token, "email": f"r{number}@newsroom.example"} for number in range(6)]
    assert [client.post("/login/forgotten", data=each).status_code for each in sent] == [200] * 5 + [429]


def test_neither_the_outbox_nor_the_log_holds_a_link_or_an_address(app, client, cast, staff, caplog):
    post(client, "/login/forgotten", email=cast.hanna.email)
    secret = staff.link().rpartition(".")[2]
    with app.app_context():
        kept = " ".join(f"{each.payload} {each.once} {each.lane_key}" for each in db.session.query(Delivery))
    assert secret not in kept + caplog.text
    assert cast.hanna.email not in kept + caplog.text
