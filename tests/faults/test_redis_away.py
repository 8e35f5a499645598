"""Redis that dies or hangs costs nobody a comment: reading and posting go on, and limits hold for each process."""

import shutil
import signal
import subprocess
import time

import pytest
import redis

from tests.databases import missing
from tests.faults.conftest import ended
from tests.stage import free_port

pytestmark = [pytest.mark.faults, pytest.mark.redis]

PATIENCE = 1.0  # seconds: a request waits for Redis 0.2 s at each of its steps that need it


@pytest.fixture
def private_redis(tmp_path):
    """A Redis of this test's own: (its process, its address)."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            redis.Redis.from_url(url).ping()
            break
        except redis.RedisError:
            time.sleep(0.05)
    yield process, url
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()


@pytest.fixture
def server(sqlite_place, private_redis):
    running = sqlite_place.server(REDIS_URL=private_redis[1])
    with ended(running):
        running.start()
        yield running
        running.stop()


def timed(ask) -> tuple[int, float]:
    began = time.monotonic()
    return ask()[0], time.monotonic() - began


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_reading_and_posting_go_on(server, sqlite_place, private_redis, how):
    assert server.post(1)[0] == 201
    private_redis[0].send_signal(how)
    posted = [timed(lambda n=n: server.post(n)) for n in range(2, 8)]
    read = [timed(lambda: server.ask("GET", "/api/v1/thread?site=herald&story=harbour")) for _ in range(6)]
    assert [status for status, _ in posted] == [201] * 6
    assert [status for status, _ in read] == [200] * 6
    assert max(took for _, took in posted[1:] + read) < PATIENCE
    assert len(sqlite_place.ids()) == 7
    assert server.ask("GET", "/readyz", timeout=10)[2]["checks"]["redis"] is False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_limits_hold_without_it(server, private_redis, how):
    """30 previews a minute."""
    private_redis[0].send_signal(how)
    sent = {"site": "herald", "text": "See **this**."}
    statuses = [server.ask("POST", "/api/v1/preview", sent)[0] for _ in range(40)]
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429


def test_a_redis_that_comes_back_is_used_again(server, private_redis):
    process, url = private_redis
    process.send_signal(signal.SIGSTOP)
    assert server.post(1)[0] == 201
    process.send_signal(signal.SIGCONT)
    ends = time.monotonic() + 20
    while server.status("/readyz") != 200 and time.monotonic() < ends:
        time.sleep(0.1)
    assert server.status("/readyz") == 200
