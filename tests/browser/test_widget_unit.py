"""The embedded elements on a page of another site with the strictest policy, against canned answers."""

import json
import shutil
import threading
from collections.abc import Iterator
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

STATIC = Path(__file__).parents[2] / "commentsvc" / "widget" / "static"
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium browser")]

LAST_WEEK = "2026-01-20T09:30:00Z"


def comment(
    id: str, text: str = "Well said.", *, name: str = "Mara Lind", parent: str | None = None, **more: Any
) -> Any:
    author = {
        "name": name,
        "slug": "p1",
        "avatar": None,
        "website": None,
        "badges": [],
        "url": "/authors/demo/p1",
    }
    shown = {
        "id": id,
        "parent": parent,
        "state": "visible",
        "author": author,
        "content": [["p", text]],
        "created_at": LAST_WEEK,
        "edited_at": None,
        "likes": 0,
        "featured": False,
        "reply_count": 0,
        "replies": [],
        "replies_cursor": None,
        "url": f"https://news.example/a#comment-{id}",
    }
    return {**shown, **more}


def nested(*ids: str) -> Any:
    """One comment with a reply with a reply …"""
    below = [nested(*ids[1:])] if len(ids) > 1 else []
    for reply in below:
        reply["parent"] = ids[0]
    return comment(ids[0], f"Text {ids[0]}", name=f"Writer {ids[0]}", replies=below)


def story(id: str, **more: Any) -> Any:
    shown = {
        "id": id,
        "title": "Bread",
        "url": f"https://news.example/{id}",
        "excerpt": "",
        "image": None,
        "category": "City",
        "published_at": LAST_WEEK,
        "authors": [],
        "comment_count": 0,
    }
    return {**shown, **more}


