"""A moderator takes back what was decided: from the toast, and from the log."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def objections(page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page, options=WCAG).response["violations"]]


def reject_all(page) -> int:
    """Tick everything on the page and reject it; how many were."""
    ticks = page.locator("article input[name=seen][type=checkbox]")
    for tick in ticks.all():
        tick.check()
    count = ticks.count()
    page.locator("#bulk").get_by_role("button", name="Reject").click()
    page.get_by_text(f"{count} comments rejected.").wait_for()
    return count


def test_a_stroke_is_undone_from_the_toast_and_another_from_the_log(newspaper, moderator):
    page = moderator
    sign_in(page, newspaper)
    before = page.locator("article.card").count()
    count = reject_all(page)
    assert page.locator("article.card").count() < before

    undo = page.locator("form[data-undo] button")
    undo.focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"{count} decisions undone.").wait_for()
    expect(page.locator("article.card")).to_have_count(before)

    reject_all(page)
    page.get_by_role("link", name="Log", exact=True).click()
    assert objections(page) == []
    page.get_by_role("link", name="Same stroke").first.click()
    assert objections(page) == []
    page.get_by_role("link", name="Undo all of these").click()
    page.get_by_text(f"{count} decisions would be undone").wait_for()
    assert objections(page) == []
    page.get_by_role("button", name=f"Undo {count} decisions").click()
    page.get_by_text(f"{count} decisions undone.").wait_for()
    page.get_by_role("link", name="Queue").click()
    expect(page.locator("article.card")).to_have_count(before)
