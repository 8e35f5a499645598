"""The cast and the stage: the real app on real databases, and the people who act in the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text

from commentsvc import create_app
from commentsvc.accounts import service
from commentsvc.config import Settings
from commentsvc.core.database import PREFIX, WORDS_TABLE, db
from commentsvc.extensions import limiter
from commentsvc.schema import upgrade
from tests.cast import Cast, Newsroom
from tests.databases import PostgresqlDatabase

NUMBERS_FROM_ONE = """
    SELECT setval(quote_ident(schemaname) || '.' || quote_ident(sequencename), 1, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
# Changing the schema costs some milliseconds: only where there is something to guard.
GUARDS_IN_THE_WAY = """
    SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND EXISTS (SELECT 1 FROM commentsvc_decision)
"""
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
        upgrade()
    return app


@pytest.fixture(scope="session")
def postgresql_app(tmp_path_factory) -> Iterator[Flask]:
    database = PostgresqlDatabase()
    app = create_app(settings(database.url, tmp_path_factory.mktemp("postgresql")))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
    database.drop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def app(request) -> Iterator[Flask]:
    """The service on an empty, migrated database; once on SQLite, once on PostgreSQL."""
    app = request.getfixturevalue(f"{request.param}_app")
    yield app
    empty(app)


def empty(app: Flask) -> None:
    """Forget every row, as fast as the database can: with so many small tables, deleting beats truncating by far."""
    with app.app_context():
        tables = [table for table in reversed(db.metadata.sorted_tables) if table.name.startswith(PREFIX)]
        with unguarded() as connection:
            if db.engine.dialect.name == "postgresql":
                names = [*(table.name for table in tables), WORDS_TABLE]
                connection.execute(text("; ".join(f'DELETE FROM "{name}"' for name in names)))
                connection.execute(text(NUMBERS_FROM_ONE))
            else:
                for table in tables:
                    connection.execute(table.delete())
                connection.execute(text(f"DELETE FROM {WORDS_TABLE}"))
        limiter.reset()


@contextmanager
def unguarded() -> Iterator[Connection]:
    """A transaction in which the database lets go of what it keeps as it is: the log of decisions."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        guards = connection.execute(text(GUARDS_IN_THE_WAY)).all()
        for name, _ in guards:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, definition in guards:
            connection.exec_driver_sql(definition)


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
    return Cast(newsroom)


@pytest.fixture
def statements(app: Flask):
    """Count the SQL statements of a block: `with statements() as counted: ...; len(counted)`."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        counted: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
                counted.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count
