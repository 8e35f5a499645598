"""Readers sign in at a provider of the site's own: the real service, a real provider, a page of another site."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from commentsvc.authors import login
from commentsvc.authors.models import Author
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.sites import logins
from commentsvc.sites.service import site_named
from tests.browser.widget import IN_A_BROWSER, Host, HostHandler, browser, serve, until
from tests.cast import Newsroom
from tests.conftest import empty
from tests.provider import CLIENT, SECRET, Provider
from tests.stage import served

__all__ = ["browser"]

pytestmark = IN_A_BROWSER

ROSA = {"name": "Rosa of the Herald", "email": "rosa@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


class Stage:
    """The service, the newspaper's page and the provider."""

    def __init__(self, app, host: Host, provider: Provider) -> None:
        self.app, self.host, self.provider, self.newsroom = app, host, provider, Newsroom(app)

    def authors(self) -> list[str]:
        with self.app.app_context():
            return [author.name for author in db.session.query(Author)]


@pytest.fixture
def stage(sqlite_app, running) -> Iterator[Stage]:
    """Three sites to the browser: the page on 127.0.0.1, the service on localhost, the provider on a port of its own."""
    app, before = sqlite_app, sqlite_app.extensions["commentsvc"]
    running.become(**ROSA)
    login._ready.cache_clear()
    with served(app) as address:
        url = address.replace("127.0.0.1", "localhost")
        host = Host(url)
        frontend = serve(type("PageHandler", (HostHandler,), {"host": host}), "127.0.0.1")
        host.address = f"http://127.0.0.1:{frontend.server_port}/news/harbour"
        host.images = url
        host.body = '<comment-thread site="herald" story="harbour">Elsewhere.</comment-thread>'
        app.extensions["commentsvc"] = replace(before, base_url=url, outgoing_allowed=("127.0.0.1",))
        made = Stage(app, host, running)
        _open(made, f"http://127.0.0.1:{frontend.server_port}")
        yield made
        frontend.shutdown()
        frontend.server_close()
    app.extensions["commentsvc"] = before
    empty(app)


def _open(stage: Stage, origin: str) -> None:
    stage.newsroom.site("herald", origin=origin, hold_first_comments=0, quick_form_seconds=0)
    with stage.app.app_context(), unit_of_work():
        logins.set_secret(site_named("herald"), SECRET, keys=house().keys)
    known = {"login_issuer": stage.provider.issuer, "login_client_id": CLIENT, "login_name": "Herald account"}
    stage.newsroom.set("herald", **known, login=True)


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:  # noqa: F811
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context, stage) -> Iterator[Page]:
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: "Content Security" in said.text and faults.append(said.text))
    page.goto(stage.host.address)
    yield page
    assert faults == []


def opened(page: Page) -> Page:
    """The window in which one signs in, at the provider's question."""
    with page.expect_popup() as opening:
        page.get_by_role("button", name="Sign in with Herald account").click()
    opening.value.get_by_role("heading", name="Is it you?").wait_for()
    return opening.value


def sign_in(page: Page) -> None:
    window = opened(page)
    with window.expect_event("close"):
        window.get_by_role("link", name="Yes").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def write(page: Page, text: str) -> None:
    page.get_by_label("Comment *").fill(text)
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("article").filter(has_text=text)).to_contain_text("Rosa of the Herald")


def test_a_reader_signs_in_comments_under_the_name_of_the_provider_and_comes_back_known(context, page, stage):
    page.get_by_label("Comment *").fill("Half a thou")
    page.get_by_label("Stay signed in in this browser").check()
    sign_in(page)
    expect(page.get_by_role("status")).to_have_text("You are signed in as Rosa of the Herald.")
    expect(page.get_by_label("Name *")).not_to_be_visible()
    assert page.get_by_label("Comment *").input_value() == "Half a thou"
    write(page, "The harbour was better with boats in it.")
    page.close()
    later = context.new_page()
    later.goto(stage.host.address)
    expect(later.get_by_role("button", name="Sign out")).to_be_visible()
    write(later, "It still was, a week later.")
    assert stage.authors() == ["Rosa of the Herald"]


def test_whoever_does_not_want_to_stay_is_known_in_this_tab_alone(context, page, stage):
    sign_in(page)
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    other = context.new_page()
    other.goto(stage.host.address)
    expect(other.get_by_role("button", name="Sign in with Herald account")).to_be_visible()


