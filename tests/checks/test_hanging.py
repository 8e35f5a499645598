"""An outsider that accepts and never answers takes nobody but itself down."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from commentsvc.checks import asking as asking_outside
from commentsvc.checks.models import OutsideCheck
from commentsvc.comments import asking
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.outbox.engine import engine
from commentsvc.server import THREADS
from tests.cast import rosas_comment

WAITING = ("pending", ["It is still being checked."])


@pytest.fixture
def served(app):
    """The service behind as many threads as `serve` gives it."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=False)
    threads, accepting = ThreadPoolExecutor(THREADS), ThreadPoolExecutor(1)

    def answer(request, address) -> None:
        server.finish_request(request, address)
        server.shutdown_request(request)

    server.process_request = lambda request, address: threads.submit(answer, request, address)
    accepting.submit(server.serve_forever, 0.01)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    threads.shutdown()
    server.server_close()


def said(answer) -> tuple[str, list[str]]:
    return answer.json["comment"]["status"], answer.json["reasons"]


def all_places():
    return [asking_outside.place() for _ in range(asking_outside.PLACES)]


@pytest.fixture
def full():
    """As many requests wait for outsiders as may."""
    taken = all_places()
    assert all(each.__enter__() for each in taken)
    yield
    for each in taken:
        each.__exit__(None, None, None)


def test_readers_read_while_forty_posts_meet_a_hook_that_never_answers(hook, newsroom, served):
    newsroom.set("herald", hook_timeout_ms=3000)
    hook.slow = 10.0

    def send(number: int) -> int:
        body = json.dumps(rosas_comment(email=f"reader{number}@example.org", text=f"Boat {number} was there."))
        request = Request(f"{served}/api/v1/comments", body.encode(), {"Content-Type": "application/json"})
        while True:
            try:
                with urlopen(request, timeout=60) as answer:
                    return answer.status
            except HTTPError as error:  # more than one process lets in at once
                assert error.code == 503
                time.sleep(int(error.headers["Retry-After"]))

    with ThreadPoolExecutor(40) as writers:
        posts = [writers.submit(send, number) for number in range(40)]
        time.sleep(2)  # they are in, and the hook has got what it will never answer
        waits = []
        for _ in range(10):
            began = time.perf_counter()
            with urlopen(f"{served}/thread/herald?story=harbour", timeout=60) as page:
                page.read()
            waits.append(time.perf_counter() - began)
            time.sleep(0.1)
        wait(posts)
    assert max(waits) < 1.0
    assert {post.result() for post in posts} == {201}
    # At most as many again, who had begun when the first ones gave up.
    assert asking_outside.PLACES <= len(hook.got) <= 2 * asking_outside.PLACES


def test_whoever_gets_no_place_is_told_at_once_that_it_waits(full, hook, post):
    assert (said(post()), hook.got) == (WAITING, [])


def test_an_edit_without_a_place_waits_as_well(hook, post, edit, request):
    posted = post()
    request.getfixturevalue("full")
    assert "It is still being checked." in edit(posted).json["reasons"]
    assert len(hook.got) == 1


def test_the_worker_asks_what_was_left_to_it_without_waiting_a_minute(app, full, hook, post, kept):
    number = post().json["comment"]["id"]
    with app.app_context():
        asking.ask_again()
    assert (kept(number)["status"], len(hook.got)) == ("APPROVED", 1)


def test_the_worker_is_woken_for_it_and_asks_beside_its_other_work(app, full, hook, post, monkeypatch):
    woken = []
    monkeypatch.setattr(engine_of(app), "wake", lambda: woken.append(open_questions(app)))
    post()
    assert woken[-1] == [1970]
    assert asking.ask_again in engine_of(app).aside


def engine_of(app):
    with app.app_context():
        return engine()


def open_questions(app) -> list[int]:
    with app.app_context():
        return [each.asked_at.year for each in db.session.query(OutsideCheck).filter_by(answered_at=None)]


def test_after_three_silences_a_writer_no_longer_waits(hook, newsroom, post):
    newsroom.set("herald", hook_timeout_ms=100)
    hook.slow = 0.5
    for number in range(3):
        assert said(post(text=f"Boat {number}.")) == ("pending", ["A moderator reads it first."])
    assert said(post()) == WAITING
    assert len(hook.got) == 3


def test_what_the_worker_cannot_ask_meanwhile_could_not_be_checked(app, hook, newsroom, post):
    newsroom.set("herald", hook_timeout_ms=100, when_silent="publish")
    hook.slow = 0.5
    for number in range(5):
        post(text=f"Boat {number}.")
    with app.app_context():
        asking.ask_again()
        assert {each.status for each in db.session.query(Comment)} == {"APPROVED"}
        assert db.session.query(OutsideCheck).filter_by(answered_at=None).count() == 0
    assert len(hook.got) == 3


def test_after_its_rest_it_is_asked_again_and_one_answer_is_enough(hook, newsroom, post, monkeypatch):
    newsroom.set("herald", hook_timeout_ms=200)
    hook.slow = 1.0
    for number in range(3):
        post(text=f"Boat {number}.")
    hook.slow = 0.0
    with monkeypatch.context() as patch:
        patch.setattr(asking_outside, "REST", 0.0)
        assert said(post(text="After its rest.")) == ("approved", [])
    assert said(post(text="And again.")) == ("approved", [])


def test_answers_that_cannot_be_used_are_no_silence(hook, post):
    hook.says(b"", 500)
    for number in range(4):
        post(text=f"Boat {number}.")
    assert len(hook.got) == 4
