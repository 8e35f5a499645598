"""The real worker, as a process: jobs in a file or in Redis may vanish at any moment, and nothing that was kept does."""

import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.outbox import service as outbox
from commentsvc.outbox.channels import Outgoing
from commentsvc.outbox.engine import Engine, engine
from commentsvc.schema import upgrade
from commentsvc.sites.service import site_named
from commentsvc.webhooks import service as webhooks
from commentsvc.webhooks.models import EVENTS
from tests.cast import Newsroom
from tests.conftest import SECRET, settings
from tests.databases import REDIS, missing
from tests.outbox.receiver import listening

COMMENTSVC = Path(sys.executable).parent / "commentsvc"
PATIENCE = 20  # seconds on a busy machine


@pytest.fixture
def redis_url():
    """A numbered database of Redis that nobody else uses; emptied at the end."""
    url = REDIS.rsplit("/", 1)[0] + f"/{secrets.randbelow(12) + 3}"
    client = redis.Redis.from_url(url)
    try:
        client.ping()
    except redis.ConnectionError:
        missing("Redis")
    client.flushdb()
    yield url
    client.flushdb()


SECOND_HOUSE = """
import dataclasses
import sys
from commentsvc import create_app
from commentsvc.config import read_settings
from commentsvc.outbox.engine import engine

def told(app):
    with app.app_context():
        engine().remember("told", "a word")
        return engine().remembered("told")

plain = read_settings()
print(told(create_app(plain)), sorted({"redis", "psycopg", "rich"} & set(sys.modules)))
print(told(create_app(dataclasses.replace(plain, redis_url=sys.argv[1]))), "redis" in sys.modules)
"""


@pytest.mark.redis
def test_no_driver_is_loaded_that_nothing_uses_and_a_later_application_has_its_own(tmp_path, redis_url):
    environment = {
        "COMMENTSVC_DATA_DIR": str(tmp_path),
        "COMMENTSVC_DATABASE_URL": f"sqlite:///{tmp_path / 'plain.sqlite3'}",
        "COMMENTSVC_SECRET_KEY": SECRET,
    }
    command = [sys.executable, "-c", SECOND_HOUSE, redis_url]
    said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["a word []", "a word True"]


