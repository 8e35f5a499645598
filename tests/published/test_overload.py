"""More writers at once than a process takes."""

import json
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from commentsvc.core.overload import WRITERS
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import rosas_comment
from tests.stage import served


def post(url: str, number: int) -> tuple[int, dict[str, str]]:
    body = rosas_comment(text=f"The boats are back, says the {number}th of us.", email=f"reader{number}@example.org")
    request = urllib.request.Request(
        f"{url}/api/v1/comments", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, {**error.headers, "code": json.load(error)["code"]}


@contextmanager
def locked(sqlite_app):
    """Somebody else writes into the file and does not end."""
    path = sqlite_app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_those_beyond_the_bound_come_again_and_readers_go_on(app, cast, newsroom):
    newsroom.set("herald", flood_seconds=0)
    answers: list[tuple[int, dict[str, str]]] = []

    def write(url: str, number: int) -> None:
        answers.append(post(url, number))

    with served(app) as url:
        writers = [threading.Thread(target=write, args=(url, number)) for number in range(WRITERS + 4)]
        with locked(app):
            for writer in writers:
                writer.start()
            while len(answers) < 4:
                time.sleep(0.01)
            refused, began = list(answers), time.monotonic()
            urllib.request.urlopen(f"{url}/feeds/herald.atom", timeout=5).close()
            took = time.monotonic() - began
        for writer in writers:
            writer.join()
    assert [(status, told["code"], told["Retry-After"]) for status, told in refused] == [(503, "unavailable", "1")] * 4
    assert [status for status, _ in answers[4:]] == [201] * WRITERS
    assert took < 1


def test_a_place_is_free_again_after_an_error(client, cast):
    answers = [client.post("/api/v1/comments", json={"site": "nowhere"}).status_code for _ in range(WRITERS + 5)]
    assert set(answers) == {404}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_second_writer_begins_when_the_first_has_ended(app, cast):
    order: list[str] = []
    first_is_in, second_is_in = threading.Event(), threading.Event()

    def second() -> None:
        first_is_in.wait(10)
        with app.app_context(), unit_of_work():
            order.append("second")
            second_is_in.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    with app.app_context(), unit_of_work():
        first_is_in.set()
        assert not second_is_in.wait(0.3)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
