"""Serving: the demo keeps to itself, and a port belongs to one service."""

import importlib
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
    run("demo", "--data", str(tmp_path / "demo"), "--port", str(free_port()))
    served = importlib.reload(importlib.import_module("commentsvc.demo.wsgi")).app
    assert served.config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'demo' / 'commentsvc.sqlite3'}"
    assert served.config["COMMENTSVC"].base_url is None
