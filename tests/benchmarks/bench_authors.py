"""What looking after a million authors costs: `python -m tests.benchmarks.bench_authors --url URL --author ID`.

On a database of `seed_authors`, through the whole application, without the network. It merges and takes that back:
measure on a copy.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from flask import Flask
from sqlalchemy import event, text

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.authors import notes
from commentsvc.authors.models import Author
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation import merging
from tests.cast import Newsroom
from tests.conftest import settings

LIST = "/api/v1/admin/authors?site=herald"
ASKED = {
    "nothing": "",
    "a page in the middle, by name": "&sort=name&cursor={middle}",
    "by most comments": "&sort=comments",
    "by most rejected": "&sort=rejected",
    "by last seen": "&sort=seen",
    "name, many": "&q=ro",
    "name, one": "&q=rosami+1",
    "standing, rare": "&standing=BANNED&sort=rejected",
    "standing, most": "&standing=NORMAL&sort=name",
    "bylines": "&kind=bylines&sort=seen",
    "confirmed": "&confirmed=yes&sort=comments",
    "share rejected": "&rejected=75&sort=name",
    "first seen, a month": "&since=2020-01-01&until=2020-02-01&sort=rejected",
    "five filters": "&standing=WATCHED&kind=commenters&confirmed=yes&rejected=50&q=r&sort=name",
}
ONE = Actor("Bench", role=Role.ADMIN)


class Bench:
    def __init__(self, app: Flask, times: int) -> None:
        self.app, self.times = app, times
        newsroom = Newsroom(app)
        self.person = newsroom.account(f"Bench{time.time_ns()}", Role.ADMIN)
        self.api, self.desk = app.test_client(), newsroom.signed_in(self.person)
        self.statements = 0
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._count)

    def _count(self, _connection, _cursor, statement, *_rest) -> None:
        self.statements += not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA"))

    def p95(self, call: Callable[[], None]) -> str:
        call()
        taken, worked = [], []
        for _ in range(self.times):
            self.statements, began, busy = 0, time.perf_counter(), time.process_time()
            call()
            taken.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - busy) * 1000)
        most = sorted(taken)[int(self.times * 0.95)]
        said = f"{statistics.median(taken):.0f} ms median, {most:.0f} ms p95, {self.statements} statements"
        busiest = sorted(worked)[int(self.times * 0.95)]
        return f"{said}; {statistics.median(worked):.0f} ms of the processor, {busiest:.0f} ms p95"

    def call(self, path: str) -> str:
        def read() -> None:
            assert self.api.get(path, headers=self.person.headers).status_code == 200

        return self.p95(read)

    def page(self, path: str) -> str:
        def read() -> None:
            assert self.desk.get(path).status_code == 200

        return self.p95(read)

    def middle(self) -> str:
        """The cursor of a page that begins in the middle of the alphabet."""
        answer = self.api.get(f"{LIST}&q=mi&sort=name", headers=self.person.headers)
        return str(answer.json["next_cursor"])

    def merge(self, author: int, comments: int) -> str:
        """Somebody with so many comments becomes part of another; then back."""
        with self.app.app_context():
            other = author - 2_000  # signs articles too
            with unit_of_work():
                some = f"SELECT id FROM commentsvc_comment WHERE author_id = {author} ORDER BY id LIMIT {comments}"
                db.session.execute(text(f"UPDATE commentsvc_comment SET author_id = {other} WHERE id IN ({some})"))
                db.session.execute(
                    text(
                        "UPDATE commentsvc_author SET approved_count = approved_count + 100000,"
                        f" rejected_count = rejected_count + 100000 WHERE id IN ({author}, {other})"
                    )
                )
            took = []
            with self.others(author - 1) as waits:
                began = time.perf_counter()
                with unit_of_work():
                    kept, gone = db.session.get_one(Author, author), db.session.get_one(Author, other)
                    transfer = merging.merge(kept, gone, actor=ONE, now=now())
                took.append(time.perf_counter() - began)
                began = time.perf_counter()
                with unit_of_work():
                    merging.undo(transfer, actor=ONE, now=now())
                took.append(time.perf_counter() - began)
            said = f"{transfer.comments:,} comments: {took[0]:.2f} s; undone {took[1]:.2f} s"
            return f"{said}; who wrote something else meanwhile waited {max(waits):.2f} s at most"

    @contextmanager
    def others(self, author: int) -> Iterator[list[float]]:
        """Somebody writes a note about somebody else, again and again, in another thread; how long each took, in seconds."""
        waits, stop = list[float](), Event()

        def write() -> None:
            while not stop.is_set():
                began = time.perf_counter()
                with self.app.app_context(), unit_of_work():
                    notes.add_note(db.session.get_one(Author, author), "Meanwhile.", actor=ONE, now=now())
                waits.append(time.perf_counter() - began)

        thread = Thread(target=write, daemon=True)
        thread.start()
        time.sleep(0.5)
        waits.clear()
        yield waits
        stop.set()
        thread.join()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--url", required=True)
    asked.add_argument("--author", type=int, required=True, help="whose page, as seed_authors said")
    asked.add_argument("--times", type=int, default=40, help="calls for each line")
    given = asked.parse_args()
    bench = Bench(create_app(settings(given.url, Path(tempfile.mkdtemp()))), given.times)
    middle = bench.middle()

    def line(what: str, figure: str, bar: str = "60 ms") -> None:
        print(f"| {what} | {figure} | {bar} |", flush=True)

    print("| what | figure | bar, p95 |\n|---|---|---|")
    for what, query in ASKED.items():
        line(f"list, API: {what}", bench.call(LIST + query.format(middle=middle)))
    line("list, page", bench.page("/desk/authors?site=herald"))
    line("list, page, five filters", bench.page("/desk/authors?site=herald" + ASKED["five filters"]))
    line("one person, page, 50,000 comments", bench.page(f"/desk/authors/{given.author}"), "80 ms")
    for comments in (10_000, 40_000):
        line("merge", bench.merge(given.author, comments), "5 s for 10,000")


if __name__ == "__main__":
    main()
