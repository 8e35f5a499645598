"""One of two servers behind the shipped nginx is restarted under load: nobody in front notices."""

import http.client
import itertools
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.deploy.test_nginx import nginx_before
from tests.faults.conftest import Server, ended

pytestmark = [pytest.mark.faults, pytest.mark.postgresql]

BETWEEN = 5.0  # seconds between two restarts, as docs/deploy.md says
THREAD = "/api/v1/thread?site=herald&story=harbour"


@contextmanager
def watched(front: Server):
    """Readers and writers who note what they get; (what, how often)."""
    seen, numbers, over = Counter(), itertools.count(1), threading.Event()

    def go_on(ask) -> None:
        while not over.is_set():
            try:
                seen[ask()[0]] += 1
            except (OSError, http.client.HTTPException) as error:
                seen[repr(error)] += 1

    def write():
        number = next(numbers)
        return front.post(number, Idempotency_Key=f"key-{number}")

    def read():
        return front.ask("GET", f"{THREAD}&n={next(numbers)}", Authorization="Bearer past-the-cache")

    threads = [threading.Thread(target=go_on, args=(ask,)) for ask in (write, write, read, read, read, read)]
    for each in threads:
        each.start()
    try:
        yield seen
    finally:
        over.set()
        for each in threads:
            each.join()


def test_a_restart_is_not_noticed(postgresql_place, tmp_path):
    servers = [postgresql_place.server(), postgresql_place.server()]
    with ended(*servers):
        for each in servers:
            each.start()
        with (
            nginx_before(tmp_path, *(each.port for each in servers)) as port,
            watched(Server(port, {}, tmp_path / "front.log")) as seen,
        ):
            for each in servers * 2:
                time.sleep(BETWEEN)
                each.process.send_signal(signal.SIGTERM)
                assert each.process.wait(timeout=30) == 0
                each.start()
            time.sleep(BETWEEN)
        for each in servers:
            each.stop()
    assert set(seen) == {200, 201}, seen
    assert seen[200] > 100
    assert seen[201] > 50
    assert postgresql_place.is_whole()
