"""A moderator's shift in a real browser: by keys, beside a colleague, on a phone, without JavaScript."""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from commentsvc.accounts.models import Account
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import PASSWORD, Person
from tests.conftest import empty
from tests.stage import browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser

TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > innerWidth)
    .map((each) => each.outerHTML.slice(0, 120))"""
expect.set_options(timeout=30_000)  # milliseconds; a busy machine is no reason to fail
STANDARD = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def app(sqlite_app) -> Iterator[Flask]:
    yield sqlite_app
    empty(sqlite_app)


@pytest.fixture
def place(app) -> Iterator[str]:
    """The address of the service."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def enter(browser: Browser, place: str) -> Iterator[Callable[..., Page]]:
    """Somebody signs in with a browser of their own; what its console complains about fails the test."""
    contexts, complaints = [], []

    def sign_in(person: Person, **options) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{place}/desk?site=herald")
        page.get_by_label("Email").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk?site=herald")
        if page.locator("dialog#keys").count() and options.get("java_script_enabled", True):
            keys_are_there(page)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def story(cast, newsroom) -> str:
    return newsroom.story("herald", "harbour", title="Boats return to the harbour", category="City")


def set_up(app, **values) -> None:
    """Give every account these preferences."""
    with app.app_context(), unit_of_work():
        for account in db.session.query(Account):
            account.preferences = values


def waiting(newsroom, story: str, count: int) -> list[int]:
    """Comments that wait, no two of them alike, oldest first."""
    names = [f"{first} {second}" for first in ("Anna", "Bert", "Carla") for second in "bcdfghjklmnpqrst"]
    return [
        newsroom.comment(story, f"What {name} says about the boats.", status="hold", minutes_ago=count - number)
        for number, name in enumerate(names[:count])
    ]


def keys_are_there(page: Page) -> None:
    page.locator("button[aria-keyshortcuts]").first.wait_for()


def status_of(app, number: int) -> str:
    with app.app_context():
        return db.session.get_one(Comment, number).status


def test_a_shift_of_thirty_is_decided_by_keys_alone(app, cast, enter, newsroom, story):
    numbers = waiting(newsroom, story, 30)
    page = enter(cast.hanna)
    page.get_by_role("button", name="Turn keys on").click()
    keys_are_there(page)
    strokes = ["a", "d4", "s3", "l"]
    for place_in_queue, number in enumerate(numbers):
        if place_in_queue in (0, 25):
            page.keyboard.press("j")
        expect(page.locator(f"#card-{number}")).to_be_focused()
        for key in strokes[place_in_queue % 4]:
            page.keyboard.press(key)
        expect(page.locator(f"#card-{number}.done")).to_be_visible()
        if place_in_queue == 24:
            expect(page.get_by_role("link", name="Next page")).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_url("**cursor=**")
            keys_are_there(page)
    page.keyboard.press("z")
    expect(page.locator(f"#card-{numbers[-1]}:not(.done)")).to_be_focused()
    with app.app_context():
        log = [(each.comment_id, each.action, each.reason) for each in db.session.query(Decision).order_by(Decision.id)]
    meant = [("approve", ""), ("reject", "off topic"), ("spam", "spam"), ("later", "")]
    said = [line for line in log if line[1] != "hold"]
    assert said == [(number, *meant[at % 4]) for at, number in enumerate(numbers)] + said[30:]
    assert [(number, reason) for number, _, reason in log[-1:]] == [(numbers[-1], "undo")]


def test_nothing_moves_under_the_pointer_and_the_eye_of_the_keyboard_stays(app, cast, enter, newsroom, story):
    first, second, third, _ = waiting(newsroom, story, 4)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    below = page.locator(f"#card-{second}")
    was = below.bounding_box()["y"]
    page.locator(f"#card-{first}").get_by_role("button", name="Approve").click()
    expect(page.locator(f"#card-{first}.done")).to_be_visible()
    assert below.bounding_box()["y"] == pytest.approx(was, abs=1)
    expect(below).to_be_focused()
    was = below.bounding_box()["y"]
    page.keyboard.press("a")
    expect(page.locator(f"#card-{third}")).to_be_focused()
    assert page.locator(f"#card-{third}").bounding_box()["y"] == pytest.approx(max(was, 72), abs=2)


