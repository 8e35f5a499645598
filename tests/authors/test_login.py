"""Readers who sign in at a provider of the site's own, against one with real keys on this machine."""

import re
import zlib
from base64 import b85decode, b85encode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from commentsvc.authors import login, readers
from commentsvc.authors.models import Author, ReaderToken
from commentsvc.comments import posting
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import ValidationFailed
from commentsvc.core.oidc import Elsewhere
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house, keys
from commentsvc.notifications import login_pages
from commentsvc.sites import logins
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment
from tests.provider import CLIENT, SECRET, Provider

BASE = "https://comments.herald.example"
HERALD, GAZETTE = "https://www.herald.example", "https://www.gazette.example"
NONCE = "0123456789abcdef0123456789abcdef"
ROSA = {"sub": "4711", "name": "Rosa of the Herald", "email": "rosa@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, app, cast, newsroom):
    """The Herald's provider, honest again, with Rosa signed in there."""
    running.become(**ROSA)
    login._ready.cache_clear()
    before = app.extensions["commentsvc"]
    app.extensions["commentsvc"] = replace(before, base_url=BASE, outgoing_allowed=("127.0.0.1",))
    turn_on(app, newsroom, running, "herald")
    yield running
    app.extensions["commentsvc"] = before


def turn_on(app, newsroom, provider, site: str) -> None:
    with app.app_context(), unit_of_work():
        logins.set_secret(site_named(site), SECRET, keys=house().keys)
    newsroom.set(site, login_issuer=provider.issuer, login_client_id=CLIENT, login_name="Herald account", login=True)


@pytest.fixture
def window(client, provider) -> "Window":
    return Window(client, provider)


class Window:
    """The small window of one reader's browser."""

    def __init__(self, client, provider) -> None:
        self.client, self.provider = client, provider

    def begin(self, site: str = "herald", origin: str = HERALD, nonce: str = NONCE, **more: str):
        return self.client.get(f"/sign-in/{site}", query_string={"origin": origin, "nonce": nonce, **more})

    def way_back(self, **more: str) -> str:
        return self.provider.authorize(self.begin(**more).location)

    def come_back(self, **more: str):
        return self.client.get(self.way_back(**more))


def handed_over(answer) -> dict[str, str]:
    """What the page tells the one that opened it."""
    return dict(re.findall(r'data-(\w+)="([^"]*)"', answer.get_data(as_text=True)))


def signed_in(answer) -> bool:
    return answer.status_code == 200 and bool(handed_over(answer))


def authors(app) -> list[Author]:
    with app.app_context():
        return list(db.session.query(Author).order_by(Author.id))


def by(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def nameless(**changes):
    return rosas_comment(name=None, email=None, **changes)


# There and back


def test_the_form_says_where_readers_sign_in_and_the_same_to_everybody(client, provider):
    answer = client.get("/api/v1/thread?site=herald&story=harbour").json
    assert answer["form"]["login"] == {"name": "Herald account"}
    assert client.get("/api/v1/thread?site=gazette&story=harbour").json["form"]["login"] is None


def test_the_question_has_pkce_state_and_nonce_and_the_sites_own_way_back(window):
    asked = urlsplit(window.begin().location)
    query = {name: value for name, (value,) in parse_qs(asked.query).items()}
    assert query["redirect_uri"] == f"{BASE}/sign-in/herald/back"
    assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert query["scope"] == "openid email profile"


def test_whoever_comes_back_is_known_by_a_token_for_the_page_that_asked(client, window):
    said = handed_over(window.come_back())
    assert (said["origin"], said["nonce"], said["name"]) == (HERALD, NONCE, "Rosa of the Herald")
    assert client.get("/api/v1/sessions?site=herald", headers=by(said["token"])).json == {"name": "Rosa of the Herald"}
    posted = client.post("/api/v1/comments", json=nameless(), headers=by(said["token"]))
    assert (posted.status_code, posted.json["comment"]["author"]["name"]) == (201, "Rosa of the Herald")


def test_the_same_person_is_the_same_author_whatever_they_are_called(app, window):
    window.come_back()
    window.provider.person |= {"name": "Rosa R.", "email": "rosa.new@example.org"}
    window.come_back()
    assert [author.name for author in authors(app)] == ["Rosa R."]


def test_whoever_confirmed_the_address_here_goes_on_with_their_record(app, newsroom, window):
    number = newsroom.comment(newsroom.story(), name="Rosa", email="rosa@example.org")
    with app.app_context(), unit_of_work():
        newsroom.row(number).author.confirmed_at = now()
    window.come_back()
    assert len(authors(app)) == 1


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_is_nobodys_here(app, newsroom, window, verified):
    number = newsroom.comment(newsroom.story(), name="Rosa", email="rosa@example.org")
    with app.app_context(), unit_of_work():
        newsroom.row(number).author.confirmed_at = now()
    window.provider.person |= {"email_verified": verified}
    assert signed_in(window.come_back())
    guest, signed = authors(app)
    assert (guest.signed_on_as, signed.email_hash, signed.confirmed_at) == (None, None, None)


def test_a_provider_without_addresses_will_do(app, window):
    window.provider.become(name="Rosa of the Herald")
    assert signed_in(window.come_back())
    assert [author.email_encrypted for author in authors(app)] == [None]


def test_what_the_provider_keeps_out_of_its_token_is_asked_for(window):
    window.provider.says_little = True
    assert handed_over(window.come_back())["name"] == "Rosa of the Herald"
    assert window.provider.asked == ["Bearer x"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": None, "preferred_username": "rosa"}, "rosa"),
        ({"name": "rosa@example.org", "nickname": "Rosie"}, "Rosie"),
        ({"name": "  ", "preferred_username": "rosa@example.org", "given_name": "Rosa"}, "Rosa"),
        ({"name": "x" * 81, "nickname": "Rosie"}, "Rosie"),
    ],
)
def test_the_name_is_one_of_those_the_provider_knows_and_never_an_address(window, said, name):
    window.provider.person |= said
    assert handed_over(window.come_back())["name"] == name


def test_roles_and_badges_of_the_provider_are_nothing_here(app, window):
    window.provider.person |= {"role": "admin", "badges": ["staff", "moderator", "author"], "is_byline": True}
    assert signed_in(window.come_back())
    [author] = authors(app)
    assert (author.badges, author.badge, author.is_byline, author.account_id) == ([], None, False, None)


def test_the_token_lasts_for_a_visit_or_if_the_reader_wants_for_half_a_year(app, window):
    window.come_back()
    window.come_back(remember="1")
    with app.app_context():
        lasts = [each.expires_at - each.created_at for each in db.session.query(ReaderToken).order_by(ReaderToken.id)]
    assert lasts == [readers.KNOWN_FOR_A_VISIT, readers.KNOWN_FOR]


def test_signing_out_ends_the_token_here_and_on_the_page_of_ones_own(client, window):
    token = handed_over(window.come_back())["token"]
    known = client.get("/me/herald").get_data(as_text=True)
    client.delete("/api/v1/sessions?site=herald", headers=by(token))
    assert client.get("/api/v1/sessions?site=herald", headers=by(token)).status_code == 401
    assert client.get("/api/v1/me/comments?site=herald", headers=by(token)).status_code == 401
    forget = "/me/herald/forget"
    assert (forget in known, forget in client.get("/me/herald").get_data(as_text=True)) == (True, False)


def test_guests_can_be_left_out(client, newsroom, window):
    newsroom.set("herald", guests=False)
    assert client.post("/api/v1/comments", json=rosas_comment()).status_code == 401
    token = handed_over(window.come_back())["token"]
    assert client.post("/api/v1/comments", json=nameless(), headers=by(token)).status_code == 201


def test_no_transaction_is_open_while_the_provider_is_asked(monkeypatch, window):
    seen = []

    def look(question):
        def asked(*given, **more):
            seen.append(db.session().in_transaction())
            return question(*given, **more)

        return asked

    for name in ("begin", "finish"):
        monkeypatch.setattr(Elsewhere, name, look(getattr(Elsewhere, name)))
    assert signed_in(window.come_back())
    assert seen == [False, False]


# The window's page


def test_the_page_is_for_one_pair_of_eyes_and_in_no_frame(window):
    for answer in (window.begin(), window.come_back(), window.client.get("/sign-in/herald/back")):
        headers = answer.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert headers["Content-Security-Policy"] == login_pages.POLICY
    assert "frame-ancestors 'none'" in login_pages.POLICY
    assert "unsafe" not in login_pages.POLICY


def test_what_was_asked_is_kept_for_minutes_by_the_windows_own_browser_alone(app, monkeypatch, window):
    kept = window.begin().headers["Set-Cookie"]
    flags = {"HttpOnly", "SameSite=Lax", "Path=/sign-in/herald", "Max-Age=600"}
    assert (kept.startswith("commentsvc-sign-in=gAAAA"), flags - set(kept.split("; "))) == (True, set())
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    kept = window.begin().headers["Set-Cookie"]
    assert kept.startswith("__Secure-commentsvc-sign-in=")
    assert "Secure" in kept.split("; ")


def test_the_page_has_no_script_of_its_own(window):
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", window.come_back().get_data(as_text=True), re.DOTALL)
    assert scripts == [""]


def test_a_hostile_name_stays_a_name(window):
    window.provider.person["name"] = 'Rosa" data-origin="https://evil.test"><script>alert(1)</script>'
    page = window.come_back().get_data(as_text=True)
    assert "<script>alert" not in page
    assert page.count("data-origin=") - page.count("data-origin=&#34;") == 1


# What signs nobody in


@pytest.mark.parametrize(
    "lies",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"exp": 1},
        {"nonce": "of another"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_signs_nobody_in(app, window, lies):
    window.provider.lies = lies
    answer = window.come_back()
    assert (answer.status_code, signed_in(answer), authors(app)) == (502, False, [])


@pytest.mark.parametrize("how", ["by_a_stranger", "without_signature", "by_the_client_secret", "by_the_public_key"])
def test_a_forged_token_signs_nobody_in(app, window, how):
    window.provider.sign = getattr(window.provider, how)
    assert not signed_in(window.come_back())
    assert authors(app) == []


def test_a_provider_that_calls_itself_otherwise_is_not_asked_further(window):
    window.provider.issuer_said = "https://evil.test"
    answer = window.begin()
    assert (answer.status_code, answer.location) == (502, None)


@pytest.mark.parametrize("name", ["Hanna", "The Herald", "Н𝐚nna"])
def test_a_name_of_the_newsroom_is_refused(app, window, name):
    window.provider.person["name"] = name
    answer = window.come_back()
    assert (answer.status_code, authors(app)) == (403, [])
    assert "belongs to the newsroom" in answer.get_data(as_text=True)


def test_whoever_has_no_name_there_is_told(app, window):
    window.provider.become(email="rosa@example.org", email_verified=True, preferred_username="rosa@example.org")
    answer = window.come_back()
    assert (answer.status_code, authors(app)) == (403, [])
    assert "did not say what to call you" in answer.get_data(as_text=True)
    assert "rosa@" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("error", "status"), [("access_denied", 403), ("server_error", 502), ("<script>", 502)])
def test_whoever_declines_is_told_in_clear_words(window, error, status):
    state = parse_qs(urlsplit(window.begin().location).query)["state"][0]
    query = {"error": error, "error_description": "<script>", "state": state}
    answer = window.client.get("/sign-in/herald/back", query_string=query)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "<script>" in page, "You are not signed in" in page) == (status, False, True)
    assert "You can still write without signing in." in page


