"""Signing in elsewhere (OpenID Connect), against a provider with real keys on this machine."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from commentsvc import create_app
from commentsvc.accounts import oidc
from commentsvc.accounts.models import Account, Role, StaffSession
from commentsvc.config import Misconfigured
from commentsvc.core import oidc as core_oidc
from commentsvc.core import oidc_client
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.accounts.conftest import BASE, code_now, post
from tests.conftest import settings
from tests.provider import CLIENT, Provider

FAILED = "Signing in with Newsroom login did not work"


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, app, staff, monkeypatch):
    """The provider, honest again, and the service told of it."""
    running.become(email="hanna@newsroom.example", email_verified=True)
    monkeypatch.setitem(app.extensions, oidc.EXTENSION, None)
    oidc.install(app, oidc.provider_at(running.url), ())
    return running


def come_back(client, provider, path="/login/elsewhere"):
    return client.get(provider.authorize(client.get(path).location))


def said(client) -> str:
    return client.get("/login").get_data(as_text=True)


def test_whoever_the_provider_knows_signs_in(client, provider):
    assert "Sign in with <bdi>Newsroom login</bdi>" in said(client)
    answer = come_back(client, provider, "/login/elsewhere?next=/desk/log")
    assert (answer.location, client.get("/desk").status_code) == ("/desk/log", 200)


def test_the_question_has_pkce_state_and_nonce_and_the_public_address(client, provider):
    asked = urlsplit(client.get("/login/elsewhere").location)
    query = {name: value for name, (value,) in parse_qs(asked.query).items()}
    assert query["redirect_uri"] == f"{BASE}/login/elsewhere/back"
    assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert query["scope"] == "openid email"


@pytest.mark.parametrize(
    "lies",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"exp": None},
        {"iat": None},
        {"nonce": "of another"},
        {"nonce": None},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_signs_nobody_in(client, provider, lies):
    provider.lies = lies
    assert come_back(client, provider).location == "/login"
    assert FAILED in said(client)
    assert client.get("/desk").status_code == 302


def test_a_token_that_was_over_two_minutes_ago_signs_nobody_in(client, provider):
    provider.lies = {"exp": int(time.time()) - 120}
    assert come_back(client, provider).location == "/login"
    assert client.get("/desk").status_code == 302


@pytest.mark.parametrize("how", ["by_a_stranger", "without_signature", "by_the_client_secret", "by_the_public_key"])
def test_a_forged_token_signs_nobody_in(client, provider, how):
    provider.sign = getattr(provider, how)
    assert come_back(client, provider).location == "/login"
    assert client.get("/desk").status_code == 302


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_the_provider_has_not_verified_is_nobody(client, provider, verified):
    provider.person["email_verified"] = verified
    come_back(client, provider)
    assert "has not verified your email address" in said(client)
    assert client.get("/desk").status_code == 302


def test_a_stranger_gets_no_account(app, client, provider):
    provider.person |= {"email": "mallory@newsroom.example", "role": "admin", "groups": ["admin"]}
    with app.app_context():
        before = db.session.query(Account).count()
    come_back(client, provider)
    with app.app_context():
        assert db.session.query(Account).count() == before
    assert "There is no account here" in said(client)


def test_what_the_provider_says_makes_nobody_an_admin(app, client, provider):
    provider.person |= {"role": "admin", "roles": ["admin"], "is_admin": True, "site_ids": [2]}
    come_back(client, provider)
    assert (client.get("/desk").status_code, client.get("/admin/accounts").status_code) == (200, 403)
    with app.app_context():
        hanna = db.session.query(Account).filter_by(name="Hanna").one()
        assert (hanna.role, len(hanna.sites)) == (Role.MODERATOR, 1)


def test_a_disabled_account_stays_outside(app, client, cast, provider, staff):
    with app.app_context(), unit_of_work():
        staff.account(cast.hanna).disabled_at = now()
    come_back(client, provider)
    assert client.get("/desk").status_code == 302


def test_the_answer_of_another_browser_is_refused(client, newsroom, provider):
    somewhere = newsroom.client()
    back = provider.authorize(somewhere.get("/login/elsewhere").location)
    client.get("/login/elsewhere")
    assert client.get(back).location == "/login"
    assert client.get("/desk").status_code == 302


def test_an_answer_is_good_once(client, newsroom, provider):
    back = provider.authorize(client.get("/login/elsewhere").location)
    assert client.get(back).location == "/desk"
    post(client, "/logout", page="/desk")
    assert (client.get(back).location, client.get("/desk").status_code) == ("/login", 302)


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied&error_description=<script>", "?code=x&state=y", "?state[]=1"]
)
def test_coming_back_with_nothing_is_said_plainly(client, provider, query):
    client.get("/login/elsewhere")
    assert client.get(f"/login/elsewhere/back{query}").location == "/login"
    assert "<script>" not in said(client).replace('<script type="module"', "")


@pytest.mark.parametrize("wanted", ["//evil.test", "https://evil.test", "/\\evil.test"])
def test_signing_in_elsewhere_leads_nowhere_else(client, provider, wanted):
    assert come_back(client, provider, f"/login/elsewhere?next={wanted}").location == "/desk"


def test_a_provider_that_calls_itself_otherwise_is_not_asked_further(client, provider):
    provider.issuer_said = "https://evil.test"
    assert client.get("/login/elsewhere").location == "/login"


def test_a_provider_that_wants_to_be_asked_without_tls_is_not_asked(provider):
    app = oidc_client._App(core_oidc.Provider("https://login.example", "us", "secret", "Login"), (), "openid")
    app.server_metadata = {
        "_loaded_at": 1,
        "issuer": "https://login.example",
        "token_endpoint": "http://login.example/",
    }
    with pytest.raises(ValueError, match="TLS"):
        app.load_server_metadata()


def test_whether_an_address_is_verified_is_said_by_who_says_the_address(client, provider):
    """The token has the address, and the page about the person another one that is verified."""
    in_token = {"sub": "4711", "email": "hanna@newsroom.example", "aud": CLIENT}
    asked = {"sub": "4711", "email": "mallory@evil.test", "email_verified": True, "name": "Mallory"}
    assert oidc_client._together(dict(in_token), asked) == {**in_token, "name": "Mallory"}
    assert oidc_client._together({"sub": "4711", "email_verified": True}, {"sub": "4711", "email": "x@evil.test"}) == {
        "sub": "4711",
        "email": "x@evil.test",
    }


def test_a_provider_that_says_little_in_the_token_is_asked(client, provider):
    provider.says_little = True
    assert come_back(client, provider).location == "/desk"
    assert provider.asked == ["Bearer x"]


def test_the_second_step_is_asked_for_here_all_the_same(client, cast, provider, staff):
    staff.with_codes(cast.hanna)
    assert come_back(client, provider).location == "/login/code"
    assert client.get("/desk").status_code == 302
    assert post(client, "/login/code", code=code_now()).location == "/desk"


def test_who_was_invited_may_come_this_way(app, client, provider, staff):
    staff.invite()
    provider.person["email"] = "ida@newsroom.example"
    assert come_back(client, provider).location == "/desk"
    with app.app_context():
        assert db.session.query(Account).filter_by(name="Ida").one().joined_at is not None


def test_it_confirms_that_one_is_still_oneself(app, client, provider):
    come_back(client, provider)
    assert client.get("/desk/security/second-step").location.startswith("/login/confirm")
    asked = client.get("/login/elsewhere?confirm=1&next=/desk/security/second-step").location
    assert "prompt=login" in asked and "max_age=0" in asked
    assert client.get(provider.authorize(asked)).location == "/desk/security/second-step"
    assert client.get("/desk/security/second-step").status_code == 200
    with app.app_context():
        assert db.session.query(StaffSession).count() == 1


@pytest.mark.parametrize("auth_time", [None, 1, "now", True, 10**30])
def test_a_provider_that_did_not_ask_again_confirms_nothing(client, provider, auth_time):
    come_back(client, provider)
    provider.lies = {"auth_time": auth_time}
    come_back(client, provider, "/login/elsewhere?confirm=1")
    assert client.get("/desk/security/second-step").status_code == 302


def test_a_provider_that_asked_an_hour_ago_confirms_nothing(client, provider):
    come_back(client, provider)
    provider.lies = {"auth_time": int(time.time()) - 3600}
    come_back(client, provider, "/login/elsewhere?confirm=1")
    assert client.get("/desk/security/second-step").status_code == 302


def test_somebody_else_does_not_confirm(client, cast, provider):
    come_back(client, provider)
    provider.person["email"] = cast.ada.email
    come_back(client, provider, "/login/elsewhere?confirm=1")
    assert client.get("/desk/security/second-step").status_code == 302
    assert client.get("/admin/accounts").status_code == 403


def test_no_secret_of_it_is_logged(client, provider, caplog):
    caplog.set_level("INFO")
    provider.lies = {"aud": "another"}
    come_back(client, provider)
    assert "signing in elsewhere failed" in caplog.text
    assert not any(secret in caplog.text for secret in ("s3cret", "hanna@", "eyJ"))


def test_without_a_provider_there_is_no_such_door(client, cast):
    assert "elsewhere" not in said(client)
    assert client.get("/login/elsewhere").location == client.get("/login/elsewhere/back").location == "/login"


@pytest.mark.parametrize(
    "url",
    ["https://login.example", "https://id@login.example", "http://id:secret@login.example", "ftp://id:secret@x", "x"],
)
def test_a_provider_that_cannot_be_used_stops_the_start(tmp_path, url):
    with pytest.raises(Misconfigured):
        create_app(settings("sqlite://", tmp_path, base_url=BASE, oidc_url=url))


def test_a_provider_needs_a_public_address(tmp_path):
    with pytest.raises(Misconfigured, match="BASE_URL"):
        create_app(settings("sqlite://", tmp_path, oidc_url="https://id:secret@login.example"))


@pytest.mark.parametrize(
    ("url", "issuer", "opening"),
    [
        ("https://id:secret@login.example/realms/x?name=Ours", "https://login.example/realms/x", "login.example:443"),
        ("https://id:s%2Fx@login.example:8443/", "https://login.example:8443/", "login.example:8443"),
        ("http://id:secret@[::1]:9/", "http://[::1]:9/", "[::1]:9"),
    ],
)
def test_the_provider_is_read_from_one_address(url, issuer, opening):
    read = oidc.provider_at(url)
    assert (read.issuer, read.opening, read.client_id) == (issuer, opening, "id")
