"""Five hundred clients who send a request a byte at a time cost the others next to nothing.

Headers are waited for by no thread. A body is waited for by the one that reads it: behind nginx, which hands requests on
when they are whole, that is nginx.
"""

import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.deploy.test_nginx import nginx_before
from tests.faults.conftest import Server, ended

pytestmark = pytest.mark.faults

MANY, ASKED = 500, 300
THREAD = "/api/v1/thread?site=herald&story=harbour"
NOISE = 0.005  # seconds that a measurement of single milliseconds is off by on a busy machine
HEAD = f"GET {THREAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: {'s' * 5000}"
BODY = (
    "POST /api/v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    f"Content-Length: 6000\r\n\r\n{{{' ' * 5000}"
)


@contextmanager
def slow(port: int, said: str, begun: int) -> Iterator[None]:
    """So many connections that sent the beginning of a request and go on with a byte now and then."""
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(MANY)]
        for each in clients:
            each.sendall(said[:begun].encode())
        over = threading.Event()
        dripping = threading.Thread(target=drip, args=(clients, said[begun:].encode(), over))
        dripping.start()
        try:
            yield
        finally:
            over.set()
            dripping.join()


def drip(clients: list[socket.socket], rest: bytes, over: threading.Event) -> None:
    for byte in rest:
        for each in clients:
            with suppress(OSError):  # hung up on
                each.send(bytes([byte]))
        if over.wait(0.2):
            return


def p95(ask) -> float:
    took = []
    for _ in range(ASKED):
        began = time.monotonic()
        assert ask()[0] in (200, 201)
        took.append(time.monotonic() - began)
    return statistics.quantiles(took, n=20)[-1]


@pytest.fixture
def server(sqlite_place):
    running = sqlite_place.server(TRUSTED_PROXIES="1")
    with ended(running):
        running.start()
        yield running
        running.stop()


def as_before(front: Server, said: str, begun: int) -> None:
    numbers = iter(range(1, 10_000))

    def read():
        return front.ask("GET", THREAD)

    def write():
        return front.post(next(numbers))

    for ask in (read, write):
        p95(ask)
    before = {ask: p95(ask) for ask in (read, write)}
    with slow(front.port, said, begun):
        during = {ask: p95(ask) for ask in (read, write)}
    for ask in (read, write):
        assert during[ask] <= 2 * before[ask] + NOISE, (ask.__name__, before[ask], during[ask])


def test_headers_that_come_slowly_hold_nobody_up(server):
    as_before(server, HEAD, 20)


def test_bodies_that_come_slowly_hold_nobody_up_behind_nginx(server, tmp_path):
    with nginx_before(tmp_path, server.port) as port:
        as_before(Server(port, {}, tmp_path / "front.log"), BODY, BODY.index("{") + 1)


def test_whoever_begins_and_says_no_more_is_hung_up_on(server):
    with socket.create_connection(("127.0.0.1", server.port)) as silent, selectors.DefaultSelector() as ready:
        silent.sendall(HEAD[:20].encode())
        ready.register(silent, selectors.EVENT_READ)
        assert ready.select(timeout=45), "still connected"