def test_signing_out_gives_the_form_back_and_keeps_what_was_typed(page, stage):
    sign_in(page)
    page.get_by_label("Comment *").fill("Half a thought")
    page.get_by_role("button", name="Sign out").click()
    order = page.locator("form label").evaluate_all("each => each.map((one) => one.textContent.trim())")
    assert order[:5] == ["Comment *", "Stay signed in in this browser", "Name *", "Email *", "Website"]
    assert page.get_by_label("Comment *").input_value() == "Half a thought"
    page.get_by_label("Name *").fill("Ida")
    page.get_by_label("Email *").fill("ida@example.com")
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("article")).to_contain_text("Ida")


def test_whoever_was_signed_out_elsewhere_is_asked_again(page, stage):
    sign_in(page)
    token = page.evaluate(
        "JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find((key) => key.endsWith('herald')))).receipts.at(-1).token"
    )
    stage.app.test_client().delete("/api/v1/sessions?site=herald", headers={"Authorization": f"Bearer {token}"})
    page.reload()
    expect(page.get_by_role("button", name="Sign in with Herald account")).to_be_visible()
    expect(page.get_by_label("Name *")).to_be_visible()


def test_where_there_are_no_guests_the_form_comes_with_the_reader(page, stage):
    stage.newsroom.set("herald", guests=False)
    page.reload()
    expect(page.get_by_role("button", name="Sign in with Herald account")).to_be_visible()
    expect(page.get_by_label("Comment *")).not_to_be_visible()
    sign_in(page)
    write(page, "The harbour was better with boats in it.")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Comment *")).not_to_be_visible()


def test_a_reply_is_written_by_whoever_signs_in_under_it(page, stage):
    stage.newsroom.comment(stage.newsroom.story(id="harbour"), "I was there.")
    page.reload()
    page.get_by_role("button", name="Reply to").click()
    expect(page.get_by_role("button", name="Sign in with Herald account")).to_have_count(2)
    with page.expect_popup() as opening:
        page.get_by_role("button", name="Sign in with Herald account").first.click()
    with opening.value.expect_event("close"):
        opening.value.get_by_role("link", name="Yes").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(2)
    page.get_by_label("Comment *").first.fill("So was I.")
    page.get_by_role("button", name="Post Comment").first.click()
    expect(page.locator("article").filter(has_text="So was I.").last).to_contain_text("Rosa of the Herald")


def test_whoever_declines_is_told_and_writes_as_a_guest(page, stage):
    window = opened(page)
    window.get_by_role("link", name="No").click()
    expect(window.get_by_role("alert")).to_contain_text("You did not sign in with Herald account")
    window.close()
    expect(page.get_by_role("status")).to_have_text("You are not signed in: the window was closed.")
    page.get_by_label("Comment *").fill("Never mind.")
    page.get_by_label("Name *").fill("Ida")
    page.get_by_label("Email *").fill("ida@example.com")
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("article")).to_contain_text("Ida")


def test_a_window_that_is_closed_early_is_no_sign_in_and_the_next_one_works(page, stage):
    opened(page).close()
    expect(page.get_by_role("status")).to_have_text("You are not signed in: the window was closed.")
    sign_in(page)


def test_a_window_that_the_browser_does_not_open_is_explained(page, stage):
    page.evaluate("window.open = () => null")
    page.get_by_role("button", name="Sign in with Herald account").click()
    expect(page.get_by_role("status")).to_contain_text("Allow pop-up windows for this page")
    expect(page.get_by_label("Name *")).to_be_visible()


FORGED = "{ type: 'commentsvc:signed-in', nonce: NONCE, token: 'reader_of-mallory', name: 'Mallory' }"


def nonce_of(window: Page, page: Page) -> str:
    """What the page knows its window by; nobody else does, but this test."""
    return page.evaluate("window.asked.searchParams.get('nonce')")


def go(window: Page, url: str) -> None:
    """By itself: sent there from outside, it would have forgotten who opened it."""
    window.evaluate("(url) => void (location.href = url)", url)
    window.wait_for_url(url)


def spy(page: Page) -> None:
    """Whatever stands in the page sees where its window goes, and has hold of it."""
    page.evaluate(
        "const open = window.open; window.open = (url, ...rest) => (window.asked = url, window.popup = open(url, ...rest)); 0"
    )


