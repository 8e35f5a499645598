"""What browser and wheel tests share: a free port, a running server, a browser."""

import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import event
from werkzeug.serving import make_server

from commentsvc.core.database import db
from tests.databases import missing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",  # a container's root has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60  # seconds a server may take to start on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def counting(app: Flask, is_noise: Callable[[str], bool]) -> Iterator[list[str]]:
    """The SQL statements of a block, without what is noise."""
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        if not is_noise(statement):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """An application on a port of this process, with all it does visible to the test; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def running(
    command: Sequence[str], url: str, *, cwd: Path, log: Path, env: dict[str, str] | None = None
) -> Iterator[str]:
    """A server process, ready to answer at `url`; its output is in `log`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COMMENTSVC_", "PYTHONPATH"))}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env={**plain, **(env or {})}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, f"the server stopped:\n{log.read_text()}"
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}:\n{log.read_text()}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Skips (or fails, in CI) where there is none."""
    if CHROMIUM is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
