"""Somebody is invited, chooses a password and a second step, and signs in with them; a lost laptop is signed out."""

import re

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe

from commentsvc.demo.newsroom import ADMIN
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
EMAIL, PASSWORD = "ida@demo.example.org", "seven quiet lighthouses"


def looked_at(page, scheme: str = "dark", width: int = 320) -> None:
    """The page is one for everybody, and nothing sticks out of the screen."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = Axe().run(page, options=WCAG).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    page.set_viewport_size({"width": 1200, "height": 800})


def invite(page, newspaper) -> str:
    """Ada invites Ida; returns the link in the letter, which a demo shows at the desk."""
    page.goto(f"{newspaper}/admin/accounts/new")
    looked_at(page)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Name").fill("Ida")
    page.get_by_label("The Wrenmouth Ledger", exact=True).check()
    page.get_by_role("button", name="Invite").click()
    page.get_by_text("The invitation is on its way.").wait_for()
    looked_at(page)
    for _ in range(20):
        page.goto(f"{newspaper}/desk/outgoing")
        letter = page.get_by_role("link", name=re.compile("staff invite|staff_invite"))
        if letter.count():
            break
        page.wait_for_timeout(250)
    letter.first.click()
    return re.search(rf"{newspaper}/login/invite/\S+", page.locator("main").inner_text())[0]


def test_the_invited_sets_up_everything_and_signs_in_with_it(browser, newspaper, moderator):
    ada, ida = moderator, browser.new_context().new_page()
    sign_in(ada, newspaper, ADMIN[0])
    ada.goto(f"{newspaper}/admin/accounts")
    ada.get_by_label("Everybody").check()
    ada.get_by_role("button", name="Save").click()
    link = invite(ada, newspaper)

    ida.goto(link)
    looked_at(ida)
    ida.get_by_label("New password").fill("ida12345678")
    ida.get_by_role("button", name="Set password").click()
    assert ida.get_by_role("alert").count() == 1
    looked_at(ida)
    ida.get_by_label("New password").fill(PASSWORD)
    ida.get_by_role("button", name="Set password").click()
    ida.get_by_text("Your password is set.").wait_for()
    signs_in(ida)
    ida.get_by_role("heading", name="Set up a second step").wait_for()  # everybody needs one: before anything else
    looked_at(ida)
    ida.get_by_text("The app cannot read it").click()
    secret = ida.locator("details code").inner_text()
    app = pyotp.TOTP(secret)
    ida.get_by_label("Code").fill(app.now())
    ida.get_by_role("button", name="Turn it on").click()
    codes = ida.locator(".recovery code").all_inner_texts()
    looked_at(ida)
    ida.get_by_role("link", name="to the desk").click()
    ida.wait_for_url("**/desk**")

    laptop = browser.new_context().new_page()
    laptop.goto(f"{newspaper}/login")
    signs_in(laptop)
    looked_at(laptop)
    laptop.get_by_label("Code").fill(app.now())  # used already, when it was set up
    laptop.get_by_role("button", name="Sign in").click()
    assert laptop.get_by_role("alert").count() == 1 or laptop.url.endswith("/desk")  # a new half minute may have begun
    if not laptop.url.endswith("/desk"):
        laptop.get_by_label("Code").fill(codes[0])
        laptop.get_by_role("button", name="Sign in").click()
    laptop.wait_for_url("**/desk**")

    ida.goto(f"{newspaper}/desk/me")
    ida.get_by_role("link", name="Your sign-in").click()
    looked_at(ida)
    ida.get_by_role("button", name="Sign out Chrome").click()
    ida.get_by_text("Signed out there.").wait_for()
    laptop.goto(f"{newspaper}/desk")
    laptop.get_by_role("heading", name="Sign in").wait_for()


def signs_in(page) -> None:
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_the_pages_are_for_everybody_in_the_light_too(newspaper, moderator):
    page = moderator
    page.goto(f"{newspaper}/login")
    looked_at(page, "light", 1200)
    page.get_by_role("link", name="Forgotten password?").click()
    page.get_by_label("Email").fill("nobody@demo.example.org")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_text("If there is an account with this address").wait_for()
    looked_at(page, "light", 1200)
    sign_in(page, newspaper, ADMIN[0])
    for path in ("accounts", "accounts/new", "accounts/2", "accounts/log"):
        page.goto(f"{newspaper}/admin/{path}")
        looked_at(page, "light", 1200)
    for path in ("/desk/security", "/desk/security/second-step", "/login/confirm"):
        page.goto(f"{newspaper}{path}")
        looked_at(page, "light", 1200)
