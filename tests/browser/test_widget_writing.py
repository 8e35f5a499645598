"""Writing in the widget: the tools of the form, likes, reports, edits, taking back, proof of work."""

import json
from datetime import UTC, datetime
from typing import Any

import altcha.v1 as altcha
import pytest
from playwright.sync_api import Page, expect

from tests.browser.widget import IN_A_BROWSER, Handler, Service, browser, comment, host, page, post, until, write

__all__ = ["browser", "host", "page"]

pytestmark = IN_A_BROWSER

KEY = "the stand-in's"
LATER = datetime(2099, 1, 1, tzinfo=UTC)
SOON = "2099-01-01T00:00:00Z"


class WritersService(Service):
    """What the stand-in knows of writers: previews, editors, likes, reports, challenges."""

    def __init__(self) -> None:
        super().__init__()
        self.challenge: str | None = None
        self.like_label: str | None = None
        self.receipt_status = "pending"
        self.calls: list[tuple[str, str, Any]] = []
        self.answers: dict[str, list[tuple[int, Any, dict[str, str]]]] = {}
        self.text = "I was **there**."

    def thread(self, query: dict[str, list[str]]) -> Any:
        shown = super().thread(query)
        shown["form"] |= {"challenge": self.challenge, "like_label": self.like_label, "edit_window_minutes": 15}
        return shown

    def get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if path == "challenge":
            options = altcha.ChallengeOptions(algorithm="SHA-256", max_number=1000, hmac_key=KEY, expires=LATER)
            return 200, altcha.create_challenge(options).to_dict()
        if path.endswith("/receipt"):
            return 200, {"status": self.receipt_status, "editable_until": SOON}
        return super().get(path, query)

    def post(self, headers: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        status, said, more = super().post(headers, body)
        if "receipt" in said:
            said["receipt"]["editable_until"] = SOON
        return status, said, more

    def call(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        """Everything but reading and posting."""
        self.calls.append((method, path, body))
        last = path.rsplit("/", 1)[-1]
        if self.answers.get(last):
            return self.answers[last].pop(0)
        if last == "preview":
            return 200, {"content": [["p", "Shown: ", ["strong", body["text"]]]]}, {}
        if last == "like":
            return 200, {"likes": 4 if method == "PUT" else 3}, {}
        if last == "flags":
            return 202, {"received": True}, {}
        if last == "editor":
            return 200, {"text": self.text, "editable_until": SOON}, {}
        if method == "PATCH":
            made = comment(last, body["text"], name="Ida", edited_at=SOON)
            told = {"comment": {**made, "status": self.outcome}, "receipt": {}, "reasons": ["It uses a word."]}
            return 200, told, {}
        return 200, {"comment": {"id": last, "state": "retracted"}}, {}


def answer_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stand-in's handler speak the methods that only writers use."""

    def any_method(self: Any) -> None:
        length = int(self.headers["Content-Length"] or 0)
        body = json.loads(self.rfile.read(length) or "null")
        path = self.path.removeprefix("/prefix/api/v1/").split("?")[0]
        if (self.command, path) == ("POST", "comments"):
            status, said, headers = self.service.post(dict(self.headers.items()), body)
        else:
            status, said, headers = self.service.call(self.command, path, body)
        allowed = {"Access-Control-Allow-Methods": "*", "Content-Type": "application/json"}
        self.answer(status, json.dumps(said).encode(), {**allowed, **headers})

    def options(self: Any) -> None:
        self.answer(204, b"", {"Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE"})

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        monkeypatch.setattr(Handler, f"do_{method}", any_method, raising=False)
    monkeypatch.setattr(Handler, "do_OPTIONS", options)


@pytest.fixture
def service(monkeypatch) -> WritersService:
    answer_calls(monkeypatch)
    return WritersService()


HEARD = """addEventListener("%s", (event) => (window.told ??= []).push([event.type, event.detail]))"""


@pytest.fixture
def told(page):
    """What the page heard of likes, reports, edits."""
    for name in ("liked", "flagged", "edited", "rejected"):
        page.add_init_script(HEARD % f"commentsvc:{name}")
    return lambda: page.evaluate("window.told ?? []")


def field(page: Page):
    return page.get_by_label("Comment *")


def typed(page: Page, host: Any, text: str) -> None:
    page.goto(host.address)
    field(page).click()
    page.get_by_role("toolbar").wait_for()
    page.keyboard.type(text)


def posted_comment(page: Page, host: Any, service: Any) -> None:
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-91").wait_for()


# --- The tools


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("Bold", "a **word**"),
        ("Italic", "a *word*"),
        ("Code", "a `word`"),
        ("Quote", "> a word"),
        ("Link", "a [word](https://)"),
    ],
)
def test_a_button_writes_light_markdown_that_the_browser_can_undo(page, host, service, tool, text):
    typed(page, host, "a word")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.get_by_role("button", name=tool, exact=True).click()
    assert field(page).input_value() == text
    page.keyboard.press("Control+z")
    assert field(page).input_value() == "a word"


