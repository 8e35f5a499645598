"""The log of decisions: append-only, every site's a chain, so that a row changed behind its back is found.

A decision's hash is SHA-256 over the hash of the one before and the decision's own fields as canonical JSON. Whoever
can write to the database can write a whole new chain; a copy of the last hash kept elsewhere tells even that.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from sqlalchemy import func, select

from ..core.chain import READ_AT_ONCE, Fault, Walked, end_of, hash_after, move_end, walk
from ..core.database import as_read, db, table_of
from .models import Comment, Decision, LogHead

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


def new_batch() -> str:
    """A name for one stroke."""
    return secrets.token_hex(Decision.BATCH_LENGTH // 2)


def hash_of(fields: Mapping[str, Any], before: str) -> str:
    """The hash of one decision that follows one with the hash `before` ("" for the first of a site)."""
    return hash_after(before, fields, BOUND)


def append(entries: Sequence[Mapping[str, Any]]) -> list[Decision]:
    """Add decisions at the end of their sites' logs; the only way in. At most one for each comment, each naming every
    field of BOUND but its number.

    From here to the commit nobody else adds to these logs: whatever else has to be waited for comes before.
    """
    in_order = sorted(entries, key=lambda each: each["site_id"])
    rows = [row for site_id, few in groupby(in_order, lambda each: each["site_id"]) for row in _chained(site_id, few)]
    ids = {each.comment_id: each.id for each in db.session.execute(WRITTEN, rows)}  # one statement for all of them
    made = {row["comment_id"]: Decision(id=ids[row["comment_id"]], **row) for row in rows}
    for decision in made.values():
        as_read(decision)
    return [made[each["comment_id"]] for each in entries]


_decisions = table_of(Decision)
WRITTEN = _decisions.insert().returning(_decisions.c.id, _decisions.c.comment_id)


def _chained(site_id: int, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    number, last = end_of(LogHead, site_id)
    rows = []
    for entry in entries:
        number += 1
        row = {**entry, "number": number}
        last = row["hash"] = hash_of(row, last)
        rows.append(row)
    move_end(LogHead, site_id, number, last)
    return rows


def length_of(site_id: int) -> int:
    """How many decisions a site's log has; one that is committed later has a higher number."""
    return db.session.scalar(select(LogHead.number).where(LogHead.site_id == site_id)) or 0


@dataclass(frozen=True)
class Examined:
    """What came of reading a site's log from its beginning: how many decisions, and what is wrong (None: nothing)."""

    decisions: int
    wrong: str | None = None


def examine(site_id: int) -> Examined:
    """Read a site's whole log and find the first place where it was changed behind its back.

    Others write meanwhile: what is looked at later was written later, and the log is read up to the end it had.
    """
    highest = db.session.scalar(select(func.max(Decision.number)).where(Decision.site_id == site_id)) or 0
    undecided = _comments_without_any(site_id)
    end = db.session.execute(select(LogHead.number, LogHead.hash).where(LogHead.site_id == site_id)).first()
    walked = walk(_rows(site_id, end.number if end else 0), (end.number, end.hash) if end else None, highest, BOUND)
    return Examined(walked.sound, _said(walked) if walked.fault else _said_of_undecided(undecided))


def _said(walked: Walked) -> str:
    if walked.fault is Fault.GAP:
        return f"decision {walked.sound + 1} of the site is missing"
    if walked.row is not None:
        return f"decision {walked.row['number']} of the site (id {walked.row['id']}) was changed"
    return f"its end is missing: it should have {walked.length} decisions"


def _said_of_undecided(number: int) -> str | None:
    return f"{number} of its comments have no decision" if number else None


def _comments_without_any(site_id: int) -> int:
    """How many comments lack a decision: each gets its first with itself, in one transaction."""
    decided = select(Decision.id).where(Decision.comment_id == Comment.id).exists()
    return db.session.scalar(select(func.count()).where(Comment.site_id == site_id, ~decided)) or 0


def _rows(site_id: int, up_to: int) -> Iterator[Mapping[str, Any]]:
    columns = [Decision.id, Decision.hash, *(getattr(Decision, name) for name in BOUND)]
    rows = select(*columns).where(Decision.site_id == site_id, Decision.number <= up_to).order_by(Decision.number)
    for row in db.session.execute(rows.execution_options(yield_per=READ_AT_ONCE)).mappings():
        yield cast(Mapping[str, Any], row)