def test_where_there_are_no_guests_nobody_is_told_that_they_can_write_as_one(newsroom, window):
    newsroom.set("herald", guests=False)
    assert "without signing in" not in window.client.get("/sign-in/herald/back").get_data(as_text=True)


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?state[]=1", "?code=x&state=%ff", "?state="])
def test_coming_back_with_nothing_is_said_plainly(app, window, query):
    window.begin()
    answer = window.client.get(f"/sign-in/herald/back{query}")
    assert (answer.status_code, signed_in(answer), authors(app)) == (400, False, [])


def test_the_answer_of_another_browser_is_refused(newsroom, window):
    back = Window(newsroom.client(), window.provider).way_back()
    window.begin()
    assert not signed_in(window.client.get(back))


def test_an_answer_is_good_once(window):
    back, codes = window.way_back(), dict(window.provider.codes)
    cookie = window.client.get_cookie("commentsvc-sign-in", path="/sign-in/herald").value
    assert signed_in(window.client.get(back))
    assert not window.client.get_cookie("commentsvc-sign-in", path="/sign-in/herald")
    assert window.client.get(back).status_code == 400
    # Kept and shown again, to a provider that would take the code again.
    window.client.set_cookie("commentsvc-sign-in", cookie, path="/sign-in/herald")
    window.provider.codes |= codes
    assert window.client.get(back).status_code == 400


