"""Digests over very many subscriptions, and one comment told to as many followers: time and memory.

`python -m tests.benchmarks.bench_digest [database URL]`; without one on SQLite files.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select

from commentsvc import create_app
from commentsvc.authors.models import Author
from commentsvc.core.database import db
from commentsvc.notifications import digest
from commentsvc.notifications.models import Follow, Kind, Notice, Pace, Preference, Recipient
from commentsvc.outbox import work
from commentsvc.outbox.models import Delivery
from commentsvc.schema import upgrade
from tests.cast import Newsroom
from tests.conftest import empty, settings

SIZES = (1_000, 10_000, 100_000)
NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)


def subscribers(newsroom: Newsroom, count: int) -> None:
    """As many confirmed readers: each follows the one story, half at once, and something waits for each."""
    newsroom.site("herald", hold_first_comments=0)
    comment = newsroom.comment(newsroom.story(id="harbour"), status="hold")
    row = newsroom.row(comment)
    for first in range(1_000, 1_000 + count, 5_000):
        numbers = range(first, min(first + 5_000, 1_000 + count))
        site, at = row.site_id, {"created_at": NOW}
        people = [
            {"id": n, "site_id": site, "slug": f"r{n}", "name": "R", "email_hash": f"{n:064}", "email_encrypted": "x",
             "confirmed_at": NOW, "standing": "NORMAL", **at}
            for n in numbers
        ]  # fmt: skip
        db.session.execute(insert(Author), people)
        db.session.execute(insert(Recipient), [{"id": n, "site_id": site, "email_hash": f"{n:064}"} for n in numbers])
        paces = [{"author_id": n, "kind": Kind.STORY, "pace": Pace.DAILY if n % 2 else Pace.AT_ONCE} for n in numbers]
        db.session.execute(insert(Preference), paces)
        db.session.execute(insert(Follow), [{"author_id": n, "story_id": row.story_id, **at} for n in numbers])
        waiting = [{"author_id": n, "comment_id": comment, "kind": Kind.REPLY, "reason": "", **at} for n in numbers]
        db.session.execute(insert(Notice), waiting)
    db.session.commit()
    newsroom.decide(comment, "approve")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(job) -> tuple[float, float]:
    before, began = peak(), time.perf_counter()
    job()
    return time.perf_counter() - began, peak() - before


def tell_followers() -> None:
    work.release()
    work.TURN = float("inf")
    work.work_on_one()  # the followers' lane is the only one so far


def service(url: str, folder: str) -> Flask:
    return create_app(settings(url, Path(folder)))


def fill(count: int, url: str, folder: str) -> None:
    app = service(url, folder)
    with app.app_context():
        upgrade()
        empty(app)
        subscribers(Newsroom(app), count)


def measure(count: int, url: str, folder: str) -> None:
    with service(url, folder).app_context():
        db.session.scalar(select(Author.id).limit(1))
        digest.now = lambda: NOW
        made, grown = measured(digest.make_digests)
        again, _ = measured(digest.make_digests)
        told, more = measured(tell_followers)
        kinds = dict(db.session.execute(select(Delivery.kind, func.count()).group_by(Delivery.kind)).all())
    print(
        f"{count:>9,}{kinds.get('digest', 0):>10,}{made:>9.1f} s{grown:>9.1f} MB{again:>9.1f} s"
        f"{kinds.get('story', 0):>10,}{told:>9.1f} s{more:>9.1f} MB",
        flush=True,
    )


def main() -> None:
    print(
        f"{'readers':>9}{'digests':>10}{'made in':>11}{'peak +':>12}{'again':>11}{'letters':>10}{'told in':>11}{'peak +':>12}"
    )
    for count in SIZES:
        folder = tempfile.mkdtemp()
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/bench.sqlite3"
        for step in ("fill", "measure"):  # each in a process of its own: a peak never goes down
            code = f"from tests.benchmarks import bench_digest; bench_digest.{step}({count}, {url!r}, {folder!r})"
            subprocess.run([sys.executable, "-c", code], check=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
