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


@pytest.mark.parametrize(("badge", "word"), [("moderator", "Moderator"), ("staff", "Staff")])
def test_who_writes_for_the_newsroom_has_a_badge(page, host, service, badge, word):
    answer = comment("2", parent="1")
    answer["author"]["badges"] = [badge]
    service.comments = [comment("1", replies=[answer])]
    page.goto(host.address)
    expect(page.locator("comment-thread .badge")).to_have_text([word])


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


def test_a_lazy_thread_that_is_moved_waits_again(page, host, service):
    host.body = "<p>.</p>" * 200 + '<comment-thread site="demo" story="hasaka" lazy></comment-thread><div></div>'
    page.goto(host.address)
    page.locator("comment-thread .loading").wait_for(state="attached")
    page.evaluate("document.querySelector('div').append(document.querySelector('comment-thread'))")
    page.wait_for_timeout(200)
    assert service.asked == []
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="No comments")).to_be_attached()


# --- The order


def test_without_an_order_on_the_page_the_newsrooms_is_shown(page, host, service):
    service.sort, service.comments = "liked", [comment("1"), comment("2")]
    page.goto(host.address)
    expect(page.get_by_label("Sort by")).to_have_value("liked")
    assert "sort" not in parse_qs(urlsplit(service.asked[0]).query)


