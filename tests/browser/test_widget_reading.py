"""Reading in the embedded thread on a page of another site with the strictest policy, against canned answers."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.widget import IN_A_BROWSER, browser, comment, focused, host, nested, page, service, until

__all__ = ["browser", "host", "page", "service"]

pytestmark = IN_A_BROWSER


def test_the_thread_is_drawn_under_the_strictest_policy(page, host, service):
    service.comments = [comment("1", "First!"), comment("2")]
    page.goto(host.address)
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(page.get_by_text("First!")).to_be_visible()


def test_the_page_hears_of_it_in_ids_and_numbers(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("heading", name="1 comment").wait_for()
    assert page.evaluate("heard") == [["ready", {"story": "hasaka", "count": 1}]]


def test_no_cookie_is_sent_or_kept(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("heading", name="1 comment").wait_for()
    assert page.context.cookies() == []


def test_without_a_story_the_canonical_link_names_it(page, host, service):
    host.head = '<link rel="canonical" href="https://news.example/a">'
    host.body = '<comment-thread site="demo"></comment-thread>'
    page.goto(host.address + "?utm_source=x#top")
    page.get_by_role("heading", name="No comments").wait_for()
    assert parse_qs(urlsplit(service.asked[0]).query)["url"] == ["https://news.example/a"]


def test_without_a_canonical_link_the_address_names_it(page, host, service):
    host.body = '<comment-thread site="demo"></comment-thread>'
    page.goto(host.address + "?page=2#top")
    page.get_by_role("heading", name="No comments").wait_for()
    assert parse_qs(urlsplit(service.asked[0]).query)["url"] == [host.address + "?page=2"]


def test_the_fallback_stays_with_a_message_when_the_service_is_down(page, host, service):
    service.down = True
    page.goto(host.address)
    expect(page.get_by_role("status")).to_contain_text("could not be loaded. Closed for repairs.")
    expect(page.get_by_text("Read the comments elsewhere.")).to_be_visible()


def test_trying_again_draws_the_thread_after_all(page, host, service):
    service.down = True
    page.goto(host.address)
    page.get_by_role("button", name="Try again").wait_for()
    service.down = False
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No comments")).to_be_visible()


def test_the_fallback_gives_way_to_the_thread(page, host):
    host.body = '<comment-thread site="demo" story="hasaka"><p>Read the comments elsewhere.</p></comment-thread>'
    page.goto(host.address)
    page.get_by_role("heading", name="No comments").wait_for()
    expect(page.get_by_text("Read the comments elsewhere.")).to_be_hidden()


@pytest.mark.parametrize(
    ("tree", "html"),
    [
        ([["p", "a ", ["em", "b"]]], "<p>a <em>b</em></p>"),
        ([["script", "alert(1)"]], "alert(1)"),
        ([["p", {"onclick": "x()", "style": "color:red"}, "a"]], "<p>a</p>"),
        ([["a", {"href": "javascript:alert(1)"}, "a"]], "a"),
        ([["a", {"href": "//evil.example"}, "a"]], "a"),
        ([["img", {"src": "https://evil.example/p.png"}]], ""),
        ([["p", "<b>typed</b>"]], "<p>&lt;b&gt;typed&lt;/b&gt;</p>"),
        (
            [["a", {"href": "https://example.com/", "target": "_blank"}, "a"]],
            '<a href="https://example.com/" rel="nofollow ugc noopener">a</a>',
        ),
    ],
)
def test_a_text_tree_is_drawn_from_the_allow_list_only(page, host, service, tree, html):
    service.comments = [comment("1", content=tree)]
    page.goto(host.address)
    assert page.locator("article .body").evaluate("(body) => body.innerHTML") == html


def test_a_hostile_name_is_text(page, host, service):
    service.comments = [comment("1", name="<img src=x onerror=alert(1)>")]
    page.goto(host.address)
    expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()


def test_a_profile_address_that_is_no_web_address_is_not_a_link(page, host, service):
    service.comments = [comment("1")]
    service.comments[0]["author"] |= {"url": "javascript:alert(1)", "website": "data:text/html,x"}
    page.goto(host.address)
    page.get_by_role("heading", name="Mara Lind").wait_for()
    assert page.locator("header a").evaluate_all("(links) => links.map((link) => link.protocol)") == ["http:"]


def test_a_removed_comment_keeps_its_place_without_its_author(page, host, service):
    service.comments = [comment("1", state="removed", author=None, content=[], replies=[comment("2", parent="1")])]
    page.goto(host.address)
    expect(page.get_by_role("heading", name="This comment is not shown.")).to_be_visible()


def test_badges_are_words(page, host, service):
    service.comments = [comment("1", featured=True)]
    service.comments[0]["author"]["badges"] = ["author"]
    page.goto(host.address)
    expect(page.locator("[part=badge]")).to_have_text(["Author", "Editors’ pick"])


def test_a_reply_beyond_the_drawn_indent_says_whom_it_answers(page, host, service):
    service.comments = [nested("1", "2", "3", "4", "5")]
    page.goto(host.address)
    expect(page.locator("#comment-5 .answers")).to_have_text("in reply to Writer 4")
    expect(page.locator("#comment-4 > .own .answers")).to_be_hidden()


def test_three_levels_are_indented_and_deeper_ones_are_flat(page, host, service):
    service.comments = [nested("1", "2", "3", "4", "5")]
    page.goto(host.address)
    starts = [page.locator(f"#comment-{id} > .own").bounding_box()["x"] for id in "12345"]
    assert starts[0] < starts[1] < starts[2] < starts[3] == starts[4]


def test_a_narrow_column_is_indented_once(page, host, service):
    page.set_viewport_size({"width": 320, "height": 600})
    service.comments = [nested("1", "2", "3")]
    page.goto(host.address)
    starts = [page.locator(f"#comment-{id} > .own").bounding_box()["x"] for id in "123"]
    assert starts[0] < starts[1] == starts[2]


def test_320_pixels_need_no_sideways_scrolling(page, host, service):
    page.set_viewport_size({"width": 320, "height": 600})
    service.comments = [nested("1", "2", "3", "4"), comment("7", "W" * 300)]
    page.goto(host.address)
    page.get_by_role("heading", name="2 comments").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_right_to_left_pages_indent_from_the_right(page, host, service):
    host.html = '<html lang="ar" dir="rtl">'
    service.comments = [nested("1", "2")]
    page.goto(host.address)
    ends = [sum(page.locator(f"#comment-{id} > .own").bounding_box()[side] for side in ("x", "width")) for id in "12"]
    assert ends[0] > ends[1]


def test_sorting_asks_for_the_other_order(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_label("Sort by").select_option("newest")
    until(page, "heard.some(([name]) => name === 'count')")
    assert parse_qs(urlsplit(service.asked[-1]).query)["sort"] == ["newest"]


def test_load_more_adds_the_next_page_and_goes_to_its_first_comment(page, host, service):
    service.comments = [comment("1")]
    service.pages = {"2": {"comments": [comment("3", "Later.")], "next_cursor": None}}
    page.goto(host.address)
    page.get_by_role("link", name="Load more comments").click()
    expect(page.get_by_text("Later.")).to_be_visible()
    assert focused(page) == "by-3"
    expect(page.get_by_role("link", name="Load more comments")).to_be_hidden()


def test_more_replies_come_under_their_comment(page, host, service):
    service.comments = [comment("1", replies=[comment("2", parent="1")], replies_cursor="c")]
    service.replies = {"1": {"comments": [comment("3", "One more.", parent="1")], "next_cursor": None}}
    page.goto(host.address)
    page.get_by_role("button", name="Show more replies").click()
    expect(page.locator("#comment-1 > .replies > li")).to_have_count(2)
    expect(page.get_by_role("button", name="Show more replies")).to_have_count(0)


def test_an_address_with_a_comment_leads_to_it(page, host, service):
    service.comments = [comment(str(number)) for number in range(1, 30)]
    page.goto(host.address + "#comment-20")
    expect(page.locator("#comment-20 > .own")).to_be_in_viewport()
    assert focused(page) == "by-20"


def test_a_changed_hash_leads_to_the_comment(page, host, service):
    service.comments = [comment(str(number)) for number in range(1, 30)]
    page.goto(host.address)
    page.locator("#comment-25").wait_for()
    page.evaluate("location.hash = 'comment-25'")
    expect(page.locator("#comment-25.target > .own")).to_be_in_viewport()


def test_a_linked_comment_that_is_not_loaded_is_shown_with_its_ancestors(page, host, service):
    service.comments = [comment("1")]
    service.single = {"8": {"comment": comment("8", "Deep.", parent="7"), "ancestors": [comment("7", "Above.")]}}
    page.goto(host.address + "#comment-8")
    expect(page.locator(".linked #comment-7 #comment-8")).to_contain_text("Deep.")
    assert focused(page) == "by-8"


def test_a_linked_reply_is_shown_under_the_ancestor_that_is_there(page, host, service):
    service.comments = [comment("1", replies_cursor="c")]
    service.single = {"8": {"comment": comment("8", "Deep.", parent="1"), "ancestors": [comment("1")]}}
    page.goto(host.address + "#comment-8")
    expect(page.locator("#comment-1 > .replies #comment-8")).to_be_visible()


def test_a_linked_comment_of_another_story_is_not_shown_here(page, host, service):
    service.url = "https://news.example/b"
    service.single = {"8": {"comment": comment("8", "Elsewhere."), "ancestors": []}}
    page.goto(host.address + "#comment-8")
    expect(page.get_by_role("status")).to_have_text("The comment you are looking for is not here, or not any more.")
    expect(page.locator("article")).to_have_count(0)


def test_a_linked_comment_that_is_gone_is_said(page, host, service):
    page.goto(host.address + "#comment-404")
    expect(page.get_by_role("status")).to_have_text("The comment you are looking for is not here, or not any more.")


def test_a_lazy_thread_waits_until_it_is_near(page, host, service):
    # Empty paragraphs: the policy of the page forbids the style a tall box would need.
    host.body = "<p>.</p>" * 200 + '<comment-thread site="demo" story="hasaka" lazy></comment-thread>'
    page.goto(host.address)
    page.wait_for_timeout(200)
    assert service.asked == []
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="No comments")).to_be_attached()