def test_the_same_button_takes_the_mark_away(page, host, service):
    typed(page, host, "word")
    page.keyboard.press("Control+a")
    for _ in range(2):
        page.get_by_role("button", name="Bold").click()
    assert field(page).input_value() == "word"


def test_the_toolbar_is_one_stop_and_arrows_go_on(page, host, service):
    typed(page, host, "")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Quote")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name *")).to_be_focused()


def test_right_to_left_the_arrows_follow_the_eye(page, host, service):
    host.html = '<html lang="en" dir="rtl">'
    typed(page, host, "")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()


def test_a_preview_is_what_the_service_makes_of_it(page, host, service):
    typed(page, host, "my words")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("my words")
    assert service.calls == [("POST", "preview", {"site": "demo", "text": "my words"})]
    assert service.posted == []


def test_a_preview_goes_when_the_text_changes(page, host, service):
    typed(page, host, "my words")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("region", name="Preview").wait_for()
    field(page).press("End")
    page.keyboard.type("!")
    expect(page.get_by_role("region", name="Preview")).to_be_hidden()


def test_the_length_is_counted_in_letters_as_people_see_them_from_80_percent_on(page, host, service):
    typed(page, host, "")
    field(page).fill("😀" * 7999)
    expect(page.locator(".tools .count")).to_be_empty()
    field(page).fill("😀" * 8000)
    expect(page.locator(".tools .count")).to_have_text("8,000 of 10,000 characters")


def test_control_and_enter_sends(page, host, service):
    page.goto(host.address)
    write(page)
    field(page).click()
    page.get_by_role("toolbar").wait_for()
    page.keyboard.press("Control+Enter")
    page.locator("#comment-91").wait_for()
    assert len(service.posted) == 1


# --- Sending


def test_while_it_is_on_its_way_the_comment_stands_where_it_will_be(page, host, service):
    page.goto(host.address)
    write(page, "Hold on.")
    page.route("**/api/v1/comments", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.get_by_role("button", name="Post Comment").click(no_wait_after=True)
    expect(page.locator(".sending")).to_contain_text("Sending…")
    page.locator("#comment-91").wait_for()
    expect(page.locator(".sending")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "internal_error"), (503, "unavailable"), (403, "not_welcome"), (409, "duplicate"), (413, "too_large")],
)
def test_no_refusal_costs_a_word(page, host, service, status, code):
    service.refusals = [(status, {"detail": "No.", "code": code}, {})]
    page.goto(host.address)
    write(page, "Every word of it.")
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("Your text is still here.")
    assert field(page).input_value() == "Every word of it."


def test_without_a_network_no_word_is_lost_and_trying_again_sends_it_once(page, host, service):
    page.goto(host.address)
    write(page, "From the train.")
    page.context.set_offline(True)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert field(page).input_value() == "From the train."
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.locator("#comment-91").wait_for()


def test_a_wait_is_counted_down_to_its_end(page, host, service):
    service.refusals = [(429, {"detail": "Too fast.", "code": "too_fast"}, {"Retry-After": "3"})]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.get_by_role("timer")).to_have_text("You can try again in 3 seconds.")
    expect(page.get_by_role("timer")).to_have_text("You can try again in 1 second.")
    expect(page.get_by_role("alert")).to_contain_text("You can try again now.")


# --- Proof of work


