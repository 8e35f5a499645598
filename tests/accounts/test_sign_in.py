"""The newsroom signs in."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import argon2
import html5lib
import pytest

from commentsvc import create_app
from commentsvc.accounts.models import Role, StaffSession
from commentsvc.accounts.service import disable_account, find_account
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.extensions import limiter
from tests.accounts.vectors import hostile_class
from tests.cast import PASSWORD, Newsroom, csrf_token
from tests.conftest import settings

WORDS = "This address and password do not belong together."


def sign_in(client, email, password, **more):
    """What the form of the sign-in page sends."""
    page = client.get("/login", headers=more.pop("headers", None), base_url=more.get("base_url"))
    data = {
        "email": email,
        "password": password,
        "csrf_token": csrf_token(page.get_data(as_text=True)),
        **more.pop("data", {}),
    }
    return client.post("/login", data=data, **more)


def test_the_right_password_opens_the_desk(client, cast):
    answer = sign_in(client, cast.hanna.email, PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/desk")
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize("typed", ["  hanna@newsroom.example ", "Hanna@Newsroom.Example", "hanna@newsroom.example\n"])
def test_an_address_is_the_same_in_capitals_and_with_spaces_around(client, cast, typed):
    assert sign_in(client, typed, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("hanna@newsroom.example", "wrong horse battery"),
        ("hanna@newsroom.example", PASSWORD + " "),
        ("nobody@newsroom.example", PASSWORD),
        ("no address at all", PASSWORD),
        ("hanna@newsroom.example\x00", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("a" * 20_000 + "@newsroom.example", PASSWORD),
        ("hanna@newsroom.example", "a" * 20_000),
        ("hanna@newsroom.example", "\x00" + PASSWORD),
        ("gus@newsroom.example", PASSWORD.upper()),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(client, cast, email, password):
    answer = sign_in(client, email, password)
    assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (401, True)
    assert client.get("/desk").status_code == 302


def test_a_disabled_account_is_told_nothing_else(app, client, cast):
    with app.app_context(), unit_of_work():
        disable_account(find_account(cast.hanna.email, house().keys), now=now())
    answer = sign_in(client, cast.hanna.email, PASSWORD)
    assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (401, True)


@pytest.mark.parametrize("email", ["hanna@newsroom.example", "nobody@newsroom.example", "no address at all"])
def test_an_unknown_address_costs_one_password_check_like_a_known_one(client, cast, monkeypatch, email):
    sign_in(client, "somebody@else.example", PASSWORD)
    checked = []
    check = argon2.PasswordHasher.verify
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *args: checked.append(1) or check(*args))
    sign_in(client, email, "wrong horse battery")
    assert len(checked) == 1


@pytest.mark.parametrize("missing", ["email", "password"])
def test_both_fields_are_needed(client, cast, missing):
    answer = sign_in(client, *("" if name == missing else "given" for name in ("email", "password")))
    assert answer.status_code == 422


def test_the_password_is_never_sent_back(client, cast):
    assert "wrong horse battery" not in sign_in(client, cast.hanna.email, "wrong horse battery").get_data(as_text=True)


def test_after_ten_attempts_in_a_minute_one_has_to_wait(client, cast):
    answers = [sign_in(client, cast.hanna.email, "wrong horse battery").status_code for _ in range(10)]
    assert answers == [401] * 10
    page = client.get("/login").get_data(as_text=True)
    answer = client.post(
        "/login", data={"email": cast.hanna.email, "password": PASSWORD, "csrf_token": csrf_token(page)}
    )
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


@pytest.mark.parametrize(
    ("other", "status"), [("2001:db8:1:2:ffff::9", 429), ("2001:db8:1:3::1", 401), ("203.0.113.9", 401)]
)
def test_another_address_of_the_same_connection_is_no_new_chance(client, cast, other, status):
    def attempt(address):
        return sign_in(
            client, cast.hanna.email, "wrong horse battery", environ_base={"REMOTE_ADDR": address}
        ).status_code

    assert [attempt("2001:db8:1:2::1") for _ in range(10)] == [401] * 10
    assert attempt(other) == status


def test_signing_in_changes_the_cookie(client, cast):
    client.get("/login")
    before = client.get_cookie("commentsvc").value
    sign_in(client, cast.hanna.email, PASSWORD)
    assert client.get_cookie("commentsvc").value != before


def test_a_form_token_from_before_signing_in_is_worth_nothing_after(client, cast):
    early = csrf_token(client.get("/login").get_data(as_text=True))
    sign_in(client, cast.hanna.email, PASSWORD)
    assert client.post("/logout", data={"csrf_token": early}).status_code == 400


def test_a_cookie_kept_from_before_signing_out_opens_nothing(client, cast, newsroom):
    hanna = newsroom.signed_in(cast.hanna)
    kept = hanna.get_cookie("commentsvc").value
    token = csrf_token(hanna.get("/desk").get_data(as_text=True))
    assert hanna.post("/logout", data={"csrf_token": token}).location == "/login"
    client.set_cookie("commentsvc", kept)
    assert (client.get("/desk").status_code, client.get("/desk").location) == (302, "/login?next=/desk")


def test_signing_out_on_one_browser_leaves_the_other_signed_in(cast, newsroom):
    one, other = newsroom.signed_in(cast.hanna), newsroom.signed_in(cast.hanna)
    one.post("/logout", data={"csrf_token": csrf_token(one.get("/desk").get_data(as_text=True))})
    assert (one.get("/desk").status_code, other.get("/desk").status_code) == (302, 200)


@pytest.mark.parametrize(
    ("field", "hours", "status"),
    [
        ("last_seen_at", 11.9, 200),
        ("last_seen_at", 12.1, 302),  # idle: 12 hours
        ("created_at", 7 * 24 - 0.1, 200),
        ("created_at", 7 * 24 + 0.1, 302),  # however busy: 7 days
    ],
)
def test_a_session_ends_by_itself(app, cast, newsroom, field, hours, status):
    hanna = newsroom.signed_in(cast.hanna)
    with app.app_context(), unit_of_work():
        setattr(db.session.query(StaffSession).one(), field, now() - timedelta(hours=hours))
    assert hanna.get("/desk").status_code == status


def test_using_the_desk_keeps_a_session_from_idling_out(app, cast, newsroom):
    hanna = newsroom.signed_in(cast.hanna)
    with app.app_context(), unit_of_work():
        db.session.query(StaffSession).one().last_seen_at = now() - timedelta(hours=11)
    hanna.get("/desk")
    with app.app_context():
        assert now() - db.session.query(StaffSession).one().last_seen_at < timedelta(minutes=1)


def test_disabling_an_account_ends_its_sessions_at_once(app, cast, newsroom):
    hanna = newsroom.signed_in(cast.hanna)
    with app.app_context(), unit_of_work():
        disable_account(find_account(cast.hanna.email, house().keys), now=now())
    assert hanna.get("/desk").status_code == 302


def test_the_database_alone_signs_nobody_in(app, cast, newsroom):
    hanna = newsroom.signed_in(cast.hanna)
    with app.app_context():
        stored = db.session.query(StaffSession).one().token_hash
    assert stored not in hanna.get_cookie("commentsvc").value


# Where the page goes after signing in

ELSEWHERE = [
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https://evil.test/",
    "HTTPS://evil.test/",
    "https:evil.test",
    "http:/\\evil.test",
    "/\t/evil.test",
    "/\n//evil.test",
    "\t//evil.test",
    " https://evil.test",
    "\x00//evil.test",
    "\u00a0//evil.test",
    "\u2028//evil.test",
    "/\x0b/evil.test",
    "/.\\evil.test",
    "///evil.test/%2f..",
    "//evil.test@localhost/",
    "//localhost@evil.test/",
    "////evil.test",
    "/\\/evil.test",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "vbscript:x",
    "evil.test",
    "?next=//evil.test",
    "@evil.test",
    ":80@evil.test",
    *hostile_class("open-redirect"),
]


def browser_goes_to(location: str) -> str:
    """The origin a browser goes to from our sign-in page, read the way the URL standard says."""
    cleaned = "".join(char for char in location.strip("".join(map(chr, range(33)))) if char not in "\t\r\n")
    parts = urlsplit(urljoin("http://localhost/login", cleaned.replace("\\", "/")))
    return f"{parts.scheme}://{parts.netloc}"


def test_there_are_many_ways_to_say_elsewhere():
    assert len(ELSEWHERE) >= 40


@pytest.mark.parametrize("door", ["signing in", "already signed in"])
def test_no_link_leads_away_from_the_service(client, cast, newsroom, door):
    hanna, astray = newsroom.signed_in(cast.hanna), []
    for wanted in ELSEWHERE:
        limiter.reset()
        if door == "signing in":
            answer = sign_in(newsroom.client(), cast.hanna.email, PASSWORD, data={"next": wanted})
        else:
            answer = hanna.get("/login", query_string={"next": wanted})
        if answer.status_code != 302 or browser_goes_to(answer.location) != "http://localhost":
            astray.append((wanted, answer.status_code, answer.location))
    assert astray == []


@pytest.mark.parametrize("wanted", ["/desk/log", "/desk?site=herald&queue=spam&q=a%20b"])
def test_signing_in_goes_on_where_one_wanted_to_go(client, cast, wanted):
    asked = client.get(wanted)
    page = client.get(asked.location).get_data(as_text=True)
    answer = sign_in(client, cast.hanna.email, PASSWORD, data={"next": _next_in(page)})
    assert answer.location == wanted


def _next_in(page: str) -> str:
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return next(field.get("value") for field in document.iter("input") if field.get("name") == "next")


# The cookie and the headers


def cookies(answer) -> dict[str, set[str]]:
    """What an answer sets: name and flags."""
    parts = [each.split(";") for each in answer.headers.getlist("Set-Cookie")]
    return {first.partition("=")[0]: {flag.strip() for flag in flags} for first, *flags in parts}


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client, cast):
    set_ = cookies(sign_in(client, cast.hanna.email, PASSWORD))
    assert set_["commentsvc"] == {"HttpOnly", "SameSite=Lax", "Path=/"}
    assert {"HttpOnly", "SameSite=Lax", "Path=/login"} < set_["commentsvc-browser"]


@pytest.fixture
def https(tmp_path):
    """A service that is reached by https, with Hanna's account."""
    app = create_app(settings(f"sqlite:///{tmp_path / 'https.sqlite3'}", tmp_path, base_url="https://comments.example"))
    with app.app_context():
        db.create_all()
    Newsroom(app).site("herald")
    return app, Newsroom(app).account("Hanna", Role.MODERATOR, "herald")


