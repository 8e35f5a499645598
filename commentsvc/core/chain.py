"""Rows bound to each other by their hashes, so that one changed behind everybody's back is found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import select, update

from .database import db, upsert


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
    end = select(head.number, head.hash).where(head.site_id == site_id).with_for_update()
    found = db.session.execute(end).first()
    if found is None:
        db.session.execute(upsert(head).values(site_id=site_id, number=0, hash="").on_conflict_do_nothing())
        found = db.session.execute(end).one()
    return found.number, found.hash


def move_end(head: type[Head], site_id: int, number: int, last: str) -> None:
    """The row of this number and hash is the last one now."""
    moved = update(head).where(head.site_id == site_id).values(number=number, hash=last)
    db.session.execute(moved.execution_options(synchronize_session=False))


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
