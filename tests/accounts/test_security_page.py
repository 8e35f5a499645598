"""One's own page: password, sessions, tokens; and confirming that it is still oneself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from commentsvc.accounts.browsers import family_of
from commentsvc.accounts.models import Act, ApiToken, StaffSession
from commentsvc.authors.models import Author
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.webhooks.models import Endpoint
from tests.accounts.conftest import GOOD, code_now, post
from tests.accounts.test_sign_in import sign_in
from tests.cast import PASSWORD, csrf_token

PAGE = "/desk/security"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15"


def change(client, present, wanted):
    return post(client, f"{PAGE}/password", page=PAGE, present=present, wanted=wanted)


def test_a_changed_password_ends_every_other_session_and_renews_this_one(cast, newsroom, staff):
    hanna, other = newsroom.signed_in(cast.hanna), newsroom.signed_in(cast.hanna)
    before = hanna.get_cookie("commentsvc").value
    assert change(hanna, PASSWORD, GOOD).status_code == 302
    assert (hanna.get("/desk").status_code, other.get("/desk").status_code) == (200, 302)
    other.set_cookie("commentsvc", before)
    assert other.get("/desk").status_code == 302


@pytest.mark.parametrize(("present", "wanted"), [("wrong", GOOD), ("", GOOD), (PASSWORD, "hanna12345"), (PASSWORD, "")])
def test_a_password_is_not_changed_without_the_present_one_or_to_a_weak_one(cast, newsroom, staff, present, wanted):
    hanna = newsroom.signed_in(cast.hanna)
    assert change(hanna, present, wanted).status_code == 422
    assert sign_in(newsroom.client(), cast.hanna.email, PASSWORD).status_code == 302


def test_the_present_password_cannot_be_guessed_at_a_desk_left_open(cast, newsroom, staff):
    hanna = newsroom.signed_in(cast.hanna)
    statuses = [change(hanna, f"guess {number}", GOOD).status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]


# Sessions


@pytest.mark.parametrize(("agent", "family"), [
    (FIREFOX, "Firefox"), (EDGE, "Edge"), (CHROME, "Chrome"), (SAFARI, "Safari"), ("curl/8", ""), ("<b>Edg", "Edge"),
])  # fmt: skip
def test_only_the_family_of_a_browser_is_kept(agent, family):
    assert family_of(agent) == family


def test_sessions_are_told_apart_by_browser_and_network_without_an_address(app, cast, newsroom, staff):
    hanna, other = newsroom.signed_in(cast.hanna), newsroom.client()
    there = {"environ_base": {"REMOTE_ADDR": "198.51.100.7", "HTTP_USER_AGENT": FIREFOX}}
    sign_in(other, cast.hanna.email, PASSWORD, **there)
    page = hanna.get(PAGE).get_data(as_text=True)
    assert ("Firefox, since" in page, "from another network" in page, "from this network" in page) == (True, True, True)
    with app.app_context():
        kept = " ".join(map(repr, db.session.execute(select(StaffSession.__table__)))) + repr(
            [each.details for each in db.session.query(Act)]
        )
    assert ("198.51.100.7" in kept + page, "Gecko" in kept) == (False, False)


def session_ids(app, person, staff) -> list[int]:
    with app.app_context():
        account = staff.account(person).id
        theirs = select(StaffSession.id).where(StaffSession.account_id == account).order_by(StaffSession.id)
        return list(db.session.scalars(theirs))


def test_one_other_session_is_ended(app, cast, newsroom, staff):
    hanna, other = newsroom.signed_in(cast.hanna), newsroom.signed_in(cast.hanna)
    mine, its = session_ids(app, cast.hanna, staff)
    assert post(hanna, f"{PAGE}/sessions/{its}/end", page=PAGE).status_code == 302
    assert (hanna.get("/desk").status_code, other.get("/desk").status_code) == (200, 302)


def test_all_other_sessions_are_ended(cast, newsroom, staff):
    hanna, *others = (newsroom.signed_in(cast.hanna) for _ in range(3))
    gus = newsroom.signed_in(cast.gus)
    post(hanna, f"{PAGE}/sessions/end-others", page=PAGE)
    assert [each.get("/desk").status_code for each in (hanna, *others, gus)] == [200, 302, 302, 200]


def test_nobody_ends_a_colleagues_session_or_token(app, cast, newsroom, staff):
    gus, hanna = newsroom.signed_in(cast.gus), newsroom.signed_in(cast.hanna)
    (of_gus,) = session_ids(app, cast.gus, staff)
    with app.app_context():
        token = db.session.scalar(select(ApiToken.id).where(ApiToken.account_id == staff.account(cast.gus).id))
    assert post(hanna, f"{PAGE}/sessions/{of_gus}/end", page=PAGE).status_code == 404
    assert post(hanna, f"{PAGE}/tokens/{token}/revoke", page=PAGE).status_code == 404
    assert gus.get("/desk").status_code == 200


# Tokens


@pytest.mark.parametrize("scope", ["read", "moderate", "admin"])
def test_a_token_is_made_shown_once_and_revoked(app, client, cast, newsroom, staff, scope):
    hanna = newsroom.signed_in(cast.hanna)
    page = post(hanna, f"{PAGE}/tokens", page=PAGE, name="night script", scope=scope).get_data(as_text=True)
    token = page.split('<code dir="ltr">')[1].split("<")[0]
    shown = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/moderation/queue?site=herald", headers=shown).status_code == 200
    assert token not in hanna.get(PAGE).get_data(as_text=True)
    with app.app_context():
        row = db.session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).first()
        assert (row.scope, row.last_used_at is not None) == (scope, True)
    post(hanna, f"{PAGE}/tokens/{row.id}/revoke", page=PAGE)
    assert client.get("/api/v1/moderation/queue?site=herald", headers=shown).status_code == 401
    assert [action for _, action in staff.acts()] == ["token added", "token revoked"]


# Confirming


DANGEROUS = [
    ("GET", "/admin/accounts/new"),
    ("POST", "/admin/accounts/new"),
    ("GET", "/admin/accounts/1"),
    ("POST", "/admin/accounts/1"),
    ("POST", "/admin/accounts/1/disable"),
    ("POST", "/admin/accounts/second-step"),
    ("POST", "/admin/accounts/1/tokens/1/revoke"),
    ("GET", "/desk/security/second-step"),
    ("POST", "/desk/security/second-step"),
    ("POST", "/desk/security/second-step/off"),
    ("POST", "/desk/security/second-step/codes"),
    ("POST", "/desk/security/tokens"),
    ("POST", "/desk/security/tokens/1/revoke"),
]


@pytest.fixture
def unattended(app, cast, newsroom, staff):
    """A desk Ada left eleven minutes ago."""
    ada = newsroom.signed_in(cast.ada)
    with app.app_context(), unit_of_work():
        for session in db.session.query(StaffSession):
            session.confirmed_at = now() - timedelta(minutes=11)
    return ada


def test_dangerous_acts_ask_who_is_there(app, unattended, staff):
    token = csrf_token(unattended.get("/desk").get_data(as_text=True))
    for method, path in DANGEROUS:
        answer = unattended.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login/confirm"), path
    assert staff.acts() == []


@pytest.fixture
def rosa(app, newsroom, cast) -> int:
    """The number of a commenter."""
    number = newsroom.comment(newsroom.story(), email="rosa@example.org")
    with app.app_context():
        return newsroom.row(number).author_id


FAR_REACHING = [
    ("/admin/authors/{rosa}/standing", {"standing": "BANNED", "scope": "all"}),
    ("/admin/authors/{rosa}/standing", {"standing": "TRUSTED", "scope": "all"}),
    ("/admin/checks?site=herald", {"hook_sends_address": "y"}),
    ("/admin/checks?site=herald", {"akismet_sends_address": "y"}),
    ("/admin/endpoints?site=herald", {"url": "https://hook.example/", "events": "comment.created", "internal": "y"}),
]


@pytest.mark.parametrize(("path", "sent"), FAR_REACHING)
def test_what_reaches_further_than_the_site_asks_too_and_does_nothing_yet(app, unattended, rosa, path, sent):
    page = f"/desk/authors/{rosa}"
    answer = post(unattended, path.format(rosa=rosa), page=page, **sent)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login/confirm")
    with app.app_context():
        settings = site_named("herald").settings
        kept = (db.session.get_one(Author, rosa).standing, settings.sends_addresses, db.session.query(Endpoint).count())
        assert kept == ("NORMAL", False, 0)


@pytest.mark.parametrize("standing", ["BANNED", "NORMAL"])
def test_a_ban_on_this_site_asks_nobody(app, unattended, rosa, standing):
    path = f"/admin/authors/{rosa}/standing"
    sent = {"standing": standing, "scope": "site", "lasts": "", "comments": ""}
    assert post(unattended, path, page=f"/desk/authors/{rosa}", **sent).location == f"/desk/authors/{rosa}"


def test_a_ban_on_all_sites_is_given_once_somebody_confirmed(app, unattended, rosa):
    path, page = f"/admin/authors/{rosa}/standing", f"/desk/authors/{rosa}"
    sent = {"standing": "BANNED", "scope": "all", "lasts": "", "comments": ""}
    post(unattended, "/login/confirm", proof=PASSWORD)
    assert post(unattended, path, page=page, **sent).location == page
    with app.app_context():
        assert db.session.get_one(Author, rosa).standing == "BANNED"


def test_the_password_confirms_and_leads_back(unattended, staff):
    asked = unattended.get("/admin/accounts/new?site=herald")
    sent = {"proof": PASSWORD, "next": "/admin/accounts/new?site=herald"}
    answer = post(unattended, "/login/confirm", page=asked.location, **sent)
    assert answer.location == "/admin/accounts/new?site=herald"
    assert unattended.get(answer.location).status_code == 200


def test_a_code_confirms_too(cast, unattended, staff):
    staff.with_codes(cast.ada)
    assert post(unattended, "/login/confirm", proof=code_now()).status_code == 302
    assert unattended.get("/admin/accounts/new").status_code == 200


def test_a_wrong_password_confirms_nothing_and_becomes_slow(unattended, staff):
    statuses = [post(unattended, "/login/confirm", proof=f"guess {number}").status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    assert unattended.get("/admin/accounts/new").status_code == 302


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test/", "/\\evil.test"])
def test_confirming_leads_nowhere_else(unattended, staff, elsewhere):
    assert post(unattended, "/login/confirm", proof=PASSWORD, next=elsewhere).location == "/desk"


def test_what_was_sent_without_confirming_leads_back_to_its_form(unattended, staff):
    token = csrf_token(unattended.get("/desk").get_data(as_text=True))
    sent = {"csrf_token": token, "name": "x", "scope": "read"}
    here = {"Referer": "http://localhost/desk/security?site=herald"}
    answer = unattended.post("/desk/security/tokens", data=sent, headers=here)
    assert answer.location == "/login/confirm?next=/desk/security?site%3Dherald"
