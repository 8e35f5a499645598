"""What the desk costs on a database of `seed_desk`: `python -m tests.benchmarks.bench_desk --url URL`.

Through the whole application, without the network. It decides on some comments: measure on a copy.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from tests.benchmarks.seed_desk import COMMON, RARE
from tests.cast import Newsroom
from tests.conftest import settings

QUEUE = "/api/v1/moderation/queue?site=herald"
FILTERS = {
    "section": "section=Sport",
    "story": "story=s7",
    "author": "author=r7",
    "rule": "rule=too_many_links",
    "language": "language=tr",
    "link": "link=yes",
    "time": "since=2026-01-01&until=2026-01-10",
    "words, in 30 % of the comments": f"q={COMMON}",
    "words, rare": f"q={RARE}",
}


class Bench:
    """The desk on one database, as its admin sees it."""

    def __init__(self, app: Flask, times: int) -> None:
        self.app, self.times = app, times
        newsroom = Newsroom(app)
        name = f"Bench{time.time_ns()}"
        self.person = newsroom.account(name, Role.ADMIN)
        self.api: FlaskClient = app.test_client()
        self.desk = newsroom.signed_in(self.person)

    def p95(self, call: Callable[[int], None], times: int | None = None) -> str:
        times = times or self.times
        call(0)
        taken = []
        for number in range(times):
            began = time.perf_counter()
            call(number)
            taken.append((time.perf_counter() - began) * 1000)
        return f"{statistics.median(taken):.0f} ms median, {sorted(taken)[int(times * 0.95)]:.0f} ms p95"

    def get(self, path: str) -> str:
        def read(_number: int) -> None:
            assert self.api.get(path, headers=self.person.headers).status_code == 200

        return self.p95(read)

    def page(self, path: str) -> str:
        def read(_number: int) -> None:
            assert self.desk.get(path).status_code == 200

        return self.p95(read)

    def deep(self) -> str:
        """The place of a waiting comment in the middle of all that wait."""
        with self.app.app_context():
            waiting = select(Comment.created_at, Comment.id).where(Comment.status == "PENDING").order_by(Comment.id)
            half = db.session.scalar(select(func.count()).where(Comment.status == "PENDING")) // 2
            return str(Cursor.at(*db.session.execute(waiting.offset(half).limit(1)).one()))

    def decide(self, at_once: int, times: int) -> str:
        with self.app.app_context():
            rows = select(Comment.id, Comment.version).where(Comment.status == "PENDING").order_by(Comment.id.desc())
            seen = [
                {"id": str(id), "version": version}
                for id, version in db.session.execute(rows.limit(at_once * (times + 1)))
            ]

        def send(_number: int) -> None:
            some = [seen.pop() for _ in range(at_once)]
            sent = {"comments": some, "action": "approve"}
            assert self.api.post("/api/v1/moderation/decisions", json=sent, headers=self.person.headers).json["decided"]

        return self.p95(send, times)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--url", required=True)
    asked.add_argument("--times", type=int, default=40, help="calls for each line")
    given = asked.parse_args()
    bench = Bench(create_app(settings(given.url, Path(tempfile.mkdtemp()))), given.times)
    gc.collect()
    gc.freeze()  # as the server does once it has started
    deep = bench.deep()

    def line(what: str, figure: str, bar: str = "60 ms") -> None:
        print(f"| {what} | {figure} | {bar} |", flush=True)

    print("| what | figure | bar, p95 |\n|---|---|---|")
    line("queue, API, first page", bench.get(QUEUE))
    line("queue, API, a page in the middle of all that wait", bench.get(f"{QUEUE}&cursor={deep}"))
    line("queue, page, first", bench.page("/desk?site=herald"))
    line("queue, page, in the middle", bench.page(f"/desk?site=herald&cursor={deep}"))
    for queue in ("flagged", "approved", "later", "all"):
        line(f"queue `{queue}`, API", bench.get(f"{QUEUE}&queue={queue}"))
    for sort in ("newest", "flags", "risk"):
        line(f"sorted by `{sort}`, API", bench.get(f"{QUEUE}&sort={sort}"))
    for name, query in FILTERS.items():
        bar = "150 ms" if name.startswith("words") else "60 ms"
        line(f"filter {name}, API", bench.get(f"{QUEUE}&{query}"), bar)
        line(f"filter {name}, all comments by risk, API", bench.get(f"{QUEUE}&{query}&queue=all&sort=risk"), bar)
    line("one decision", bench.decide(1, given.times), "15 ms")
    line("200 decisions at once", bench.decide(200, 3), "400 ms")


if __name__ == "__main__":
    main()
