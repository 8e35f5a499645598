"""A receiver that is really called, and a newsroom whose events really go to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook, WebhookVerificationError

from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.web import keys
from commentsvc.outbox import channels, work
from commentsvc.outbox.models import Delivery, DeliveryStatus, Event, Lane
from commentsvc.webhooks.channel import WebhookChannel
from commentsvc.webhooks.models import EVENTS, Endpoint
from commentsvc.webhooks.payload import describe

HERE = ("127.0.0.1",)


@dataclass(frozen=True)
class Call:
    """One call that reached the receiver."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Another system. `says` maps a call to (status, headers, text)."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.says: Callable[[Call], tuple[int, dict[str, str], str]] = lambda call: (200, {}, "ok")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                status, headers, text = receiver.says(call)
                receiver.calls.append(call)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def answers(self, status: int, text: str = "", **headers: str) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self.says = lambda call: (status, given, text)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Clock:
    """The worker's time, to be moved."""

    def __init__(self) -> None:
        self.moment = clock.now()

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@contextmanager
def going_out(app: Flask, *, silent: bool = False) -> Iterator[None]:
    """The application as one whose administrator opened this machine's own addresses."""
    before = app.extensions[channels.EXTENSION], app.config["COMMENTSVC"]
    app.config["COMMENTSVC"] = replace(before[1], outgoing_allowed=HERE)
    with app.app_context():
        channel = WebhookChannel(keys(), HERE)
    app.extensions[channels.EXTENSION] = channels.House(describe, [channel], silent=silent)
    yield
    app.extensions[channels.EXTENSION], app.config["COMMENTSVC"] = before


@pytest.fixture
def time(monkeypatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(work, "now", moved)
    return moved


@pytest.fixture
def outside(app, cast, time) -> Iterator["Outside"]:
    with going_out(app):
        yield Outside(app, time)


class Outside:
    """What a test does with the world outside."""

    def __init__(self, app: Flask, time: Clock) -> None:
        self.app, self.time = app, time

    def endpoint(self, person, url: str, *, events: tuple[str, ...] = EVENTS, **more: Any) -> dict[str, Any]:
        """An endpoint of the Herald, made by the API; with its secret."""
        body = {"site": "herald", "url": url, "events": list(events), **more}
        answer = self.app.test_client().post("/api/v1/admin/endpoints", json=body, headers=person.headers)
        assert answer.status_code == 201, answer.json
        return {**answer.json["endpoint"], "secret": answer.json["secret"]}

    def work(self, **later: float) -> None:
        """What a worker does once, so much later."""
        self.time.pass_by(**{"minutes": 1, **later})
        with self.app.app_context():
            work.release()
            work.pull()

    def lane(self, endpoint: dict[str, Any]) -> Lane:
        with self.app.app_context():
            return db.session.get_one(Lane, f"webhook:{endpoint['id']}")

    def row(self, endpoint: dict[str, Any]) -> Endpoint:
        with self.app.app_context():
            return db.session.get_one(Endpoint, int(endpoint["id"]))

    def deliveries(self, status: DeliveryStatus | None = None) -> list[Delivery]:
        with self.app.app_context():
            rows = db.session.query(Delivery).order_by(Delivery.id)
            return list(rows.filter_by(status=status) if status else rows)

    def events(self) -> list[Event]:
        with self.app.app_context():
            return list(db.session.query(Event).filter(Event.seq.is_not(None)).order_by(Event.seq))


def verifies(secret: str, call: Call) -> bool:
    """Whether a receiver with this secret believes the call."""
    try:
        Webhook(secret).verify(call.body, call.headers)
    except WebhookVerificationError:
        return False
    return True
