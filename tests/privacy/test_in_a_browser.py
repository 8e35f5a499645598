"""Somebody takes a copy of everything and is erased, and an admin does both for them. In a real browser."""

import json
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import update

from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.privacy import erasing, own_pages, pages
from commentsvc.privacy.models import Erasure
from tests.cast import PASSWORD, Person
from tests.notifications.conftest import mail, smtp, time
from tests.notifications.test_confirming import ROSA
from tests.notifications.test_known_in_a_browser import RULES, link, town, write
from tests.stage import browser

__all__ = ["browser", "mail", "smtp", "time", "town"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

WORDS = "The harbour is loud."


@pytest.fixture(autouse=True)
def one_clock(monkeypatch, time):
    """What is asked for here is asked for by the clock that letters go out by."""
    for door in (own_pages, pages):
        monkeypatch.setattr(door, "now", time)


@pytest.fixture
def rosa(browser, mail, town) -> int:
    """Her comment's number; its address is confirmed."""
    page = browser.new_context().new_page()
    page.goto(town[1])
    number = write(page, WORDS)
    page.goto(link(mail))
    page.get_by_role("button", name="Confirm this address").click()
    page.get_by_role("link", name="Back to the article").wait_for()
    page.context.close()
    return number


@pytest.fixture
def a_day_goes_by(app):
    """The worker comes by when the time of every erasure has come."""

    def go_by() -> None:
        with app.app_context():
            with unit_of_work():
                db.session.execute(update(Erasure).values(due_at=clock.now() - timedelta(seconds=1)))
            erasing.erase_due()

    return go_by


def look_at(page: Page) -> None:
    """The page is one for everybody, and nothing sticks out of the screen."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def ask(page: Page, mail, service: str, wish: str, kind: str) -> str:
    """The link in the letter."""
    page.goto(f"{service}/me/herald")
    page.get_by_role("link", name="Take a copy of your data").click()
    page.get_by_label("Email").fill(ROSA)
    page.get_by_label(wish).check()
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("status")).to_have_text(
        "If comments were written with this address, a mail with a link is on its way."
    )
    return link(mail, kind)


def download(page: Page, button: str) -> dict[str, str]:
    """The names and texts of the files in the ZIP."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=button).click()
    with ZipFile(Path(saved.value.path())) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def test_a_reader_takes_a_copy_and_is_erased_without_a_script_and_without_being_known(
    browser, mail, town, newsroom, rosa, a_day_goes_by
):
    newsroom.decide(rosa, "approve")
    page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
    page.goto(ask(page, mail, town[0], "A copy of everything that is kept about me", "copy"))
    copy = download(page, "Download a copy")
    assert WORDS in json.dumps(json.loads(copy["comments.json"]), ensure_ascii=False)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("This link was used already")

    page.goto(ask(page, mail, town[0], "Have everything about me erased", "erase"))
    page.get_by_role("button", name="Erase everything about me").click()
    expect(page.get_by_role("status")).to_contain_text("Everything about you is erased at this time")
    page.goto(link(mail, "mine"))
    page.get_by_role("button", name="Keep my data").click()
    expect(page.get_by_role("status")).to_have_text("Nothing is erased.")

    page.goto(ask(page, mail, town[0], "Have everything about me erased", "erase"))
    page.get_by_role("button", name="Erase everything about me").click()
    a_day_goes_by()
    page.goto(f"{town[0]}/thread/herald?story=harbour")
    thread = page.locator("article", has_text=WORDS)
    expect(thread).to_contain_text("Deleted author")
    assert "Rosa" not in thread.inner_text()
    page.context.close()


def sign_in(page: Page, service: str, who: Person) -> None:
    page.goto(f"{service}/desk")
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk**")


def test_an_admin_takes_a_copy_and_erases_a_person(browser, cast, town, newsroom, rosa, a_day_goes_by):
    page = browser.new_context(accept_downloads=True).new_page()
    sign_in(page, town[0], cast.ada)
    page.goto(f"{town[0]}/desk/authors?site=herald")
    page.get_by_role("link", name="Rosa").click()
    page.get_by_role("link", name="Personal data: export, erase").click()
    assert WORDS in download(page, "Download")["comments.html"]
    page.get_by_role("button", name="Erase Rosa").click()
    page.get_by_role("button", name="Cancel the erasure").click()
    expect(page.get_by_text("Cancelled. Everything stays as it is.")).to_be_visible()
    page.get_by_role("link", name="Rosa").first.click()
    page.get_by_role("button", name="Erase Rosa").click()
    a_day_goes_by()
    page.get_by_role("link", name="All erasures of").click()
    expect(page.get_by_role("row", name="Deleted author").first).to_contain_text("Done")
    assert "Rosa" not in page.locator("main").inner_text()
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de"), (320, "light", "ar")]
)
def test_the_pages_of_a_persons_data_are_for_everybody(
    app, browser, cast, mail, town, newsroom, rosa, width, scheme, language
):
    service, size = town[0], {"width": width, "height": 900}
    newsroom.set("herald", language=language)
    page = browser.new_context(color_scheme=scheme, viewport=size).new_page()
    page.goto(f"{service}/my-data/herald")
    look_at(page)
    for kind, place in (("copy", 0), ("erase", 1)):
        page.goto(f"{service}/my-data/herald")
        page.locator("[name=email]").fill("rosa@")
        page.locator("form").evaluate("form => { form.noValidate = true }")
        page.locator("button.main").click()
        look_at(page)
        page.locator("[name=email]").fill(ROSA)
        page.locator("[name=wish]").nth(place).check()
        page.locator("button.main").click()
        page.locator("[role=status]").wait_for()
        look_at(page)
        page.goto(link(mail, kind))
        look_at(page)
        if kind == "erase":
            page.locator("button.main").click()
            page.locator("[role=status]").wait_for()
            look_at(page)
            page.goto(link(mail, "mine"))
            look_at(page)
    sign_in(page, service, cast.ada)
    with app.app_context():
        author = newsroom.row(rosa).author_id
    for path in (f"authors/{author}/data", "erasures?site=herald"):
        page.goto(f"{service}/admin/{path}")
        look_at(page)
    page.context.close()
