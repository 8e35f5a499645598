"""What goes wrong is said once, in one shape, and the log keeps no secret."""

import logging

import pytest
from flask import request

from commentsvc import create_app
from commentsvc.core.database import db
from tests.cast import rosas_comment
from tests.conftest import settings

SECRETS = {
    "body": "what Rosa typed",
    "token": "Zr4YtV0nW2xLpA7s",
    "cookie": "d9Gf3HbMc6Qe1TuX",
    "query": "rosa@example.org",
}


@pytest.fixture
def broken(tmp_path):
    """A service with two routes that fail in the middle of what was sent."""
    app = create_app(settings(f"sqlite:///{tmp_path / 'broken.sqlite3'}", tmp_path))
    with app.app_context():
        db.create_all()

    def fail():
        raise RuntimeError(f"could not store {request.get_data(as_text=True)} {dict(request.headers)} {request.url}")

    app.add_url_rule("/api/v1/broken", "broken_call", fail, methods=["POST"])
    app.add_url_rule("/broken", "broken_page", fail, methods=["POST"])
    for endpoint in ("broken_call", "broken_page"):
        app.extensions["csrf"].exempt(app.view_functions[endpoint])
    return app.test_client()


def send(client, path):
    headers = {"Authorization": f"Bearer {SECRETS['token']}", "Cookie": f"commentsvc={SECRETS['cookie']}"}
    return client.post(f"{path}?email={SECRETS['query']}", json={"text": SECRETS["body"]}, headers=headers)


def test_a_bug_is_a_problem_with_the_number_of_the_request(broken):
    answer = send(broken, "/api/v1/broken")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.json.keys() >= {"type", "title", "status", "detail", "code"}
    assert (answer.json["status"], answer.json["code"]) == (500, "internal_error")
    assert answer.json["request_id"] == answer.headers["X-Request-Id"] != ""


def test_a_bug_on_a_page_is_a_page_with_the_number_of_the_request(broken):
    answer = send(broken, "/broken")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/api/v1/broken", "/broken"])
def test_the_log_says_which_request_failed_and_where_and_nothing_it_carried(broken, caplog, path):
    with caplog.at_level(logging.DEBUG):
        answer = send(broken, path)
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_errors.py:" in caplog.text
    assert [name for name, secret in SECRETS.items() if secret in caplog.text] == []


@pytest.mark.parametrize("path", ["/api/v1/broken", "/broken"])
def test_the_answer_to_a_bug_says_nothing_about_the_code(broken, path):
    said = send(broken, path).get_data(as_text=True)
    assert [
        word for word in ("RuntimeError", "Traceback", ".py", "could not store", *SECRETS.values()) if word in said
    ] == []


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/login", "/api/v1/nowhere"])
def test_every_answer_has_a_number_of_its_own(client, path):
    numbers = {client.get(path).headers["X-Request-Id"] for _ in range(2)}
    assert (len(numbers), all(len(number) >= 16 for number in numbers)) == (2, True)


def test_even_a_form_refused_for_its_token_has_the_number(client):
    assert client.post("/login", data={}).headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("DELETE", "/api/v1/thread", 405, "method_not_allowed"),
        ("GET", "/api/v1/thread?site=nowhere&story=x", 404, "unknown_site"),
        ("GET", "/api/v1/thread?site=herald", 422, "validation_failed"),
        ("POST", "/api/v1/comments", 415, "unsupported_media_type"),
        ("GET", "/api/v1/moderation/queue", 401, "unauthorized"),
    ],
)
def test_every_refusal_of_the_api_has_the_same_shape(client, cast, method, path, status, code):
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json.keys() >= {"type", "title", "detail"}


@pytest.fixture(params=["sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"])
def away(request, tmp_path):
    """A service whose database does not answer."""
    return create_app(settings(request.param, tmp_path)).test_client()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/thread?site=herald&story=x"),
        ("GET", "/api/v1/counts?site=herald&story=x"),
        ("POST", "/api/v1/comments"),
        ("GET", "/api/v1/moderation/queue?site=herald"),
        ("GET", "/thread/herald?story=x"),
        ("GET", "/authors/herald/rosa"),
    ],
)
def test_a_database_that_is_away_is_503_with_a_time_to_come_back(away, method, path):
    answer = away.open(
        path, method=method, json=rosas_comment() if method == "POST" else None, headers={"Authorization": "Bearer x"}
    )
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert answer.json is None or answer.json["code"] == "unavailable"


def test_a_database_that_is_away_keeps_its_address_to_itself(away, caplog):
    with caplog.at_level(logging.INFO):
        said = away.get("/api/v1/thread?site=herald&story=x").get_data(as_text=True)
    assert [word for word in ("nowhere", "127.0.0.1", "sqlite", "psycopg") if word in said + caplog.text] == []


def test_the_process_answers_without_its_database(away):
    assert away.get("/healthz").status_code == 200
    ready = away.get("/readyz")
    assert (ready.status_code, ready.json["checks"]) == (503, {"database": False, "schema": False})


@pytest.mark.parametrize("path", ["/desk", "/login"])
def test_the_doors_stay_closed_without_the_database(away, path):
    away.set_cookie("commentsvc", "anything")
    assert away.get(path).status_code in (200, 302)
