"""Scenes: what many tests begin with is made once, through the service's own doors, and put back for the next as it was.

SQLite's backup copies a whole database in two milliseconds, PostgreSQL has the rows written back in one call; making a
newspaper and its people takes ten times as long. Moments in a scene are those of its making, some minutes ago.
"""

import copy
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import psycopg
from flask import Flask
from sqlalchemy import Connection, text

from commentsvc.core import published
from commentsvc.core.database import PREFIX, WORDS_TABLE, db
from commentsvc.extensions import limiter
from tests.cast import Newsroom

Made = TypeVar("Made")
STORE = "tests.scenes"  # in app.extensions
GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
SEQUENCES = "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) FROM pg_sequences"


class Store(Protocol):
    """One application's database: `keep` gives what `put_back` takes."""

    def empty(self) -> None: ...
    def is_empty(self) -> bool: ...
    def keep(self) -> Any: ...
    def put_back(self, kept: Any) -> None: ...


@dataclass(frozen=True)
class Scene:
    rows: Any
    made: Any
    next_number: int


def empty(app: Flask) -> None:
    """Forget every row, as fast as the database can; and with it other keys or addresses a test gave the service."""
    app.extensions["commentsvc"] = app.extensions.setdefault(f"{STORE}.house", app.extensions["commentsvc"])
    with app.app_context():
        _store(app).empty()
        limiter.reset()
    _forget_answers(app)


def _forget_answers(app: Flask) -> None:
    app.extensions[published.EXTENSION].forget()


def scene(newsroom: Newsroom, make: Callable[[Newsroom], Made]) -> Made:
    """What `make` returns, with its rows in the database; run only once for each database, unless there is more in it."""
    app = newsroom.app
    with app.app_context():
        store, scenes = _store(app), app.extensions.setdefault(f"{STORE}.kept", {})
        if not store.is_empty():
            return make(newsroom)
        if make in scenes:
            kept: Scene = scenes[make]
            store.put_back(kept.rows)
            _forget_answers(app)
            newsroom.numbers = itertools.count(kept.next_number)
            return copy.copy(kept.made)
    made = make(newsroom)
    next_number = next(newsroom.numbers)
    newsroom.numbers = itertools.count(next_number)
    with app.app_context():
        scenes[make] = Scene(store.keep(), copy.copy(made), next_number)
    return made


def leave(app: Flask) -> None:
    """Let go of the application's database before it is dropped."""
    if store := app.extensions.pop(STORE, None):
        store.connection.close()


@contextmanager
def unguarded() -> Iterator[Connection]:
    """A transaction in which the database lets go of what it keeps as it is: the log of decisions."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        guards = connection.execute(text(GUARDS)).all()
        for name, _ in guards:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, definition in guards:
            connection.exec_driver_sql(definition)


class SqliteStore:
    """Copies of the whole database in memory."""

    def __init__(self) -> None:
        self.rows_anywhere = " OR ".join(f'EXISTS (SELECT 1 FROM "{name}")' for name in _tables())
        self.nothing: sqlite3.Connection | None = None

    def empty(self) -> None:
        if self.nothing is not None:
            self.put_back(self.nothing)
            return
        with unguarded() as connection:
            for name in _tables():
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
        self.nothing = self.keep()

    def is_empty(self) -> bool:
        with db.engine.begin() as connection:
            return not connection.exec_driver_sql(f"SELECT {self.rows_anywhere}").scalar()

    def keep(self) -> sqlite3.Connection:
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with _raw() as connection:
            connection.backup(kept)
        return kept

    def put_back(self, kept: sqlite3.Connection) -> None:
        with _raw() as connection:
            kept.backup(connection)


class PostgresqlStore:
    """Rows as INSERTs, on a connection of its own: what the application's connections have prepared stays prepared."""

    def __init__(self) -> None:
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        # As a replica it fires no triggers and checks no foreign keys.
        self.connection = psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica")
        sequences = [name for (name,) in self.connection.execute(SEQUENCES)]
        rows = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in _tables()]
        moved = [f"SELECT '{name}' WHERE (SELECT is_called FROM {name})" for name in sequences]
        self.with_rows, self.used = " UNION ALL ".join(rows), " UNION ALL ".join(rows + moved)
        self.sequences = set(sequences)

    def empty(self) -> None:
        if used := self._names(self.used):
            self.connection.execute("; ".join(map(self._fresh, used)))

    def _fresh(self, name: str) -> str:
        return f"SELECT setval('{name}', 1, false)" if name in self.sequences else f'DELETE FROM "{name}"'

    def _names(self, question: str) -> list[str]:
        return [name for (name,) in self.connection.execute(question, prepare=True)]

    def is_empty(self) -> bool:
        return not self._names(self.with_rows)

    def keep(self) -> str:
        return "; ".join(
            self._reached(name) if name in self.sequences else self._inserts(name) for name in self._names(self.used)
        )

    def _inserts(self, table: str) -> str:
        names = [f'"{name}"' for (name,) in self.connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
        )]  # fmt: skip
        values = ", ".join(f"quote_nullable({name})" for name in names)
        rows = self.connection.execute(f"SELECT concat_ws(', ', {values}) FROM \"{table}\"").fetchall()
        return f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ' + ", ".join(f"({row})" for (row,) in rows)

    def _reached(self, sequence: str) -> str:
        (number,) = self.connection.execute(f"SELECT last_value FROM {sequence}").fetchone()
        return f"SELECT setval('{sequence}', {number})"

    def put_back(self, kept: str) -> None:
        self.connection.execute(kept)


def _store(app: Flask) -> Store:
    if STORE not in app.extensions:
        app.extensions[STORE] = PostgresqlStore() if db.engine.dialect.name == "postgresql" else SqliteStore()
    return app.extensions[STORE]


def _tables() -> list[str]:
    ours = [table.name for table in reversed(db.metadata.sorted_tables) if table.name.startswith(PREFIX)]
    return [*ours, WORDS_TABLE]


@contextmanager
def _raw() -> Iterator[sqlite3.Connection]:
    connection = db.engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()