def test_the_readers_order_is_kept_while_the_page_lives(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_label("Sort by").select_option("newest")
    until(page, "heard.some(([name]) => name === 'count')")
    page.locator("comment-thread").evaluate("(thread) => thread.setAttribute('story', 'other')")
    until(page, "heard.filter(([name]) => name === 'ready').length === 2")
    expect(page.get_by_label("Sort by")).to_have_value("newest")


def test_load_more_is_a_link_to_the_page_without_javascript(page, host, service):
    service.comments = [comment("1")]
    service.pages = {"2": {"comments": [], "next_cursor": None}}
    page.goto(host.address)
    expect(page.get_by_role("link", name="Load more comments")).to_have_attribute(
        "href", f"{host.service_url}/thread/demo?story=hasaka&sort=oldest&cursor=2#comments"
    )


def test_more_that_does_not_come_is_said_at_once(page, host, service):
    service.comments = [comment("1")]
    service.pages = {"2": {"comments": [], "next_cursor": None}}
    page.goto(host.address)
    page.get_by_role("link", name="Load more comments").wait_for()
    service.down = True
    page.get_by_role("link", name="Load more comments").click()
    expect(page.locator("[aria-live=assertive]")).to_contain_text("More comments could not be loaded.")


# --- Folding


def test_replies_are_folded_and_unfolded_with_their_number(page, host, service):
    service.comments = [{**nested("1", "2", "3"), "reply_count": 12}]
    page.goto(host.address)
    page.get_by_role("button", name="Hide 12 replies").click()
    button = page.get_by_role("button", name="Show 12 replies")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#comment-2")).to_be_hidden()
    button.click()
    expect(page.locator("#comment-2")).to_be_visible()


def test_a_link_opens_what_was_folded(page, host, service):
    service.comments = [nested("1", "2")]
    page.goto(host.address)
    page.get_by_role("button", name="Hide 1 reply").click()
    page.evaluate("location.hash = 'comment-2'")
    expect(page.locator("#comment-2.target > .own")).to_be_in_viewport()


# --- Links to a comment


def test_going_back_leads_back_to_the_comment_before(page, host, service):
    service.comments = [comment(str(number)) for number in range(1, 30)]
    page.goto(host.address + "#comment-3")
    page.locator("#comment-3.target").wait_for()
    page.locator("#at-20").click()
    page.locator("#comment-20.target").wait_for()
    page.go_back()
    expect(page.locator("#comment-3.target > .own")).to_be_in_viewport()


def test_the_same_link_leads_there_again(page, host, service):
    service.comments = [comment("2", parent="1"), *(comment(str(number)) for number in range(3, 30))]
    page.goto(host.address + "#comment-20")
    page.locator("#comment-20.target").wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.locator("#at-20").evaluate("(link) => link.click()")
    expect(page.locator("#comment-20 > .own")).to_be_in_viewport()


def test_a_link_stays_on_this_page_whatever_its_base_is(page, host, service):
    host.head = '<base href="https://elsewhere.example/">'
    service.comments = [comment("1")]
    page.goto(host.address)
    expect(page.locator("#at-1")).to_have_attribute("href", f"{host.address}#comment-1")


def test_of_two_threads_the_one_that_has_the_comment_shows_it(page, host, service):
    host.body = '<comment-thread site="demo" story="hasaka"></comment-thread><comment-thread site="demo" story="b"></comment-thread>'
    service.url = "https://news.example/b"
    service.single = {"8": {"comment": comment("8", "Elsewhere."), "ancestors": []}}
    page.goto(host.address + "#comment-8")
    until(page, "heard.length === 2")
    page.wait_for_timeout(200)
    expect(page.get_by_text("The comment you are looking for")).to_have_count(0)


# --- What is new


def later(page, seconds: float = 60) -> None:
    """Some time passes, and the answer to what was asked meanwhile comes in."""
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_timeout(150)


@pytest.fixture
def watched(page, host, service):
    """A thread that has been on the page for a while."""
    page.clock.install()
    service.comments = [comment(str(number)) for number in range(1, 30)]
    page.goto(host.address)
    page.locator("#comment-29").wait_for()
    page.clock.run_for(3000)
    page.wait_for_timeout(200)
    return page


def test_new_comments_are_offered_with_their_number_and_move_nothing(watched, service):
    watched.locator("#comment-15").scroll_into_view_if_needed()
    before = watched.locator("#comment-15").bounding_box()
    service.version, service.count = "v2", 31
    later(watched)
    expect(watched.get_by_role("button", name="2 new comments – show")).to_be_in_viewport()
    expect(watched.get_by_role("status")).to_have_text("2 new comments – show")
    assert watched.locator("#comment-15").bounding_box() == before


def test_new_comments_come_when_the_reader_asks(watched, service):
    service.version, service.count = "v2", 31
    reply = comment("41", "A reply.", parent="3")
    service.new = {"comments": [comment("29"), reply, comment("40", "Brand new.")], "ancestors": [comment("3")]}
    later(watched)
    watched.get_by_role("button", name="2 new comments – show").click()
    expect(watched.locator("#comment-3 > .replies #comment-41")).to_be_visible()
    expect(watched.locator(".roots > ol:last-child > li:last-child #comment-40")).to_be_visible()
    assert (focused(watched), watched.evaluate("heard.at(-1)")) == (
        "by-41",
        ["count", {"story": "hasaka", "count": 31}],
    )
    assert parse_qs(urlsplit(service.asked[-1]).query)["since"] == ["v1"]


def test_a_new_reply_whose_place_is_not_loaded_comes_with_what_it_answers(watched, service):
    service.version, service.count = "v2", 30
    service.new = {
        "comments": [comment("52", "Down there.", parent="51")],
        "ancestors": [comment("50", "Top."), comment("51", "Middle.", parent="50")],
    }
    later(watched)
    watched.get_by_role("button", name="1 new comment – show").click()
    expect(watched.locator(".fresh #comment-50 #comment-51 #comment-52")).to_be_visible()


def test_asking_for_the_version_costs_no_preflight(watched, service):
    asked = len(service.asked)
    later(watched)
    assert (service.asked[asked:], service.preflights) == (["thread/version?site=demo&story=hasaka"], 0)


def test_a_hidden_page_asks_nothing_until_it_is_seen_again(watched, service):
    asked = len(service.asked)
    hide = "(hidden) => {Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange'))}"
    watched.evaluate(hide, True)
    later(watched, 600)
    assert service.asked[asked:] == []
    watched.evaluate(hide, False)
    watched.clock.run_for(100)
    watched.wait_for_timeout(150)
    assert len(service.asked[asked:]) == 1


def test_a_service_that_is_down_is_asked_ever_more_rarely(watched, service):
    service.down = True
    asked = len(service.asked)
    for _ in range(20):
        later(watched, 40)  # 800 seconds in all
    assert 3 <= len(service.asked[asked:]) <= 8


def test_back_from_the_browsers_memory_it_asks_at_once(watched, service):
    asked = len(service.asked)
    watched.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    watched.clock.run_for(100)
    watched.wait_for_timeout(200)
    watched.clock.run_for(100)
    watched.wait_for_timeout(200)
    assert [each.split("?")[0] for each in service.asked[asked:]] == ["thread/version"]


def test_times_are_said_in_full_to_those_who_hear_and_grow_older(watched):
    expect(watched.locator("#at-1")).to_have_accessible_name("Tuesday, 20 January 2026 at 09:30")


def test_how_long_ago_is_said_anew(page, host, service):
    page.clock.install(time="2026-01-20T09:40:00Z")
    service.comments = [comment("1")]
    page.goto(host.address)
    expect(page.locator("#at-1 .ago")).to_have_text("10 minutes ago")
    page.clock.run_for(120_000)
    expect(page.locator("#at-1 .ago")).to_have_text("12 minutes ago")


# --- Muting


def by(name: str, id: str, **more):
    made = comment(id, f"Text {id}", name=name, **more)
    made["author"]["slug"] = name.lower()
    return made


@pytest.fixture
def quarrel(page, host, service):
    below = by("Ida", "3", parent="2")
    service.comments = [by("Ida", "1"), by("Bob", "2", replies=[below], reply_count=1), by("Bob", "4")]
    page.goto(host.address)
    page.locator("#comment-4").wait_for()
    return page


def test_a_muted_writer_is_not_seen_and_replies_of_others_are(quarrel):
    quarrel.get_by_role("button", name="Mute Bob").last.click()
    expect(quarrel.get_by_text("Text 2")).to_be_hidden()
    expect(quarrel.get_by_text("Text 4")).to_be_hidden()
    expect(quarrel.get_by_text("Text 3")).to_be_visible()
    expect(quarrel.locator(".silence")).to_contain_text("2 muted comments")


def test_muting_is_undone_where_it_was_done(quarrel):
    quarrel.get_by_role("button", name="Mute Bob").last.click()
    undo = quarrel.locator("#comment-4").get_by_role("button", name="Unmute Bob")
    expect(undo).to_be_focused()
    undo.click()
    expect(quarrel.get_by_text("Text 4")).to_be_visible()
    expect(quarrel.get_by_role("button", name="Mute Bob").last).to_be_focused()


def test_muted_comments_can_be_shown(quarrel):
    quarrel.get_by_role("button", name="Mute Bob").last.click()
    quarrel.get_by_role("button", name="Show", exact=True).click()
    expect(quarrel.get_by_text("Text 4")).to_be_visible()
    expect(quarrel.get_by_role("button", name="Unmute Bob")).to_have_count(2)


def test_a_writer_stays_muted_and_nobody_is_told(quarrel, service):
    asked = len(service.asked)
    quarrel.get_by_role("button", name="Mute Bob").last.click()
    assert (service.asked[asked:], service.posted) == ([], [])
    quarrel.reload()
    expect(quarrel.get_by_text("Text 3")).to_be_visible()
    expect(quarrel.get_by_text("Text 4")).to_be_hidden()


def test_unmuting_leaves_nothing_behind(quarrel):
    quarrel.get_by_role("button", name="Mute Bob").last.click()
    quarrel.get_by_role("button", name="Unmute Bob").last.click()
    assert quarrel.evaluate("localStorage.length") == 0


# --- The host's page


FALLBACK = """<section class="commentsvc-thread"><h2>{count} comments</h2><ol>{items}</ol></section>"""


def drawn_by_the_cms(count: int, text: str = "Well said.") -> str:
    items = "".join(f'<li><article id="comment-{n}"><p>{text}</p></article></li>' for n in range(1, count + 1))
    return FALLBACK.format(count=count, items=items)


SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});"""


def with_style(page, rules: str) -> None:
    """The host's own style, as its policy allows it."""
    page.add_init_script(
        f"const own = new CSSStyleSheet(); own.replaceSync({rules!r}); document.adoptedStyleSheets = [own];"
    )


