"""From SQLite to PostgreSQL: every row with its own id, table by table, and what arrived compared with what left.

While it moves nobody writes into the SQLite file: it is held as by a writer, and read at one moment. How far it came is
kept in the target in the same transaction as the rows; a move that was stopped or killed goes on there. What a database
makes by itself, the words to search for and computed columns, is made there by PostgreSQL.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    cast,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    literal_column,
    make_url,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from .config import Misconfigured
from .core.changes import Change
from .core.database import PREFIX, db, writing
from .core.errors import Conflict
from .schema import newest, revision_in

AT_ONCE = 1_000  # rows of one transaction, and all that is in memory
ONE: ColumnElement[int] = literal_column("1")
ROWID = literal_column("rowid", BigInteger)

_far = MetaData()
# Not of the schema: it is there while a move is under way, and tells a half-done one from somebody's database.
PROGRESS = Table(
    f"{PREFIX}move_under_way",
    _far,
    Column("name", Text, primary_key=True),
    Column("after", BigInteger, nullable=False),
)


class Verbatim(TypeDecorator[str]):
    """JSON as it was written, letter by letter: None in it is not the absence of it."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> ColumnElement[Any]:
        return cast(type_coerce(bindparam, Text), JSON)


@dataclass(frozen=True)
class Arrived:
    """What became of one table: how many rows left and came, and whether they are the same."""

    table: str
    rows: int
    is_same: bool


def tables() -> list[Table]:
    """Ours, each after those it refers to; without the notes for processes that serve."""
    ours = (table for table in db.metadata.sorted_tables if table.name.startswith(PREFIX))
    return [table for table in ours if table is not Change.__table__]


def target_at(address: str) -> Engine:
    """Raises Misconfigured for anything but PostgreSQL, or where this service itself is not on SQLite."""
    if db.engine.dialect.name != "sqlite":
        raise Misconfigured("Only an installation on SQLite can be moved: COMMENTSVC_DATABASE_URL names another one.")
    url = make_url(address)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise Misconfigured("It can only be moved to PostgreSQL: postgresql://user@host/name.")
    return create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True)


def size() -> int:
    """Rows that there are to move."""
    with db.engine.connect() as source:
        return sum(_count(source, table) for table in tables())


def move(target: Engine, moved: Callable[[int], None]) -> list[Arrived]:
    """Move everything that is not there yet; `moved` is told of rows as they arrive. Returns what arrived.

    Raises Conflict where the schemas differ, the target holds anything that is not of a move under way, or what arrived
    is not what left.
    """
    _ensure_same_schema(target)
    _ensure_empty_or_under_way(target)
    with _held() as source:
        for table in tables():
            moved(_copy(source, target, table))
        with target.begin() as there:
            for table in tables():
                _point_ahead(source, there, table)
                _go_on_counting(source, there, table)
            there.execute(delete(Change))  # nobody serves there yet
        arrived = [_compared(source, target, table) for table in tables()]
    if wrong := [each.table for each in arrived if not each.is_same]:
        raise Conflict(f"What arrived is not what left: {', '.join(wrong)}. Empty the target and move again.")
    PROGRESS.drop(target)
    return arrived


def _ensure_same_schema(target: Engine) -> None:
    with db.engine.connect() as here, target.connect() as there:
        found = {"the SQLite file": revision_in(here), "the target": revision_in(there)}
    for where, revision in found.items():
        if revision != newest():
            raise Conflict(
                f"The schema of {where} is at {revision or 'nothing'}, this version needs {newest()}. Run there: "
                "commentsvc db upgrade"
            )


def _ensure_empty_or_under_way(target: Engine) -> None:
    if inspect(target).has_table(PROGRESS.name):
        return
    with target.connect() as there:
        full = [table.name for table in tables() if there.execute(select(ONE).select_from(table).limit(1)).first()]
    if full:
        raise Conflict(f"The target is not empty ({full[0]} has rows). Nothing was changed.")
    PROGRESS.create(target)


