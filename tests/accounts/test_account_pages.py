"""What admins do with accounts; and that there is always one admin left."""

import threading

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from commentsvc.accounts import changes, service
from commentsvc.accounts.models import Account, Act, Role
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import Conflict
from commentsvc.core.unit_of_work import unit_of_work
from tests.accounts.conftest import post
from tests.accounts.test_sign_in import sign_in
from tests.cast import PASSWORD, csrf_token


@pytest.fixture
def ada(cast, newsroom, staff):
    """Ada's browser."""
    return newsroom.signed_in(cast.ada)


def page_of(newsroom, person) -> str:
    return f"/admin/accounts/{newsroom.account_id(person)}"


def do(browser, newsroom, person, verb):
    page = page_of(newsroom, person)
    return post(browser, f"{page}/{verb}", page=page)


def change(browser, newsroom, person, **data):
    return post(browser, page_of(newsroom, person), **data)


def test_the_list_shows_everybody_to_admins_only(ada, cast, newsroom):
    page = ada.get("/admin/accounts").get_data(as_text=True)
    assert all(each.email in page for each in (cast.hanna, cast.gus, cast.ada))
    hanna = newsroom.signed_in(cast.hanna)
    for path in ("/admin/accounts", "/admin/accounts/1", "/admin/accounts/new", "/admin/accounts/log"):
        assert hanna.get(path).status_code == 403
    assert "/admin/accounts" not in hanna.get("/desk").get_data(as_text=True)


