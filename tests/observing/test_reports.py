"""Bugs go to a Sentry with their lines of code and without anybody's data."""

import gzip
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest
from flask import request

from commentsvc import create_app
from commentsvc.config import Misconfigured
from commentsvc.core.database import db
from tests.conftest import settings

CANARIES = ("canary.rosa@rosa-nest.test", "203.0.113.77", "CanaryBrowser", "CanaryCookie", "What Rosa typed")


def unpacked(body: bytes, encoding: str | None) -> str:
    how = {"gzip": gzip.decompress, "br": brotli.decompress}.get(encoding or "", bytes)
    return how(body).decode()


@pytest.fixture
def sentry():
    """A server that keeps what it is sent: (its address for a project, what came)."""
    came: list[str] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(unpacked(body, self.headers.get("Content-Encoding")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Keeps)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://public@127.0.0.1:{server.server_port}/1", came
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_reports_after():
    yield
    ours = logging.getLogger("commentsvc")
    ours.handlers = [each for each in ours.handlers if type(each).__name__ != "Reports"]


@pytest.fixture
def broken(tmp_path, sentry):
    app = create_app(settings(f"sqlite:///{tmp_path / 'broken.sqlite3'}", tmp_path, sentry_dsn=sentry[0]))
    with app.app_context():
        db.create_all()

    def fail():
        typed = request.get_data(as_text=True)
        raise RuntimeError(f"could not store {typed} {dict(request.headers)} {request.url}")

    app.add_url_rule("/api/v1/broken", "broken_call", fail, methods=["POST"])
    app.extensions["csrf"].exempt(app.view_functions["broken_call"])
    return app.test_client()


def wait_for(came: list[str]) -> str:
    ends = time.monotonic() + 10
    while not came and time.monotonic() < ends:
        time.sleep(0.02)
    return "\n".join(came)


def test_a_bug_is_reported_with_where_it_is_and_nothing_it_carried(broken, sentry):
    answer = broken.post(
        "/api/v1/broken?email=canary.rosa@rosa-nest.test",
        json={"text": "What Rosa typed"},
        headers={"Cookie": "commentsvc=CanaryCookie", "User-Agent": "CanaryBrowser"},
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    said = wait_for(sentry[1])
    assert [canary for canary in CANARIES if canary in said] == []
    event = json.loads(said.splitlines()[-1])
    assert event["exception"]["values"][0]["type"] == "RuntimeError"
    assert event["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "fail"
    assert (event["transaction"], event["tags"]["request_id"]) == ("broken_call", answer.headers["X-Request-Id"])
    assert event.keys().isdisjoint({"user", "request", "breadcrumbs", "server_name", "extra", "contexts", "modules"})


def test_what_is_logged_is_reported_without_what_was_put_into_it(broken, sentry):
    logging.getLogger("commentsvc.outbox.work").error("delivery %s could not be tried", CANARIES[0])
    said = wait_for(sentry[1])
    assert "could not be tried" in said
    assert CANARIES[0] not in said


def test_an_address_that_is_none_stops_the_start(tmp_path):
    with pytest.raises(Misconfigured, match="SENTRY_DSN"):
        create_app(settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, sentry_dsn="nonsense"))