@contextmanager
def _held() -> Iterator[Connection]:
    """The SQLite file as it is at one moment; whoever wants to write waits, and is told to come back."""
    token = writing.set(True)
    try:
        with db.engine.begin() as source:
            yield source
    finally:
        writing.reset(token)


def _copy(source: Connection, target: Engine, table: Table) -> int:
    """All rows of a table that were not moved before; how many the table has."""
    after = _progress(target, table)
    done = _count(source, table, after >= ROWID)
    while rows := _next(source, table, after):
        after = rows[-1][0]
        values = [_ahead_left_out(table, row._mapping) for row in rows]
        with target.begin() as there:
            there.execute(insert(_as_there(table)), values)
            said = insert_or_update(PROGRESS).values(name=table.name, after=after)
            there.execute(said.on_conflict_do_update(index_elements=["name"], set_={"after": after}))
        done += len(rows)
    return done


def _progress(target: Engine, table: Table) -> int:
    with target.connect() as there:
        return there.scalar(select(PROGRESS.c.after).where(PROGRESS.c.name == table.name)) or 0


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.computed is None]


def _next(source: Connection, table: Table, after: int) -> list[Any]:
    rows = select(ROWID.label("rowid"), *map(_read, _columns(table))).select_from(table)
    return list(source.execute(rows.where(after < ROWID).order_by(ROWID).limit(AT_ONCE)))


def _read(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)
    return column


def _as_there(table: Table) -> Table:
    """The table for writing: JSON goes in as it was written, what the database computes is left out."""
    if table.name not in _far.tables:
        kinds = ((each, Verbatim() if isinstance(each.type, JSON) else each.type) for each in _columns(table))
        Table(table.name, _far, *(Column(each.name, kind) for each, kind in kinds))
    return _far.tables[table.name]


def _ahead(table: Table) -> list[Column[Any]]:
    """Columns that refer to a row of the same table, which may come later."""
    return [
        column
        for column in table.columns
        if any(key.column.table is table for key in column.foreign_keys) and column.nullable
    ]


def _ahead_left_out(table: Table, row: Any) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name != "rowid"}
    for column in _ahead(table):
        if (values[column.name] or 0) > row["rowid"]:
            values[column.name] = None
    return values


def _point_ahead(source: Connection, there: Connection, table: Table) -> None:
    """What referred to a row that came later does so now that it is there."""
    for column in _ahead(table):
        (key,) = table.primary_key.columns
        for id, value in source.execute(select(key, column).where(column > key)):
            there.execute(update(table).where(key == id).values({column.name: value}))


def _go_on_counting(source: Connection, there: Connection, table: Table) -> None:
    """New rows get numbers that no row has, nor, where numbers are never given twice, had."""
    keys = list(table.primary_key.columns)
    sequence = there.scalar(select(func.pg_get_serial_sequence(table.name, keys[0].name))) if len(keys) == 1 else None
    if sequence is None:
        return
    highest = source.scalar(select(func.max(keys[0]))) or 0
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        highest = max(highest, source.scalar(given, {"name": table.name}) or 0)
    there.execute(select(func.setval(sequence, max(1, highest), highest > 0)))


def _compared(source: Connection, target: Engine, table: Table) -> Arrived:
    with target.connect() as there:
        here, arrived = _digest(source, table), _digest(there, table)
    return Arrived(table.name, here[0], here == arrived)


def _digest(connection: Connection, table: Table) -> tuple[int, int]:
    """How many rows, and a sum of what each of them says: the databases sort words differently."""
    columns = sorted(_columns(table), key=lambda column: column.name)
    rows = select(*map(_read, columns)).execution_options(yield_per=AT_ONCE)
    count, total = 0, 0
    for row in connection.execute(rows):
        said = json.dumps(list(row), default=str, ensure_ascii=False).encode("utf-8", "surrogatepass")
        total = (total + int.from_bytes(blake2b(said, digest_size=16).digest())) % 2**128
        count += 1
    return count, total


def _count(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*where)) or 0
