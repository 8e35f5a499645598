"""Rows bound to each other by their hashes, so that one changed behind everybody's back is found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Select, Update, bindparam, select

from .database import db, table_of, upsert


def hash_after(before: str, fields: Mapping[str, Any], names: Sequence[str]) -> str:
    """The hash of a row that follows one with the hash `before` ("" for the first), over the fields of these names."""
    said = json.dumps([_plain(fields[name]) for name in names], ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{before}\n{said}".encode()).hexdigest()


READ_AT_ONCE = 1000  # rows in memory while a chain is followed


class Head(Protocol):
    """A table with the end of every site's chain: number and hash of its last row."""

    site_id: Any
    number: Any
    hash: Any


def end_of(head: type[Head], site_id: int) -> tuple[int, str]:
    """Wait for one's turn at a site's chain; the number and the hash of its last row.

    From here to the commit nobody else adds to it.
    """
    db.session.flush()
    found = db.session.execute(_end(head), {"of": site_id}).first()
    if found is None:
        db.session.execute(upsert(head).values(site_id=site_id, number=0, hash="").on_conflict_do_nothing())
        found = db.session.execute(_end(head), {"of": site_id}).one()
    return found.number, found.hash


@cache
def _end(head: type[Head]) -> Select[tuple[int, str]]:
    table = table_of(head)
    return select(table.c.number, table.c.hash).where(table.c.site_id == bindparam("of")).with_for_update()


def move_end(head: type[Head], site_id: int, number: int, last: str) -> None:
    """The row of this number and hash is the last one now."""
    db.session.execute(_moved(head), {"of": site_id, "last_number": number, "last_hash": last})


@cache
def _moved(head: type[Head]) -> Update:
    table = table_of(head)
    moved = table.update().where(table.c.site_id == bindparam("of"))
    return moved.values(number=bindparam("last_number"), hash=bindparam("last_hash"))


class Fault(StrEnum):
    """What can be wrong with a chain."""

    GAP = "a row is missing"
    CHANGED = "a row was changed"
    CUT = "its end is missing"


@dataclass(frozen=True)
class Walked:
    """How many rows from the beginning are as they were written, and what is wrong with what follows (None: nothing).

    `length` is how many there should be; `row` is the one that was changed.
    """

    sound: int
    length: int
    fault: Fault | None = None
    row: Mapping[str, Any] | None = None


def walk(rows: Iterable[Mapping[str, Any]], end: tuple[int, str] | None, highest: int, names: Sequence[str]) -> Walked:
    """Follow a chain from its beginning to the first fault.

    `rows` are those up to its `end` (number and hash of the last one; None: nobody wrote one), in order, each with its
    `number`, its `hash` and the fields of these names; `highest` is the highest number there is. Where others write
    meanwhile, `highest` is read first and the rows last: what is looked at later was written later.
    """
    ends = end or (0, "")
    length, number, last = max(ends[0], highest), 0, ""
    for row in rows:
        if row["number"] != number + 1:
            return Walked(number, length, Fault.GAP)
        if row["hash"] != hash_after(last, row, names):
            return Walked(number, length, Fault.CHANGED, row)
        number, last = row["number"], row["hash"]
    return Walked(number, length, None if (number, last) == ends and highest <= number else Fault.CUT)


def _plain(value: Any) -> Any:
    """A moment as every database gives it back: UTC, to the microsecond."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
