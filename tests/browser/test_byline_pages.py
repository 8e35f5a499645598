"""What a byline who signs in finds at the desk, and the shield's page, in a real browser: axe, narrow and wide."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from commentsvc.accounts.models import Role
from commentsvc.authors.service import give_byline_address, new_byline
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with
from tests.cast import PASSWORD, SOMEONE, Newsroom, Person
from tests.conftest import empty
from tests.stage import browser, served

__all__ = ["browser"]

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def newsroom(sqlite_app) -> Iterator[Newsroom]:
    newsroom = Newsroom(sqlite_app)
    newsroom.site("herald")
    newsroom.story("herald", "harbour", title="القوارب تعود إلى الميناء")
    yield newsroom
    empty(sqlite_app)


@pytest.fixture
def service(sqlite_app, newsroom) -> Iterator[str]:
    """The service, its address."""
    with served(sqlite_app) as address:
        yield address


@pytest.fixture
def ines(sqlite_app, newsroom) -> Person:
    """Ines is admin and signs the story about the harbour; her number as an author is 1."""
    person = newsroom.account("Ines", Role.ADMIN)
    with sqlite_app.app_context(), unit_of_work():
        site = site_named("herald")
        author = new_byline(site.id, name="Ines Writer", now=now())
        db.session.flush()
        give_byline_address(author, person.email, actor=SOMEONE, keys=house().keys, now=now())
        db.session.flush()
        sign_with(find_story(site.id, StoryName("harbour", None)), [author])
    newsroom.comment("harbour", "When do the *boats* come back, and who pays for it?", name="Rosa Reader")
    newsroom.comment("harbour", "متى تعود القوارب إلى الميناء؟", name="عمر الشامي")
    return person


def sign_in(page: Page, service: str, person: Person) -> None:
    page.goto(f"{service}/desk/questions?site=herald")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def ensure_fine(page: Page, width: int) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_a_byline_answers_a_question_and_is_shielded(browser, service, newsroom, ines, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, service, ines)
    expect(page.get_by_role("article")).to_have_count(2)
    ensure_fine(page, width)
    page.get_by_role("link", name="Answer Rosa Reader").click()
    expect(page.get_by_role("heading", name="Answer Rosa Reader")).to_be_visible()
    ensure_fine(page, width)
    page.get_by_label("Your answer").fill("On Monday; the town pays.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("heading", name="Answer Rosa Reader")).to_have_count(0)
    reader = browser.new_context().new_page()
    reader.goto(f"{service}/thread/herald?story=harbour")
    answer = reader.locator("article", has_text="On Monday; the town pays.").last
    expect(answer.locator("header")).to_contain_text("Ines Writer")
    expect(answer.locator("header")).to_contain_text("Author")
    reader.context.close()
    page.goto(f"{service}/desk/authors?site=herald&kind=bylines")
    page.get_by_role("link", name="Ines Writer").click()
    page.get_by_role("link", name="Shield against attacks").click()
    page.get_by_label("Shield", exact=True).select_option("aimed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Without words nothing is shielded.").first).to_be_visible()
    ensure_fine(page, width)
    page.get_by_label("Words and phrases").fill("liar\npaid by*")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Ines Writer is shielded.")).to_be_visible()
    page.close()