def test_sites_and_sections_are_changed_and_hold_at_once(app, ada, client, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    sent = {"role": "moderator", "site-gazette": "yes", "sections-gazette": "Sport\r\n\r\n Local \nSport"}
    assert change(ada, newsroom, cast.hanna, **sent).status_code == 302
    assert (hanna.get("/desk?site=herald").status_code, hanna.get("/desk?site=gazette").status_code) == (404, 200)
    with app.app_context():
        (member,) = staff.account(cast.hanna).sites
        assert member.sections == ["Sport", "Local"]
    assert staff.acts() == [("Ada", "sites changed")]


def test_another_role_means_signing_in_anew(ada, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    assert change(ada, newsroom, cast.hanna, role="admin").status_code == 302
    assert hanna.get("/desk").status_code == 302
    assert newsroom.signed_in(cast.hanna).get("/admin/accounts").status_code == 200


def test_a_moderator_of_nothing_is_refused(ada, cast, newsroom, staff):
    assert change(ada, newsroom, cast.hanna, role="moderator").status_code == 422
    assert change(ada, newsroom, cast.hanna, role="owner", **{"site-herald": "yes"}).status_code == 422
    assert staff.acts() == []


def test_an_account_is_disabled_and_enabled(ada, client, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    queue = "/api/v1/moderation/queue?site=herald"
    assert do(ada, newsroom, cast.hanna, "disable").status_code == 302
    assert (hanna.get("/desk").status_code, client.get(queue, headers=cast.hanna.headers).status_code) == (302, 401)
    assert do(ada, newsroom, cast.hanna, "enable").status_code == 302
    assert hanna.get("/desk").status_code == 302  # what was signed in stays ended
    assert sign_in(newsroom.client(), cast.hanna.email, PASSWORD).status_code == 302
    assert [action for _, action in staff.acts()] == ["disabled", "enabled"]


def test_an_admin_signs_somebody_out_everywhere(ada, cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    do(ada, newsroom, cast.hanna, "sign-out")
    assert (hanna.get("/desk").status_code, ada.get("/desk").status_code) == (302, 200)


def test_there_is_no_other_verb(ada, cast, newsroom, staff):
    assert do(ada, newsroom, cast.hanna, "promote").status_code == 404


# Fields nobody may send


HOSTILE = {"role": "admin", "site-gazette": "yes", "sites": "2", "site_ids": "2", "is_admin": "1", "disabled_at": ""}


@pytest.mark.parametrize(
    ("path", "page", "sent"),
    [
        ("/desk/me", "/desk/me", {"alias": "H", "break_after": "0"}),
        ("/desk/security/password", "/desk/security", {"present": PASSWORD, "wanted": "seven quiet lighthouses"}),
        ("/desk/security/tokens", "/desk/security", {"name": "x", "scope": "admin"}),
        ("/desk/security/sessions/end-others", "/desk/security", {}),
        ("/login/confirm", "/login/confirm", {"proof": PASSWORD}),
        ("/desk/notices", "/desk/notices", {"queue": "off", "held": "off"}),
    ],
)
def test_no_form_of_ones_own_gives_a_role_or_a_site(app, cast, newsroom, staff, path, page, sent):
    hanna = newsroom.signed_in(cast.hanna)
    assert post(hanna, path, page=page, **{**HOSTILE, **sent}).status_code in (200, 302)
    with app.app_context():
        account = staff.account(cast.hanna)
        assert (account.role, [each.site_id for each in account.sites]) == ("moderator", [1])


@pytest.mark.parametrize("path", ["/admin/accounts/1", "/admin/accounts/new", "/admin/accounts/1/enable"])
def test_no_json_changes_an_account(app, ada, cast, newsroom, staff, path):
    token = csrf_token(ada.get("/desk").get_data(as_text=True))
    answer = ada.post(path, json={**HOSTILE, "email": "x@y.example", "name": "X"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 415
    assert staff.acts() == []


# The last admin


@pytest.mark.parametrize("how", ["disable", "demote"])
def test_the_last_admin_stays(app, ada, cast, newsroom, staff, how):
    if how == "disable":
        answer = do(ada, newsroom, cast.ada, "disable")
    else:
        answer = change(ada, newsroom, cast.ada, role="moderator", **{"site-herald": "yes"})
    assert answer.status_code == 409
    assert ada.get("/admin/accounts").status_code == 200
    assert staff.acts() == []


def test_an_admin_who_has_never_been_here_is_not_another_one(ada, cast, newsroom, staff):
    staff.invite(role="admin")
    assert do(ada, newsroom, cast.ada, "disable").status_code == 409


def test_with_another_admin_one_may_go(ada, cast, newsroom, staff):
    bea = newsroom.account("Bea", Role.ADMIN)
    assert do(ada, newsroom, cast.ada, "disable").status_code == 302
    assert ada.get("/desk").status_code == 302
    assert do(newsroom.signed_in(bea), newsroom, bea, "disable").status_code == 409


@pytest.mark.parametrize("how", ["disable", "demote"])
def test_two_admins_who_remove_each_other_at_the_same_moment_leave_one(app, cast, newsroom, staff, how):
    people, together, came_of = [cast.ada, newsroom.account("Bea", Role.ADMIN)], threading.Barrier(2), []

    def remove(whom, by):
        with app.app_context():
            account, actor = staff.account(whom), Actor.of(staff.account(by))
            together.wait(10)
            try:
                with unit_of_work():
                    if how == "disable":
                        service.disable_account(account, actor=actor, now=now())
                    else:
                        changes.change(account, role=Role.MODERATOR, sites={1: []}, actor=actor, now=now())
                came_of.append("done")
            except Conflict:
                came_of.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=remove, args=pair) for pair in (people, people[::-1])]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    with app.app_context():
        left = db.session.query(Account).filter(Account.role == Role.ADMIN, Account.disabled_at.is_(None)).count()
    assert (sorted(came_of), left) == (["done", "refused"], 1)


# The log


def test_the_log_says_who_did_what_and_holds_no_secret(app, ada, cast, newsroom, staff):
    link = staff.invite()
    change(ada, newsroom, cast.hanna, role="admin")
    page = ada.get("/admin/accounts/log").get_data(as_text=True)
    assert ("Role changed" in page, "Invited" in page, "Signed in" in page) == (True, True, True)
    with app.app_context():
        kept = repr([(each.by, each.action, each.details) for each in db.session.query(Act)])
    for secret in (PASSWORD, "@newsroom.example", link.rpartition(".")[2], cast.hanna.token):
        assert secret not in kept


@pytest.mark.parametrize(
    "statement", ["UPDATE commentsvc_staff_act SET action = 'x'", "DELETE FROM commentsvc_staff_act"]
)
def test_the_database_keeps_the_log_as_it_is(app, ada, staff, statement):
    with app.app_context(), pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_long_log_has_pages(app, ada, cast, newsroom, staff):
    with app.app_context(), unit_of_work():
        for number in range(60):
            db.session.add(Act(at=now(), by=f"B{number}", action="enabled", details={}))
    first = ada.get("/admin/accounts/log").get_data(as_text=True)
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(older).get_data(as_text=True)
    assert ("B59<" in first, "B0<" in first, "B0<" in second, "B59<" in second) == (True, False, True, False)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "“{{ 7*7 }}”", "Ida\u202egnp"])
def test_a_name_is_text_wherever_it_is_shown(app, ada, client, staff, name):
    link = staff.invite(name=name)
    for page in (ada.get("/admin/accounts"), ada.get("/admin/accounts/log"), client.get(link)):
        assert page.status_code == 200
        assert "<script>alert" not in page.get_data(as_text=True)


# Scopes of tokens


@pytest.fixture
def token_of(app, staff):
    """A token of a scope for one of the cast."""

    def make(person, scope) -> dict[str, str]:
        with app.app_context(), unit_of_work():
            token = service.add_token(staff.account(person), name="x", scope=scope, now=now())
        return {"Authorization": f"Bearer {token}"}

    return make


def decision(newsroom) -> dict:
    number = newsroom.comment(newsroom.story("herald"), status="hold")
    return {"comments": [{"id": str(number), "version": newsroom.version(number)}], "action": "approve"}


@pytest.mark.parametrize(("scope", "statuses"), [
    ("read", (200, 403, 403, 403)),
    ("moderate", (200, 200, 403, 403)),
    ("admin", (200, 200, 200, 200)),
])  # fmt: skip
def test_a_scope_limits_what_an_admins_token_may(client, cast, newsroom, token_of, scope, statuses):
    headers = token_of(cast.ada, scope)
    with_number = newsroom.comment(newsroom.story("herald"), status="approve")
    with newsroom.app.app_context():
        author = newsroom.row(with_number).author_id
    answers = (
        client.get("/api/v1/moderation/queue?site=herald", headers=headers),
        client.post("/api/v1/moderation/decisions", json=decision(newsroom), headers=headers),
        client.post("/api/v1/admin/authors?site=herald", json={"site": "herald", "name": "New"}, headers=headers),
        client.patch(f"/api/v1/admin/authors/{author}", json={"bio": "x"}, headers=headers),
    )
    assert tuple(200 if answer.status_code == 201 else answer.status_code for answer in answers) == statuses


def test_a_token_that_only_reads_sees_no_address(client, cast, newsroom, token_of):
    number = newsroom.comment(newsroom.story("herald"), email="rosa@example.org")
    with newsroom.app.app_context():
        where = f"/api/v1/admin/authors/{newsroom.row(number).author_id}/address"
    assert client.post(where, headers=token_of(cast.ada, "read")).status_code == 403
    assert client.post(where, headers=token_of(cast.ada, "admin")).json["address"] == "rosa@example.org"


def test_a_scope_gives_a_moderator_nothing_more(client, cast, newsroom, token_of):
    sent = {"site": "herald", "name": "New"}
    answer = client.post("/api/v1/admin/authors", json=sent, headers=token_of(cast.hanna, "admin"))
    assert answer.status_code == 403


def test_tokens_of_before_keep_what_they_could_do(app, client, cast, newsroom):
    with app.app_context(), db.engine.begin() as connection:
        columns = "token_hash, account_id, name, created_at"
        given = "SELECT 'of old', id, '', created_at FROM commentsvc_account WHERE role = 'admin'"
        connection.execute(text(f"INSERT INTO commentsvc_api_token ({columns}) {given}"))
        assert connection.scalar(text("SELECT scope FROM commentsvc_api_token WHERE token_hash = 'of old'")) == "admin"


def test_an_old_password_however_weak_still_signs_in(app, client, cast, staff):
    with app.app_context(), unit_of_work():
        hashed = service.hasher.hash("short")
        db.session.execute(
            update(Account).where(Account.id == staff.account(cast.hanna).id).values(password_hash=hashed)
        )
    assert sign_in(client, cast.hanna.email, "short").status_code == 302
