"""PostgreSQL that goes away and comes back: 503, nothing acknowledged lost, and soon everything as before."""

import contextlib
import socket
import threading
import time

import pytest
from sqlalchemy import make_url

from tests.faults.conftest import Writers, ended

pytestmark = [pytest.mark.faults, pytest.mark.postgresql]

SOON = 5.0  # seconds


class Proxy:
    """A way to the database that can be cut and joined again."""

    def __init__(self, host: str, port: int) -> None:
        self.there, self.open, self.lock = (host, port), [], threading.Lock()
        self.port, self.listening = 0, None
        self.join()

    def join(self) -> None:
        self.listening = socket.socket()
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind(("127.0.0.1", self.port))
        self.listening.listen(64)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(self.there)
                with self.lock:
                    self.open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        with self.lock:
            for each in self.open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self.open.clear()


@pytest.fixture
def proxy(postgresql_place):
    url = make_url(postgresql_place.url)
    made = Proxy(url.host, url.port or 5432)
    yield made
    made.cut()


def test_a_database_that_went_away_is_503_and_comes_back_by_itself(postgresql_place, proxy):
    through = make_url(postgresql_place.url).set(port=proxy.port).render_as_string(hide_password=False)
    server = postgresql_place.server(workers=2, DATABASE_URL=through)
    with ended(server):
        server.start()
        with Writers(server, count=4, pause=0.02) as writers:
            for _ in range(3):
                writers.wait_for(20)
                proxy.cut()
                status, headers, said = until(lambda: refused(server), 5)
                assert (status, headers["Content-Type"], said["code"]) == (
                    503,
                    "application/problem+json",
                    "unavailable",
                )
                assert int(headers["Retry-After"]) > 0
                assert server.status("/readyz") == 503
                assert server.status("/healthz") == 200
                proxy.join()
                began = time.monotonic()
                until(lambda: server.status("/readyz") == 200, SOON)
                writers.wait_for(1, SOON)
                assert time.monotonic() - began < SOON
            writers.wait_for(10)
        server.stop()
    assert writers.refused == []
    assert set(writers.acknowledged.values()) <= postgresql_place.ids()
    assert len(postgresql_place.texts()) == len(set(postgresql_place.texts()))
    assert postgresql_place.is_whole()


def refused(server):
    answer = server.post(100_000 + time.monotonic_ns() % 90_000, Idempotency_Key=str(time.monotonic_ns()))
    return answer if answer[0] == 503 else None


def until(look, seconds: float):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds")
