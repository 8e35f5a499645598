"""The demo sends nothing, and shows all that would have gone out: a letter is read at the desk, and its link works."""

import re
import time

import pytest

from commentsvc.demo.newsroom import ADMIN
from tests.journeys.conftest import PROMISE, approve, sign_in

pytestmark = pytest.mark.browser

STORY = "2026-01-20-hasaka"
ADDRESS = "vera.visitor@mail.example"


def letter(page, newspaper: str, kind: str) -> str:
    """The text of the newest letter of a kind, as the desk shows it."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        page.goto(f"{newspaper}/desk/outgoing?channel=mail")
        if page.get_by_role("link", name=kind, exact=True).count():
            page.get_by_role("link", name=kind, exact=True).first.click()
            return page.inner_text("main")
        page.wait_for_timeout(500)
    raise AssertionError(f"no letter: {page.inner_text('main')}")


def link_in(text: str, to: str) -> str:
    found = re.search(rf"http://\S+/mail/{to}/\S+", text)
    assert found, text
    return found[0]


def test_a_reader_asks_for_mail_confirms_and_hears_of_the_decision(newspaper, browser):
    reader, admin = browser.new_context(java_script_enabled=False).new_page(), browser.new_context().new_page()
    reader.goto(f"{newspaper}/thread/demo?story={STORY}")
    reader.get_by_label("Comment *").fill(PROMISE)
    reader.get_by_label("Name *").fill("Vera Visitor")
    reader.get_by_label("Email *").fill(ADDRESS)
    reader.get_by_label("Send me mail").select_option("replies")
    reader.wait_for_timeout(3_200)
    reader.get_by_role("button", name="Post Comment").click()

    sign_in(admin, newspaper, ADMIN[0])
    asked = letter(admin, newspaper, "confirm")
    reader.goto(link_in(asked, "confirm"))
    reader.get_by_role("button").click()
    admin.goto(f"{newspaper}/desk")
    approve(admin, PROMISE)
    told = letter(admin, newspaper, "approved")
    assert ("is published" in told, ADDRESS in asked + told) == (True, False)

    reader.goto(link_in(told, "unsubscribe"))
    reader.get_by_role("button").click()
    reader.goto(link_in(told, "preferences"))
    assert ADDRESS not in reader.content()
