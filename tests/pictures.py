"""Take the pictures of the documentation from the running demo: `python -m tests.pictures`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from commentsvc.demo.newsroom import MODERATOR, PASSWORD
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
    page.goto(f"{url}/desk")
    page.get_by_label("Email").fill(MODERATOR[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk**")
    take(page, "desk")
    keys(page)


def keys(page: Page) -> None:
    page.get_by_role("button", name="Turn keys on").click()
    page.locator("button[aria-keyshortcuts]").first.wait_for()
    for key in ("j", "j", "d", "4"):
        page.keyboard.press(key)
    page.locator(".card.done").wait_for()
    page.keyboard.press("r")
    page.locator("#drawer").wait_for()
    take(page, "context")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    take(page, "keys")


def outgoing(page: Page, url: str) -> None:
    page.wait_for_timeout(15_000)  # the worker has told of everything
    page.goto(f"{url}/desk/outgoing")
    take(page, "outgoing")


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(800)  # pictures within the page arrive
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
