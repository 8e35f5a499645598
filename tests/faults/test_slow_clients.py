"""Five hundred clients who send a request a byte at a time cost the others next to nothing."""

import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.faults.conftest import ended

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


@pytest.mark.parametrize(("said", "begun"), [(HEAD, 20), (BODY, BODY.index("{") + 1)], ids=["headers", "bodies"])
def test_the_others_are_served_as_before(sqlite_place, said, begun):
    server, numbers = sqlite_place.server(), iter(range(1, 10_000))
    with ended(server):
        server.start()

        def read():
            return server.ask("GET", THREAD)

        def write():
            return server.post(next(numbers))

        for ask in (read, write):
            p95(ask)
        before = {ask: p95(ask) for ask in (read, write)}
        with slow(server.port, said, begun):
            during = {ask: p95(ask) for ask in (read, write)}
        server.stop()
    for ask in (read, write):
        assert during[ask] <= 2 * before[ask] + NOISE, (ask.__name__, before[ask], during[ask])


def test_slow_clients_are_hung_up_on_in_the_end(sqlite_place):
    """Whoever begins and then says nothing holds a connection, never one of the threads, and not for ever."""
    server = sqlite_place.server()
    with ended(server):
        server.start()
        with socket.create_connection(("127.0.0.1", server.port)) as silent, selectors.DefaultSelector() as ready:
            silent.sendall(HEAD[:20].encode())
            ready.register(silent, selectors.EVENT_READ)
            assert ready.select(timeout=45), "still connected"
        server.stop()
