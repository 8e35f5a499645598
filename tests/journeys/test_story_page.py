"""A moderator on a story's page: pins, locks, moves; and what readers see of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser

STORY = "2026-01-20-hasaka"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def complaints(page) -> list[str]:
    found = Axe().run(page, options=RULES)
    return [violation["id"] for violation in found.response["violations"]]


def visible_roots(page) -> list[str]:
    return page.locator("comment-thread .roots > ol > li > article").evaluate_all("all => all.map((each) => each.id)")


def press(page, card: str, button: str, told: str) -> None:
    page.locator(f"#{card}").get_by_role("button", name=button, exact=True).click()
    page.get_by_text(told).wait_for()


def test_a_moderator_pins_locks_and_moves_and_readers_see_it(newspaper, reader, moderator):
    article = f"{newspaper}/news/{STORY}"
    reader.goto(article)
    reader.get_by_role("button", name="Post Comment").wait_for()
    first, *_, last = visible_roots(reader)
    card = last.replace("comment-", "card-")

    sign_in(moderator, newspaper)
    moderator.get_by_role("link", name="Stories").click()
    for size in ({"width": 1280, "height": 900}, {"width": 320, "height": 700}):
        moderator.set_viewport_size(size)
        moderator.goto(f"{newspaper}/desk/stories")
        moderator.locator("td a[href*='/desk/stories/']", has_text="Hasaka").first.click()
        moderator.get_by_role("heading", name="Conversations").wait_for()
        assert complaints(moderator) == []
        assert moderator.evaluate("document.documentElement.scrollWidth") == size["width"]

    press(moderator, card, "Pin", "1 comment pinned.")
    press(moderator, card, "Lock", "1 comment locked.")
    reader.goto(article)
    reader.locator("comment-thread .roots").get_by_text("Pinned", exact=True).wait_for()
    assert visible_roots(reader)[:2] == [last, first]
    pinned = reader.locator(f"comment-thread .roots > ol > li > #{last}")
    assert pinned.get_by_text("Locked", exact=True).count() == 1
    assert pinned.get_by_role("button", name="Reply").count() == 0

    moderator.locator(f"#{card}").get_by_role("link", name="Move").click()
    assert complaints(moderator) == []
    moderator.get_by_label("To which story").fill(f"{newspaper}/news/nowhere-yet")
    moderator.get_by_role("button", name="Move", exact=True).click()
    moderator.get_by_text("The conversation was moved here.").wait_for()
    assert moderator.locator(f"#{card}").count() == 1
    reader.goto(article)
    reader.get_by_role("button", name="Post Comment").wait_for()
    assert last not in visible_roots(reader)

    moderator.goto(f"{newspaper}/desk/stories")
    moderator.locator("td a[href*='/desk/stories/']", has_text="Hasaka").first.click()
    moderator.get_by_role("button", name="Lock the story").click()
    moderator.get_by_role("button", name="Unlock the story").wait_for()
    reader.goto(f"{newspaper}/thread/demo?story={STORY}")
    reader.get_by_role("heading", name="Comments are closed.").wait_for()
    assert reader.get_by_role("link", name="Reply").count() == 0
