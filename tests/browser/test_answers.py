"""The newsroom answers in public, in a real browser: on the card by keys, on a phone, with the badge in the widget."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_shift import (
    STANDARD,
    TOO_WIDE,
    app,
    enter,
    place,
    set_up,
    status_of,
    story,
    waiting,
)
from tests.browser.test_shift import Axe as Judge
from tests.stage import browser

__all__ = ["app", "browser", "enter", "place", "story"]

pytestmark = pytest.mark.browser


def test_approve_and_answer_by_keys_alone(app, cast, enter, newsroom, story):
    first, second = waiting(newsroom, story, 2)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    for key in "jr":
        page.keyboard.press(key)
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.type("They are back on Monday.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#card-{first}.done")).to_contain_text("Approved by Hanna, and answered")
    expect(page.locator(f"#card-{second}")).to_be_focused()
    assert status_of(app, first) == "APPROVED"
    page.keyboard.press("z")
    expect(page.locator(f"#card-{first}:not(.done)")).to_be_focused()


def test_what_is_typed_survives_escape_a_stale_card_and_a_service_that_is_gone(app, cast, enter, newsroom, story):
    (number,) = waiting(newsroom, story, 1)
    set_up(app, keys=True)
    page = enter(cast.hanna)
    for key in "jr":
        page.keyboard.press(key)
    text = page.get_by_label("Your answer")
    text.fill("They are back on Monday.")
    page.keyboard.press("Escape")
    expect(page.locator(f"#card-{number}")).to_be_focused()
    page.keyboard.press("r")
    expect(text).to_have_value("They are back on Monday.")
    page.route("**/reply", lambda route: route.abort())
    page.get_by_role("button", name="Approve and answer").click()
    expect(page.get_by_role("alert")).to_contain_text("This was not sent")
    page.unroute("**/reply")
    newsroom.decide(number, "later")
    page.get_by_role("button", name="Approve and answer").click()
    expect(page.get_by_role("alert")).to_contain_text("This comment changed after you opened it.")
    expect(text).to_have_value("They are back on Monday.")
    page.get_by_role("button", name="Approve and answer").click()
    expect(page.locator(f"#card-{number}.done")).to_be_visible()


def test_an_answer_to_what_readers_see_leaves_the_card_where_it_is(app, cast, enter, newsroom, story, place):
    number = newsroom.comment(story, "Where are the boats?")
    page = enter(cast.hanna)
    page.goto(f"{place}/desk?site=herald&queue=all")
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Your answer").fill("They are back on Monday.")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(f"#card-{number} .answered")).to_contain_text("Your answer is published.")
    page.goto(f"{place}/thread/herald?story={story}")
    expect(page.locator(".comment .badge")).to_have_text(["Moderator"])


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}], ids=str)
def test_the_pages_of_an_answer_are_for_everybody(app, cast, enter, newsroom, story, place, options):
    (number,) = waiting(newsroom, story, 1)
    page = enter(cast.hanna, **options)
    with app.app_context():
        of_story = newsroom.row(number).story_id
    page.get_by_role("link", name="Reply").click()
    expect(page.get_by_label("Your answer")).to_be_focused()
    _is_for_everybody(page)
    for path in (f"/desk/comments/{number}/reply", f"/desk/stories/{of_story}"):
        page.goto(f"{place}{path}")
        _is_for_everybody(page)


def _is_for_everybody(page) -> None:
    assert page.evaluate(TOO_WIDE) == []
    found = Judge().run(page, options={"runOnly": STANDARD}).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_without_javascript_the_link_leads_to_the_form_and_back(app, cast, enter, newsroom, story, place):
    (number,) = waiting(newsroom, story, 1)
    page = enter(cast.hanna, java_script_enabled=False)
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Your answer").fill("They are back on Monday.")
    page.get_by_role("button", name="Approve and answer").click()
    page.wait_for_url("**/desk?site=herald")
    expect(page.locator(".told")).to_contain_text("Approved, and your answer is published.")
    assert status_of(app, number) == "APPROVED"