def test_a_group_is_passed_and_decided_by_keys_and_undone(app, cast, enter, newsroom, story):
    first = newsroom.comment(story, "The first.", status="hold", minutes_ago=20)
    group = [newsroom.comment(story, f"Buy covers, order {n}", status="hold", minutes_ago=10) for n in range(3)]
    last = newsroom.comment(story, "The last.", status="hold")
    set_up(app, keys=True)
    page = enter(cast.hanna)
    for number in (first, group[0], last):
        page.keyboard.press("j")
        expect(page.locator(f"#card-{number}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("a")
    page.get_by_text("3 comments approved.").wait_for()
    keys_are_there(page)
    expect(page.locator(f"#card-{last}")).to_be_focused()
    assert {status_of(app, number) for number in group} == {"APPROVED"}
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="3 near-identical comments")).to_be_visible()
    expect(page.locator(f"#card-{group[0]}")).to_be_focused()
    assert {status_of(app, number) for number in group} == {"PENDING"}


def test_the_last_decision_is_undone_from_the_next_page_too(app, cast, enter, newsroom, story):
    numbers = waiting(newsroom, story, 27)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.keyboard.press("1")
    page.locator(f"#card-{numbers[0]}.done").wait_for()
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**cursor=**")
    keys_are_there(page)
    expect(page.locator(".told")).to_contain_text("Rejected by Hanna: the comment by Rosa Reader")
    page.keyboard.press("z")
    expect(page.locator(".told")).to_contain_text("1 decision undone.")
    expect(page.locator(f"#card-{numbers[25]}")).to_be_focused()  # what is undone is on another page
    assert status_of(app, numbers[0]) == "PENDING"


def test_a_tick_by_the_mouse_leaves_the_keys_alive_and_a_question_stays_with_its_card(
    app, cast, enter, newsroom, story
):
    first, second, third = waiting(newsroom, story, 3)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    page.locator(f"#card-{first} .ticker input").check()
    page.keyboard.press("a")
    expect(page.locator(f"#card-{first}.done")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator(f"#card-{second} .ask")).to_be_visible()
    page.locator(f"#card-{third} .typed").click()
    page.keyboard.press("1")
    expect(page.locator(".ask")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(f"#card-{third}.done")).to_be_visible()
    assert status_of(app, second) == "PENDING"


def test_keys_go_on_from_where_a_colleague_or_an_undo_left_the_focus(app, cast, enter, newsroom, story):
    numbers = waiting(newsroom, story, 6)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    page.clock.install()
    page.reload()
    keys_are_there(page)
    for _ in range(4):
        page.keyboard.press("j")
    newsroom.decide(numbers[3], "approve")
    page.clock.fast_forward(21_000)
    page.locator(f"#card-{numbers[3]}.settled").wait_for()
    expect(page.locator(f"#card-{numbers[3]}")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(f"#card-{numbers[4]}")).to_be_focused()
    page.locator(f"#card-{numbers[3]}").focus()
    page.keyboard.press("k")
    expect(page.locator(f"#card-{numbers[2]}")).to_be_focused()
    page.keyboard.press("a")
    page.locator(f"#card-{numbers[2]}.done").get_by_role("button", name="Undo").focus()
    page.keyboard.press("j")
    expect(page.locator(f"#card-{numbers[4]}")).to_be_focused()
    assert status_of(app, numbers[4]) == "PENDING"


def test_a_key_held_too_long_leaves_the_question_open_and_shift_decides_nothing(app, cast, enter, newsroom, story):
    number, other = waiting(newsroom, story, 2)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    page.keyboard.press("j")
    page.keyboard.press("Shift+A")
    page.keyboard.down("d")
    page.keyboard.down("d")  # what a held key sends
    page.keyboard.up("d")
    page.keyboard.press("1")
    expect(page.locator(f"#card-{other}")).to_be_focused()
    assert [status_of(app, each) for each in (number, other)] == ["REJECTED", "PENDING"]