class House:
    """An installation with a newsroom, an endpoint that listens, and a worker when one is called."""

    def __init__(self, folder: Path, receiver_url: str, redis_url: str | None) -> None:
        self.folder, self.redis_url = folder, redis_url
        self.url = f"sqlite:///{folder / 'engine.sqlite3'}"
        self.app = create_app(settings(self.url, folder, redis_url=redis_url, outgoing_allowed=("127.0.0.1",)))
        with self.app.app_context():
            upgrade()
        self.newsroom = Newsroom(self.app)
        self.newsroom.site("herald", hold_first_comments=0)
        with self.app.app_context(), unit_of_work():
            webhooks.add_endpoint(
                site_named("herald"), url=receiver_url, events=EVENTS, internal=False,
                actor=Actor("Tests", role=Role.ADMIN), keys=house().keys, allowed=("127.0.0.1",), now=now(),
            )  # fmt: skip

    def worker(self, redis_url: str | None = None) -> subprocess.Popen:
        environment = {
            "COMMENTSVC_DATA_DIR": str(self.folder),
            "COMMENTSVC_DATABASE_URL": self.url,
            "COMMENTSVC_SECRET_KEY": SECRET,
            "COMMENTSVC_OUTGOING_ALLOWED": "127.0.0.1",
        }
        if redis_url or self.redis_url:
            environment["COMMENTSVC_REDIS_URL"] = redis_url or self.redis_url
        command = [str(COMMENTSVC), "worker"]
        return subprocess.Popen(command, cwd=self.folder, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def receiver():
    with listening() as receiver:
        yield receiver


def arrives(receiver, count: int, within: float = PATIENCE) -> bool:
    ends = time.monotonic() + within
    while len(receiver.got) < count and time.monotonic() < ends:
        time.sleep(0.05)
    return len(receiver.got) >= count


def stop(worker: subprocess.Popen) -> int:
    worker.send_signal(signal.SIGTERM)
    return worker.wait(timeout=20)


@pytest.mark.parametrize("kind", ["file", pytest.param("redis", marks=pytest.mark.redis)])
def test_what_is_said_while_no_worker_runs_goes_out_when_one_does(kind, tmp_path, receiver, request):
    home = House(tmp_path, receiver.url, request.getfixturevalue("redis_url") if kind == "redis" else None)
    home.newsroom.story()
    worker = home.worker()
    first = arrives(receiver, 1)
    home.newsroom.story()  # and what is said while it runs, at once
    began = time.monotonic()
    second = arrives(receiver, 2)
    took = time.monotonic() - began
    code = stop(worker)
    assert (first, second, took < 5, code) == (True, True, True, 0)


@pytest.mark.redis
def test_a_wiped_redis_loses_nothing(tmp_path, receiver, redis_url):
    home = House(tmp_path, receiver.url, redis_url)
    home.newsroom.story()
    redis.Redis.from_url(redis_url).flushdb()  # the job is gone, the row is not
    worker = home.worker()
    found = arrives(receiver, 1)
    stop(worker)
    assert found


def test_a_jobs_file_that_is_deleted_loses_nothing(tmp_path, receiver):
    home = House(tmp_path, receiver.url, None)
    home.newsroom.story()
    for file in tmp_path.glob("jobs.sqlite3*"):
        file.unlink()
    worker = home.worker()
    found = arrives(receiver, 1)
    stop(worker)
    assert found


def test_a_redis_that_accepts_and_stays_silent_makes_nobody_wait_twice(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        app = create_app(settings(f"sqlite:///{tmp_path / 'silent.sqlite3'}", tmp_path, redis_url=url))
        with app.app_context():
            began = time.monotonic()
            engine().wake()
            first = time.monotonic() - began
            time.sleep(0.6)  # longer than one look serves
            began = time.monotonic()
            engine().wake()
            assert (first < 1.5, time.monotonic() - began < 0.1) == (True, True)


def test_a_worker_that_cannot_reach_its_redis_says_so(tmp_path, receiver):
    home = House(tmp_path, receiver.url, None)
    worker = home.worker("redis://127.0.0.1:1/0")
    said = worker.communicate(timeout=30)[1]
    assert (worker.returncode, "Traceback" in said, "cannot reach its jobs" in said) == (1, False, True)


def test_a_worker_that_is_told_to_stop_finishes_one_delivery_and_no_more(tmp_path, receiver):
    home = House(tmp_path, receiver.url, None)
    receiver.status = lambda _id: (time.sleep(0.2), 204)[1]
    for _ in range(60):
        home.newsroom.story()
    worker = home.worker()
    assert arrives(receiver, 1)
    began = time.monotonic()
    code = stop(worker)
    assert (code, time.monotonic() - began < 8, len(receiver.got) < 60) == (0, True, True)


def test_an_event_is_made_ready_once_however_many_threads_look(tmp_path, receiver, monkeypatch):
    home, told, tell = House(tmp_path, receiver.url, None), [], outbox.tell
    monkeypatch.setattr(
        outbox, "tell", lambda event, **more: (told.append(event.uid), time.sleep(0.02), tell(event, **more))[2]
    )
    for _ in range(10):
        home.newsroom.story()
    running: Engine = home.app.extensions["commentsvc engine"]

    def look() -> None:
        with home.app.app_context():
            running._release_and_send()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(told) == len(set(told)) == 10


def test_jobs_do_not_pile_up_however_much_waits(tmp_path):
    app = create_app(settings(f"sqlite:///{tmp_path / 'many.sqlite3'}", tmp_path))
    with app.app_context():
        upgrade()
    Newsroom(app).site("herald")
    with app.app_context(), unit_of_work():
        site = site_named("herald").id
        outbox.add(
            ((None, Outgoing(site, "webhook", f"webhook:{n}", "news", f"news {n}")) for n in range(1_000)), now=now()
        )
    running: Engine = app.extensions["commentsvc engine"]
    with app.app_context():
        for _ in range(200):
            running._awake_at = 0.0
            running.wake()
            running._release_and_send()
        assert running.huey.pending_count() <= 20