def test_an_answer_that_took_too_long_is_none(monkeypatch, window):
    back = window.way_back()
    monkeypatch.setattr(login_pages, "now", lambda: now() + login.WITHIN + timedelta(seconds=1))
    assert window.client.get(back).status_code == 400


def test_an_answer_for_another_site_is_none(app, newsroom, window):
    turn_on(app, newsroom, window.provider, "gazette")
    back = window.way_back()
    cookie = window.client.get_cookie("commentsvc-sign-in", path="/sign-in/herald").value
    window.client.set_cookie("commentsvc-sign-in", cookie, path="/sign-in/gazette")
    answer = window.client.get(back.replace("/herald/", "/gazette/"))
    assert (answer.status_code, signed_in(answer)) == (400, False)


def test_a_token_of_one_site_shows_nobody_on_another(client, window):
    token = handed_over(window.come_back())["token"]
    assert client.get("/api/v1/sessions?site=gazette", headers=by(token)).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "gAAAA", SECRET])
def test_a_cookie_that_is_not_ours_is_none(window, cookie):
    back = window.way_back()
    window.client.set_cookie("commentsvc-sign-in", cookie, path="/sign-in/herald")
    assert window.client.get(back).status_code == 400


def test_what_else_is_sealed_here_is_no_cookie(app, window):
    back = window.way_back()
    ours = window.client.get_cookie("commentsvc-sign-in", path="/sign-in/herald").value
    with app.app_context():
        said = zlib.decompress(b85decode(keys().decrypt(ours))).decode()
        others = ["[]", "{}", '{"is": "login"}', said.replace('"is": "login"', '"is": "another"')]
        packed = [b85encode(zlib.compress(each.encode())).decode() for each in others]
        cookies = [keys().encrypt(each) for each in ("rosa@example.org", "{}", said, *packed)]
    for cookie in cookies:
        window.client.set_cookie("commentsvc-sign-in", cookie, path="/sign-in/herald")
        assert window.client.get(back).status_code == 400