def test_the_question_for_a_reason_is_answered_or_passed_over_with_the_mouse(app, cast, enter, newsroom, story):
    number, other, last = waiting(newsroom, story, 3)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    below = page.locator(f"#card-{other}")
    page.keyboard.press("j")
    was = below.bounding_box()["y"]
    page.keyboard.press("d")
    question = page.locator(f"#card-{number} .ask")
    question.get_by_role("button", name="Esc not at all").click()
    expect(question).to_have_count(0)
    expect(page.locator(f"#card-{number}")).to_be_focused()
    page.keyboard.press("d")
    assert below.bounding_box()["y"] == was
    question.get_by_role("button", name="2").click()
    expect(page.locator(f"#card-{number}.done")).to_contain_text("Rejected")
    expect(below).to_be_focused()
    page.keyboard.press("d")
    below.get_by_role("button", name="Approve", exact=True).click(timeout=5_000)
    expect(page.locator(f"#card-{other}.done")).to_contain_text("Approved")
    page.keyboard.press("1")
    assert [status_of(app, each) for each in (other, last)] == ["APPROVED", "PENDING"]


def test_other_asks_for_words(app, cast, enter, newsroom, story):
    number, following = waiting(newsroom, story, 2)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    for key in ("j", "d", "8"):
        page.keyboard.press(key)
    expect(page.locator(f"#card-{number} textarea")).to_be_focused()
    page.keyboard.type("A chain letter, dad")
    page.keyboard.press("Enter")
    expect(page.locator(f"#card-{following}")).to_be_focused()
    with app.app_context():
        last = db.session.query(Decision).filter_by(comment_id=number).order_by(Decision.id.desc()).first()
        assert (last.action, last.reason, last.note) == ("reject", "other", "A chain letter, dad")


def test_two_moderators_see_each_other_and_overwrite_nothing(app, cast, enter, newsroom, story):
    (number,) = waiting(newsroom, story, 1)
    set_up(app, keys=True)
    ada, hanna = enter(cast.ada), enter(cast.hanna)
    with ada.expect_response("**/desk/leases**") as taken:
        ada.keyboard.press("j")
    while taken.value.request.method != "POST":
        with ada.expect_response("**/desk/leases**") as taken:
            pass
    mine = hanna.locator(f"#card-{number}")
    hanna.reload()
    expect(mine.get_by_text("Ada is looking")).to_be_visible()
    ada.keyboard.press("a")
    expect(ada.locator(f"#card-{number}.done")).to_be_visible()
    mine.get_by_role("button", name="Reject").click()
    expect(hanna.locator(f"#card-{number}.conflict")).to_contain_text("Approved by Ada")
    assert status_of(app, number) == "APPROVED"


def test_keys_do_what_they_were_set_to_and_nothing_while_one_types(app, cast, enter, newsroom, story):
    number, other = waiting(newsroom, story, 2)
    page = enter(cast.hanna)  # nobody turned them on
    page.locator(f"#card-{number}").focus()
    page.keyboard.press("a")
    set_up(app, keys=True, chosen_keys={"approve": "y", "help": "h"})
    page.reload()
    keys_are_there(page)
    page.keyboard.press("j")
    approve = page.locator(f"#card-{number}").get_by_role("button", name="Approve", exact=True)
    expect(approve).to_have_attribute("aria-keyshortcuts", "y")
    for key in ("a", "Control+y", "Alt+y", "Meta+y"):
        page.keyboard.press(key)
    page.keyboard.press("/")
    page.keyboard.type("yay")
    assert page.get_by_label("Words in the comment").input_value() == "yay"
    page.locator(f"#card-{number}").focus()
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_contain_text("Approve")
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    assert [status_of(app, each) for each in (number, other)] == ["PENDING", "PENDING"]
    page.locator(f"#card-{number}").focus()
    page.keyboard.press("y")
    expect(page.locator(f"#card-{other}")).to_be_focused()
    assert status_of(app, number) == "APPROVED"