class Service:
    """What the stand-in knows, what it was asked and what it is told to refuse."""

    def __init__(self) -> None:
        self.comments: list[Any] = []
        self.state = "open"
        self.opens_at: str | None = None
        self.url: str | None = None
        self.pages: dict[str, Any] = {}
        self.replies: dict[str, Any] = {}
        self.single: dict[str, Any] = {}
        self.authors: list[Any] = []
        self.stories: list[Any] = []
        self.refusals: list[tuple[int, Any, dict[str, str]]] = []
        self.outcome = "approved"
        self.down = False
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, str], Any]] = []

    def get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if self.down:
            return 503, {"detail": "Closed for repairs.", "code": "unavailable"}
        if path == "thread":
            return 200, self.thread(query)
        if path == "counts":
            return 200, {"counts": {name: len(name) for name in query.get("story", []) + query.get("url", [])}}
        if path == "stories/about":
            return 200, {"authors": self.authors}
        if path == "related":
            return 200, {"stories": self.stories}
        if path.endswith("/replies"):
            return 200, self.replies[path.split("/")[1]]
        if path.startswith("comments/") and path.split("/")[1] in self.single:
            return 200, self.single[path.split("/")[1]]
        return 404, {"detail": "There is no such comment.", "code": "not_found"}

    def thread(self, query: dict[str, list[str]]) -> Any:
        page = {"comments": self.comments, "next_cursor": "2" if self.pages else None}
        page = self.pages.get(query.get("cursor", [""])[0], page)
        limits = {"text": 10000, "name": 80, "email": 254, "website": 2000}
        form = {
            "state": self.state,
            "opens_at": self.opens_at,
            "required": ["text", "name", "email"],
            "limits": limits,
            "honeypot": "topic",
        }
        story = {
            "id": "hasaka",
            "url": self.url,
            "title": "",
            "state": self.state,
            "comment_count": len(self.comments),
        }
        return {
            "story": {**story, "authors": []},
            "sort": "oldest",
            **page,
            "form": {**form, "challenge": None},
        }

    def post(self, headers: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        self.posted.append((headers, body))
        if self.refusals:
            return self.refusals.pop(0)
        made = comment(f"9{len(self.posted)}", body["text"], name=body["name"], parent=body.get("parent"))
        receipt = {"token": f"token-{len(self.posted)}", "editable_until": LAST_WEEK}
        reasons = ["First comments are read by a moderator."] if self.outcome == "pending" else []
        return 201, {"comment": {**made, "status": self.outcome}, "receipt": receipt, "reasons": reasons}, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a 1.0 answer is never revalidated
    service: Service

    def log_message(self, *_: Any) -> None:
        """The test's own output is enough."""

    def do_OPTIONS(self) -> None:
        self.answer(204, b"", {})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/prefix/api/v1/"):
            self.service.asked.append(self.path.removeprefix("/prefix/api/v1/"))
            status, said = self.service.get(parts.path.removeprefix("/prefix/api/v1/"), parse_qs(parts.query))
            self.answer(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
        else:
            name = parts.path.removeprefix("/prefix/").removeprefix("embed/")
            self.answer(200, (STATIC / name).read_bytes(), {"Content-Type": "text/javascript"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, said, headers = self.service.post(dict(self.headers.items()), body)
        self.answer(status, json.dumps(said).encode(), {"Content-Type": "application/json", **headers})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        allowed = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "content-type, authorization, idempotency-key",
            "Access-Control-Expose-Headers": "ETag, Retry-After",
            "Content-Length": str(len(body)),
        }
        for name, value in {**allowed, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class HostHandler(BaseHTTPRequestHandler):
    """The newspaper's page: nothing is allowed but the service."""

    protocol_version = "HTTP/1.1"
    host: "Host"

    def log_message(self, *_: Any) -> None:
        """The test's own output is enough."""

    def do_GET(self) -> None:
        page = b"" if self.path == "/favicon.ico" else self.host.page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.host.policy())
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


class Host:
    def __init__(self, service_url: str) -> None:
        self.service_url = service_url
        self.address = ""
        self.body = '<comment-thread site="demo" story="hasaka">Read the comments elsewhere.</comment-thread>'
        self.head = ""
        self.html = '<html lang="en">'
        self.images = ""

    def page(self) -> str:
        script = f'<script type="module" src="{self.service_url}/embed.js"></script>'
        head = f"<head><title>Hasaka</title>{self.head}{script}</head>"
        return f"<!doctype html>{self.html}{head}<body>{self.body}</body></html>"

    def policy(self) -> str:
        origin = self.service_url.removesuffix("/prefix")
        images = f" img-src {self.images};" if self.images else ""
        return (
            f"default-src 'none'; script-src {origin}; connect-src {origin};{images}"
            " require-trusted-types-for 'script'; trusted-types 'none'"
        )


def serve(handler: type[BaseHTTPRequestHandler], address: str) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((address, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def host(service: Service) -> Iterator[Host]:
    """Two sites to the browser: the page on 127.0.0.1, the service on localhost."""
    backend = serve(type("ServiceHandler", (Handler,), {"service": service}), "127.0.0.1")
    host = Host(f"http://localhost:{backend.server_port}/prefix")
    frontend = serve(type("PageHandler", (HostHandler,), {"host": host}), "127.0.0.1")
    host.address = f"http://127.0.0.1:{frontend.server_port}/news/hasaka"
    yield host
    for server in (frontend, backend):
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: "Content Security" in message.text and faults.append(message.text))
    page.add_init_script(
        """window.heard = [];
        for (const name of ["ready", "count", "posted", "held", "error"])
          addEventListener("commentsvc:" + name, (event) => heard.push([name, event.detail]));"""
    )
    yield page
    context.close()
    assert faults == []


def write(page: Page, text: str = "I was there.", name: str = "Ida", email: str = "ida@example.com") -> None:
    page.get_by_label("Comment *").fill(text)
    page.get_by_label("Name *").fill(name)
    page.get_by_label("Email *").fill(email)


def post(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def until(page: Page, question: str) -> None:
    """Wait for a yes, 10 seconds at most: `wait_for_function` needs eval, which the page forbids."""
    for _ in range(200):
        if page.evaluate(question):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"Never true: {question}")


def focused(page: Page) -> str:
    """The id of what has the focus, inside the shadow root."""
    return page.evaluate("document.activeElement.shadowRoot?.activeElement?.id ?? ''")


# --- Reading


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
    page.get_by_role("button", name="Load more comments").click()
    expect(page.get_by_text("Later.")).to_be_visible()
    assert focused(page) == "by-3"
    expect(page.get_by_role("button", name="Load more comments")).to_be_hidden()


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
        page.get_by_text(text).wait_for()
    assert [headers.get("Authorization") for headers, _ in service.posted] == [
        None,
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_another_address_brings_no_receipt_along(page, host, service):
    page.goto(host.address)
    write(page, "One.")
    post(page)
    page.get_by_text("One.").wait_for()
    write(page, "Two.", email="other@example.com")
    post(page)
    page.get_by_text("Two.").wait_for()
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(page, host, service, theme):
    service.comments = [nested("1", "2", "3", "4", "5"), comment("7", featured=True, likes=3)]
    thread = f'<comment-thread site="demo" story="hasaka" theme="{theme}"></comment-thread>'
    host.body = f"<main><h1>Hasaka</h1>{thread}</main>"
    page.goto(host.address)
    page.get_by_role("button", name="Reply to Writer 2").click()
    page.get_by_role("button", name="Post Comment").first.click()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]] == []


# --- The other elements


def test_all_counts_of_a_page_come_with_one_request(page, host, service):
    host.body = "".join(f'<comment-count site="demo" story="{name}">…</comment-count>' for name in ("a", "bb", "a"))
    page.goto(host.address)
    until(page, "document.querySelectorAll('comment-count')[1].shadowRoot.textContent === '2 comments'")
    assert [parse_qs(urlsplit(asked).query)["story"] for asked in service.asked] == [["a", "bb"]]


def test_a_single_comment_is_counted_in_the_singular(page, host):
    host.body = '<comment-count site="demo" story="a"></comment-count>'
    page.goto(host.address)
    until(page, "document.querySelector('comment-count').shadowRoot.textContent === '1 comment'")


def test_each_site_is_asked_for_its_own_counts(page, host, service):
    host.body = "".join(f'<comment-count site="{site}" story="a"></comment-count>' for site in ("demo", "gazette"))
    page.goto(host.address)
    until(page, "document.querySelectorAll('comment-count')[1].shadowRoot.textContent === '1 comment'")
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
