"""The cast and the stage: the real app on real databases, and the people who act in the tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from commentsvc import create_app
from commentsvc.accounts import service
from commentsvc.config import Settings
from commentsvc.core import published
from commentsvc.core.database import db
from commentsvc.schema import upgrade
from tests.buckets import s3, s3_server
from tests.cast import Cast, Newsroom
from tests.databases import PostgresqlDatabase
from tests.scenes import empty, leave, scene, unguarded
from tests.stage import counting

__all__ = ["SECRET", "empty", "s3", "s3_server", "settings", "unguarded"]

SECRET = "kq8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyRzE"  # of the tests only


def settings(url: str, folder: Path, **more) -> Settings:
    return Settings(data_dir=folder, secret_keys=(SECRET,), database_url=url, **more)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Passwords are hashed for real, but cheaply: nearly every test makes staff."""
    service.hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory) -> Flask:
    folder = tmp_path_factory.mktemp("sqlite")
    app = create_app(settings(f"sqlite:///{folder / 'test.sqlite3'}", folder))
    with app.app_context():
        event.listen(db.engine, "connect", _in_no_fear_of_a_power_cut)  # after the service's own words
        upgrade()
    return app


def _in_no_fear_of_a_power_cut(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def postgresql_app(tmp_path_factory) -> Iterator[Flask]:
    database = PostgresqlDatabase()
    database.server.execute(f"ALTER DATABASE {database.name} SET synchronous_commit = off")  # as above
    app = create_app(settings(database.url, tmp_path_factory.mktemp("postgresql")))
    with app.app_context():
        upgrade()
    yield app
    leave(app)
    with app.app_context():
        db.engine.dispose()
    database.drop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def app(request) -> Iterator[Flask]:
    """The service on an empty, migrated database; once on SQLite, once on PostgreSQL."""
    app = request.getfixturevalue(f"{request.param}_app")
    yield app
    empty(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader's browser or script."""
    return app.test_client()


@pytest.fixture
def newsroom(app: Flask) -> Newsroom:
    """Makes sites, stories, people and comments; see tests/cast.py."""
    return Newsroom(app)


@pytest.fixture
def cast(newsroom: Newsroom) -> Cast:
    """The Herald (site `herald`) and the Gazette (site `gazette`), their staff and some of their readers.

    Hanna moderates the Herald, Gus the Gazette, Ada is admin of both.
    """
    return scene(newsroom, Cast)


@pytest.fixture
def statements(app: Flask):
    """Count the SQL statements of a block: `with statements() as counted: ...; len(counted)`.

    What is kept ready is forgotten first, so that answers are written; looking at what changed, five times a second
    however much is asked, is not counted.
    """

    def is_noise(statement: str) -> bool:
        is_look = "pg_snapshot_xmin" in statement or "FROM commentsvc_change " in f"{statement} "
        return is_look or statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA"))

    def count() -> AbstractContextManager[list[str]]:
        app.extensions[published.EXTENSION].changes.forget()
        return counting(app, is_noise)

    return count