def test_the_context_opens_beside_the_queue_and_takes_notes(app, cast, enter, newsroom, story):
    number, other = waiting(newsroom, story, 2)
    set_up(app, keys=True)
    page = enter(cast.hanna, viewport={"width": 1280, "height": 900})
    page.keyboard.press("j")
    was = page.locator(f"#card-{number}").bounding_box()["y"]
    page.keyboard.press("c")
    drawer = page.get_by_role("complementary", name="Context")
    expect(drawer).to_be_focused()
    assert page.locator(f"#card-{number}").bounding_box()["y"] == pytest.approx(was, abs=2)
    drawer.get_by_label("A note for colleagues").fill("Ask the city desk.")
    drawer.get_by_role("button", name="Add the note").click()
    expect(drawer.get_by_text("Ask the city desk.")).to_be_visible()
    drawer.focus()
    page.keyboard.press("Escape")
    expect(page.locator(f"#card-{number}")).to_be_focused()
    page.keyboard.press("c")
    expect(drawer).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(f"#card-{other}")).to_be_focused()
    expect(drawer).to_have_count(0)


def test_care_severe_words_are_blurred_until_looked_at_and_a_break_is_due(app, cast, enter, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    newsroom.comment(story, "What a swindle.", status="hold")
    set_up(app, keys=False, veils=True, break_after=50)
    page = enter(cast.hanna)
    page.mouse.move(0, 0)
    blur = "getComputedStyle(document.querySelector('.said .behind')).filter"
    assert page.evaluate(blur) == "blur(8px)"
    page.get_by_text("Severe text: show").focus()
    assert page.evaluate(blur) == "none"
    expect(page.locator(".pause")).to_be_empty()
    page.evaluate("sessionStorage.setItem('commentsvc:shift', Date.now() - 51 * 60_000)")
    page.reload()
    expect(page.locator(".pause")).to_contain_text("Take a break")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".pause")).to_be_empty()


def test_everything_works_without_javascript_on_a_phone(app, cast, enter, newsroom, story):
    number, other = waiting(newsroom, story, 2)
    newsroom.set("herald", reason_required=True)
    page = enter(cast.hanna, java_script_enabled=False, viewport={"width": 320, "height": 640})
    card = page.locator(f"#card-{number}")
    card.get_by_label("Reason").select_option("other")
    card.get_by_label("Note for colleagues").fill("A chain letter.")
    card.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 comment rejected")).to_be_visible()
    page.get_by_role("link", name="Context").click()
    page.get_by_label("A note for colleagues").fill("Look again.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("Look again.")).to_be_visible()
    page.get_by_role("button", name="Later").click()
    assert [status_of(app, each) for each in (number, other)] == ["REJECTED", "PENDING"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_axe_finds_nothing_to_complain_about(app, cast, enter, newsroom, story, width, scheme):
    newsroom.words("herald", "hold", "boats")
    above = newsroom.comment(story, "The boats are back.")
    newsroom.comment(story, "What boats?", status="hold", parent=above)
    rejected = newsroom.comment(story, "What boats!", status="reject")
    waiting(newsroom, story, 2)
    set_up(app, keys=True, veils=True, break_after=50)
    page = enter(cast.hanna, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert complaints(page) == []
    page.keyboard.press("j")
    page.keyboard.press("d")
    assert complaints(page) == []
    page.keyboard.press("1")
    expect(page.locator(".done")).to_be_visible()
    page.keyboard.press("c")
    page.locator(".context").wait_for()
    assert complaints(page) == []
    for path in (f"/desk/comments/{rejected}", "/desk/log", "/desk/me"):
        page.goto(page.url.split("/desk")[0] + path)
        assert complaints(page) == [], path


def complaints(page: Page) -> list[tuple[str, str]]:
    """What axe and the width of the page object to."""
    assert page.evaluate(TOO_WIDE) == []
    found = Axe().run(page, options={"runOnly": STANDARD})
    return [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found.response["violations"]]