@pytest.mark.parametrize(
    "origin", [GAZETTE, "https://evil.test", "https://www.herald.example.evil.test", "null", "*", "", HERALD + "/"]
)
def test_a_page_of_another_origin_signs_nobody_in(window, origin):
    answer = window.begin(origin=origin)
    assert (answer.status_code, answer.location, window.client.get_cookie("commentsvc-sign-in")) == (403, None, None)


@pytest.mark.parametrize("nonce", ["", "short", "x" * 32, "0" * 65, '"><script>'])
def test_a_window_that_nobody_can_know_again_is_not_opened(window, nonce):
    assert window.begin(nonce=nonce).status_code == 422


def test_where_nobody_signs_in_there_is_no_such_door(client, provider):
    assert client.get("/sign-in/gazette").status_code == client.get("/sign-in/gazette/back").status_code == 404
    assert client.get("/sign-in/nobody").status_code == 404


def test_without_a_public_address_nobody_is_sent_anywhere(app, client, window):
    app.extensions["commentsvc"] = replace(app.extensions["commentsvc"], base_url=None)
    assert window.begin().status_code == 404
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["form"]["login"] is None


def test_a_provider_on_an_address_inside_is_not_asked(app, window):
    app.extensions["commentsvc"] = replace(app.extensions["commentsvc"], outgoing_allowed=())
    assert window.begin().status_code == 502


