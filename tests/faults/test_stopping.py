"""A server that is told to stop finishes what it began, and forgets nothing it acknowledged."""

import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from commentsvc.checks.service import new_hook_secret
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.sites.service import site_named
from tests.faults.conftest import ON_BOTH, Writers, ended

pytestmark = pytest.mark.faults


@ON_BOTH
def test_sigterm_under_load_loses_nothing_that_was_acknowledged(place):
    server = place.server(workers=2)
    with ended(server):
        server.start()
        with Writers(server) as writers:
            writers.wait_for(60)
            server.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert server.process.wait(timeout=30) == 0
            took = time.monotonic() - began
            server.start()
            writers.wait_for(20)
        server.stop()
    assert writers.refused == []
    assert set(writers.acknowledged.values()) <= place.ids()
    assert len(set(place.texts())) == len(place.texts())
    assert place.is_whole()
    assert took < 10


@ON_BOTH
def test_a_request_in_flight_is_answered_before_the_server_ends(place):
    """The site's outside check takes a second; the signal comes in the middle of it."""
    came = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self):
            came.set()
            time.sleep(1.0)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"outcome": "allow"}')

        def log_message(self, *_):
            pass

    hook = HTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    place.newsroom.set("herald", hook_url=f"http://127.0.0.1:{hook.server_port}/", hook_timeout_ms=4000)
    with place.newsroom.app.app_context(), unit_of_work():
        new_hook_secret(site_named("herald"), keys=house().keys)
    server, answers = place.server(OUTGOING_ALLOWED="127.0.0.1"), []
    with ended(server):
        server.start()
        asking = threading.Thread(target=lambda: answers.append(server.post(1)))
        asking.start()
        assert came.wait(10)
        server.process.send_signal(signal.SIGTERM)
        asking.join(20)
        assert server.process.wait(timeout=30) == 0
    hook.shutdown()
    hook.server_close()
    assert [answer[0] for answer in answers] == [201]
    assert answers[0][2]["comment"]["id"] in place.ids()
