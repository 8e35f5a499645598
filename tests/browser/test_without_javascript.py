"""A reader whose browser runs no script: reads, pages, sorts, posts, replies, reports; and what axe says of the pages."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.cast import Newsroom
from tests.conftest import empty
from tests.stage import browser, served

__all__ = ["browser"]

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ARABIC = "القوارب تعود إلى الميناء"
ROOTS = 27  # more than a page


@pytest.fixture
def newsroom(sqlite_app) -> Iterator[Newsroom]:
    newsroom = Newsroom(sqlite_app)
    newsroom.site("herald", hold_first_comments=0, quick_form_seconds=0)
    yield newsroom
    empty(sqlite_app)


@pytest.fixture
def service(sqlite_app, newsroom) -> Iterator[str]:
    """The service, its address."""
    with served(sqlite_app) as address:
        yield address


@pytest.fixture
def reader(browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def fill(page: Page, text: str, email: str = "ida@example.org") -> None:
    page.get_by_label("Comment *").fill(text)
    page.get_by_label("Name *").fill("Ida")
    page.get_by_label("Email *").fill(email)
    page.get_by_role("button", name="Post Comment").click()


def texts(page: Page) -> list[str]:
    return page.locator("article .body").all_inner_texts()


def test_reading_paging_and_sorting(reader, service, newsroom):
    harbour = newsroom.story(id="harbour", title="Boats return")
    for number in range(ROOTS):
        newsroom.comment(harbour, f"Number {number}.", minutes_ago=ROOTS - number)
    reader.goto(f"{service}/thread/herald?story=harbour")
    expect(reader.get_by_role("heading", name=f"{ROOTS} comments")).to_be_visible()
    assert texts(reader) == [f"Number {n}." for n in range(25)]
    reader.get_by_role("link", name="Load more comments").click()
    assert texts(reader) == ["Number 25.", "Number 26."]
    reader.get_by_role("link", name="Back to the first comments").click()
    reader.get_by_label("Sort by").select_option("newest")
    reader.get_by_role("button", name="Sort").click()
    assert texts(reader)[0] == "Number 26."
    reader.get_by_role("link", name="Load more comments").click()
    assert texts(reader) == ["Number 1.", "Number 0."]


def test_posting_replying_and_the_errors_of_both(reader, service, newsroom):
    newsroom.comment(newsroom.story(id="harbour", title="Boats return"), "Well said.", name="Rosa")
    reader.goto(f"{service}/thread/herald?story=harbour")
    fill(reader, "A comment of mine.")
    own = reader.locator("article").filter(has_text="A comment of mine.")
    expect(own).to_be_visible()
    assert reader.url.endswith(f"#{own.get_attribute('id')}")

    reader.locator("article").filter(has_text="Well said.").get_by_role("link", name="Reply").click()
    expect(reader.get_by_role("heading", name="Reply to Rosa")).to_be_visible()
    fill(reader, "An answer of mine.", email="ida@nowhere")  # a browser lets it through
    expect(reader.get_by_role("alert")).to_contain_text("Your comment was not posted yet.")
    expect(reader.get_by_label("Comment *")).to_have_value("An answer of mine.")
    fill(reader, "An answer of mine.")
    expect(reader.locator("article article")).to_contain_text("An answer of mine.")


def test_reporting(reader, service, newsroom):
    newsroom.comment(newsroom.story(id="harbour", title="Boats return"), "Cheap pills.", name="Rosa")
    reader.goto(f"{service}/thread/herald?story=harbour")
    reader.get_by_role("link", name="Report the comment of Rosa").click()
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.get_by_role("alert")).to_contain_text("Say what is wrong with it.")
    reader.get_by_label("Spam or advertising").check()
    reader.get_by_label("Details").fill("Everywhere.")
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.get_by_role("status")).to_contain_text("A moderator will look at what you reported.")
    expect(reader.get_by_role("heading", name="Boats return")).to_be_visible()


def test_a_permalink_leads_to_the_comment(reader, service, newsroom):
    comment = newsroom.comment(newsroom.story(id="harbour", url=None), "Here it is.")
    reader.goto(f"{service}/c/{comment}")
    assert reader.url == f"{service}/thread/herald?story=harbour#comment-{comment}"


@pytest.mark.parametrize(
    ("width", "scheme", "title"),
    [(1280, "light", "Boats return"), (1280, "dark", ARABIC), (320, "light", ARABIC), (320, "dark", "Boats return")],
)
def test_axe_finds_nothing(browser, service, newsroom, width, scheme, title):
    harbour = newsroom.story(id="harbour", title=title)
    comment = newsroom.comment(harbour, f"{title}.", name="Rosa", website="https://rosa.example")
    newsroom.comment(harbour, parent=newsroom.comment(harbour, parent=comment, minutes_ago=-1), minutes_ago=-2)
    thread, report = "/thread/herald?story=harbour", f"/thread/herald/report/{comment}"
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(service + thread)
    profile = page.get_by_role("link", name="Rosa").first.get_attribute("href")
    for address in (
        thread,
        f"{thread}&parent={comment}&reported=yes",
        f"/thread/herald/replies/{comment}",
        report,
        profile,
    ):
        page.goto(service + address)
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(each["id"], each["nodes"][0]["target"]) for each in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.goto(service + report)
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("alert").wait_for()
    assert Axe().run(page, options=RULES).response["violations"] == []
    context.close()


def test_the_structured_data_is_no_matter_of_a_policy_about_scripts(browser, service, newsroom):
    """The page of a host that allows no script at all, with the fragment in it."""
    newsroom.comment(newsroom.story(id="harbour", title="Boats return"), "Well said.")
    faults: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda said: faults.append(said.text))
    fragment = context.request.get(f"{service}/fragment/thread?site=herald&story=harbour").text()
    policy = f"default-src 'none'; img-src {service}; require-trusted-types-for 'script'; trusted-types 'none'"
    page.route("**/host", lambda route: route.fulfill(
        body=f"<!doctype html><title>News</title>{fragment}",
        headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy},
    ))  # fmt: skip
    page.goto(f"{service}/host")
    expect(page.get_by_text("Well said.")).to_be_visible()
    assert page.locator('script[type="application/ld+json"]').count() == 1
    assert faults == []
    context.close()
