"""The gallery of themes in the demo: the same thread in six dresses, readable in each."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from commentsvc.demo.routes import themes

pytestmark = pytest.mark.browser

# What a theme can spoil is contrast. The size of targets is judged where the widget's own states are: of threads outside
# the screen, which are not laid out, axe believes that one button lies over another.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def test_every_theme_is_drawn_and_readable(newspaper, browser):
    for width, scheme in ((1280, "light"), (1280, "dark"), (320, "light")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{newspaper}/news/themes")
        for place in range(len(themes())):
            thread = page.locator("comment-thread").nth(place)
            thread.get_by_role("button", name="Reply").first.wait_for()
            thread.locator("#new-text").wait_for()
        # The form gets its looks before it is painted, not before it is there.
        page.evaluate("new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(each["id"], each["nodes"][0]["target"]) for each in found] == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        grounds = page.locator("comment-thread").evaluate_all(
            "all => all.map((each) => getComputedStyle(each).backgroundColor)"
        )
        assert len(set(grounds)) == len(themes()) == 6
        context.close()