def is_solved(body: Any) -> bool:
    return altcha.verify_solution(body["challenge"], KEY)[0]


def test_what_is_asked_for_is_calculated_without_a_word(page, host, service):
    service.challenge = "proof_of_work"
    posted_comment(page, host, service)
    assert is_solved(service.posted[0][1])


def test_what_became_necessary_meanwhile_is_calculated_without_a_word(page, host, service):
    service.refusals = [
        (422, {"detail": "Solve it.", "code": "challenge_required", "fields": {"challenge": ["x"]}}, {})
    ]
    page.goto(host.address)
    write(page)
    post(page)
    page.locator("#comment-92").wait_for()
    (first, _), (second, body) = service.posted
    assert (is_solved(body), first["Idempotency-Key"]) == (True, second["Idempotency-Key"])


def test_it_is_asked_for_again_once_only(page, host, service):
    refusal = (422, {"detail": "Expired.", "code": "challenge_failed", "fields": {"challenge": ["x"]}}, {})
    service.challenge, service.refusals = "proof_of_work", [refusal, refusal]
    page.goto(host.address)
    write(page)
    post(page)
    expect(page.get_by_role("alert")).to_contain_text("Please try again. Your text is still here.")
    assert len(service.posted) == 2


# --- Likes and reports


def test_a_like_is_said_counted_remembered_and_taken_back(page, host, service, told):
    service.comments = [comment("1", likes=3)]
    service.like_label = "Respect"
    page.goto(host.address)
    like = page.get_by_role("button", name="Respect")
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text("Respect 4")
    until(page, "window.told?.length === 1")
    assert told() == [["commentsvc:liked", {"story": "hasaka", "comment": "1", "likes": 4, "liked": 1}]]
    page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    until(page, "window.told?.length === 1")
    assert [method for method, *_ in service.calls] == ["PUT", "DELETE"]


def test_a_like_that_failed_is_no_like(page, host, service):
    service.comments = [comment("1", likes=3)]
    service.answers["like"] = [(404, {"detail": "There is no such comment here.", "code": "not_found"}, {})]
    page.goto(host.address)
    page.get_by_role("button", name="Like").click()
    expect(page.get_by_role("article").get_by_role("alert")).to_have_text("There is no such comment here.")
    expect(page.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "false")


def test_a_report_by_keyboard(page, host, service, told):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("button", name="Report").press("Enter")
    page.get_by_role("dialog", name="Report the comment by Mara Lind").wait_for()
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Send report").press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Please choose a reason.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("It sells something.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Thank you")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Reported")).to_be_focused()
    assert service.calls == [("POST", "comments/1/flags", {"reason": "spam", "details": "It sells something."})]
    assert told() == [["commentsvc:flagged", {"story": "hasaka", "comment": "1"}]]
    page.reload()
    expect(page.get_by_text("Reported")).to_be_visible()


def test_escape_closes_the_report_and_the_focus_goes_back(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("button", name="Report").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Report")).to_be_focused()


def test_a_report_that_failed_keeps_its_words(page, host, service):
    service.comments = [comment("1")]
    service.answers["flags"] = [(503, {"detail": "Closed for repairs.", "code": "unavailable"}, {})]
    page.goto(host.address)
    page.get_by_role("button", name="Report").click()
    page.get_by_label("Something else").check()
    page.get_by_label("What should the moderators know?").fill("Look at this.")
    page.get_by_role("button", name="Send report").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Closed for repairs.")
    expect(page.get_by_label("What should the moderators know?")).to_have_value("Look at this.")


# --- One's own comment


def test_an_edit_that_has_to_wait_again_says_so_in_place(page, host, service, told):
    posted_comment(page, host, service)
    page.get_by_role("button", name="Edit").click()
    editor = page.get_by_label("Your comment")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("I was **there**.")
    service.outcome = "pending"
    editor.fill("I was elsewhere.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#comment-91")).to_contain_text("only you can see this")
    expect(page.locator("#comment-91")).to_contain_text("I was elsewhere.")
    assert told() == [["commentsvc:edited", {"story": "hasaka", "comment": "91"}]]
    assert [call for call in service.calls if call[0] == "PATCH"] == [
        ("PATCH", "comments/91", {"text": "I was elsewhere."})
    ]


