"""The database: one SQLAlchemy object, the column types every table shares, and how SQLite is opened."""

import contextvars
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached, registry
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningInsert

PREFIX = "commentsvc_"  # the tables live in a host's database too, where `comment` may be taken

# The words of comments, to search for. The database keeps them by triggers (migration 0008), each in its own way, so
# no model knows this table, nor those SQLite makes beside it.
WORDS_TABLE = f"{PREFIX}comment_words"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column that is called INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on both sides; SQLite, which knows no zones, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime()})


# Objects stay readable after a commit: what is shown is what was written, with no second query.
db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Base = Model  # what the type checker can see of it
else:
    Base = db.Model

writing: contextvars.ContextVar[bool] = contextvars.ContextVar("commentsvc_writing", default=False)


def prepare_engine(engine: Engine) -> None:
    """Open SQLite so that an acknowledged comment survives a power cut and writers wait for their turn; PostgreSQL so
    that nothing runs or waits there without an end."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _open_postgresql)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # _begin_sqlite begins the transactions, not the driver
    # SQLite's own knows the letters of English only; a search is for readers of any language.
    connection.create_function("lower", 1, lambda text: text and str(text).lower(), deterministic=True)
    # Of its pages each connection keeps half a megabyte, not two: the system's own cache has them all.
    patience = f"busy_timeout={PATIENCE * 1000:.0f}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-500", patience):
        connection.execute(f"PRAGMA {pragma}")


LONGEST_STATEMENT, LONGEST_LOCK = 30, 10  # seconds on PostgreSQL; a statement of a migration takes what it takes
# Seconds, and how often: a machine that went away without a word is noticed, at either end, before its locks hurt.
CONNECTING, SILENCE, ASKED_AGAIN, ASKED = 5, 30, 10, 3
TO_POSTGRESQL = {
    "connect_timeout": CONNECTING,
    "keepalives_idle": SILENCE,
    "keepalives_interval": ASKED_AGAIN,
    "keepalives_count": ASKED,
    "tcp_user_timeout": 1000 * (SILENCE + ASKED * ASKED_AGAIN),
}


def _open_postgresql(connection: Any, _record: Any) -> None:
    # Not in the address as `options`: PgBouncer would refuse to connect. Outside any transaction, or the
    # pool would take it back.
    connection.autocommit = True
    for name, value in {
        "statement_timeout": f"{LONGEST_STATEMENT}s",
        "lock_timeout": f"{LONGEST_LOCK}s",
        # Compiling a statement takes longer than any of ours: a thread's page 140 ms instead of 25.
        "jit": "off",
        "tcp_keepalives_idle": SILENCE,
        "tcp_keepalives_interval": ASKED_AGAIN,
        "tcp_keepalives_count": ASKED,
    }.items():
        connection.execute(f"SET {name} = '{value}'")
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail at once when another writer came between;
    # one that says at its beginning that it will write waits for its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


PATIENCE = 5.0  # seconds for which one waits for one's turn, here and then in SQLite
_turns: WeakKeyDictionary[Engine, threading.RLock] = WeakKeyDictionary()


@contextmanager
def turn_to_write() -> Iterator[None]:
    """One writer of this process after the other, where the database has room for one only.

    SQLite lets those who wait try again and again at growing distances: the unlucky wait for seconds. Whoever has
    waited for `PATIENCE` goes on to SQLite, which has its own.
    """
    if db.engine.dialect.name != "sqlite":
        yield
        return
    turn = _turns.setdefault(db.engine, threading.RLock())
    mine = turn.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            turn.release()


def table_of(model: Any) -> Table:
    """A model's table, for statements that no object of the session takes part in.

    What every post asks is built once, with `bindparam`, and reads columns of tables: asked anew through the mapper,
    the same question takes four times as long.
    """
    return cast(Table, model.__table__)


def insert_now(row: Model) -> None:
    """Write one new object at once; afterwards the session has it as if it had read it.

    For what every post writes: the unit of work, made for many objects that wait for each other, takes five times as
    long. What the row refers to is given by number and is in the database; its relationships, where they are known, as
    committed values. Raises IntegrityError.
    """
    insertion, empty = _insertion(type(row))
    given = {name: value for name, value in vars(row).items() if value is not None and name in insertion.table.c}
    written = cast("CursorResult[Any]", db.session.execute(insertion, {**empty, **given}))
    defaults = cast(dict[str, Any], written.last_inserted_params())
    for name, value in {**defaults, "id": written.scalar_one()}.items():
        set_committed_value(row, name, value)
    as_read(row)


def as_read(row: Model) -> None:
    """Make an object that says what a row says the session's own, as if it had been read.

    What was taken back may still be known under a number that SQLite gives again.
    """
    make_transient_to_detached(row)
    taken_back = db.session.identity_map.get(identity_key(instance=row))
    if taken_back is not None:
        db.session.expunge(taken_back)
    db.session.add(row)


@cache
def _insertion(model: type[Model]) -> tuple[ReturningInsert[tuple[int]], dict[str, None]]:
    """The statement, and the columns that are NULL where nothing is given: the others have a default."""
    empty = [
        column.key
        for column in table_of(model).columns
        if not (column.primary_key or column.default or column.server_default or column.type.should_evaluate_none)
    ]
    return table_of(model).insert().returning(table_of(model).c.id), dict.fromkeys(empty)


def upsert(table: Any) -> Any:
    """An insert that may say what happens on a conflict; SQLAlchemy has one for each dialect."""
    return (postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert)(table)
