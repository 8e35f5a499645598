"""The pictures of authors in the thread: drawn without moving anything, and on a page that forbids them."""

import pytest
from playwright.sync_api import Route, expect

from commentsvc.authors.drawing import draw
from tests.browser.widget import IN_A_BROWSER, browser, comment, host, page, service

__all__ = ["browser", "host", "page", "service"]

pytestmark = IN_A_BROWSER

NAME = "1-0123456789ab.svg"
PLACES = """[...document.querySelector("comment-thread").shadowRoot.querySelectorAll("article :is(h3, .body)")]
    .map((each) => JSON.stringify(each.getBoundingClientRect()))"""


@pytest.fixture
def two_comments(service):
    service.comments = [comment("1", name="Rosa Reader"), comment("2")]
    for each in service.comments:
        each["author"] = {**each["author"], "avatar": f"/avatars/{NAME}"}


def test_a_picture_moves_nothing_when_it_comes(page, host, two_comments):
    host.images = host.service_url.removesuffix("/prefix")
    asked: list[Route] = []
    page.route("**/avatars/*", lambda route: asked.append(route))
    page.goto(host.address)
    picture = page.locator("comment-thread header img").first
    picture.wait_for()
    before = page.evaluate(PLACES)
    for each in asked:
        each.fulfill(body=draw("0123456789ab"), content_type="image/svg+xml")
    page.unroute("**/avatars/*")
    expect(picture).to_have_js_property("naturalWidth", 96)
    assert asked[0].request.url == f"{host.service_url.removesuffix('/prefix')}/avatars/{NAME}"
    assert page.evaluate(PLACES) == before
    assert len(before) == 4


def test_a_picture_says_nothing_to_those_who_hear_the_page(page, host, two_comments):
    host.images = host.service_url.removesuffix("/prefix")
    page.route("**/avatars/*", lambda route: route.fulfill(body=draw("0123456789ab"), content_type="image/svg+xml"))
    page.goto(host.address)
    page.locator("comment-thread header img").first.wait_for()
    assert page.locator("comment-thread header").first.aria_snapshot().count("img") == 0


def test_a_page_that_forbids_pictures_shows_the_thread_without(browser, host, two_comments):
    page = browser.new_page()  # the console complains here, and may
    page.goto(host.address)
    expect(page.get_by_text("Well said.").first).to_be_visible()
    expect(page.locator("comment-thread header img")).to_have_count(0)  # no broken frame
    place = page.locator("comment-thread header > span").first.bounding_box()
    assert (place["width"], place["height"]) == (32, 32)  # nor did anything move
    page.close()
