"""The whole service as a newcomer starts it, and a browser in front of it."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from commentsvc.demo.newsroom import MODERATOR, PASSWORD
from tests.stage import browser, free_port, running

__all__ = ["browser"]

COMMENTSVC = Path(sys.executable).parent / "commentsvc"
PROMISE = "The boats will be back before the cars are. I would bet a bag of ice on it."


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> tuple[Path, int]:
    """The folder of a demo that was started once, and its port, of which its addresses tell."""
    folder, port = tmp_path_factory.mktemp("journeys"), free_port()
    with demo(folder, port):
        return folder / "demo", port


@pytest.fixture
def newspaper(tmp_path, filled) -> Iterator[str]:
    """The demo, as it was filled; its address."""
    folder, port = filled
    shutil.copytree(folder, tmp_path / "demo")
    with demo(tmp_path, port):
        yield f"http://127.0.0.1:{port}"


def demo(folder: Path, port: int) -> AbstractContextManager[str]:
    """The demo of a folder, which it fills where there is none yet."""
    command = [str(COMMENTSVC), "demo", "--port", str(port), "--data", str(folder / "demo")]
    return running(command, f"http://127.0.0.1:{port}/readyz", cwd=folder, log=folder / "log")


def sign_in(page: Page, newspaper: str, email: str = MODERATOR[0]) -> None:
    """A member of the staff signs in and lands on the queue."""
    page.goto(f"{newspaper}/desk")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk**")


def approve(page: Page, text: str) -> None:
    """The moderator finds the comment in the queue and lets it through."""
    card = page.locator("article").filter(has_text=text)
    card.get_by_role("button", name="Approve").click()
    page.locator(".done, .flash.decided").first.wait_for()  # a script decides in place, the page comes back without one


@pytest.fixture
def reader(browser, newspaper) -> Iterator[Page]:
    """A reader's browser; whatever its console complains about fails the test."""
    with_console: list[str] = []
    context: BrowserContext = browser.new_context()
    page = context.new_page()
    page.on("pageerror", lambda error: with_console.append(str(error)))
    page.on("console", lambda said: with_console.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not with_console


@pytest.fixture
def moderator(browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()
