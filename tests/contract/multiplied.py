"""Much of everything: every row of a newspaper copied, with what it belongs to and without.

A copy's foreign keys lead to the same row as the original's or to that row's own copy, every combination in its turn: of
a hundred copies of a comment some stand under its story, some are its writer's, some are neither. A new table is copied
like the others; nobody has to think of it.
"""

import zlib
from datetime import timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table, UniqueConstraint, func, insert, select

from commentsvc.core.database import PREFIX, db

Row = dict[str, Any]
ORIGINALS = 8  # rows of each table that are copied
# Columns whose value follows from another one's: a reply stands under the story of what it answers.
TOGETHER = {"parent_id": "story_id", "root_id": "story_id", "comment_id": "comment_id", "revision_id": "comment_id"}

# One row's own list: its copies are the same row's.
OF_ONE = {(f"{PREFIX}story_pick", "story_id"), (f"{PREFIX}transferred_byline", "transfer_id")}


def tables() -> list[Table]:
    return [each for each in db.metadata.sorted_tables if each.name.startswith(PREFIX)]


def originals(connection: Connection) -> dict[str, list[Row]]:
    """The first rows of each table."""
    return {
        table.name: [
            dict(each._mapping)
            for each in connection.execute(select(table).order_by(*table.primary_key.columns).limit(ORIGINALS))
        ]
        for table in tables()
    }


def multiply(connection: Connection, rows: dict[str, list[Row]], numbers: range) -> None:
    """As many copies of the rows as there are numbers; the numbers tell them apart."""
    made: dict[tuple[str, Any, int], Any] = {}
    for table in tables():
        for row in rows[table.name]:
            for number in numbers:
                copy = _copy(connection, table, row, number, made)
                if copy is not None:
                    key = connection.execute(insert(table).values(copy)).inserted_primary_key
                    _note(table, row, number, key, made)


def _note(table: Table, row: Row, number: int, key: Any, made: dict) -> None:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        made[table.name, row[columns[0].name], number] = key[0]


def _copy(connection: Connection, table: Table, row: Row, number: int, made: dict) -> Row | None:
    unique = _unique(table)
    copy = {}
    for column in table.columns:
        copy[column.name] = row[column.name]
        if column.computed is not None or (column.primary_key and _counts_by_itself(column, table)):
            del copy[column.name]
        elif column.foreign_keys:
            if (table.name, column.name) in OF_ONE:
                continue
            copy[column.name] = _followed(column, row, number, made, always=column.name in unique)
            if column.name in unique and copy[column.name] == row[column.name] is not None:
                return None  # of what it would have to belong to there is no copy
        elif column.name in unique and row[column.name] is not None:
            copy[column.name] = _another(connection, column, row[column.name], number)
        elif column.name == "created_at":
            copy[column.name] = row[column.name] + timedelta(microseconds=number)
    return copy


def _unique(table: Table) -> set[str]:
    """The columns that, changed, make a row another one."""
    kinds = [[c.name for c in each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)]
    kinds += [[c.name for c in each.columns] for each in table.indexes if each.unique]
    kinds += [[c.name for c in table.primary_key.columns], *([c.name] for c in table.columns if c.unique)]
    chosen, chosen_from = set(), _words_of_a_list(table)
    for names in kinds:
        plain = [name for name in names if not table.columns[name].foreign_keys and name not in chosen_from]
        chosen.update(plain or [name for name in names if table.columns[name].foreign_keys])
    return chosen


def _words_of_a_list(table: Table) -> set[str]:
    """Columns that take one of a few words, as the database checks."""
    checks = [str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint)]
    return {check.partition(" IN ")[0].strip("( ") for check in checks if " IN (" in check}


def _counts_by_itself(column: Column, table: Table) -> bool:
    return len(table.primary_key.columns) == 1 and column.type.python_type is int and not column.foreign_keys


def _followed(column: Column, row: Row, number: int, made: dict, *, always: bool) -> Any:
    (key,) = column.foreign_keys
    bit = zlib.crc32(TOGETHER.get(column.name, column.name).encode()) % 5
    stays = not always and not number >> bit & 1
    value = row[column.name]
    return value if stays else made.get((key.column.table.name, value, number), value)


def _another(connection: Connection, column: Column, value: Any, number: int) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return (connection.scalar(select(func.max(column))) or 0) + 1
    if isinstance(value, str):
        length = getattr(column.type, "length", None) or 100_000
        ending = f"-{number}"
        return value[: length - len(ending)] + ending
    return value + timedelta(seconds=number)