def test_the_page_itself_cannot_say_that_somebody_signed_in(page, stage):
    """Not even a script in it that knows the nonce and the window: neither by a message nor by a made-up event."""
    spy(page)
    window = opened(page)
    forged = FORGED.replace("NONCE", repr(nonce_of(window, page)))
    page.evaluate(f"postMessage({forged}, '*')")
    event = f"{{ data: {forged}, origin: new URL(asked).origin, source: popup }}"
    page.evaluate(f"dispatchEvent(new MessageEvent('message', {event}))")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Sign in with Herald account")).to_be_visible()
    with window.expect_event("close"):
        window.get_by_role("link", name="Yes").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_window_is_believed_on_the_services_own_pages_alone(page, stage):
    spy(page)
    window = opened(page)  # at the provider: another origin
    window.evaluate(f"opener.postMessage({FORGED.replace('NONCE', repr(nonce_of(window, page)))}, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Sign out")).not_to_be_visible()


def test_another_window_of_the_service_is_not_believed(page, stage):
    spy(page)
    window = opened(page)
    nonce = nonce_of(window, page)
    with page.expect_popup() as opening:
        page.evaluate("(url) => void open.call(window, url)", f"{stage.host.service_url}/")
    opening.value.wait_for_load_state()
    opening.value.evaluate(f"opener.postMessage({FORGED.replace('NONCE', repr(nonce))}, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Sign out")).not_to_be_visible()


def test_a_message_without_the_nonce_is_not_believed(page, stage):
    window = opened(page)
    go(window, f"{stage.host.service_url}/")
    window.evaluate(f"opener.postMessage({FORGED.replace('NONCE', repr('0' * 32))}, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Sign out")).not_to_be_visible()


def test_a_message_of_the_right_window_with_the_nonce_is_believed(page, stage):
    """So that the four above fail for the reason they name."""
    spy(page)
    window = opened(page)
    nonce = nonce_of(window, page)
    go(window, f"{stage.host.service_url}/")
    window.evaluate(f"opener.postMessage({FORGED.replace('NONCE', repr(nonce))}, '*')")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_page_of_another_origin_is_told_nothing(context, page, stage):
    """Whoever opens the window for the newspaper's origin from elsewhere hears nothing of what it says."""
    elsewhere = context.new_page()
    elsewhere.goto(stage.provider.root + "/authorize?redirect_uri=x&state=y")
    elsewhere.evaluate("window.heard = []; addEventListener('message', (event) => heard.push(event.data))")
    origin = stage.host.address.removesuffix("/news/harbour")
    with elsewhere.expect_popup() as opening:
        address = f"{stage.host.service_url}/sign-in/herald?origin={origin}&nonce={'0' * 32}"
        elsewhere.evaluate("(url) => void open(url)", address)
    with opening.value.expect_event("close"):
        opening.value.get_by_role("link", name="Yes").click()
    elsewhere.wait_for_timeout(300)
    assert elsewhere.evaluate("heard") == []


def test_a_window_that_lost_its_page_says_so(context, stage):
    window = context.new_page()
    origin = stage.host.address.removesuffix("/news/harbour")
    window.goto(f"{stage.host.service_url}/sign-in/herald?origin={origin}&nonce={'0' * 32}")
    window.get_by_role("link", name="Yes").click()
    expect(window.get_by_role("alert")).to_contain_text("could not reach the article")


def test_a_site_without_a_provider_loads_none_of_it(page, stage):
    stage.newsroom.set("herald", login=False)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload()
    expect(page.get_by_label("Comment *")).to_be_visible()
    until(page, "document.querySelector('comment-thread').shadowRoot.querySelector('form') !== null")
    assert [url for url in loaded if "login" in url or "/sessions" in url] == []


def test_without_javascript_a_reader_signs_in_and_writes_in_the_page_itself(browser, stage):  # noqa: F811
    stage.newsroom.set("herald", guests=False)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stage.host.images}/thread/herald?story=harbour")
    page.get_by_role("link", name="Sign in with Herald account").click()
    page.get_by_role("link", name="Yes").click()
    expect(page.get_by_text("You write as Rosa of the Herald.")).to_be_visible()
    page.get_by_label("Comment *").fill("There were more boats.")
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("article")).to_contain_text("Rosa of the Herald")
    context.close()


def test_without_javascript_a_text_waits_while_its_writer_signs_in_in_another_tab(browser, stage):  # noqa: F811
    stage.newsroom.set("herald", guests=False)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    address = f"{stage.host.images}/thread/herald?story=harbour"
    page.goto(address)
    page.get_by_role("link", name="Sign in with Herald account").click()
    page.get_by_role("link", name="Yes").click()
    page.get_by_label("Comment *").fill("There were more boats.")
    context.clear_cookies()
    page.get_by_role("button", name="Post Comment").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="in a new tab").click()
    opened.value.get_by_role("link", name="Yes").click()
    expect(opened.value.get_by_text("You write as Rosa of the Herald.")).to_be_visible()
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("article")).to_contain_text("There were more boats.")
    context.close()