def test_an_edit_survives_a_thread_that_is_drawn_anew(page, host, service):
    posted_comment(page, host, service)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your comment").fill("I was elsewhere.")
    service.comments = [comment("91", "I was there.", name="Ida")]
    page.locator("comment-thread").evaluate("(thread) => thread.refresh()")
    page.get_by_label("Your comment").wait_for(state="detached")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your comment")).to_have_value("I was elsewhere.")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your comment")).to_have_value("I was **there**.")


def test_a_double_click_opens_one_report(page, host, service):
    service.comments = [comment("1")]
    page.goto(host.address)
    page.get_by_role("button", name="Report").evaluate("(button) => { button.click(); button.click(); }")
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(200)
    assert page.get_by_role("dialog").count() == 1


def test_what_waits_again_cannot_be_answered(page, host, service):
    posted_comment(page, host, service)
    reply = page.locator("#comment-91").get_by_role("button", name="Reply")
    expect(reply).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    service.outcome = "pending"
    page.get_by_label("Your comment").fill("I was elsewhere.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#comment-91")).to_contain_text("only you can see this")
    expect(reply).to_be_hidden()


def test_an_edit_that_failed_keeps_its_words(page, host, service):
    posted_comment(page, host, service)
    service.answers["91"] = [(409, {"detail": "The time to edit this comment is over.", "code": "window_over"}, {})]
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your comment").fill("Too late.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_contain_text("The time to edit this comment is over.")
    expect(page.get_by_label("Your comment")).to_have_value("Too late.")


def test_what_is_taken_back_can_be_had_back_and_nobody_heard_of_it(page, host, service):
    posted_comment(page, host, service)
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#comment-91")).not_to_contain_text("I was there.", use_inner_text=True)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#comment-91")).to_contain_text("I was there.", use_inner_text=True)
    assert service.calls == []


def test_after_ten_seconds_it_is_gone(page, host, service):
    page.clock.install()
    posted_comment(page, host, service)
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.clock.run_for(10_500)
    expect(page.locator("#comment-91")).to_contain_text("taken back by its writer")
    assert service.calls == [("DELETE", "comments/91", None)]


def test_in_a_thread_drawn_anew_taking_back_can_still_be_undone(page, host, service):
    page.clock.install()
    posted_comment(page, host, service)
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").wait_for()
    service.comments = [comment("91", "I was there.", name="Ida")]
    page.locator("comment-thread").evaluate("(thread) => thread.refresh()")
    page.get_by_role("button", name="Undo").wait_for(state="detached")
    page.clock.run_for(10_500)
    page.get_by_role("button", name="Undo").wait_for()
    assert service.calls == []
    page.clock.run_for(10_500)
    expect(page.locator("#comment-91")).to_contain_text("taken back by its writer")
    assert service.calls == [("DELETE", "comments/91", None)]


def test_whoever_leaves_the_page_meant_it(page, host, service):
    posted_comment(page, host, service)
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.goto("about:blank")
    for _ in range(100):
        if service.calls:
            break
        page.wait_for_timeout(50)
    assert service.calls == [("DELETE", "comments/91", None)]


def test_a_writer_learns_of_a_no_in_place(page, host, service, told):
    service.outcome, service.receipt_status = "pending", "rejected"
    posted_comment(page, host, service)
    page.reload()
    expect(page.locator("#comment-91")).to_contain_text("A moderator decided not to publish this comment")
    assert told() == [["commentsvc:rejected", {"story": "hasaka", "comment": "91"}]]


def tokens(page: Page) -> list[bool]:
    """Whether a receipt is in the storage of the tab, and in the one that lasts."""
    return page.evaluate("[sessionStorage, localStorage].map((area) => JSON.stringify({...area}).includes('token-1'))")


def test_the_receipt_lasts_only_if_asked_for_and_goes_at_once(page, host, service):
    page.goto(host.address)
    write(page)
    page.get_by_label("Save my name").check()
    post(page)
    page.locator("#comment-91").wait_for()
    assert tokens(page) == [False, True]
    page.get_by_label("Save my name").uncheck()
    assert tokens(page) == [True, False]
