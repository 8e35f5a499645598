"""The admins' page of outside checks."""

import re

import pytest

from commentsvc.accounts.models import Role
from commentsvc.checks.models import CheckKeys
from commentsvc.core.database import db
from commentsvc.sites.service import site_named
from tests.cast import csrf_token

PAGE = "/admin/checks?site=herald"


@pytest.fixture
def ada(newsroom, herald):
    return newsroom.signed_in(newsroom.account("Ada", Role.ADMIN))


@pytest.fixture
def send(ada):
    """Press a button of the page as an admin."""

    def press(path: str = PAGE, **fields):
        page = ada.get(PAGE).get_data(as_text=True)
        return ada.post(path, data={"csrf_token": csrf_token(page), **fields})

    return press


def settings(app):
    with app.app_context():
        return site_named("herald").settings


def test_everything_is_off_at_first(app, herald):
    found = settings(app)
    assert (found.asks_outside, found.sends_addresses, found.hook_sends_record) == (False, False, False)


def test_what_is_saved_holds(app, send):
    answer = send(hook_url="https://screen.example/", hook_timeout_ms="2500", hook_sends_record="y", akismet="y")
    found = settings(app)
    assert answer.status_code == 302
    assert (found.hook_url, found.hook_timeout_ms) == ("https://screen.example/", 2500)
    assert (found.hook_sends_record, found.hook_sends_address, found.akismet) == (True, False, True)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"hook_url": "ftp://screen.example"}, "hook_url"),
        ({"hook_url": "https://user:pass@screen.example/"}, "hook_url"),
        ({"hook_url": "<script>"}, "hook_url"),
        ({"hook_timeout_ms": "5001"}, "hook_timeout_ms"),
        ({"hook_timeout_ms": "soon"}, "hook_timeout_ms"),
        ({"akismet_key": "k" * 201}, "akismet_key"),
    ],
)
def test_what_cannot_be_is_shown_again_and_not_saved(app, send, fields, named):
    before = settings(app)
    answer = send(**{"hook_url": "", "hook_timeout_ms": "1000", **fields})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, f'id="{named}-error"' in page, "<script>" in page) == (422, True, False)
    assert settings(app) == before


def test_a_secret_is_shown_once_and_kept_encrypted(app, ada, send):
    shown = send("/admin/checks/secret?site=herald")
    page = shown.get_data(as_text=True)
    secret = page[page.index("whsec_") :].partition("<")[0]
    assert (shown.headers["Cache-Control"], len(secret)) == ("no-store", 50)
    assert "whsec_" not in ada.get(PAGE).get_data(as_text=True)
    with app.app_context():
        assert secret not in db.session.query(CheckKeys).one().hook_secret_encrypted


def test_the_key_is_never_shown(app, ada, send):
    send(hook_timeout_ms="1000", akismet="y", akismet_key="the-very-key")
    assert "the-very-key" not in ada.get(PAGE).get_data(as_text=True)
    with app.app_context():
        assert "the-very-key" not in db.session.query(CheckKeys).one().akismet_key_encrypted


def test_an_empty_field_keeps_the_key_and_a_tick_forgets_it(app, send):
    send(hook_timeout_ms="1000", akismet_key="the-very-key")
    send(hook_timeout_ms="1000", akismet_key="")
    with app.app_context():
        assert db.session.query(CheckKeys).one().akismet_key_encrypted
    send(hook_timeout_ms="1000", forget_akismet_key="y")
    with app.app_context():
        assert db.session.query(CheckKeys).one().akismet_key_encrypted is None


@pytest.mark.parametrize("button", ["test", "secret"])
def test_the_other_buttons_leave_the_form_as_the_site_has_it(newsroom, send, button):
    newsroom.set("herald", hook_sends_record=True, hook_timeout_ms=777)
    page = send(f"/admin/checks/{button}?site=herald").get_data(as_text=True)
    ticked = re.findall(r'<input[^>]*\bchecked\b[^>]*name="(\w+)"', page)
    assert (ticked, 'value="777"' in page) == (["hook_sends_record"], True)


def test_the_test_button_asks_and_tells_what_came_back(hook, send):
    hook.says({"outcome": "hold", "reason": "<b>bold</b>"})
    page = send("/admin/checks/test?site=herald").get_data(as_text=True)
    assert ("hold, <q" in page, "&lt;b&gt;bold&lt;/b&gt;" in page) == (True, True)
    assert hook.got[0].json["test"] is True


def test_the_test_button_says_why_nothing_came_back(hook, send):
    hook.says(b"", 503)
    assert "It answered with status 503." in send("/admin/checks/test?site=herald").get_data(as_text=True)


def test_akismets_own_explanation_is_shown(spamhouse, send):
    spamhouse.says(b"invalid", X_akismet_debug_help="Missing required field: user_ip.")
    page = send("/admin/checks/test?site=herald").get_data(as_text=True)
    assert "Missing required field: user_ip." in page
    assert spamhouse.got[0].fields["is_test"] == "1"


def test_a_moderator_neither_sees_nor_changes_it(newsroom, hanna, app):
    client = newsroom.signed_in(hanna)
    desk = client.get("/desk?site=herald").get_data(as_text=True)
    token = csrf_token(desk)
    assert "/admin/checks" not in desk
    assert client.get(PAGE).status_code == 403
    for path in (PAGE, "/admin/checks/secret?site=herald", "/admin/checks/test?site=herald"):
        assert client.post(path, data={"csrf_token": token, "hook_url": "https://x.example"}).status_code == 403
    assert settings(app).hook_url == ""