def test_with_its_height_reserved_the_thread_shifts_nothing(page, host, service):
    service.comments = [comment(str(number), "Word " * 80) for number in range(1, 20)]
    with_style(page, "comment-thread { display: block; min-block-size: 60rem }")
    page.add_init_script(SHIFTS)
    host.body = (
        '<h1>Hasaka</h1><comment-thread site="demo" story="hasaka"></comment-thread><p>The rest of the page.</p>'
    )
    page.goto(host.address)
    page.get_by_label("Comment *").wait_for()
    page.wait_for_timeout(400)
    assert page.evaluate("shifted") == 0


def test_the_fallback_gives_way_without_a_jump(page, host, service):
    service.comments = [comment(str(number), "Word " * 50) for number in range(1, 26)]
    fallback = drawn_by_the_cms(25, "Word " * 50)
    host.body = f'<h1>Hasaka</h1><comment-thread site="demo" story="hasaka" lazy>{fallback}</comment-thread>'
    page.add_init_script(SHIFTS)
    page.add_init_script("history.scrollRestoration = 'manual'")
    page.goto(host.address)
    page.get_by_label("Comment *").wait_for()
    page.wait_for_timeout(400)
    assert page.evaluate("shifted") < 0.1


def test_a_linked_comment_keeps_its_place_when_the_fallback_gives_way(page, host, service):
    service.comments = [comment(str(number), "Word " * 50) for number in range(1, 26)]
    host.body = f'<comment-thread site="demo" story="hasaka">{drawn_by_the_cms(25, "Word " * 50)}</comment-thread>'
    page.route("**/api/v1/thread?*", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.goto(host.address + "#comment-15", wait_until="commit")
    place = "document.querySelector('#comment-15')?.getBoundingClientRect().top"
    until(page, f"{place} !== undefined && scrollY > 0")
    before = page.evaluate(place)
    page.locator("comment-thread section >> #comment-15.target").wait_for()
    page.wait_for_timeout(300)
    after = page.evaluate(
        "document.querySelector('comment-thread').shadowRoot.querySelector('#comment-15').getBoundingClientRect().top"
    )
    assert abs(before - after) < 2
    assert focused(page) == "by-15"


def test_a_page_that_resets_everything_leaves_the_thread_in_order(page, host, service):
    with_style(page, "* { all: unset !important; text-transform: uppercase !important }")
    page.set_viewport_size({"width": 900, "height": 600})
    service.comments = [nested("1", "2", "3")]
    page.goto(host.address)
    starts = [page.locator(f"#comment-{id} > .own").bounding_box()["x"] for id in "123"]
    assert starts[0] < starts[1] < starts[2]
    assert page.locator("#comment-1 .body").first.evaluate("(body) => getComputedStyle(body).textTransform") == "none"


def test_a_thread_that_is_moved_stays_as_it_is(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_label("Comment *").fill("Half a thou")
    page.evaluate("document.body.prepend(document.querySelector('comment-thread'))")
    expect(page.get_by_label("Comment *")).to_have_value("Half a thou")
    assert len([asked for asked in service.asked if asked.startswith("thread?")]) == 1


def test_a_page_that_turns_to_another_story_asks_once(page, host, service):
    page.goto(host.address)
    page.get_by_role("heading", name="No comments").wait_for()
    page.locator("comment-thread").evaluate(
        "(thread) => { for (const name of ['url', 'story', 'sort']) thread.setAttribute(name, name) }"
    )
    until(page, "heard.filter(([name]) => name === 'ready').length === 2")
    assert len([asked for asked in service.asked if asked.startswith("thread?")]) == 2


def test_a_thread_put_back_for_another_story_shows_that_one(page, host, service):
    service.comments = [comment("1", "Of the first.")]
    page.goto(host.address)
    page.get_by_text("Of the first.").wait_for()
    service.comments = [comment("2", "Of the second.")]
    page.evaluate(
        """() => { const thread = document.querySelector("comment-thread"); thread.remove();
        thread.setAttribute("story", "second"); document.body.append(thread); }"""
    )
    expect(page.get_by_text("Of the second.")).to_be_visible()
    expect(page.get_by_text("Of the first.")).to_have_count(0)


def test_without_the_code_of_the_form_its_page_is_linked(page, host, service):
    service.missing = ["form.js"]
    page.goto(host.address)
    expect(page.get_by_role("link", name="Leave a comment")).to_have_attribute(
        "href", f"{host.service_url}/thread/demo?story=hasaka#respond"
    )


def test_on_paper_there_are_all_words_and_no_buttons(page, host, service):
    service.comments = [comment("1", content=[["p", ["a", {"href": "https://example.com/"}, "There"]]])]
    page.goto(host.address)
    page.get_by_label("Comment *").wait_for()
    page.emulate_media(media="print")
    expect(page.locator("#at-1 .full")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)


# --- Everybody


def test_twice_as_large_a_text_still_fits(page, host, service):
    with_style(page, "html { font-size: 200% } body { margin: 0 }")
    page.set_viewport_size({"width": 320, "height": 600})
    service.comments = [nested("1", "2", "3"), comment("7", featured=True, pinned=True, locked=True)]
    page.goto(host.address)
    page.get_by_role("heading", name="2 comments").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_in_forced_colours_the_focus_and_the_fields_have_an_outline(page, host, service):
    page.emulate_media(forced_colors="active")
    page.goto(host.address)
    field = page.get_by_label("Comment *")
    field.focus()
    expect(field).to_have_css("outline-style", "solid")
    expect(field).to_have_css("border-top-style", "solid")


# --- What the page loads


def test_the_script_may_stand_on_the_page_twice(page, host, service):
    service.comments = [comment("1")]
    host.head = f'<script type="module" src="{host.service_url}/embed.js?again"></script>'
    page.goto(host.address)
    page.get_by_role("heading", name="1 comment").wait_for()
    page.get_by_label("Comment *").wait_for()
    assert [asked.split("?")[0] for asked in service.asked] == ["thread"]


def test_nothing_comes_from_anywhere_but_the_page_and_the_service(page, host, service):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    service.comments = [comment("1", likes=3), comment("2", featured=True)]
    page.goto(host.address)
    page.get_by_label("Comment *").click()
    page.get_by_role("toolbar").wait_for()
    mine = (host.address.rsplit("/news", 1)[0], host.service_url)
    assert [url for url in asked if not url.startswith(mine)] == []
    assert len([url for url in asked if "/api/" in url]) == 1
    assert page.context.cookies() == []
