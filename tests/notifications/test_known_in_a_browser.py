"""A guest confirms and comes back known; a stranger with the same address gains nothing. In a real browser."""

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from commentsvc.authors import sign_on
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.models import Origin
from commentsvc.sites.service import site_named
from tests.notifications.test_confirming import ROSA
from tests.stage import browser

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Newspaper(BaseHTTPRequestHandler):
    """The publisher's own page, on an origin of its own."""

    service = ""

    def do_GET(self):  # noqa: N802
        page = f"""<!doctype html><html lang="en"><title>The harbour</title><h1>The harbour</h1>
            <script type="module" src="{self.service}/embed.js"></script>
            <comment-thread site="herald" story="harbour"></comment-thread>"""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def town(app, mail, newsroom) -> Iterator[tuple[str, str]]:
    """The addresses of the service and of the article."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    paper = ThreadingHTTPServer(("127.0.0.1", 0), Newspaper)
    for each in (server, paper):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    service, article = f"http://127.0.0.1:{server.server_port}", f"http://127.0.0.1:{paper.server_port}/harbour"
    Newspaper.service = service
    house = app.extensions["commentsvc"]
    app.extensions["commentsvc"] = type(house)(house.keys, service, sends_mail=True)
    newsroom.set("herald", confirm_addresses="offer", hold_first_comments=1)
    origin = article.removesuffix("/harbour")
    mail.change(lambda: db.session.add(Origin(site_id=site_named("herald").id, origin=origin)))
    newsroom.story("herald", id="harbour", url=article)
    yield service, article
    for each in (server, paper):
        each.shutdown()
        each.server_close()


def link(mail, kind: str = "confirm") -> str:
    mail.deliver()
    found = re.search(rf"http://127\.0\.0\.1:\d+/mail/{kind}/\S+", mail.text(mail.to(ROSA)[-1]))
    assert found
    return found[0]


def write(page: Page, text: str) -> int:
    """The number of the comment."""
    page.get_by_label("Comment *").fill(text)
    page.get_by_label("Name *").fill("Rosa")
    page.get_by_label("Email *").fill(ROSA)
    page.get_by_role("button", name="Post Comment").click()
    written = page.locator("article", has_text=text)
    expect(written).to_be_visible()
    return int((written.get_attribute("id") or "").removeprefix("comment-"))


def is_waiting(page: Page, text: str) -> bool:
    return "only you can see" in page.locator("article", has_text=text).inner_text()


def test_a_guest_confirms_and_comes_back_known(browser, mail, town, newsroom):
    page = browser.new_page()
    page.goto(town[1])
    first = write(page, "The harbour is loud.")
    assert is_waiting(page, "The harbour is loud.")
    assert "Your address is not confirmed yet" in page.locator("article").inner_text()
    newsroom.decide(first, "approve")
    page.goto(link(mail))
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Confirm this address").click()
    page.get_by_role("link", name="Back to the article").click()
    expect(page.get_by_text("Your address is confirmed")).to_be_visible()
    assert page.url == town[1]
    write(page, "At night it is dark.")
    assert not is_waiting(page, "At night it is dark.")
    page.reload()
    write(page, "And in the morning it is cold.")
    assert not is_waiting(page, "And in the morning it is cold.")
    page.close()


def test_a_stranger_with_the_same_address_gains_nothing(browser, mail, town, newsroom):
    rosa = browser.new_context().new_page()
    rosa.goto(town[1])
    newsroom.decide(write(rosa, "The harbour is loud."), "approve")
    rosa.goto(link(mail))
    rosa.get_by_role("button", name="Confirm this address").click()
    stranger = browser.new_context().new_page()
    stranger.goto(town[1])
    write(stranger, "I am Rosa, and the mayor is a thief.")
    assert is_waiting(stranger, "the mayor is a thief")
    profiles = stranger.locator("article h3 a").evaluate_all("links => links.map((link) => link.href)")
    assert len(set(profiles)) == 2
    rosa.goto(f"{town[0]}/me/herald")
    expect(rosa.locator("article")).to_have_count(1)
    rosa.context.close()
    stranger.context.close()


def test_my_comments_without_javascript(browser, mail, town, newsroom):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{town[0]}/thread/herald?story=harbour")
    page.get_by_label("Comment *").fill("The harbour is loud.")
    page.get_by_label("Name *").fill("Rosa")
    page.get_by_label("Email *").fill(ROSA)
    page.get_by_role("button", name="Post Comment").click()
    page.goto(link(mail))
    page.get_by_label("Remember me in this browser").check()
    page.get_by_role("button", name="Confirm this address").click()
    page.get_by_role("link", name="My comments").click()
    expect(page.get_by_text("Waits for a moderator")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your comment").fill("The harbour is very loud.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The harbour is very loud.")).to_be_visible()
    page.get_by_text("Take back", exact=True).first.click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The comment is taken back.")).to_be_visible()
    page.get_by_role("button", name="Forget me in this browser").click()
    expect(page.get_by_label("Email")).to_be_visible()
    page.get_by_label("Email").fill(ROSA)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()
    page.goto(link(mail, "enter"))
    page.get_by_role("button", name="See my comments").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_ones_own(browser, mail, town, newsroom, scheme):
    page = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{town[0]}/me/herald")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.goto(town[1])
    newsroom.decide(write(page, "The harbour is loud."), "reject")
    page.goto(link(mail))
    page.get_by_role("button", name="Confirm this address").click()
    page.goto(f"{town[0]}/me/herald")
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


@pytest.fixture
def signs(app, newsroom) -> str:
    """The newspaper signs on its own readers, and takes comments of nobody else. The secret."""
    newsroom.set(
        "herald",
        guests=False,
        sign_on="HS256",
        sign_on_issuer="https://www.herald.example",
        sign_on_audience="comments",
    )
    with app.app_context(), unit_of_work():
        made = sign_on.add_key(
            site_named("herald"), "k1", public_key=None, keys=app.extensions["commentsvc"].keys, now=now()
        )
    assert made
    return made


def token(secret: str, number: int) -> str:
    said = {"iss": "https://www.herald.example", "aud": "comments", "sub": "7", "name": "Rosa of the Herald"}
    said |= {"jti": str(number), "exp": int(time.time()) + 300}
    return jwt.encode(said, secret, algorithm="HS256", headers={"kid": "k1"})


def test_a_reader_of_the_newspaper_signs_on_and_writes(browser, town, signs, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    page = browser.new_page()
    page.goto(town[1])
    page.evaluate(
        """document.addEventListener("commentsvc:login-required", (event) => {
            event.target.getToken = async () => window.given;
            event.target.refresh();
        })"""
    )
    page.evaluate("(given) => { window.given = given; }", token(signs, 1))
    page.get_by_role("button", name="Sign in to comment").click()
    expect(page.locator("form").get_by_text("Rosa of the Herald")).to_be_visible()
    assert page.get_by_label("Email *").count() == 0
    for text in ("Signed on, and loud.", "Once more, with the same session."):
        page.get_by_label("Comment *").fill(text)
        page.get_by_role("button", name="Post Comment").click()
        expect(page.locator("article", has_text=text).get_by_role("heading", name="Rosa of the Herald")).to_be_visible()
    page.close()


def test_the_token_may_stand_in_the_tag(browser, town, signs, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    page = browser.new_page()
    given = token(signs, 2)
    page.add_init_script(
        f"""addEventListener("DOMContentLoaded", () =>
            document.querySelector("comment-thread").setAttribute("token", "{given}"))"""
    )
    page.goto(town[1])
    expect(page.locator("form").get_by_text("Rosa of the Herald")).to_be_visible()
    page.close()
