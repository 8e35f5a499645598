"""An admin looks after people: suspends one until it ends by itself, merges two and takes it back."""

import re
import sqlite3

import pytest
from axe_playwright_python.sync_playwright import Axe

from commentsvc.demo.newsroom import ADMIN
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def objections(page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page, options=WCAG).response["violations"]]


@pytest.fixture
def admin(moderator, newspaper):
    sign_in(moderator, newspaper, ADMIN[0])
    return moderator


@pytest.fixture
def clock_goes_on(tmp_path):
    """So many hours pass for all that has an end: the newspaper's own database is set back by as much."""

    def go_on(hours: int) -> None:
        with sqlite3.connect(tmp_path / "demo" / "commentsvc.sqlite3") as database:
            database.create_function("lower", 1, str.lower, deterministic=True)
            moved = f"strftime('%Y-%m-%d %H:%M:%S.000000', standing_until, '-{hours} hours')"
            database.execute(f"UPDATE commentsvc_author SET standing_until = {moved} WHERE standing_until IS NOT NULL")

    return go_on


def commenter(page, newspaper, place: int = 0) -> str:
    """The address of a commenter's page."""
    page.goto(f"{newspaper}/desk/authors?site=demo&kind=commenters&standing=NORMAL&sort=comments")
    return newspaper + page.locator("tbody a").nth(place).get_attribute("href")


def test_an_admin_suspends_somebody_and_the_suspension_ends_by_itself(admin, newspaper, clock_goes_on):
    address = commenter(admin, newspaper)
    admin.goto(address)
    admin.locator("#standing").select_option("SUSPENDED")
    admin.locator("#lasts").select_option("3h")
    admin.locator("#reason").fill("Insulted another reader.")
    admin.get_by_role("button", name="Change standing").click()
    admin.get_by_text("is now suspended").wait_for()
    assert "Suspended" in admin.locator(".profile").inner_text()
    clock_goes_on(2)
    admin.goto(address)
    assert "Suspended" in admin.locator(".profile").inner_text()
    clock_goes_on(2)
    admin.goto(address)
    assert "Normal" in admin.locator(".profile").inner_text()


def test_two_authors_become_one_and_two_again_by_keyboard(admin, newspaper):
    kept, gone = commenter(admin, newspaper, 0), commenter(admin, newspaper, 1)
    admin.goto(kept)
    before = admin.locator("#counts + dl").inner_text()
    admin.get_by_label("Merge another author into this one").fill(gone.rpartition("/")[2])
    admin.keyboard.press("Enter")
    admin.get_by_role("heading", name=re.compile("^Merge ")).wait_for()
    assert objections(admin) == []
    admin.get_by_role("button", name="Merge").focus()
    admin.keyboard.press("Enter")
    admin.get_by_text("is merged into").wait_for()
    assert admin.locator("#counts + dl").inner_text() != before
    admin.goto(gone)
    assert "was merged into" in admin.locator("main").inner_text()
    admin.goto(kept)
    admin.locator("#merge").get_by_role("button", name="Undo").press("Enter")
    admin.get_by_text("Undone. What was written since stays").wait_for()
    assert admin.locator("#counts + dl").inner_text() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_list_and_the_page_are_for_everybody(admin, newspaper, scheme, width):
    admin.emulate_media(color_scheme=scheme)
    admin.set_viewport_size({"width": width, "height": 900})
    kept, gone = commenter(admin, newspaper, 0), commenter(admin, newspaper, 1)
    preview = f"{kept}/merge?with={gone.rpartition('/')[2]}"
    for address in (f"{newspaper}/desk/authors?site=demo", kept, preview):
        admin.goto(address)
        ensure_fine(admin, width)


def ensure_fine(page, width: int) -> None:
    assert objections(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_several_get_a_standing_at_once_and_lose_it_again(admin, newspaper, scheme, width):
    admin.emulate_media(color_scheme=scheme)
    admin.set_viewport_size({"width": width, "height": 900})
    admin.goto(f"{newspaper}/desk/authors?site=demo&kind=commenters&standing=NORMAL&sort=comments")
    names = [admin.locator("tbody a").nth(place).inner_text() for place in range(3)]
    for place in range(3):
        admin.locator("tbody input[name=author]").nth(place).check()
    admin.locator("#bulk-standing").select_option("SUSPENDED")
    admin.locator("#bulk-lasts").select_option("24h")
    admin.locator("#bulk-reason").fill("Quarrelled under the ferry story.")
    admin.get_by_role("button", name="Change standing").click()
    admin.get_by_role("heading", name="What became of the ticked authors").wait_for()
    ensure_fine(admin, width)
    assert [admin.locator("tbody tr", has_text=name).get_by_text("Suspended").count() for name in names] == [1, 1, 1]
    admin.get_by_role("button", name="Undo for 3 authors").press("Enter")
    admin.get_by_role("heading", name="What became of undoing").wait_for()
    ensure_fine(admin, width)
    assert [admin.locator("tbody tr", has_text=name).get_by_text("Normal").count() for name in names] == [1, 1, 1]
