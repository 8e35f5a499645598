"""What goes wrong around the service: a server that can be killed, and readers who write all the time."""

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from commentsvc import create_app
from commentsvc.comments.models import Comment, Revision
from commentsvc.core.database import db
from commentsvc.schema import upgrade
from tests.cast import Newsroom, in_words, rosas_comment
from tests.conftest import SECRET, settings
from tests.databases import PostgresqlDatabase
from tests.stage import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds a writer goes on trying to have one comment acknowledged


@dataclass
class Server:
    """`commentsvc serve` on one port, started and ended as often as one likes."""

    port: int
    env: dict[str, str]
    log: Path
    workers: int = 1
    process: subprocess.Popen | None = None

    def start(self) -> float:
        """Seconds until it answered."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTSVC_")}
        command = [str(Path(sys.executable).parent / "commentsvc"), "serve", "--port", str(self.port)]
        command += ["--workers", str(self.workers)]
        began = time.monotonic()
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**plain, **self.env}, stdout=output, stderr=output, start_new_session=True
            )
        while self.status("/healthz") != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < 60, self.log.read_text()
            time.sleep(0.02)
        return time.monotonic() - began

    def kill(self) -> None:
        """Everything of it at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def ask(self, method: str, path: str, body: object = None, timeout: float = 10, **headers: str):
        """(status, headers, JSON or text). Raises OSError or HTTPException when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            sent = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
            return (
                answer.status,
                answer.headers,
                json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text,
            )
        finally:
            connection.close()

    def status(self, path: str, timeout: float = 5) -> int | None:
        try:
            return self.ask("GET", path, timeout=timeout)[0]
        except (OSError, http.client.HTTPException):
            return None

    def post(self, number: object, timeout: float = 10, **headers: str):
        return self.ask("POST", "/api/v1/comments", comment(number), timeout, **headers)


def comment(number: object) -> dict:
    """A comment like no other, from a reader like no other."""
    text = f"Reader {number} says so: {in_words(int(number)) if str(number).isdigit() else number}."
    return rosas_comment(email=f"reader{number}@example.org", name=f"Reader {number}", text=text)


@dataclass
class Writers:
    """Readers who write without a pause; a comment that was not acknowledged is sent again under the same key."""

    server: Server
    count: int = 8
    pause: float = 0.0
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[int, object]] = field(default_factory=list)
    slowest: float = 0.0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __enter__(self) -> "Writers":
        self.ends = threading.Event()
        self.threads = [threading.Thread(target=self._write, daemon=True) for _ in range(self.count)]
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        for each in self.threads:
            each.join(PATIENCE + 15)

    def _write(self) -> None:
        while not self.ends.is_set():
            self._until_acknowledged(next(self.numbers))
            time.sleep(self.pause)

    def _until_acknowledged(self, number: int) -> None:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            try:
                status, _, said = self.server.post(number, Idempotency_Key=f"key-{number}")
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)
                continue
            if status == 201:
                self.acknowledged[str(number)] = said["comment"]["id"]
                self.slowest = max(self.slowest, time.monotonic() - began)
                return
            if status not in (429, 503):
                self.refused.append((status, said))
                return
            time.sleep(0.05)

    def wait_for(self, many: int, seconds: float = 60) -> None:
        """Until so many more are acknowledged."""
        wanted, ends = len(self.acknowledged) + many, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < ends, (len(self.acknowledged), self.refused[:3])
            time.sleep(0.02)


@dataclass
class Place:
    """An installation in a folder, on a database of its own."""

    folder: Path
    url: str
    newsroom: Newsroom

    def server(self, workers: int = 1, **more: str) -> Server:
        given = {
            "SECRET_KEY": SECRET,
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.url,
            "LOG_REQUESTS": "off",
            **more,
        }
        env = {f"COMMENTSVC_{name}": value for name, value in given.items()}
        return Server(free_port(), env, self.folder / "server.log", workers)

    def texts(self) -> list[str]:
        """Of all comments."""
        with self.newsroom.app.app_context():
            return list(db.session.scalars(select(Revision.text).join(Comment, Comment.id == Revision.comment_id)))

    def ids(self) -> set[str]:
        with self.newsroom.app.app_context():
            return {str(id) for id in db.session.scalars(select(Comment.id))}

    def is_whole(self) -> bool:
        """The database's own check, and that every comment has its text and its decision in an unbroken log."""
        from commentsvc.comments.log import examine
        from commentsvc.comments.models import Decision
        from commentsvc.sites.service import site_named

        with self.newsroom.app.app_context():
            if db.engine.dialect.name == "sqlite":
                assert db.session.execute(db.text("PRAGMA integrity_check")).scalar() == "ok"
                assert db.session.execute(db.text("PRAGMA foreign_key_check")).all() == []
            comments = db.session.scalar(select(func.count(Comment.id)))
            revisions = db.session.scalar(select(func.count(Revision.id)))
            decided = db.session.scalar(select(func.count(func.distinct(Decision.comment_id))))
            assert comments == revisions == decided
            assert examine(site_named("herald").id).wrong is None
            return True


def install(folder: Path, url: str) -> Place:
    app = create_app(settings(url, folder))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0, quick_form_seconds=0)
    newsroom.story("herald", "harbour")
    return Place(folder, url, newsroom)


def let_go(place: Place) -> None:
    with place.newsroom.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sqlite_place(tmp_path) -> Iterator[Place]:
    place = install(tmp_path, f"sqlite:///{tmp_path / 'commentsvc.sqlite3'}")
    yield place
    let_go(place)


@pytest.fixture
def postgresql_place(tmp_path) -> Iterator[Place]:
    database = PostgresqlDatabase()
    place = install(tmp_path, database.url)
    yield place
    let_go(place)
    database.drop()


@pytest.fixture
def place(request) -> Place:
    """On either database: `@pytest.mark.parametrize("place", […], indirect=True)`."""
    return request.getfixturevalue(f"{request.param}_place")


ON_BOTH = pytest.mark.parametrize(
    "place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@contextmanager
def ended(*servers: Server) -> Iterator[None]:
    """Whatever happens inside, none of them stays behind."""
    try:
        yield
    finally:
        for each in servers:
            each.end()
