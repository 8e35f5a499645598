"""The command line on an installation of its own."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commentsvc.cli import main
from commentsvc.config import ensure_secret

PASSWORD = "correct horse battery"


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The data directory of an installation that has a secret and nothing else."""
    for name in [name for name in os.environ if name.startswith("COMMENTSVC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "installation"
    monkeypatch.setenv("COMMENTSVC_DATA_DIR", str(place))
    ensure_secret(place)
    return place


@pytest.fixture
def run(data) -> Callable[..., Result]:
    """`run("site", "list")`: a command and what came of it."""

    def call(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(main, words, input=input)

    return call


@pytest.fixture
def done(run) -> Callable[..., str]:
    """A command that has to work, and what it printed."""

    def call(*words: str, input: str | None = None) -> str:
        result = run(*words, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


@pytest.fixture
def listed(done) -> Callable[..., Any]:
    """What a command prints with --json."""
    return lambda *words: json.loads(done(*words, "--json"))


@pytest.fixture
def installed(done) -> None:
    """An installation with its schema and one site."""
    done("db", "upgrade")
    done("site", "add", "herald", "--name", "The Herald", "--origin", "https://www.herald.example")
