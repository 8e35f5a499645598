"""The public page of an author in a real browser: axe, narrow and wide, light and dark, in both directions."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from commentsvc.authors.models import Author
from commentsvc.authors.service import new_byline, read_links, write_bio
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with
from tests.cast import Newsroom
from tests.conftest import empty
from tests.stage import browser, served

__all__ = ["browser"]

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def newsroom(sqlite_app) -> Iterator[Newsroom]:
    newsroom = Newsroom(sqlite_app)
    newsroom.site("herald")
    yield newsroom
    empty(sqlite_app)


@pytest.fixture
def service(sqlite_app, newsroom) -> Iterator[str]:
    """The service, its address."""
    with served(sqlite_app) as address:
        yield address


@pytest.fixture
def salma(sqlite_app, newsroom) -> str:
    """A byline with everything a page can have; her slug."""
    for story, title in (("harbour", "The harbour"), ("boats", "القوارب تعود إلى الميناء")):
        newsroom.story("herald", story, title=title, category="Local", excerpt="What became of it.")
    above = newsroom.comment("boats", "متى تعود القوارب إلى الميناء؟", name="عمر الشامي")
    gone = newsroom.comment("harbour", "Gone.")
    answers = [newsroom.comment("boats", parent=above), newsroom.comment("harbour", parent=gone)]
    answers += [
        newsroom.comment("harbour", f"Answer {'x' * number} with a rather-long-word-" + "y" * 60)
        for number in range(20)
    ]
    newsroom.decide(gone, "reject")
    with sqlite_app.app_context(), unit_of_work():
        site = site_named("herald")
        author = new_byline(site.id, name="سلمى قاسم", slug="salma", now=now())
        write_bio(author, "Writes *about* boats. تكتب عن القوارب.")
        author.links, author.website = read_links([("Notes", "https://notes.example/")]), "https://salma.example/"
        author.approved_count = len(answers)
        db.session.flush()
        for number in answers:
            newsroom.row(number).author_id = author.id
        sign_with(find_story(site.id, StoryName("boats", None)), [author])
        assert db.session.get(Author, author.id)
    return "salma"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(browser, service, salma, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{service}/authors/herald/{salma}")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate(WIDTH) <= width
    page.get_by_role("link", name="Earlier comments").click()
    assert page.get_by_role("link", name="Back to the latest comments").is_visible()
    assert complaints == []  # the policy has nothing against the block of data either
    page.close()
