"""Writing in the embedded elements on a page of another site with the strictest policy, against canned answers."""

from copy import deepcopy
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.widget import (
    IN_A_BROWSER,
    browser,
    comment,
    focused,
    host,
    nested,
    page,
    post,
    service,
    story,
    until,
    write,
)

__all__ = ["browser", "host", "page", "service"]

pytestmark = IN_A_BROWSER


# --- Writing


def test_a_published_comment_appears_in_place_and_takes_the_focus(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.locator("ol > li:last-child #comment-91")).to_contain_text("I was there.")
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    assert focused(page) == "by-91"


def test_the_page_hears_of_a_published_comment_without_its_words(page, host, service):
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    assert ["posted", {"story": "hasaka", "comment": "91"}] in page.evaluate("heard")


def test_the_service_gets_what_was_typed_the_trap_and_the_time(page, host, service):
    page.goto(host.address)
    write(page)
    page.get_by_label("Website", exact=True).fill("example.com")
    post(page)
    page.locator("#comment-91").wait_for()
    sent = deepcopy(service.posted[0][1])
    assert isinstance(sent.pop("elapsed"), int)
    assert sent == {
        "site": "demo",
        "story": "hasaka",
        "url": host.address,
        "title": "Hasaka",
        "text": "I was there.",
        "name": "Ida",
        "email": "ida@example.com",
        "website": "https://example.com",
        "topic": "",
    }


def test_a_held_comment_is_shown_to_its_writer_with_the_reasons(page, host, service):
    service.outcome = "pending"
    page.goto(host.address)
    write(page)
    post(page)
    held = page.locator("#comment-91")
    expect(held).to_contain_text("Waiting for a moderator – only you can see this")
    expect(held).to_contain_text("First comments are read by a moderator.")
    assert ["held", {"story": "hasaka", "comment": "91"}] in page.evaluate("heard")


def test_a_held_comment_survives_a_reload(page, host, service):
    service.outcome = "pending"
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    page.reload()
    expect(page.locator("#comment-91")).to_contain_text("only you can see this")


def test_a_held_comment_is_nobody_elses(page, host, service):
    service.outcome = "pending"
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    other = page.context.new_page()
    other.goto(host.address)
    other.get_by_role("heading", name="No comments").wait_for()
    expect(other.locator("article")).to_have_count(0)


def test_a_held_comment_that_was_let_through_waits_no_longer(page, host, service):
    service.outcome = "pending"
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    service.single = {"91": {"comment": comment("91", "I was there."), "ancestors": []}}
    page.reload()
    expect(page.locator("#comment-91 .actions")).to_be_visible()
    expect(page.get_by_text("only you can see this")).to_have_count(0)


def test_a_held_comment_that_is_in_the_thread_is_shown_once(page, host, service):
    service.outcome = "pending"
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    service.comments = [comment("91", "I was there.")]
    page.reload()
    expect(page.locator("#comment-91")).to_have_count(1)
    expect(page.get_by_text("only you can see this")).to_have_count(0)


def test_empty_fields_are_named_in_a_summary_and_under_each(page, host, service):
    page.goto(host.address)
    post(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text(
        ["Please write your comment.", "Please enter your name.", "Please enter your email address."]
    )
    expect(page.get_by_label("Name *")).to_have_accessible_description("Please enter your name.")
    assert service.posted == []


def test_the_summary_leads_to_the_field(page, host):
    page.goto(host.address)
    post(page)
    page.get_by_role("link", name="Please enter your email address.").click()
    expect(page.get_by_label("Email *")).to_be_focused()


def test_a_button_stays_where_it_is_while_it_is_pressed(page, host):
    page.goto(host.address)
    page.get_by_role("button", name="Post Comment").hover()
    page.mouse.down()
    page.wait_for_load_state("networkidle")
    page.mouse.up()
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_name_is_counted_in_characters_not_in_units(page, host, service):
    page.goto(host.address)
    write(page, name="🙂" * 80)
    post(page)
    expect(page.locator("#comment-91")).to_be_visible()


def test_a_name_that_is_too_long_is_refused_with_both_numbers(page, host):
    page.goto(host.address)
    write(page, name="🙂" * 81)
    post(page)
    expect(page.get_by_role("link", name="it has 81 characters, 80 are possible")).to_be_visible()


def test_what_the_service_finds_wrong_stands_under_its_field(page, host, service):
    problem = {"detail": "Some fields need attention.", "fields": {"email": ["This domain takes no mail."]}}
    service.refusals = [(422, problem, {})]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.get_by_label("Email *")).to_have_accessible_description("This domain takes no mail.")
    expect(page.get_by_label("Comment *")).to_have_value("I was there.")


