"""The files as a wheel has them, joined and minified, on the strictest page."""

import pytest
from playwright.sync_api import expect

from tests.benchmarks import bench_widget
from tests.browser import widget
from tests.browser.widget import IN_A_BROWSER, browser, comment, host, page, post, service, story, write  # noqa: F401

pytestmark = IN_A_BROWSER


@pytest.fixture(autouse=True)
def files_of_the_wheel(monkeypatch):
    wheel = bench_widget.minified()
    monkeypatch.setattr(widget, "release", lambda: wheel)
    return wheel


def test_a_comment_is_read_and_another_one_written(page, host, service):  # noqa: F811
    service.comments = [comment("1", "First!")]
    page.goto(host.address)
    expect(page.get_by_text("First!")).to_be_visible()
    write(page, "Second!")
    post(page)
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()


def test_the_form_says_what_is_missing(page, host, service):  # noqa: F811
    page.goto(host.address)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("Please write your comment.")


def test_the_boxes_around_the_article_are_drawn(page, host, service):  # noqa: F811
    service.stories = [story("b")]
    host.body = '<you-may-also-like site="demo" story="a"></you-may-also-like>'
    page.goto(host.address)
    expect(page.get_by_role("heading", name="You may also like")).to_be_visible()


def test_a_reader_may_sign_in_where_a_site_has_a_provider(page, host, service):  # noqa: F811
    service.login = {"name": "Herald account"}
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rsplit("/", 2)[1:]))
    page.goto(host.address)
    expect(page.get_by_role("button", name="Sign in with Herald account")).to_be_visible()
    assert [name for name in loaded if "login.js" in name or "signing" in name][1:] == [["signing", "en.js"]]


def test_nothing_is_asked_for_that_is_not_there(page, host, service):  # noqa: F811
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("button", name="Post Comment").wait_for()
    assert failed == []
