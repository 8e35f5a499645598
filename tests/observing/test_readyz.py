"""`/readyz` says whether the process can serve, soon, and what is wrong in words."""

import socket
import threading
import time

import pytest

from commentsvc import create_app
from commentsvc.schema import upgrade
from tests.conftest import settings


@pytest.fixture
def silent():
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


def test_what_works_is_ready_and_has_no_problems(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["problems"]) == (200, [])


def test_an_old_schema_is_said_with_what_to_do(tmp_path):
    app = create_app(settings(f"sqlite:///{tmp_path / 'old.sqlite3'}", tmp_path))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["problems"][0].startswith("Schema: at nothing, this version needs ")
    assert answer.json["problems"][0].endswith("Run: commentsvc db upgrade")


def test_a_redis_that_does_not_answer_is_named(tmp_path):
    url = f"sqlite:///{tmp_path / 'here.sqlite3'}"
    with create_app(settings(url, tmp_path)).app_context():
        upgrade()
    app = create_app(settings(url, tmp_path, redis_url="redis://:secret@127.0.0.1:1/0"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["checks"]) == (503, {"database": True, "schema": True, "redis": False})
    assert answer.json["problems"] == ["Redis: it does not answer (ConnectionError)."]


def test_a_database_that_hangs_is_known_within_two_seconds(tmp_path, silent):
    url = f"postgresql+psycopg://nobody:secret@127.0.0.1:{silent}/nothing"
    app = create_app(settings(url, tmp_path))
    before, began = threading.active_count(), time.monotonic()
    answers = [app.test_client().get("/readyz") for _ in range(3)]
    took = time.monotonic() - began
    assert {answer.status_code for answer in answers} == {503}
    assert "Database: no answer within 2 seconds." in answers[0].json["problems"]
    assert took < 3 * 2.5
    assert threading.active_count() - before <= 2  # however often it is asked
    assert "secret" not in answers[0].get_data(as_text=True)
