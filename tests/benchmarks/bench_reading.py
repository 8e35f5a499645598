"""What reading and writing cost under load: the real server on one core, the load on the other.

    python -m tests.benchmarks.bench_reading [--url URL] [--seconds 5] [--runs 3]

Beside it, in turn with it, the same bytes from a WSGI function under the same server and from nginx, and the service
behind the nginx configuration that is shipped. Needs Debian's
`wrk` and `nginx-light` and two cores; `--url` is an empty database, by default of SQLite. Every figure is a median.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import psutil
from flask import Flask
from sqlalchemy import insert, select

from commentsvc import create_app
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.core.overload import THREADS
from commentsvc.schema import upgrade
from commentsvc.stories.models import Story
from tests.benchmarks.seed_desk import settle
from tests.cast import Newsroom, rosas_comment
from tests.conftest import SECRET, settings
from tests.deploy.test_nginx import nginx_before
from tests.stage import free_port, running

SIZES = (100, 1_000, 10_000, 100_000)
CONNECTIONS, POSTERS, DEEPEST = 64, 8, 5
NO_LIMITS = {"flood_seconds": 0, "duplicate_check": False, "mass_posting_stories": 0, "mass_posting_writers": 0}
BEGAN = datetime(2026, 1, 20, 8, tzinfo=UTC)
TEXT = (
    "The council says it will count **people**, cars and noise, and publish the figures every quarter. If fewer visit "
    "than last year, the trial ends in September; I would add one more figure, how many of those who come stay for "
    "supper in one of the small places."
)
CONSTANT = """
import sys
from granian import Granian
from granian.constants import Interfaces
from pathlib import Path
BODY = Path(sys.argv[1]).read_bytes()
def app(environ, start):
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
    return [BODY]
if __name__ == "__main__":
    Granian("constant:app", address="127.0.0.1", port=int(sys.argv[2]), interface=Interfaces.WSGI, workers=1,
            blocking_threads=int(sys.argv[3]), log_access=False).serve()
"""
# The least that Flask and SQLAlchemy do for a row that is on disk when the answer goes out.
ONE_ROW = """
import sys
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy import event
app = Flask("one_row")
app.config["SQLALCHEMY_DATABASE_URI"] = sys.argv[1]
db = SQLAlchemy(app)
class Row(db.Model):
    id = db.mapped_column(db.Integer, primary_key=True)
    text = db.mapped_column(db.Text)
def prepare(connection, _record):
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=5000")
with app.app_context():
    event.listen(db.engine, "connect", prepare)
    event.listen(db.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    db.create_all()
@app.route("/", methods=["GET", "POST"])
def post():
    if request.method == "POST":
        row = Row(text=request.get_json()["text"])
        db.session.add(row)
        db.session.commit()
        return {"id": row.id}, 201
    return {}
if __name__ == "__main__":
    Granian("one_row:app", address="127.0.0.1", port=int(sys.argv[2]), interface=Interfaces.WSGI, workers=1,
            blocking_threads=int(sys.argv[3]), log_access=False).serve()
"""
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
"""
POST = """
local n = 0
request = function()
  n = n + 1
  local body = string.format('{"site":"herald","story":"posted","name":"Rosa Reader","email":"reader%%d@example.org",'
    .. '"text":"The boats are back, and this is what I have to say about it, number %%d of %d."}', n, n)
  return wrk.format("POST", "%s", {["Content-Type"] = "application/json"}, body)
end
"""


def fill(app: Flask) -> None:
    """Threads of all sizes, of one text: 59 of 100 comments at the top, the others answer an earlier one."""
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0, **NO_LIMITS)
    for story in ("posted", *map(_name, SIZES)):
        newsroom.story(id=story, title=f"The story {story}")
    newsroom.comment("posted", TEXT)
    with app.app_context():
        model = dict(db.session.execute(select(Comment.__table__)).mappings().one())
        for size in SIZES:
            story = db.session.execute(select(Story).filter_by(external_id=_name(size))).scalar_one()
            rows = list(_thread(model | {"story_id": story.id}, size))
            for at in range(0, size, 10_000):
                db.session.execute(insert(Comment.__table__), rows[at : at + 10_000])
            story.comment_count = size
        db.session.commit()
        settle(Comment)


