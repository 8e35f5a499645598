"""Outsiders that answer over HTTP as a test tells them: a screening hook, and what stands in for Akismet."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from commentsvc.accounts.models import Role
from commentsvc.checks import akismet, service
from commentsvc.checks import asking as asking_outside
from commentsvc.checks.models import OutsideCheck
from commentsvc.comments import asking
from commentsvc.comments.models import Comment, Decision, StoredVerdict
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.sites.service import site_named
from tests.cast import Newsroom, Person, rosas_comment

ROSAS_ADDRESS, ROSAS_IP, ROSAS_BROWSER = "rosa@example.org", "192.0.2.10", "Rosa's browser"
ARTICLE = "https://www.herald.example/news/harbour"


@dataclass
class Told:
    """One request that reached an outsider."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body).items()}


@dataclass
class Outsider:
    """A real HTTP server and what it answers; `before` is called when a request is in and nothing is answered yet."""

    url: str = ""
    got: list[Told] = field(default_factory=list)
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    before: Callable[[], None] = lambda: None

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}


def _serve(outsider: Outsider) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            names = {name.lower(): value for name, value in self.headers.items()}
            outsider.got.append(Told(self.path, names, body))
            outsider.before()
            time.sleep(outsider.slow)
            try:
                self.send_response(outsider.status)
                for name, value in {"Content-Length": str(len(outsider.body)), **outsider.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outsider.body)
            except OSError:
                pass  # whoever asked has gone: the test is about that

        def log_message(self, *_: object) -> None:
            """Nothing to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    outsider.url = f"http://127.0.0.1:{server.server_port}/screen"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture(autouse=True)
def breaker(monkeypatch: pytest.MonkeyPatch) -> asking_outside.Breaker:
    """Nobody has been silent yet."""
    fresh = asking_outside.Breaker()
    monkeypatch.setattr(asking_outside, "breaker", fresh)
    return fresh


@pytest.fixture
def outsider() -> Iterator[Outsider]:
    made = Outsider()
    server = _serve(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def let_out(app: Flask) -> Iterator[Callable[..., None]]:
    """Say where the installation's checks may go besides the public Internet."""
    before = app.extensions["commentsvc"]

    def let(*openings: str) -> None:
        app.extensions["commentsvc"] = replace(before, outgoing_allowed=openings)

    let("127.0.0.1")
    yield let
    app.extensions["commentsvc"] = before


@pytest.fixture
def herald(newsroom: Newsroom) -> str:
    """A site on which a comment is published at once when nobody objects."""
    return newsroom.site("herald", hold_first_comments=0)


@pytest.fixture
def hanna(newsroom: Newsroom, herald: str) -> Person:
    return newsroom.account("Hanna", Role.MODERATOR, herald)


@pytest.fixture
def secret(app: Flask, herald: str) -> str:
    with app.app_context(), unit_of_work():
        return service.new_hook_secret(site_named(herald), keys=house().keys)


@pytest.fixture
def hook(newsroom: Newsroom, herald: str, secret: str, outsider: Outsider, let_out: Any) -> Outsider:
    """The Herald's screening hook; it has something to note of every comment."""
    newsroom.set(herald, hook_url=outsider.url)
    outsider.says({"outcome": "note", "reason": "fine by me"})
    return outsider


@pytest.fixture
def spamhouse(
    app: Flask, newsroom: Newsroom, herald: str, outsider: Outsider, let_out: Any, monkeypatch: pytest.MonkeyPatch
) -> Outsider:
    """What the Herald takes for Akismet; to it nothing is spam."""
    monkeypatch.setattr(akismet, "SERVICE", outsider.url.replace("/screen", "/1.1/"))
    newsroom.set(herald, akismet=True)
    with app.app_context(), unit_of_work():
        service.set_akismet_key(site_named(herald), "the-key", keys=house().keys)
    outsider.says(b"false")
    return outsider


@pytest.fixture
def post(client: FlaskClient, herald: str) -> Callable[..., TestResponse]:
    """Send Rosa's comment from her browser."""

    def send(*, key: str | None = None, **changes: Any) -> TestResponse:
        headers = {"User-Agent": ROSAS_BROWSER, "Referer": ARTICLE, "Idempotency-Key": key}
        return client.post(
            "/api/v1/comments",
            json=rosas_comment(**changes),
            headers={name: value for name, value in headers.items() if value},
            environ_base={"REMOTE_ADDR": ROSAS_IP},
        )

    return send


@pytest.fixture
def edit(client: FlaskClient) -> Callable[..., TestResponse]:
    """Another text for a comment, by whoever posted it."""

    def send(posted: TestResponse, text: str = "The harbour was quieter with boats in it.") -> TestResponse:
        headers = {"Authorization": f"Bearer {posted.json['receipt']['token']}"}
        return client.patch(f"/api/v1/comments/{posted.json['comment']['id']}", json={"text": text}, headers=headers)

    return send


@pytest.fixture
def kept(app: Flask) -> Callable[[str], dict[str, Any]]:
    """What is stored of a comment: its status, what the rules said of it, who decided."""

    def read(comment_id: str) -> dict[str, Any]:
        with app.app_context():
            comment = db.session.get_one(Comment, int(comment_id))
            verdicts = db.session.query(StoredVerdict).filter_by(comment_id=comment.id).order_by(StoredVerdict.id)
            decisions = db.session.query(Decision).filter_by(comment_id=comment.id).order_by(Decision.id)
            return {
                "status": str(comment.status),
                "verdicts": [(each.rule, each.outcome, each.reason) for each in verdicts],
                "marks": [(each.spans, each.score) for each in verdicts],
                "decisions": [(each.rule, each.before, each.after) for each in decisions],
            }

    return read


@pytest.fixture
def decide(newsroom: Newsroom, hanna: Person) -> Callable[[str, str], None]:
    """What Hanna decides about a comment as it is now."""

    def send(comment_id: str, action: str) -> None:
        seen = [{"id": comment_id, "version": newsroom.version(int(comment_id))}]
        body = {"comments": seen, "action": action}
        answer = newsroom.client().post("/api/v1/moderation/decisions", json=body, headers=hanna.headers)
        assert answer.status_code == 200, answer.json

    return send


@pytest.fixture
def a_minute_later(app: Flask) -> Callable[[], None]:
    """What the worker does about questions that are two minutes old."""

    def run() -> None:
        with app.app_context():
            for check in db.session.query(OutsideCheck):
                check.asked_at -= timedelta(minutes=2)
            db.session.commit()
            asking.ask_again()

    return run
