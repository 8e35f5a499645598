"""What stands around the article: bylines, related stories, counts; on a page of another site, against canned answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.stage import browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src {0}; connect-src {0}; require-trusted-types-for 'script'; trusted-types 'none'"


class Service(ThreadingHTTPServer):
    """The service and the newspaper's page in one: what is asked, what is answered."""

    def __init__(self, files: FlaskClient) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.body = ""
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/api/v1/"):
            call = parts.path.removeprefix("/api/v1/")
            query = parse_qs(parts.query)
            self.server.asked.append((call, query))
            answer = self.server.answers[call]
            self.send("application/json", json.dumps(answer(query) if callable(answer) else answer))
        elif parts.path.startswith(("/embed", "/count.js")):
            self.send("text/javascript", self.server.files.get(self.path).get_data(as_text=True))
        else:
            script = '<script type="module" src="/embed.js"></script>'
            self.send("text/html", f'<!doctype html><html lang="en"><title>News</title>{script}{self.server.body}')

    def send(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY.format(self.server.url))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(sqlite_app) -> Iterator[Service]:
    server = Service(sqlite_app.test_client())
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser, service) -> Iterator[Any]:
    faults: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))

    def show(body: str) -> Page:
        service.body = body
        page.goto(f"{service.url}/news")
        return page

    yield show
    context.close()
    assert faults == []


def story(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "title": f"Story {id}",
        "url": f"https://news.example/{id}",
        "excerpt": "",
        "image": None,
        "category": None,
        "published_at": None,
        "authors": [],
        "comment_count": 0,
    }


def author(name: str, *bio: str) -> dict[str, Any]:
    said = [["p", text] for text in bio]
    return {"name": name, "url": f"/authors/demo/{name}", "avatar": None, "website": None, "bio": said, "links": []}


def titles(page: Page, place: int) -> list[str]:
    box = page.locator("you-may-also-like").nth(place)
    box.get_by_role("listitem").first.wait_for()
    return box.get_by_role("heading", level=3).all_inner_texts()


def test_a_box_for_every_byline_that_has_a_bio(open_page, service):
    service.answers["stories/about"] = {"authors": [author("Lea", "Writes."), author("Max"), author("Ida", "Draws.")]}
    page = open_page('<about-author site="demo" story="a"></about-author>')
    page.get_by_role("complementary", name="About the authors").wait_for()
    assert page.locator("about-author article").count() == 2
    assert page.get_by_text("Max").count() == 0


def test_without_any_bio_there_is_no_box(open_page, service):
    service.answers["stories/about"] = {"authors": [author("Max")]}
    page = open_page('<about-author site="demo" story="a"></about-author>')
    expect(page.locator("about-author")).to_have_attribute("hidden", "")


def test_two_boxes_of_a_page_never_show_the_same_story(open_page, service):
    service.answers["related"] = {"stories": [story(id) for id in "abcdefgh"]}
    box = '<you-may-also-like site="demo" story="{}"></you-may-also-like>'
    page = open_page(box.format("x") + box.format("y"))
    assert titles(page, 0) == [f"Story {id}" for id in "abcd"]
    assert titles(page, 1) == [f"Story {id}" for id in "efgh"]
    assert [query["limit"] for _, query in service.asked] == [["8"], ["8"]]


def test_a_box_that_left_the_page_leaves_its_stories_to_others(open_page, service):
    service.answers["related"] = {"stories": [story(id) for id in "abcd"]}
    box = '<you-may-also-like site="demo" story="{}"></you-may-also-like>'
    page = open_page(box.format("x"))
    assert len(titles(page, 0)) == 4
    page.evaluate(
        """() => {
          const [old] = document.querySelectorAll("you-may-also-like");
          const next = document.createElement("you-may-also-like");
          next.setAttribute("site", "demo");
          next.setAttribute("story", "y");
          old.replaceWith(next);
        }"""
    )
    assert len(titles(page, 0)) == 4


def test_what_the_page_says_it_shows_is_not_asked_for(open_page, service):
    service.answers["related"] = {"stories": [story("a")]}
    page = open_page(
        '<you-may-also-like site="demo" story="x" exclude="b  https://news.example/c"></you-may-also-like>'
    )
    titles(page, 0)
    assert service.asked[0][1]["exclude"] == ["b", "https://news.example/c"]


def test_a_hundred_counts_are_one_call(open_page, service):
    service.answers["counts"] = lambda query: {"counts": {id: int(id[1:]) for id in query["story"]}}
    page = open_page("".join(f'<p><comment-count site="demo" story="s{n}"></comment-count></p>' for n in range(100)))
    expect(page.locator("comment-count").nth(99)).to_have_text("99 comments")
    expect(page.locator("comment-count").nth(1)).to_have_text("1 comment")
    assert [(call, len(query["story"])) for call, query in service.asked] == [("counts", 100)]