def test_no_secret_of_it_is_logged(caplog, window):
    caplog.set_level("INFO")
    window.come_back()
    window.provider.lies = {"aud": "another"}
    window.come_back()
    assert "signing in elsewhere failed" in caplog.text
    assert not any(secret in caplog.text for secret in ("s3cret", "rosa@", "eyJ", "reader_"))


# Half a provider


WHOLE = {"login_issuer": "https://login.herald.example", "login_client_id": "comments", "login_name": "Herald account"}


@pytest.mark.parametrize("missing", [*WHOLE, "client secret"])
def test_half_a_provider_is_not_turned_on(app, newsroom, cast, missing):
    with app.app_context(), unit_of_work():
        logins.set_secret(site_named("herald"), "" if missing == "client secret" else "secret", keys=house().keys)
    newsroom.set("herald", **{name: value for name, value in WHOLE.items() if name != missing})
    with pytest.raises(ValidationFailed, match=f"Set first: {missing}"):
        newsroom.set("herald", login=True)


@pytest.mark.parametrize("issuer", ["http://login.herald.example", "login.herald.example", "https://", "https://a@b/"])
def test_an_issuer_nobody_should_be_sent_to_is_not_turned_on(app, newsroom, cast, issuer):
    with app.app_context(), unit_of_work():
        logins.set_secret(site_named("herald"), "secret", keys=house().keys)
    newsroom.set("herald", **{**WHOLE, "login_issuer": issuer})
    with pytest.raises(ValidationFailed, match="cannot be used"):
        newsroom.set("herald", login=True)


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_taken_away_while_readers_sign_in(newsroom, provider, name):
    with pytest.raises(ValidationFailed, match="Turn login off first"):
        newsroom.set("herald", **{name: ""})


def test_the_secret_stays_while_readers_sign_in(app, provider):
    with app.app_context(), pytest.raises(ValidationFailed, match="Turn login off first"), unit_of_work():
        logins.set_secret(site_named("herald"), "", keys=house().keys)


def test_the_secret_is_kept_encrypted(app, provider):
    with app.app_context():
        kept = site_named("herald").login_secret_encrypted
    assert SECRET not in kept


# Without JavaScript: there and back in the page itself


HERE = {"story": "harbour"}


def page_of(client, **query: str) -> str:
    return client.get("/thread/herald", query_string={**HERE, **query}).get_data(as_text=True)


def sign_in_here(window, **query: str):
    """The answer to whoever comes back from the provider."""
    begun = window.client.get("/sign-in/herald/here", query_string={**HERE, **query})
    return window.client.get(window.provider.authorize(begun.location))


def send(client, **fields: str):
    return client.post("/thread/herald?story=harbour", data={"text": "There were more boats.", **fields})


def test_the_page_of_a_thread_leads_to_the_provider(window):
    assert 'href="https://comments.herald.example/sign-in/herald/here?story=harbour"' in page_of(window.client)


def test_whoever_comes_back_stands_at_the_form_and_types_no_name(window):
    answer = sign_in_here(window)
    assert (answer.status_code, answer.location) == (303, f"{BASE}/thread/herald?story=harbour&writing=1#respond")
    form = page_of(window.client, writing="1")
    assert "You write as <bdi>Rosa of the Herald</bdi>." in form
    assert not re.findall(r'name="(?:name|email|website|notify)"', form)


def test_what_they_write_is_theirs(app, window):
    sign_in_here(window)
    assert send(window.client).status_code == 303
    assert [author.name for author in authors(app)] == ["Rosa of the Herald"]


def test_a_reply_begun_before_is_still_one_after_signing_in(newsroom, window):
    number = newsroom.comment(newsroom.story(id="harbour"), "I was there.")
    location = sign_in_here(window, parent=str(number)).location
    assert f"parent={number}" in location
    assert f'<input id="parent" name="parent" type="hidden" value="{number}">' in page_of(
        window.client, parent=str(number), writing="1"
    )


def test_whoever_fills_in_the_form_for_guests_writes_as_a_guest(app, window):
    sign_in_here(window)
    assert send(window.client, name="Deep Throat", email="deep@example.org").status_code == 303
    assert {author.name: author.signed_on_as is None for author in authors(app)} == {
        "Rosa of the Herald": False,
        "Deep Throat": True,
    }


