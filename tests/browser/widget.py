"""The stand-ins of the elements' tests: a service with canned answers, and a page of another site with the strictest policy."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from commentsvc.widget.files import release

CHROMIUM = shutil.which("chromium")
IN_A_BROWSER = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium browser")]

LAST_WEEK = "2026-01-20T09:30:00Z"


def widget_file(path: str) -> bytes:
    """What the service sends under an address of the widget."""
    present = release()
    return (present.entry if path == "embed.js" else present.files[path.removeprefix(f"embed/{present.name}/")]).body


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
        self.login: Any = None
        self.sort = "oldest"
        self.version = "v1"
        self.count: int | None = None
        self.new: Any = {"comments": [], "ancestors": []}
        self.asked: list[str] = []
        self.preflights = 0
        self.missing: list[str] = []
        self.posted: list[tuple[dict[str, str], Any]] = []

    def get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if self.down:
            return 503, {"detail": "Closed for repairs.", "code": "unavailable"}
        if path == "thread":
            return 200, self.thread(query)
        if path == "thread/version":
            return 200, {"version": self.version, "comment_count": self.counted}
        if path == "thread/new":
            return 200, {"version": self.version, **self.new}
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

    @property
    def counted(self) -> int:
        return len(self.comments) if self.count is None else self.count

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
            "login": self.login,
        }
        story = {
            "id": "hasaka",
            "url": self.url,
            "title": "",
            "state": self.state,
            "comment_count": self.counted,
        }
        return {
            "story": {**story, "authors": []},
            "sort": query.get("sort", [self.sort])[0],
            "version": self.version,
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
        self.service.preflights += 1
        self.answer(204, b"", {})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/prefix/api/v1/"):
            self.service.asked.append(self.path.removeprefix("/prefix/api/v1/"))
            status, said = self.service.get(parts.path.removeprefix("/prefix/api/v1/"), parse_qs(parts.query))
            self.answer(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
        else:
            name = parts.path.removeprefix("/prefix/")
            gone = name.rsplit("/", 1)[-1] in self.service.missing
            status, code = (404, b"") if gone else (200, widget_file(name))
            self.answer(status, code, {"Content-Type": "text/javascript"})

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
