"""Workers that are killed at any moment: everything arrives, nothing is made up, a repetition bears the same name."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from commentsvc.webhooks.models import EVENTS

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.outbox.models import Delivery, DeliveryStatus, Event
from commentsvc.schema import upgrade
from commentsvc.sites.service import site_named
from commentsvc.webhooks import service as webhooks
from tests.cast import Newsroom
from tests.conftest import settings
from tests.databases import PostgresqlDatabase
from tests.outbox.receiver import listening

KILLS = 200
ROOT = Path(__file__).parents[2]
ANY = Actor("Tests", role=Role.ADMIN)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request, tmp_path):
    """A database of its own: (folder, address)."""
    if request.param == "sqlite":
        yield tmp_path, f"sqlite:///{tmp_path / 'killed.sqlite3'}"
        return
    database = PostgresqlDatabase()
    yield tmp_path, database.url
    database.drop()


@pytest.fixture
def workers(place):
    """Makes workers, one at a time: `workers()` is the number of a new one."""
    folder, url = place
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.killable", str(folder), url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def make() -> int:
        process.stdin.write("one more\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield make
    process.stdin.close()
    process.wait(timeout=20)


@pytest.fixture
def newsroom(place):
    folder, url = place
    app = create_app(settings(url, folder, outgoing_allowed=("127.0.0.1",)))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0)
    yield newsroom
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def endpoint(newsroom: Newsroom, url: str) -> None:
    with newsroom.app.app_context(), unit_of_work():
        webhooks.add_endpoint(
            site_named("herald"), url=url, events=EVENTS, internal=False, actor=ANY, keys=house().keys,
            allowed=("127.0.0.1",), now=now(),
        )  # fmt: skip


def waiting(newsroom: Newsroom) -> int:
    with newsroom.app.app_context():
        unsaid = db.session.query(Event).filter(Event.seq.is_(None), Event.cancelled_at.is_(None)).count()
        return unsaid + db.session.query(Delivery).filter_by(status=DeliveryStatus.WAITING).count()


def test_two_hundred_killed_workers_lose_nothing(newsroom, workers):
    with listening() as first, listening() as second:
        for receiver in (first, second):
            endpoint(newsroom, receiver.url)
        story = newsroom.story()
        for number in range(KILLS):
            worker = workers()
            if number % 4 == 0:
                newsroom.comment(story)
            time.sleep(random.uniform(0.0, 0.15))
            os.kill(worker, signal.SIGKILL)
        worker = workers()
        ends = time.monotonic() + 60
        while waiting(newsroom) and time.monotonic() < ends:
            time.sleep(0.1)
        os.kill(worker, signal.SIGKILL)
        with newsroom.app.app_context():
            told = [event.uid for event in db.session.query(Event).order_by(Event.seq)]
        for receiver in (first, second):
            assert receiver.first_ids == told
            bodies = defaultdict(set)
            for id, body in receiver.got:
                bodies[id].add(body)
            assert {len(each) for each in bodies.values()} == {1}
