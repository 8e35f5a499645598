"""Serving: the demo keeps to itself, and a port belongs to one service."""

import importlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from commentsvc.demo import run as demo
from tests.stage import free_port


@pytest.fixture
def real_installation(data, tmp_path, monkeypatch) -> Path:
    """The database a `.env` file in the working directory names; the file itself is not there yet."""
    database = tmp_path / "production.sqlite3"
    names = {"DATABASE_URL": f"sqlite:///{database}", "BASE_URL": "https://news.example"}
    (tmp_path / ".env").write_text("".join(f"COMMENTSVC_{name}={value}\n" for name, value in names.items()))
    monkeypatch.setattr(demo, "serve", lambda **_: None)
    return database


def test_the_demo_leaves_the_installation_of_a_dotenv_file_alone(real_installation, run, tmp_path):
    assert run("demo", "--data", str(tmp_path / "demo"), "--port", str(free_port())).exit_code == 0
    assert not real_installation.exists()
    assert (tmp_path / "demo" / "commentsvc.sqlite3").exists()


def test_the_demos_server_does_so_too(real_installation, run, tmp_path):
    run("demo", "--data", str(tmp_path / "demo"), "--port", str(port := free_port()))
    served = importlib.reload(importlib.import_module("commentsvc.demo.wsgi")).app
    assert served.config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'demo' / 'commentsvc.sqlite3'}"
    assert served.config["COMMENTSVC"].base_url == f"http://127.0.0.1:{port}"


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on which a server listens that lets others share it, as ours does."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_demo_on_a_busy_port_says_so_and_makes_nothing(run, busy_port, tmp_path):
    result = run("demo", "--data", str(tmp_path / "demo"), "--port", str(busy_port))
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Cannot serve on 127.0.0.1, port {busy_port}: Address already in use. Choose another with --port.\n",
    )
    assert not (tmp_path / "demo").exists()


def test_the_server_does_not_share_a_port(done, run, busy_port):
    done("db", "upgrade")
    result = run("serve", "--port", str(busy_port))
    assert result.exit_code == 1
    assert "Address already in use" in result.stderr


def test_an_address_that_is_not_this_machines_is_one_sentence(done, run):
    result = run("serve", "--host", "192.0.2.1", "--port", "8000")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Cannot serve on 192.0.2.1, port 8000: ")
