"""What a real browser makes of every hostile string that went through the door: only text and links."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from commentsvc.core.html import ALLOWED, render
from commentsvc.core.text import Unreadable, clean_text
from tests.core.hostile import hostile_strings, hostile_texts

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HOOKED_PAGE = """<!doctype html><meta charset=utf-8><body><script>
    window.calls = [];
    for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => calls.push(name);
</script>"""
PUT_IN = """async (htmls) => {
    for (const html of htmls) {
        const box = document.body.appendChild(document.createElement("div"));
        box.innerHTML = html;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    return window.calls;
}"""
SURPRISES = """([htmls, allowed]) => {
    const surprises = [];
    htmls.forEach((html, at) => {
        const box = document.createElement("div");
        box.innerHTML = html;
        const walker = document.createTreeWalker(box, NodeFilter.SHOW_ALL);
        while (walker.nextNode()) {
            const node = walker.currentNode;
            if (node.nodeType === Node.TEXT_NODE) continue;
            const names = allowed[node.localName];
            const fine = node.nodeType === Node.ELEMENT_NODE && names &&
                node.namespaceURI === "http://www.w3.org/1999/xhtml" &&
                node.getAttributeNames().every((name) => names.includes(name)) &&
                (node.localName !== "a" || ["http:", "https:"].includes(node.protocol));
            if (!fine) surprises.push([at, node.nodeName]);
        }
    });
    return surprises;
}"""
CHANGED_WHEN_READ_AGAIN = """(htmls) => htmls.filter((html) => {
    const [once, twice] = [document.createElement("div"), document.createElement("div")];
    once.innerHTML = html;
    twice.innerHTML = once.innerHTML;
    return !once.isEqualNode(twice) || once.innerHTML !== html;
})"""
BROKEN_OUT = """(htmls) => htmls.filter((html) => {
    const page = new DOMParser().parseFromString(
        `<!doctype html><body><div id=box>${html}</div><p id=sibling>after</p>`, "text/html");
    const [box, sibling] = [page.getElementById("box"), page.getElementById("sibling")];
    return page.body.children.length !== 2 || box.nextSibling !== sibling || sibling.textContent !== "after";
})"""


def written(vector):
    """The HTML of a posted text, or None if it is refused at the door."""
    try:
        return render(clean_text(vector)).html
    except Unreadable:
        return None


@pytest.fixture(scope="module")
def htmls():
    vectors = [*hostile_strings(), *hostile_texts(1_000).values()]
    return [html for html in map(written, vectors) if html is not None]


@pytest.fixture(scope="module")
def page():
    if not os.path.exists(CHROMIUM):
        message = f"Chromium is not at {CHROMIUM}"
        pytest.fail(message) if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_content(HOOKED_PAGE)
        yield page
        browser.close()


def test_no_hooked_call_fires(page, htmls):
    assert page.evaluate(PUT_IN, htmls) == []


def test_the_page_holds_only_allowed_nodes_and_http_links(page, htmls):
    allowed = {tag: sorted(names) for tag, names in ALLOWED.items()}
    assert page.evaluate(SURPRISES, [htmls, allowed]) == []


def test_the_page_reads_the_html_exactly_as_it_was_written(page, htmls):
    assert page.evaluate(CHANGED_WHEN_READ_AGAIN, htmls) == []


def test_a_text_stays_inside_its_container_and_its_sibling_beside_it(page, htmls):
    assert page.evaluate(BROKEN_OUT, htmls) == []


def test_the_same_page_does_catch_a_script_that_was_let_through(page):
    assert page.evaluate(PUT_IN, ["<img src=x: onerror=alert(1)>"]) == ["alert"]
    page.set_content(HOOKED_PAGE)


def test_the_same_page_does_catch_a_broken_container(page):
    assert page.evaluate(BROKEN_OUT, ["</div><p>out"]) == ["</div><p>out"]
