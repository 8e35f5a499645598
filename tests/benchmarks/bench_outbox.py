"""What going out costs: `python -m tests.benchmarks.bench_outbox [COMMENTS]` prints a table.

A real receiver and a real worker with four threads on this machine; SQLite in a folder of its own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.events import Fact, announce
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.outbox import service as outbox
from commentsvc.outbox.models import Delivery, DeliveryStatus, Event
from commentsvc.schema import upgrade
from commentsvc.sites.service import site_named
from commentsvc.webhooks import service as webhooks
from commentsvc.webhooks.models import EVENTS
from tests.cast import Newsroom, rosas_comment
from tests.conftest import settings
from tests.outbox.receiver import listening

DELIVERIES = 1_000
ANY = Actor("Benchmark", role=Role.ADMIN)
HERE = ("127.0.0.1",)


class Bench:
    """One installation in a folder of its own, with a worker that is started when it is asked for."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.url = f"sqlite:///{self.folder / 'bench.sqlite3'}"
        self.app = create_app(settings(self.url, self.folder, outgoing_allowed=HERE))
        with self.app.app_context():
            upgrade()
        self.newsroom = Newsroom(self.app)
        self.newsroom.site("herald", hold_first_comments=0, flood_seconds=0)

    def endpoint(self, url: str) -> None:
        with self.app.app_context(), unit_of_work():
            site, keys = site_named("herald"), house().keys
            webhooks.add_endpoint(
                site, url=url, events=EVENTS, internal=False, actor=ANY, keys=keys, allowed=HERE, now=now()
            )

    def worker(self) -> subprocess.Popen:
        from tests.conftest import SECRET

        environment = {
            "COMMENTSVC_DATA_DIR": str(self.folder),
            "COMMENTSVC_DATABASE_URL": self.url,
            "COMMENTSVC_SECRET_KEY": SECRET,
            "COMMENTSVC_OUTGOING_ALLOWED": ",".join(HERE),
        }
        # As `serve` starts it beside itself.
        command = [sys.executable, "-m", "commentsvc.worker", "commentsvc.wsgi:app", str(os.getpid())]
        return subprocess.Popen(command, cwd=self.folder, env=environment)

    def waiting(self) -> int:
        with self.app.app_context():
            unsaid = db.session.query(Event).filter(Event.seq.is_(None), Event.cancelled_at.is_(None)).count()
            return unsaid + db.session.query(Delivery).filter_by(status=DeliveryStatus.WAITING).count()


def deliveries(lanes: int) -> str:
    """A thousand deliveries that wait, to so many receivers, from the worker's start to the last answer."""
    bench = Bench()
    with listening() as receiver:
        for number in range(lanes):
            bench.endpoint(f"{receiver.url}?{number}")
        with bench.app.app_context():
            site = site_named("herald").id
            with unit_of_work():
                for number in range(DELIVERIES // lanes):
                    announce(Fact("queue.threshold", site, f"thing:{number}", {"pending": number}))
        began = time.perf_counter()
        worker = bench.worker()
        while bench.waiting():
            time.sleep(0.05)
        took = time.perf_counter() - began
        worker.terminate()
        worker.wait()
        assert len(receiver.first_ids) == DELIVERIES // lanes
        assert len(receiver.got) >= DELIVERIES
    return f"{took:.1f} s"


def insert() -> str:
    """Keeping one fact, inside a transaction."""
    bench, taken = Bench(), []
    with bench.app.app_context():
        site = site_named("herald").id
        with unit_of_work():
            for number in range(1_000):
                began = time.perf_counter()
                outbox.keep([Fact("comment.created", site, f"comment:{number}", {"comment": number})], now=now())
                taken.append((time.perf_counter() - began) * 1_000)
    return f"{statistics.median(taken):.2f} ms median, {sorted(taken)[990]:.2f} ms p99"


def burst(comments: int, *, heard: bool) -> str:
    """Posting while a worker tells an endpoint of every comment, or while nobody listens."""
    bench = Bench()
    client = bench.newsroom.client()
    with listening() as receiver:
        worker = None
        if heard:
            bench.endpoint(receiver.url)
            worker = bench.worker()
        taken = []
        for number in range(comments):
            sent = rosas_comment(text=f"Boats, number {number}, and one more.", email=f"reader{number}@example.org")
            began = time.perf_counter()
            assert client.post("/api/v1/comments", json=sent).status_code == 201
            taken.append((time.perf_counter() - began) * 1_000)
        if worker:
            worker.terminate()
            worker.wait()
    return f"{statistics.median(taken):.1f} ms median, {sorted(taken)[int(comments * 0.95)]:.1f} ms p95"


def main(comments: int = 10_000) -> None:
    print("| what | figure | bar |\n|---|---|---|")
    print(f"| keep one fact in its transaction | {insert()} | under 1 ms |", flush=True)
    print(f"| {DELIVERIES:,} queued deliveries to one receiver, in order, worker's start included "
          f"| {deliveries(1)} | under 20 s |", flush=True)  # fmt: skip
    print(f"| the same to ten receivers | {deliveries(10)} | under 20 s |", flush=True)
    print(f"| post a comment, {comments:,} in a row, nobody listens | {burst(comments, heard=False)} | |", flush=True)
    print(f"| the same while a worker tells an endpoint of each | {burst(comments, heard=True)} | unchanged |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
