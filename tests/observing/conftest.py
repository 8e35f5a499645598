"""A server as newsrooms run it, with a folder, a log and a way to ask it."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from commentsvc import create_app
from commentsvc.schema import upgrade
from tests.cast import Newsroom
from tests.conftest import SECRET, settings
from tests.stage import free_port, running

ROOT = Path(__file__).parents[2]
TOKEN = "figures-Zr4YtV0nW2xLpA7s"
SERVE = (
    "from commentsvc.server import serve; serve(host='127.0.0.1', port={port}, workers={workers}, with_worker=False)"
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


@dataclass
class Server:
    """A running one; `log` is what it wrote so far."""

    url: str
    file: Path

    def ask(self, path: str, *, method: str = "GET", body: object = None, **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        if data:
            given["Content-Type"] = "application/json"
        asked = urllib.request.Request(f"{self.url}{path}", data=data, headers=given, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.headers, refused.read().decode())

    def figures(self) -> str:
        return self.ask("/metrics", Authorization=f"Bearer {TOKEN}").text

    @property
    def log(self) -> str:
        return self.file.read_text()


@pytest.fixture
def newspaper(tmp_path) -> Newsroom:
    """An installation of its own in `tmp_path`, with a site and a story."""
    app = create_app(settings(f"sqlite:///{tmp_path / 'commentsvc.sqlite3'}", tmp_path))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0, quick_form_seconds=0, duplicate_check=False)
    newsroom.story("herald", "harbour")
    return newsroom


@pytest.fixture
def server(newspaper, tmp_path):
    """`with server(workers=2, TRUSTED_PROXIES="1") as running: …`"""

    @contextmanager
    def start(workers: int = 1, **more: str) -> Iterator[Server]:
        url = f"http://127.0.0.1:{(port := free_port())}"
        env = {"SECRET_KEY": SECRET, "DATA_DIR": str(tmp_path), "METRICS_TOKEN": TOKEN, **more}
        env = {f"COMMENTSVC_{name}": value for name, value in env.items()}
        command = [sys.executable, "-c", SERVE.format(port=port, workers=workers)]
        with running(command, f"{url}/healthz", cwd=ROOT, log=tmp_path / "log", env=env):
            yield Server(url, tmp_path / "log")

    return start
