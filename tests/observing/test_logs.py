"""The log: one JSON object a line, with the request's id, and nobody's data."""

import json
import logging
import os
import pty
import sys

import pytest

from commentsvc.core import logs
from tests.cast import rosas_comment

CANARIES = {
    "address": "canary.rosa@rosa-nest.test",
    "network": "203.0.113.77",
    "browser": "CanaryBrowser/7.5",
    "token": "Zr4YtV0nW2xLpA7sCanary",
    "name": "Rosa Canary",
    "text": "The canary sings in the harbour.",
    "search": "canary-in-a-query",
}


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def requests_in(text: str) -> list[dict]:
    return [line for line in lines(text) if line["logger"] == "commentsvc.requests"]


def test_the_servers_log_is_json_and_holds_nobody(server):
    about_somebody = {"X_Forwarded_For": CANARIES["network"], "User_Agent": CANARIES["browser"]}
    sent = rosas_comment(name=CANARIES["name"], email=CANARIES["address"], text=CANARIES["text"])
    with server(TRUSTED_PROXIES="1") as running:
        posted = running.ask("/api/v1/comments", method="POST", body=sent, **about_somebody)
        for path in (
            f"/api/v1/thread?site=herald&story=harbour&email={CANARIES['address']}",
            f"/thread/herald?story=harbour&q={CANARIES['search']}",
            f"/mail/preferences/{CANARIES['token']}",
            f"/nowhere/{CANARIES['address']}",
            f"/authors/herald/{CANARIES['token']}",
        ):
            running.ask(path, Authorization=f"Bearer {CANARIES['token']}", **about_somebody)
    assert posted.status == 201
    assert [what for what, canary in CANARIES.items() if canary.lower() in running.log.lower()] == []
    found = [(line["method"], line["route"], line["status"]) for line in requests_in(running.log)]
    assert ("POST", "comments_api.post_comment", 201) in found
    assert ("GET", "none", 404) in found
    assert ("GET", "mail_pages.preferences_page", 404) in found


def test_every_line_has_a_time_a_level_and_where_it_comes_from(server):
    with server() as running:
        running.ask("/healthz")
    assert all({"timestamp", "level", "logger", "event"} <= line.keys() for line in lines(running.log))
    assert {"request_id", "method", "route", "status", "ms"} <= requests_in(running.log)[-1].keys()


def test_the_lines_of_requests_can_be_left_out(server):
    with server(LOG_REQUESTS="off") as running:
        running.ask("/healthz")
    assert requests_in(running.log) == []


def test_an_id_is_made_given_back_and_written(server):
    with server() as running:
        given = running.ask("/").headers["X-Request-Id"]
    assert given in {line["request_id"] for line in requests_in(running.log)}


UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEX = "6b7d8f90a1b2c3d4e5f60718293a4b5c"


@pytest.mark.parametrize("id", [UUID, HEX, HEX.upper()])
def test_a_trusted_proxys_id_is_kept(server, id):
    with server(TRUSTED_PROXIES="1") as running:
        assert running.ask("/healthz", X_Request_ID=id).headers["X-Request-Id"] == id
    assert id in {line.get("request_id") for line in lines(running.log)}


@pytest.mark.parametrize(
    "id", ["rosa@example.org", "203.0.113.77", "1234567", "a" * 65, "2001:db8::77:1", "Zr4YtV0nW2xLpA7s"]
)
def test_an_id_that_could_be_something_else_is_not(server, id):
    with server(TRUSTED_PROXIES="1") as running:
        assert running.ask("/healthz", X_Request_ID=id).headers["X-Request-Id"] != id
    assert id not in running.log


def test_without_a_trusted_proxy_nobody_names_a_request(client):
    assert client.get("/healthz", headers={"X-Request-ID": UUID}).headers["X-Request-Id"] != UUID


def test_a_failure_is_written_without_its_words():
    try:
        try:
            raise KeyError("rosa@example.org")
        except KeyError as first:
            raise RuntimeError("rosa@example.org typed this") from first
    except RuntimeError:
        record = logging.LogRecord("commentsvc.x", logging.ERROR, "x.py", 1, "it failed", (), sys.exc_info())
    written = logs.formatter().format(record)
    assert "rosa" not in written
    assert [each.split()[0] for each in json.loads(written)["failed"]] == ["RuntimeError", "KeyError"]
    assert "test_logs.py:" in written


def test_somebody_at_a_terminal_reads_lines_instead(monkeypatch):
    _, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        record = logging.LogRecord("commentsvc.x", logging.WARNING, "x.py", 1, "look here", (), None)
        written = logs.formatter().format(record)
    assert "look here" in written
    assert not written.startswith("{")