def _name(size: int) -> str:
    return f"of-{size}"


def _thread(model: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
    """The comments of one thread; the tenth of every ten that are answered has most of the answers."""
    dice, depths, replies = random.Random(size), dict[int, int](), Counter[int]()
    numbers = [model["id"] + model["story_id"] * 1_000_000 + place for place in range(size)]
    parents: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        above = dice.choice(numbers[max(0, place - 50) : place]) if place % 100 >= 59 else None
        parents[number] = above if above and depths[above] < DEEPEST else None
        depths[number] = depths[parents[number]] + 1 if parents[number] else 0
        replies[parents[number] or 0] += 1
    for place, number in enumerate(numbers):
        at = BEGAN + timedelta(seconds=place)
        yield model | {"id": number, "parent_id": parents[number], "depth": depths[number], "created_at": at,
                       "shown_at": at, "visible_replies": replies[number], "receipt_salt": str(number),
                       "fingerprint": f"{number:064}", "likes": number % 7}  # fmt: skip


@dataclass
class Bench:
    """The servers of one run, and the load."""

    folder: Path
    url: str
    seconds: int
    runs: int

    def load(self, *targets: str, connections: int = CONNECTIONS, **headers: str) -> list[tuple[float, float]]:
        """Requests a second and the 99th percentile in milliseconds of each target, asked in turn."""
        took: list[list[tuple[float, float]]] = [[] for _ in targets]
        for _ in range(self.runs):
            for target, figures in zip(targets, took, strict=True):
                figures.append(self._wrk(target, connections, headers))
        return [(median(each[0] for each in all_), median(each[1] for each in all_)) for all_ in took]

    def _wrk(self, target: str, connections: int, headers: dict[str, str], *more: str) -> tuple[float, float]:
        named = [part for name, value in headers.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
        command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{self.seconds}s", "--latency"]
        said = subprocess.run([*command, *named, *more, target], check=True, capture_output=True, text=True).stdout
        if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
            raise SystemExit(f"{target} refused {refused[1]} requests:\n{said}")
        worst = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        assert worst and rate, said
        return float(rate[1]), float(worst[1]) * {"us": 0.001, "ms": 1, "s": 1000}[worst[2]]

    def post(self, url: str, path: str) -> tuple[float, float]:
        """Comments a second of eight writers, and the 99th percentile."""
        figures = []
        for _ in range(self.runs):
            script = self.folder / "post.lua"
            script.write_text(POST % (time.time_ns(), path))
            figures.append(self._wrk(url, POSTERS, {}, "-s", str(script)))
        return median(each[0] for each in figures), median(each[1] for each in figures)


def median(figures: Iterable[float]) -> float:
    return statistics.median(figures)


def row(what: str, figure: str, bar: str = "") -> None:
    print(f"| {what} | {figure} | {bar} |", flush=True)


def ask(url: str, **headers: str) -> tuple[bytes, float]:
    """The body of one answer and the milliseconds it took, on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    began = time.perf_counter()
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200, body
    connection.close()
    return body, took


def thread(size: int, limit: int = 100) -> str:
    return f"/api/v1/thread?site=herald&story={_name(size)}&limit={limit}"


def hot(bench: Bench, constant: str, nginx: str, front: str) -> None:
    smallest, ten_thousand = f"{bench.url}{thread(100)}", f"{bench.url}{thread(10_000)}"
    behind = f"{front}{thread(100)}"
    same, larger, plain, file, kept = bench.load(smallest, ten_thousand, constant, nginx, behind, Accept_Encoding="br")
    share = f"{same[0] / plain[0]:.0%} of the constant body"
    row("a thread of 100 comments, brotli", f"{same[0]:,.0f} a second, p99 {same[1]:.1f} ms: {share}", "70 %, 20 ms")
    row("one of 10,000", f"{larger[0]:,.0f}, p99 {larger[1]:.1f} ms: {larger[0] / plain[0]:.0%}", "70 %, 20 ms")
    row("a constant body from a WSGI function, same server", f"{plain[0]:,.0f}, p99 {plain[1]:.1f} ms")
    row("nginx, the same bytes from a file", f"{file[0]:,.0f}, p99 {file[1]:.1f} ms")
    row(
        "behind the shipped nginx", f"{kept[0]:,.0f}, p99 {kept[1]:.1f} ms: {kept[0] / file[0]:.0%} of the file", "90 %"
    )
    unchanged, whole = bench.load(smallest, ten_thousand, Accept_Encoding="br", If_None_Match=tag_of(smallest))
    row(
        "the same as 304; one of 10,000 as 200, in turn with it",
        f"{unchanged[0]:,.0f}, p99 {unchanged[1]:.1f} ms; {whole[0]:,.0f}",
        "as many",
    )
    stories = "&".join(f"story={_name(size)}" for size in SIZES) + "".join(f"&story=s{n}" for n in range(16))
    ((counts, worst),) = bench.load(f"{bench.url}/api/v1/counts?site=herald&{stories}", Accept_Encoding="br")
    row("counts of 20 stories", f"{counts:,.0f}, p99 {worst:.1f} ms", "3,000")
    with posting(bench.url, each=0.05) as posted:
        ((rate, worst),) = bench.load(smallest, Accept_Encoding="br")
    row(
        "a thread of 100, while 20 comments a second come into it",
        f"{rate:,.0f}, p99 {worst:.1f} ms: {rate / same[0]:.0%} of that without; shown after at most {max(posted):.2f} s",
        "60 %, 1 s",
    )


def tag_of(url: str) -> str:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["ETag"])


@contextmanager
def posting(url: str, each: float) -> Iterator[list[float]]:
    """Somebody posts into the thread every so many seconds; how long it took until readers saw it, in seconds."""
    over, seen = ThreadEvent(), list[float]()

    def work() -> None:
        for number in itertools.count():
            if over.wait(each):
                return
            text = f"{TEXT} Number {number} at {time.time_ns()}."
            sent = rosas_comment(site="herald", story=_name(100), text=text, email=f"r{number}@example.org")
            made = urllib.request.Request(f"{url}/api/v1/comments", json.dumps(sent).encode(),
                                          {"Content-Type": "application/json"})  # fmt: skip
            with urllib.request.urlopen(made, timeout=30) as answer:
                id = json.load(answer)["comment"]["id"].encode()
            began = time.monotonic()
            while number % 20 == 0 and id not in ask(f"{url}{thread(100)}&sort=newest")[0]:
                time.sleep(0.02)
            seen.extend([time.monotonic() - began] if number % 20 == 0 else [])

    writer = Thread(target=work)
    writer.start()
    try:
        yield seen
    finally:
        over.set()
        writer.join()


def flat(bench: Bench) -> None:
    """A first page that is not kept yet, one request at a time."""
    took: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(40):
        for size in SIZES:
            took[size].append(ask(f"{bench.url}{thread(size, 25)}&again={number}-{time.time_ns()}")[1])
    first = median(took[SIZES[0]])
    for size, each in took.items():
        row(
            f"first page of {size:,}, written anew",
            f"{median(each):.1f} ms: {median(each) / first:.2f} times",
            "1.3 times",
        )


@contextmanager
def constant(folder: Path, body: bytes) -> Iterator[str]:
    (folder / "body").write_bytes(body)
    (folder / "constant.py").write_text(CONSTANT)
    url = f"http://127.0.0.1:{free_port()}/"
    command = ["taskset", "-c", "0", sys.executable, "constant.py", "body", str(urlsplit(url).port), str(THREADS)]
    with running(command, url, cwd=folder, log=folder / "constant.log"):
        yield url


@contextmanager
def one_row(folder: Path) -> Iterator[str]:
    """What stores one row and does nothing else; on SQLite, whatever the service is on."""
    (folder / "one_row.py").write_text(ONE_ROW)
    url, database = f"http://127.0.0.1:{free_port()}", f"sqlite:///{folder / 'one_row.sqlite3'}"
    command = ["taskset", "-c", "0", sys.executable, "one_row.py", database, str(urlsplit(url).port), str(THREADS)]
    with running(command, f"{url}/", cwd=folder, log=folder / "one_row.log"):
        yield url


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[str]:
    (folder / "files").mkdir()
    (folder / "files" / "thread").write_bytes(body)
    url = f"http://127.0.0.1:{free_port()}/thread"
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=urlsplit(url).port))
    folder.chmod(0o755)
    command = ["taskset", "-c", "0", "nginx", "-c", str(folder / "nginx.conf")]
    with running(command, url, cwd=folder, log=folder / "nginx.out"):
        yield url


@contextmanager
def on_the_servers_core() -> Iterator[None]:
    """What is started inside runs where the service does."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def made(folder: Path) -> Path:
    folder.mkdir(mode=0o755)
    return folder


@contextmanager
def service(folder: Path, database: str) -> Iterator[tuple[str, float]]:
    """The service on one core, and the seconds from its start to its first answer."""
    url, began = f"http://127.0.0.1:{free_port()}", time.monotonic()
    serve = f"from commentsvc.server import serve; serve(host='127.0.0.1', port={urlsplit(url).port})"
    env = {"COMMENTSVC_DATABASE_URL": database, "COMMENTSVC_SECRET_KEY": SECRET, "COMMENTSVC_DATA_DIR": str(folder)}
    command = ["taskset", "-c", "0", sys.executable, "-c", serve]
    with running(command, f"{url}/healthz", cwd=folder, log=folder / "service.log", env=env):
        yield url, time.monotonic() - began


def memory_of(port: int) -> float:
    """Megabytes (2^20 bytes) resident in the process that answers."""
    (holder,) = {
        each.pid for each in psutil.net_connections("tcp") if each.laddr.port == port and each.status == "LISTEN"
    }
    family = [psutil.Process(holder), *psutil.Process(holder).children(recursive=True)]
    return max(each.memory_info().rss for each in family) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        database = given.url or f"sqlite:///{folder / 'bench.sqlite3'}"
        app = create_app(settings(database, folder))
        with app.app_context():
            upgrade()
        fill(app)
        url, started = stack.enter_context(service(folder, database))
        bench = Bench(folder, url, given.seconds, given.runs)
        request = urllib.request.Request(f"{url}{thread(100)}", headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        print("| what | figure | bar |\n|---|---|---|")
        flat(bench)
        with on_the_servers_core():
            front = stack.enter_context(nginx_before(made(folder / "front"), urlsplit(url).port or 0))
        others = stack.enter_context(constant(folder, body)), stack.enter_context(nginx(folder, body))
        hot(bench, *others, f"http://127.0.0.1:{front}")
        posted = bench.post(url, "/api/v1/comments")
        row("post, 8 clients, durable", f"{posted[0]:,.0f} a second, p99 {posted[1]:.0f} ms", "350 (300), 120 ms")
        least = bench.post(stack.enter_context(one_row(folder)), "/")
        row("one row and nothing else, Flask and SQLAlchemy", f"{least[0]:,.0f} a second, p99 {least[1]:.0f} ms")
        row("memory of the process after all that", f"{memory_of(urlsplit(url).port or 0):.0f} MB", "160 MB")
        row("start to first answer", f"{started:.2f} s", "1.2 s")


if __name__ == "__main__":
    main()
