"""What axe says of the thread in every state a reader meets, light and dark, in both directions."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_widget_writing import service as service
from tests.browser.widget import IN_A_BROWSER, browser, comment, host, nested, page, post, write

__all__ = ["browser", "host", "page"]

pytestmark = IN_A_BROWSER

STANDARD = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
STATES: list[Callable] = []


def state(made: Callable) -> Callable:
    STATES.append(made)
    return made


@state
def nobody_wrote_yet(page, host, service):
    page.goto(host.address)
    page.get_by_label("Comment *").wait_for()


@state
def readers_may_sign_in(page, host, service):
    service.login = {"name": "Herald account"}
    page.goto(host.address)
    page.get_by_role("button", name="Sign in with Herald account").wait_for()


@state
def a_conversation(page, host, service):
    gone = comment("8", state="removed", author=None, content=[], replies=[comment("9", parent="8")])
    service.comments = [nested("1", "2", "3", "4", "5"), comment("7", featured=True, pinned=True, likes=3), gone]
    service.comments[1]["author"]["badges"] = ["author", "staff", "moderator"]
    service.pages = {"2": {"comments": [], "next_cursor": None}}
    nobody_wrote_yet(page, host, service)


@state
def the_service_is_down(page, host, service):
    service.down = True
    page.goto(host.address)
    page.get_by_role("button", name="Try again").wait_for()


@state
def comments_are_closed_until_tomorrow(page, host, service):
    service.state, service.opens_at = "closed", "2099-01-01T07:00:00Z"
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_text("Comments open again on").wait_for()


@state
def a_link_was_followed(page, host, service):
    service.comments = [nested("1", "2")]
    page.emulate_media(reduced_motion="reduce")
    page.goto(host.address + "#comment-2")
    page.locator("#comment-2.target").wait_for()


@state
def something_is_new(page, host, service):
    page.clock.install()
    service.comments = [comment("1")]
    nobody_wrote_yet(page, host, service)
    page.clock.run_for(3_000)
    page.wait_for_timeout(200)  # the watch is on its way
    service.version, service.count = "v2", 4
    page.clock.fast_forward(60_000)
    page.get_by_role("button", name="3 new comments – show").wait_for()


@state
def a_writer_is_muted(page, host, service):
    service.comments = [comment("1", name="Bob"), comment("2", name="Zoe")]
    service.comments[0]["author"]["slug"] = "bob"
    nobody_wrote_yet(page, host, service)
    page.get_by_role("button", name="Mute Bob").click()
    page.get_by_text("You muted").wait_for()


@state
def replies_are_folded(page, host, service):
    service.comments = [nested("1", "2", "3")]
    nobody_wrote_yet(page, host, service)
    page.get_by_role("button", name="Hide").first.click()
    page.get_by_role("button", name="Show").first.wait_for()


@state
def more_could_not_be_loaded(page, host, service):
    service.comments = [comment("1")]
    service.pages = {"2": {"comments": [], "next_cursor": None}}
    nobody_wrote_yet(page, host, service)
    service.down = True
    page.get_by_role("link", name="Load more comments").click()
    page.locator(".failed").wait_for()


@state
def a_reply_is_being_written(page, host, service):
    service.comments = [nested("1", "2")]
    nobody_wrote_yet(page, host, service)
    page.get_by_role("button", name="Reply to Writer 2").click()
    page.get_by_role("button", name="Cancel").wait_for()


@state
def the_form_has_mistakes(page, host, service):
    nobody_wrote_yet(page, host, service)
    page.get_by_label("Email *").fill("nowhere")
    post(page)
    page.get_by_text("Your comment was not sent yet.").wait_for()


@state
def there_are_tools_a_preview_and_too_many_letters(page, host, service):
    nobody_wrote_yet(page, host, service)
    page.get_by_label("Comment *").click()
    page.get_by_role("toolbar").wait_for()
    page.get_by_label("Comment *").fill("x " * 5200)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("region", name="Preview").get_by_text("Shown:").wait_for()


@state
def it_was_sent_too_fast(page, host, service):
    service.refusals = [(429, {"detail": "Too fast.", "code": "too_fast"}, {"Retry-After": "30"})]
    nobody_wrote_yet(page, host, service)
    write(page)
    post(page)
    page.get_by_role("button", name="Try again").wait_for()


@state
def a_draft_came_back(page, host, service):
    nobody_wrote_yet(page, host, service)
    page.get_by_label("Comment *").fill("Half a thou")
    page.reload()
    page.get_by_text("Your text is still here.").wait_for()


@state
def a_comment_is_held(page, host, service):
    service.outcome = "pending"
    nobody_wrote_yet(page, host, service)
    write(page)
    post(page)
    page.locator("#comment-91").get_by_text("only you can see this").wait_for()


def posted(page: Page, host, service) -> None:
    nobody_wrote_yet(page, host, service)
    write(page)
    post(page)
    page.locator("#comment-91").get_by_role("button", name="Edit").wait_for()


@state
def ones_own_comment_is_edited(page, host, service):
    posted(page, host, service)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your comment").wait_for()


@state
def ones_own_comment_is_taken_back(page, host, service):
    posted(page, host, service)
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").wait_for()


@state
def a_comment_is_reported(page, host, service):
    service.comments = [comment("1")]
    nobody_wrote_yet(page, host, service)
    page.get_by_role("button", name="Report").click()
    page.get_by_role("dialog").wait_for()


@state
def a_report_was_sent(page, host, service):
    a_comment_is_reported(page, host, service)
    page.get_by_label("Something else").check()
    page.get_by_role("button", name="Send report").click()
    page.get_by_text("Nobody else learns of it.").wait_for()


@pytest.mark.parametrize("meet", STATES, ids=lambda meet: meet.__name__)
def test_axe_has_nothing_to_say(page, host, service, meet):
    host.body = '<main><h1>Hasaka</h1><comment-thread site="demo" story="hasaka"></comment-thread></main>'
    page.set_viewport_size({"width": 320, "height": 900})
    meet(page, host, service)
    said = {(theme, side): complaints(page, theme, side) for theme in ("light", "dark") for side in ("ltr", "rtl")}
    assert {look: found for look, found in said.items() if found} == {}


def complaints(page: Page, theme: str, side: str) -> list[tuple[str, str]]:
    page.locator("comment-thread").evaluate("(thread, theme) => thread.setAttribute('theme', theme)", theme)
    page.evaluate("(side) => (document.documentElement.dir = side)", side)
    expect(page.locator("comment-thread")).to_have_css("direction", side)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, context="comment-thread", options={"runOnly": STANDARD}).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found]