@pytest.mark.parametrize("status", [403, 409, 413, 500, 503])
def test_a_refusal_is_explained_and_the_text_is_kept(page, host, service, status):
    service.refusals = [(status, {"detail": "Not this time.", "code": "some"}, {})]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("Not this time.")
    expect(page.get_by_label("Comment *")).to_have_value("I was there.")


def test_too_fast_says_how_long_to_wait(page, host, service):
    service.refusals = [(429, {"detail": "That was quick.", "code": "too_fast"}, {"Retry-After": "12"})]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("You can try again in 12 seconds.")


def test_trying_again_posts_under_the_same_key(page, host, service):
    service.refusals = [(503, {"detail": "Not now."}, {})]
    page.goto(host.address)
    write(page)
    post(page)
    page.get_by_role("button", name="Try again").click()
    page.locator("#comment-92").wait_for()
    first, second = (headers["Idempotency-Key"] for headers, _ in service.posted)
    assert first == second


def test_a_try_after_a_reload_still_has_the_same_key(page, host, service):
    service.refusals = [(503, {"detail": "Not now."}, {})]
    page.goto(host.address)
    write(page)
    post(page)
    page.get_by_role("button", name="Try again").wait_for()
    page.reload()
    write(page)
    post(page)
    page.locator("#comment-92").wait_for()
    first, second = (headers["Idempotency-Key"] for headers, _ in service.posted)
    assert first == second


def test_the_next_comment_has_another_key(page, host, service):
    page.goto(host.address)
    for text in ("One.", "Two."):
        write(page, text)
        post(page)
        page.get_by_role("article").get_by_text(text).wait_for()
    first, second = (headers["Idempotency-Key"] for headers, _ in service.posted)
    assert first != second


def test_a_key_used_for_an_earlier_version_is_given_up(page, host, service):
    service.refusals = [(409, {"detail": "Used before.", "code": "idempotency_conflict"}, {})]
    page.goto(host.address)
    write(page)
    post(page)
    page.get_by_role("button", name="Try again").click()
    page.locator("#comment-92").wait_for()
    first, second = (headers["Idempotency-Key"] for headers, _ in service.posted)
    assert first != second


def test_offline_the_text_is_kept(page, host):
    page.goto(host.address)
    write(page)
    page.context.set_offline(True)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_label("Comment *")).to_have_value("I was there.")


def test_a_draft_survives_a_reload(page, host):
    page.goto(host.address)
    page.get_by_label("Comment *").fill("Half a thou")
    page.reload()
    expect(page.get_by_label("Comment *")).to_have_value("Half a thou")


def test_a_text_from_before_is_said_to_be_there_until_it_is_sent(page, host):
    page.goto(host.address)
    expect(page.get_by_label("Comment *")).to_be_visible()
    assert page.get_by_text("Your text is still here.").count() == 0
    write(page)
    page.reload()
    page.get_by_text("Your text is still here.").wait_for()
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    expect(page.get_by_text("Your text is still here.")).to_have_count(0)


def test_a_sent_comment_leaves_no_draft(page, host):
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    page.reload()
    expect(page.get_by_label("Comment *")).to_have_value("")


def test_name_and_address_stay_for_the_next_comment_of_this_tab(page, host):
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()
    page.reload()
    expect(page.get_by_label("Email *")).to_have_value("ida@example.com")
    assert page.evaluate("localStorage.length") == 0


def test_saving_is_the_readers_own_choice(page, host):
    page.goto(host.address)
    expect(page.get_by_label("Save my name, email, and website in this browser")).not_to_be_checked()


def test_a_saved_writer_is_known_in_another_tab(page, host):
    page.goto(host.address)
    write(page)
    page.get_by_label("Save my name").check()
    post(page)
    page.locator("#comment-91").wait_for()
    other = page.context.new_page()
    other.goto(host.address)
    expect(other.get_by_label("Name *")).to_have_value("Ida")
    expect(other.get_by_label("Save my name")).to_be_checked()


def test_unticking_deletes_what_was_saved(page, host):
    page.goto(host.address)
    write(page)
    page.get_by_label("Save my name").check()
    post(page)
    page.locator("#comment-91").wait_for()
    page.get_by_label("Save my name").uncheck()
    assert page.evaluate("localStorage.length") == 0


