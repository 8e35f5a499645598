"""Take the pictures of the documentation from the running demo: `python -m tests.pictures`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from commentsvc.demo.newsroom import ADMIN, MODERATOR, PASSWORD
from tests.stage import chromium, free_port, running

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
STORY = "2026-01-20-hasaka"


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(Path(sys.executable).parent / "commentsvc"), "demo", "--port", str(port), "--data", "demo"]
    with running(command, f"{url}/readyz", cwd=folder, log=folder / "log"), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1500})
        article(page, url)
        page.set_viewport_size({"width": 1280, "height": 1000})
        profile(page, url)
        desk(page, url)
        outgoing(page, url)
        pages_of_admins(browser, url)


def article(page: Page, url: str) -> None:
    page.goto(f"{url}/news/{STORY}")
    page.get_by_role("button", name="Post Comment").wait_for()
    page.locator("about-author").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('about-author').scrollIntoView()")
    take(page, "article")


def profile(page: Page, url: str) -> None:
    page.goto(f"{url}/authors/demo/nadim-sarraf")
    take(page, "profile")


def desk(page: Page, url: str) -> None:
    sign_in(page, url, MODERATOR)
    take(page, "desk")
    keys(page)


def sign_in(page: Page, url: str, who: tuple[str, ...]) -> None:
    page.goto(f"{url}/desk")
    page.get_by_label("Email").fill(who[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk**")


def keys(page: Page) -> None:
    page.get_by_role("button", name="Turn keys on").click()
    page.locator("button[aria-keyshortcuts]").first.wait_for()
    for key in ("j", "j", "d", "4"):
        page.keyboard.press(key)
    page.locator(".card.done").wait_for()
    page.keyboard.press("c")
    page.locator("#drawer").wait_for()
    take(page, "context")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    take(page, "keys")


def pages_of_admins(browser: Browser, url: str) -> None:
    """What only admins see, and the queue on a phone at night."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    sign_in(page, url, ADMIN)
    for name, path in (("log", "log"), ("hand-over", "handover"), ("authors", "authors"), ("words", "words")):
        page.goto(f"{url}/desk/{path}?site=demo")
        take(page, name)
    page.goto(f"{url}/desk/authors?site=demo&standing=SUSPENDED")
    page.locator("main table a").first.click()
    take(page, "author")
    people(page, url)
    page.goto(f"{url}/desk/stories?site=demo")
    page.get_by_role("link", name="Harbour Road").first.click()
    take(page, "story")
    phone = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    sign_in(phone, url, ADMIN)
    phone.locator(".card").first.scroll_into_view_if_needed()
    phone.evaluate("document.querySelector('.card').scrollIntoView()")
    take(phone, "desk-phone")


def people(page: Page, url: str) -> None:
    """What becomes of several at once, of two who are one, and of somebody's data."""
    commenters = f"{url}/desk/authors?site=demo&kind=commenters&standing=NORMAL&sort=comments"
    page.goto(commenters)
    kept, gone = (page.locator("tbody a").nth(place).get_attribute("href") for place in (0, 1))
    page.goto(f"{url}{kept}/merge?with={str(gone).rpartition('/')[2]}")
    take(page, "merge", height=420)
    page.goto(f"{url}/admin/authors/{str(kept).rpartition('/')[2]}/data")
    take(page, "personal-data", height=660)
    page.goto(f"{url}/my-data/demo")
    take(page, "my-data", height=500)
    page.goto(commenters)
    for place in range(3):
        page.locator("tbody input[name=author]").nth(place).check()
    page.locator("#bulk-standing").select_option("SUSPENDED")
    page.locator("#bulk-lasts").select_option("24h")
    page.locator("#bulk-reason").fill("Quarrelled under the ferry story.")
    page.get_by_role("button", name="Change standing").click()
    page.get_by_role("heading", name="What became of the ticked authors").wait_for()
    take(page, "standings", height=520)
    page.get_by_role("button", name="Undo for 3 authors").click()


def outgoing(page: Page, url: str) -> None:
    page.wait_for_timeout(15_000)  # the worker has told of everything
    page.goto(f"{url}/desk/outgoing")
    take(page, "outgoing")


def take(page: Page, name: str, *, height: int = 0) -> None:
    """The page as it is on the screen, or its upper part."""
    page.wait_for_timeout(800)  # pictures within the page arrive
    upper = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height} if height else None
    page.screenshot(path=PICTURES / f"{name}.png", clip=upper)


if __name__ == "__main__":
    main()
