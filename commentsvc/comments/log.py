"""The log of decisions: append-only, every site's a chain, so that a row changed behind its back is found.

A decision's hash is SHA-256 over the hash of the one before and the decision's own fields as canonical JSON. Whoever
can write to the database can write a whole new chain; a copy of the last hash kept elsewhere tells even that.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, cast

from sqlalchemy import insert, select, update

from ..core.database import db
from ..outbox.service import insert_of_dialect
from .models import Decision, LogHead

BOUND = (
    "site_id",
    "number",
    "comment_id",
    "revision_id",
    "account_id",
    "rule",
    "action",
    "before",
    "after",
    "reason",
    "note",
    "batch",
    "undoes_id",
    "aside_before",
    "featured_before",
    "pinned_before",
    "locked_before",
    "held_before",
    "ignored_before",
    "reports",
    "created_at",
)  # the fields a hash is made of; migration 0010 names them too
READ_AT_ONCE = 1000


def new_batch() -> str:
    """A name for one stroke."""
    return secrets.token_hex(Decision.BATCH_LENGTH // 2)


def hash_of(fields: Mapping[str, Any], before: str) -> str:
    """The hash of one decision that follows one with the hash `before` ("" for the first of a site)."""
    said = json.dumps([_plain(fields[name]) for name in BOUND], ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{before}\n{said}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A moment as every database gives it back: UTC, to the microsecond."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value


def append(entries: Sequence[Mapping[str, Any]]) -> list[Decision]:
    """Add decisions at the end of their sites' logs; the only way in. At most one for each comment, each naming every
    field of BOUND but its number.

    From here to the commit nobody else adds to these logs: whatever else has to be waited for comes before.
    """
    in_order = sorted(entries, key=lambda each: each["site_id"])
    rows = [row for site_id, few in groupby(in_order, lambda each: each["site_id"]) for row in _chained(site_id, few)]
    made = {each.comment_id: each for each in db.session.scalars(insert(Decision).returning(Decision), rows)}
    return [made[each["comment_id"]] for each in entries]


def _chained(site_id: int, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    number, last = _end_of(site_id)
    rows = []
    for entry in entries:
        number += 1
        row = {**entry, "number": number}
        last = row["hash"] = hash_of(row, last)
        rows.append(row)
    moved = update(LogHead).where(LogHead.site_id == site_id).values(number=number, hash=last)
    db.session.execute(moved.execution_options(synchronize_session=False))
    return rows


def _end_of(site_id: int) -> tuple[int, str]:
    """Wait for one's turn at a site's log; the number and the hash of its last decision."""
    end = select(LogHead.number, LogHead.hash).where(LogHead.site_id == site_id).with_for_update()
    found = db.session.execute(end).first()
    if found is None:
        begun = insert_of_dialect()(LogHead).values(site_id=site_id, number=0, hash="")
        db.session.execute(begun.on_conflict_do_nothing())
        found = db.session.execute(end).one()
    return found.number, found.hash


@dataclass(frozen=True)
class Examined:
    """What came of reading a site's log from its beginning: how many decisions, and what is wrong (None: nothing)."""

    decisions: int
    wrong: str | None = None


def examine(site_id: int) -> Examined:
    """Read a site's whole log and find the first place where it was changed behind its back."""
    number, last = 0, ""
    for row in _rows(site_id):
        if row["number"] != number + 1:
            return Examined(number, f"decision {number + 1} of the site is missing")
        if row["hash"] != hash_of(row, last):
            return Examined(number, f"decision {row['number']} of the site (id {row['id']}) was changed")
        number, last = row["number"], row["hash"]
    end = db.session.execute(select(LogHead.number, LogHead.hash).where(LogHead.site_id == site_id)).first()
    if (number, last) != (tuple(end) if end else (0, "")):
        return Examined(number, f"its end is missing: it should have {end.number if end else 0} decisions")
    return Examined(number)


def _rows(site_id: int) -> Iterator[Mapping[str, Any]]:
    columns = [Decision.id, Decision.hash, *(getattr(Decision, name) for name in BOUND)]
    rows = select(*columns).where(Decision.site_id == site_id).order_by(Decision.number)
    for row in db.session.execute(rows.execution_options(yield_per=READ_AT_ONCE)).mappings():
        yield cast(Mapping[str, Any], row)