def test_the_newest_receipt_of_the_same_address_goes_along(page, host, service):
    page.goto(host.address)
    for text in ("One.", "Two.", "Three."):
        write(page, text)
        post(page)
        expect(page.get_by_label("Comment *")).to_have_value("")  # it arrived
    assert [headers.get("Authorization") for headers, _ in service.posted] == [
        None,
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_another_address_brings_no_receipt_along(page, host, service):
    page.goto(host.address)
    write(page, "One.")
    post(page)
    page.locator("#comment-91").wait_for()
    write(page, "Two.", email="other@example.com")
    post(page)
    page.locator("#comment-92").wait_for()
    assert "Authorization" not in service.posted[1][0]


def test_a_reply_form_opens_under_its_comment_with_the_focus_in_it(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    expect(page.locator("#comment-1 form textarea")).to_be_focused()


def test_cancel_leads_back_to_the_reply_button(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Reply to Mara Lind")).to_be_focused()


def test_a_reply_is_shown_under_the_comment_it_answers(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    form = page.locator("#comment-1 form")
    form.get_by_label("Comment *").fill("No.")
    form.get_by_label("Name *").fill("Ida")
    form.get_by_label("Email *").fill("ida@example.com")
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#comment-1 > .replies #comment-91")).to_be_visible()
    expect(page.locator("#comment-1 form")).to_have_count(0)
    assert service.posted[0][1]["parent"] == "1"


def test_a_reply_being_typed_survives_sorting(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    page.locator("#comment-1 textarea").fill("Wait a mo")
    page.get_by_label("Sort by").select_option("newest")
    until(page, "heard.some(([name]) => name === 'count')")
    expect(page.locator("#comment-1 textarea")).to_have_value("Wait a mo")


def test_a_reply_being_typed_survives_opening_another(page, host, service):
    service.comments = [comment("1"), comment("2")]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    page.locator("#comment-1 textarea").fill("Wait a mo")
    page.get_by_role("button", name="Reply to Mara Lind").last.click()
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    expect(page.locator("#comment-1 textarea")).to_have_value("Wait a mo")


@pytest.fixture
def held_up(page):
    """Comments on their way; `go()` of each lets it arrive."""
    waiting = []
    page.route("**/api/v1/comments", lambda route: waiting.append(route))
    return waiting


def sent(where, held_up) -> None:
    """Press the button of a page, or of one of its forms, and wait until the comment is on its way."""
    post(where)
    for _ in range(100):
        if held_up:
            return
        getattr(where, "page", where).wait_for_timeout(50)
    pytest.fail("nothing was sent")


def test_while_a_reply_is_on_its_way_its_form_stays(page, host, service, held_up):
    service.comments = [comment("1"), comment("2")]
    service.refusals = [(503, {"detail": "Closed for repairs.", "code": "unavailable"}, {})]
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Mara Lind").first.click()
    form = page.locator("#comment-1 form")
    form.get_by_label("Comment *").fill("Wait a moment.")
    form.get_by_label("Name *").fill("Ida")
    form.get_by_label("Email *").fill("ida@example.com")
    sent(form, held_up)
    assert service.refusals, "it was not held up"
    expect(form.get_by_role("button", name="Sending…")).to_be_visible()
    form.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Reply to Mara Lind").last.click()
    expect(form.get_by_label("Comment *")).to_be_focused()  # the way to another form leads back here
    held_up[0].continue_()
    expect(form.get_by_role("alert")).to_contain_text("Closed for repairs.")
    expect(form.get_by_label("Comment *")).to_have_value("Wait a moment.")


def test_a_comment_on_its_way_stays_with_the_story_it_was_written_under(page, host, service, held_up):
    page.goto(host.address)
    write(page)
    sent(page, held_up)
    page.locator("comment-thread").evaluate("(thread) => thread.setAttribute('story', 'other')")
    until(page, "document.querySelector('comment-thread').shadowRoot.querySelector('form textarea')?.value === ''")
    held_up[0].continue_()
    page.wait_for_timeout(300)
    assert [body["story"] for _, body in service.posted] == ["hasaka"]
    expect(page.locator("#comment-91")).to_have_count(0)
    assert [detail for name, detail in page.evaluate("heard") if name in ("posted", "count")] == []


def test_a_closed_story_offers_no_form_and_no_reply(page, host, service):
    service.state = "closed"
    service.comments = [comment("1")]
    page.goto(host.address)
    expect(page.get_by_text("Comments are closed.")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    expect(page.get_by_role("button", name="Reply to Mara Lind")).to_have_count(0)


def test_outside_opening_hours_the_reader_is_told_when_they_begin(page, host, service):
    service.state, service.opens_at = "closed", "2026-01-26T08:00:00Z"
    page.goto(host.address)
    begins = page.evaluate("new Date('2026-01-26T08:00:00Z').toLocaleTimeString('en-GB', {timeStyle: 'short'})")
    expect(page.get_by_text(f"Comments open again on Monday at {begins}.")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)


def test_a_locked_conversation_offers_no_reply_anywhere_under_it(page, host, service):
    locked = nested("1", "2", "3")
    service.comments = [{**locked, "locked": True, "pinned": True}, comment("7", name="Writer 7")]
    page.goto(host.address)
    expect(page.get_by_role("button", name="Reply to Writer 7")).to_have_count(1)
    expect(page.get_by_role("button", name="Reply to")).to_have_count(1)
    expect(page.locator("#comment-1 > .own").get_by_text("Pinned")).to_be_visible()
    expect(page.locator("#comment-1 > .own").get_by_text("Locked")).to_be_visible()


def test_a_story_where_all_wait_says_so_before_the_fields(page, host, service):
    service.state = "held"
    page.goto(host.address)
    expect(page.get_by_text("A moderator reads every comment here before it appears.")).to_be_visible()


def test_a_browser_without_storage_still_posts(page, host):
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no') }})")
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.locator("#comment-91")).to_be_visible()


def test_the_same_element_shows_another_story_when_told(page, host, service):
    page.goto(host.address)
    page.get_by_role("heading", name="No comments").wait_for()
    service.comments = [comment("5", "About another story.")]
    page.locator("comment-thread").evaluate("(thread) => thread.setAttribute('story', 'other')")
    expect(page.get_by_text("About another story.")).to_be_visible()
    assert parse_qs(urlsplit(service.asked[-1]).query)["story"] == ["other"]


# --- The other elements


def test_all_counts_of_a_page_come_with_one_request(page, host, service):
    host.body = "".join(f'<comment-count site="demo" story="{name}">…</comment-count>' for name in ("a", "bb", "a"))
    page.goto(host.address)
    until(page, "document.querySelectorAll('comment-count')[1].shadowRoot?.textContent === '2 comments'")
    assert [parse_qs(urlsplit(asked).query)["story"] for asked in service.asked] == [["a", "bb"]]


def test_a_single_comment_is_counted_in_the_singular(page, host):
    host.body = '<comment-count site="demo" story="a"></comment-count>'
    page.goto(host.address)
    until(page, "document.querySelector('comment-count').shadowRoot?.textContent === '1 comment'")


def test_each_site_is_asked_for_its_own_counts(page, host, service):
    host.body = "".join(f'<comment-count site="{site}" story="a"></comment-count>' for site in ("demo", "gazette"))
    page.goto(host.address)
    until(page, "document.querySelectorAll('comment-count')[1].shadowRoot?.textContent === '1 comment'")
    assert sorted(parse_qs(urlsplit(asked).query)["site"][0] for asked in service.asked) == [
        "demo",
        "gazette",
    ]


def test_the_author_box_shows_who_wrote_the_story(page, host, service):
    link = {"label": "Mastodon", "url": "https://social.example/@lea"}
    service.authors = [
        {
            "name": "Lea Berg",
            "slug": "lea",
            "avatar": None,
            "website": None,
            "links": [link],
            "bio": [["p", "Writes from Hasaka."]],
            "url": "/authors/demo/lea",
        }
    ]
    host.body = '<about-author site="demo" story="hasaka"></about-author>'
    page.goto(host.address)
    expect(page.get_by_role("complementary", name="About the author")).to_contain_text("Writes from Hasaka.")
    expect(page.get_by_role("link", name="Lea Berg")).to_have_attribute(
        "href", f"{host.service_url[:-7]}/authors/demo/lea"
    )
    expect(page.get_by_role("link", name="Mastodon")).to_be_visible()


def test_an_author_box_without_authors_hides(page, host):
    host.body = '<about-author site="demo" story="hasaka"></about-author>'
    page.goto(host.address)
    expect(page.locator("about-author")).to_have_attribute("hidden", "")


def test_related_stories_are_cards_with_title_and_count(page, host, service):
    service.stories = [story("b", title="<b>Bread</b>", comment_count=3)]
    host.body = '<you-may-also-like site="demo" story="hasaka"></you-may-also-like>'
    page.goto(host.address)
    card = page.get_by_role("listitem")
    expect(card.get_by_role("link", name="<b>Bread</b>")).to_have_attribute("href", "https://news.example/b")
    expect(card).to_contain_text("20 January 2026 · 3 comments")


def test_a_picture_that_does_not_load_leaves_no_broken_frame(page, host, service):
    host.images = "*"
    service.stories = [story("b", image=f"{host.service_url}/embed.js")]
    host.body = '<you-may-also-like site="demo" story="hasaka"></you-may-also-like>'
    page.goto(host.address)
    page.get_by_role("listitem").wait_for()
    expect(page.locator("img")).to_have_count(0)


def test_nothing_related_hides_the_box(page, host):
    host.body = '<you-may-also-like site="demo" story="hasaka"></you-may-also-like>'
    page.goto(host.address)
    expect(page.locator("you-may-also-like")).to_have_attribute("hidden", "")


def test_a_box_that_cannot_be_loaded_keeps_its_fallback(page, host, service):
    service.down = True
    host.body = '<about-author site="demo" story="hasaka">By our staff.</about-author>'
    page.goto(host.address)
    until(page, "heard.length > 0")
    expect(page.get_by_text("By our staff.")).to_be_visible()