def test_under_https_the_cookie_is_bound_to_host_and_encryption(https):
    app, hanna = https
    here = "https://comments.example"
    where = {"base_url": here, "environ_base": {"HTTP_REFERER": f"{here}/login", "REMOTE_ADDR": "192.0.2.1"}}
    answer = sign_in(app.test_client(), hanna.email, PASSWORD, **where)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    set_ = cookies(answer)
    assert set_["__Host-commentsvc"] == {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/login"} < set_["__Secure-commentsvc-browser"]


PAGES = ("/login", "/desk", "/desk/authors", "/desk/stories", "/desk/log", "/desk/comments/999", "/desk/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_newsroom_can_be_framed_or_run_inline_code(cast, newsroom, path):
    policy = newsroom.signed_in(cast.ada).get(path, follow_redirects=True).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["frame-ancestors"], rules["default-src"], rules["base-uri"]) == ("'none'", "'none'", "'none'")
    assert (rules["script-src"], rules["style-src"], rules["form-action"]) == ("'self'", "'self'", "'self'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES[1:])
def test_no_page_of_the_newsroom_is_kept_by_a_browser_others_use_too(cast, newsroom, path):
    assert newsroom.signed_in(cast.ada).get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/api/v1/thread?site=herald&story=x",
        "/thread/herald?story=x",
        "/fragment/thread?site=herald&story=x",
        "/embed.js",
    ],
)
def test_what_readers_get_neither_sets_nor_depends_on_a_cookie(client, cast, path):
    client.set_cookie("commentsvc", "anything")
    answer = client.get(path)
    assert (answer.status_code, answer.headers.get("Set-Cookie"), "Cookie" in answer.headers.get("Vary", "")) == (
        200,
        None,
        False,
    )


def test_too_many_attempts_name_no_address_in_the_log(client, app, caplog):
    with app.test_request_context("/login", environ_base={"REMOTE_ADDR": "192.0.2.77"}):
        assert "192.0.2.77" not in limiter._key_func()
    for _ in range(12):
        last = client.post("/login", data={}, environ_base={"REMOTE_ADDR": "192.0.2.77"})
    assert "192.0.2.77" not in caplog.text
    assert last.status_code in (400, 429)


def test_the_page_to_sign_in_is_kept_by_no_cache(client):
    assert client.get("/login").headers["Cache-Control"] == "no-store"


def test_signing_in_again_ends_the_earlier_session_of_this_browser(newsroom, cast, app):
    browser = newsroom.signed_in(cast.hanna)
    page = browser.get("/desk").get_data(as_text=True)
    sent = {"email": cast.hanna.email, "password": PASSWORD, "csrf_token": csrf_token(page)}
    assert browser.post("/login", data=sent).status_code == 302
    with app.app_context():
        ended = [each.ended_at is not None for each in db.session.query(StaffSession).order_by(StaffSession.id)]
    assert ended == [True, False]
