"""The hand-over, the rules' record and a trial, as a browser shows them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from commentsvc.demo.newsroom import ADMIN
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


def complaints(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page, options={"runOnly": RULES})
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]]


def test_an_admin_reads_the_hand_over_and_tries_a_word(newspaper, moderator):
    page = moderator
    sign_in(page, newspaper, ADMIN[0])
    page.locator("article").first.get_by_role("button", name="Approve").click()
    page.locator(".done, .flash.decided").first.wait_for()
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{newspaper}/desk/handover")
        page.get_by_text("1 decision by 1 person").wait_for()
        assert page.get_by_role("img", name="Decisions by hour").is_visible()
        assert (complaints(page), page.evaluate("document.documentElement.scrollWidth")) == ([], width)
        page.get_by_role("link", name="How all rules do").click()
        page.get_by_role("link", name="Try a word, a rule or a mode on the past").click()
        page.get_by_label("Words or phrases").fill("the\nboats")
        page.get_by_role("button", name="Try", exact=True).click()
        page.get_by_text("It would have held").wait_for()
        expect(page.locator("#result-title")).to_be_focused()
        assert (complaints(page), page.evaluate("document.documentElement.scrollWidth")) == ([], width)
    page.emulate_media(media="print")
    page.goto(f"{newspaper}/desk/handover")
    assert page.get_by_role("heading", name="What was decided").is_visible()
    assert not page.get_by_role("link", name="Download").first.is_visible()
