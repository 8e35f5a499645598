"""The whole way of one comment: article, form, waiting, desk, article again, the writer's page."""

import os
import re
import subprocess

import pytest

from tests.journeys.conftest import COMMENTSVC, PROMISE, approve, sign_in

pytestmark = pytest.mark.browser

STORY = "2026-01-20-hasaka"
ADDRESS = "vera.visitor@mail.example"


def write(page) -> None:
    """Vera fills the form in and sends it. She takes her time: a form filled in a second is suspicious."""
    page.get_by_label("Comment *").fill(PROMISE)
    page.get_by_label("Name *").fill("Vera Visitor")
    page.get_by_label("Email *").fill(ADDRESS)
    page.wait_for_timeout(3_200)
    page.get_by_role("button", name="Post Comment").click()


def test_a_comment_goes_from_the_form_to_the_article_and_its_writers_page(newspaper, reader, moderator):
    article = f"{newspaper}/news/{STORY}"
    reader.goto(article)
    reader.get_by_text("Your email address will not be published.").wait_for()
    write(reader)
    reader.get_by_text("only you can see this").wait_for()

    moderator.goto(article)
    moderator.get_by_role("heading", name=re.compile(r"^\d+ comments$")).wait_for()
    assert PROMISE not in all_text(moderator)

    sign_in(moderator, newspaper)
    approve(moderator, PROMISE)

    reader.goto(article)
    # Until the thread is drawn the page's own copy of it is there, and then it is hidden under the pointer.
    reader.get_by_text("Your email address will not be published.").wait_for()
    said = reader.locator("comment-thread article").filter(has_text=PROMISE).last
    said.wait_for()
    assert not reader.get_by_text("only you can see this").is_visible()
    assert ADDRESS not in all_text(reader)

    said.get_by_role("link", name="Vera Visitor", exact=True).click()
    reader.wait_for_url("**/authors/demo/vera-visitor-*")
    reader.get_by_text(PROMISE).wait_for()
    assert ADDRESS not in reader.content()


def test_the_same_journey_without_javascript(newspaper, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{newspaper}/news/{STORY}")
    page.get_by_role("link", name="Leave a comment").click()
    write(page)
    page.get_by_text("only you can see this").wait_for()
    assert PROMISE in page.content()

    page.goto(f"{newspaper}/thread/demo?story={STORY}")
    assert PROMISE not in page.content()

    sign_in(page, newspaper)
    approve(page, PROMISE)
    page.goto(f"{newspaper}/news/{STORY}")
    said = page.locator("comment-thread article").filter(has_text=PROMISE).last
    assert ADDRESS not in page.content()
    said.get_by_role("link", name="Vera Visitor", exact=True).click()
    assert PROMISE in page.content()
    assert ADDRESS not in page.content()
    context.close()


def test_everything_typed_comes_back_without_javascript(newspaper, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{newspaper}/thread/demo?story={STORY}")
    page.get_by_label("Comment *").fill(PROMISE)
    page.get_by_label("Name *").fill("Vera Visitor")
    page.get_by_label("Email *").fill("vera@nowhere")
    page.get_by_label("Website", exact=True).fill("https://vera.example")
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_role("alert").get_by_text("Enter an email address such as name@example.com.").wait_for()
    fields = ("Comment *", "Name *", "Email *", "Website")
    typed = [page.get_by_label(name, exact=True).input_value() for name in fields]
    assert typed == [PROMISE, "Vera Visitor", "vera@nowhere", "https://vera.example/"]
    context.close()


def all_text(page) -> str:
    """Everything in the page, shadow roots included."""
    return page.evaluate(
        """() => {
          const inside = (each) => read(each) + (each.shadowRoot ? read(each.shadowRoot) : "");
          const read = (node) =>
            [...node.childNodes].map((each) => (each.nodeType === 3 ? each.data : inside(each))).join(" ");
          return read(document.documentElement);
        }"""
    )


def test_where_the_site_asks_for_work_a_comment_comes_with_it_and_the_reader_sees_nothing_of_it(
    newspaper, reader, tmp_path
):
    house = {**os.environ, "COMMENTSVC_DATA_DIR": str(tmp_path / "demo")}
    subprocess.run([str(COMMENTSVC), "site", "set", "demo", "proof_of_work", "on"], env=house, check=True)
    asked = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(f"{newspaper}/news/{STORY}")
    reader.get_by_text("Your email address will not be published.").wait_for()
    write(reader)
    reader.get_by_text("only you can see this").wait_for()
    assert len([url for url in asked if "/api/v1/challenge" in url]) == 1
