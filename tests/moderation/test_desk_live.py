"""The page of the queue in a real browser: ticking, deciding on all that matches, colleagues at the same time."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from tests.cast import PASSWORD
from tests.stage import browser

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def service(app) -> Iterator[str]:
    """The app, served; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def opened(browser, cast, service):
    """Hanna's browser at a page of the desk, signed in; whatever its console complains about fails the test."""
    contexts, complaints = [], []

    def start(path: str = "/desk", **more) -> Page:
        context = browser.new_context(**more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.clock.install()
        page.goto(f"{service}/login")
        page.get_by_label("Email").fill(cast.hanna.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk**")
        page.goto(service + path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def waiting(newsroom, story):
    """Comments that wait, no two of them alike, oldest first."""
    words = ("harbour", "ferry", "lighthouse", "market", "bridge", "anchor", "captain", "whistle", "pavement", "tram")

    def write(number: int) -> list[int]:
        texts = [f"The {words[n % 10]} and the {words[n // 10]} again" for n in range(number)]
        return [
            newsroom.comment(story, text, status="hold", minutes_ago=300 - n, name=f"Writer {n}")
            for n, text in enumerate(texts)
        ]

    return write


def statuses(app) -> dict[int, str]:
    with app.app_context():
        return {comment.id: comment.status for comment in db.session.query(Comment).order_by(Comment.id)}


def tick(page: Page, number: int):
    return page.locator(f"#card-{number} .ticker input")


def complaints_of_axe(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def test_a_range_is_ticked_with_shift_and_what_changed_meanwhile_is_left(app, newsroom, opened, waiting):
    numbers = waiting(5)
    page = opened()
    tick(page, numbers[1]).click()
    tick(page, numbers[3]).click(modifiers=["Shift"])
    assert [tick(page, number).is_checked() for number in numbers] == [False, True, True, True, False]
    newsroom.decide(numbers[2], "approve")
    page.locator("#bulk").get_by_role("button", name="Reject").click()
    page.get_by_text("2 comments rejected.").wait_for()
    expect(page.get_by_text("had changed before")).to_be_visible()
    assert list(statuses(app).values()) == ["PENDING", "REJECTED", "APPROVED", "REJECTED", "PENDING"]


def test_all_that_match_are_decided_step_by_step_and_an_arrival_stays(app, newsroom, story, opened, waiting):
    numbers = waiting(100)
    numbers += [newsroom.comment(story, f"Number {n} of the day", status="hold", minutes_ago=100) for n in range(20)]
    page = opened()
    every = page.get_by_label("All comments that match")
    expect(every).to_be_hidden()
    page.get_by_label("on this page").check()
    page.get_by_label("All 120 comments that match").check()
    page.locator("#bulk").get_by_role("button", name="Spam").click()
    page.get_by_role("heading", name="Mark as spam: 120 comments?").wait_for()
    assert complaints_of_axe(page) == []
    late = newsroom.comment(story, "Nobody saw this one", status="hold")
    page.get_by_label("Type 120 to go on").fill("120")
    page.get_by_role("button", name="Mark as spam").click()
    page.get_by_role("heading", name="120 comments marked as spam").wait_for()
    page.wait_for_function("!document.querySelector('form[data-steps]')")
    assert complaints_of_axe(page) == []
    assert statuses(app) == {**dict.fromkeys(numbers, "SPAM"), late: "PENDING"}


def test_a_colleagues_decision_dims_the_card_and_nothing_moves(app, ada, newsroom, story, opened, waiting):
    numbers = waiting(8)
    page = opened()
    page.locator(f"#card-{numbers[4]}").scroll_into_view_if_needed()
    button = page.locator(f"#card-{numbers[4]}").get_by_role("button", name="Approve")
    button.focus()
    places = {number: page.locator(f"#card-{number}").bounding_box() for number in numbers}
    ada.decide(numbers[1], numbers[4], action="approve")
    newsroom.comment(story, "Just written", status="hold")
    page.clock.fast_forward(21_000)
    expect(page.locator(f"#card-{numbers[1]} .elsewhere")).to_have_text("Approved by Ada")
    expect(page.get_by_role("link", name="1 new")).to_be_visible()
    assert {number: page.locator(f"#card-{number}").bounding_box() for number in numbers} == places
    expect(button).to_be_focused()
    expect(page.locator(f"#card-{numbers[1]}").get_by_role("button", name="Reject")).to_be_disabled()
    page.keyboard.press("Enter")  # on the button that keeps the focus: nothing is sent
    expect(page).to_have_title("(7) Waiting · The Herald")
    expect(page.locator("#live-says")).to_have_text("1 new. Approved by Ada. Approved by Ada.")
    assert complaints_of_axe(page) == []
    page.get_by_role("link", name="1 new").click()
    page.get_by_text("Just written").wait_for()
    assert [status for status in statuses(app).values() if status != "PENDING"] == ["APPROVED"] * 2


def test_ones_own_undo_is_no_decision_elsewhere(app, newsroom, opened, waiting):
    number, other = waiting(2)
    page = opened()
    card = page.locator(f"#card-{number}")
    card.get_by_role("button", name="Approve").click()
    page.locator(f"#card-{number}.done").get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Approve")).to_be_enabled()
    newsroom.decide(other, "approve")
    page.clock.fast_forward(21_000)
    expect(page.locator(f"#card-{other}.settled")).to_be_visible()
    expect(page.locator(f"#card-{number}.settled")).to_have_count(0)
    expect(card.get_by_role("button", name="Approve")).to_be_enabled()


def test_it_is_said_aloud_at_most_once_a_minute_and_not_asked_while_hidden(newsroom, story, opened, waiting):
    waiting(1)
    page = opened()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/desk/live" in request.url else None)
    said = page.locator("#live-says")
    newsroom.comment(story, "The first new one", status="hold")
    page.clock.fast_forward(21_000)
    expect(said).to_have_text("1 new.")
    newsroom.comment(story, "The second new one", status="hold")
    page.clock.fast_forward(21_000)
    expect(page.get_by_role("link", name="2 new")).to_be_visible()
    assert said.text_content() == "1 new."
    page.clock.fast_forward(61_000)
    expect(said).to_have_text("2 new.")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    before = len(asked)
    page.clock.fast_forward(300_000)
    page.wait_for_timeout(300)
    assert (before, len(asked)) == (3, 3)


def test_near_identical_comments_are_one_card_that_is_fit_for_everybody(app, newsroom, story, opened):
    numbers = [
        newsroom.comment(story, f"Buy boat covers, order {n}", status="hold", minutes_ago=9 - n) for n in range(4)
    ]
    page = opened(viewport={"width": 320, "height": 700}, color_scheme="dark")
    card = page.locator(".card")
    expect(card.get_by_role("heading", name="4 near-identical comments")).to_be_visible()
    card.get_by_text("All 4, one by one").click()
    assert complaints_of_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    card.get_by_role("button", name="Spam").click()
    page.get_by_text("4 comments marked as spam.").wait_for()
    assert statuses(app) == dict.fromkeys(numbers, "SPAM")


def test_all_of_it_works_without_javascript(app, newsroom, opened, waiting):
    numbers = waiting(30)
    page = opened(java_script_enabled=False)
    page.get_by_label("All comments that match, on every page").check()
    page.locator("#bulk").get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Approve 30 comments").click()
    page.get_by_role("heading", name="30 comments approved").wait_for()
    assert statuses(app) == dict.fromkeys(numbers, "APPROVED")