def test_whoever_is_signed_in_still_looks_it_after_writing(newsroom, window):
    newsroom.set("herald", hold_first_comments=0)
    sign_in_here(window)
    assert "writing=1" in send(window.client).location


@pytest.mark.parametrize("letter", ["a", "%D9%85", "\u0645"])
def test_the_longest_address_of_a_story_comes_back_too(window, letter):
    address = "https://www.herald.example/" + letter * (1_950 // len(letter))
    begun = window.client.get("/sign-in/herald/here", query_string={"url": address})
    assert len(begun.headers["Set-Cookie"]) < 4_093
    back = window.client.get(window.provider.authorize(begun.location)).location
    assert parse_qs(urlsplit(back).query)["url"] == [address]


def test_whoever_was_signed_out_a_moment_ago_is_no_new_guest(app, monkeypatch, window):
    sign_in_here(window)
    real = posting.proven_author
    monkeypatch.setattr(posting, "proven_author", lambda site, shown, *more: real(site, None, *more))
    assert send(window.client).status_code == 401
    assert len(authors(app)) == 1


def test_where_there_are_no_guests_whoever_signed_in_writes_without_a_script(newsroom, window):
    newsroom.set("herald", guests=False)
    assert "<textarea" not in page_of(window.client)
    assert send(window.client).status_code == 401
    sign_in_here(window)
    assert "<textarea" in page_of(window.client, writing="1")
    assert send(window.client).status_code == 303


def test_a_text_that_needs_a_sign_in_is_kept_and_the_way_there_leaves_it_in_place(newsroom, window):
    newsroom.set("herald", guests=False)
    page = send(window.client, name="Rosa", email="rosa@example.org").get_data(as_text=True)
    assert "There were more boats.</textarea>" in page
    assert 'rel="nofollow" target="_blank">Sign in with <bdi>Herald account</bdi> in a new tab' in page
    assert not re.findall(r'name="(?:name|email|website|notify)"', page)


def test_whoever_is_signed_in_goes_straight_to_the_form(window):
    sign_in_here(window)
    location = window.client.get("/sign-in/herald/here", query_string=HERE).location
    assert location == f"{BASE}/thread/herald?story=harbour&writing=1#respond"


@pytest.mark.parametrize("query", [{"writing": "1"}, {"parent": "1"}])
def test_a_page_that_knows_its_reader_is_kept_nowhere(window, query):
    sign_in_here(window)
    answer = window.client.get("/thread/herald", query_string={**HERE, **query})
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_everybody_gets_knows_nobody(window):
    before = re.sub(r'value="[\w.-]+"', "", page_of(window.client))
    sign_in_here(window)
    assert re.sub(r'value="[\w.-]+"', "", page_of(window.client)) == before


def test_whoever_declines_finds_the_way_back_to_the_comments(window):
    begun = window.client.get("/sign-in/herald/here", query_string=HERE)
    state = parse_qs(urlsplit(begun.location).query)["state"][0]
    answer = window.client.get("/sign-in/herald/back", query_string={"error": "access_denied", "state": state})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Back to the comments" in page, "Go back to the article" in page) == (403, True, False)
    assert f'href="{BASE}/thread/herald?story=harbour&amp;writing=1#respond"' in page


@pytest.mark.parametrize(
    "query", ["url=https://evil.test/", "story=//evil.test", "story=harbour&page=https://evil.test/"]
)
def test_nobody_is_sent_anywhere_but_to_a_thread_here(window, query):
    begun = window.client.get(f"/sign-in/herald/here?{query}")
    back = window.client.get(window.provider.authorize(begun.location)).location
    assert back.startswith(f"{BASE}/thread/herald?")


def test_a_name_of_the_provider_is_text_on_the_page(newsroom, window):
    newsroom.set("herald", login_name='<b onclick="x">')
    assert "<b onclick" not in page_of(window.client)


def test_a_site_without_a_provider_has_no_such_way(client, provider):
    assert client.get("/sign-in/gazette/here?story=harbour").status_code == 404
    assert "/sign-in/" not in client.get("/thread/gazette?story=harbour").get_data(as_text=True)
