"""Deciding on all that matches a filter: exactly what was counted, in short transactions, as one batch."""

import base64
import binascii
import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_

from ..accounts.permissions import Actor
from ..comments.log import length_of
from ..comments.models import Comment, Decision, Move, Revision
from ..core.database import db
from ..core.errors import Conflict, ValidationFailed
from ..core.paging import MOST, Cursor
from ..core.text import excerpt
from . import decisions, queue
from .decisions import Seen
from .models import Flag

CHUNK = 100  # comments in one transaction: short enough that nobody waits for it
BATCH = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Snapshot:
    """What was counted and how far the work has come; opaque to the outside, like a cursor.

    `count` comments matched at `moment`, `highest` is the highest id among them, and the site's log had `logged`
    decisions: what is decided since is told by the log, not by a clock. `left` of them are still to be looked at,
    beginning `after` a place in the order of time; `failed` could not be decided on.
    """

    count: int
    highest: int
    logged: int
    moment: datetime
    left: int
    failed: int = 0
    after: Cursor | None = None

    def __str__(self) -> str:
        moment = Cursor.at(self.moment, 0).key
        place = [self.after.key, self.after.id] if self.after else []
        said = json.dumps([self.count, self.highest, self.logged, moment, self.left, self.failed, *place])
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


@dataclass
class Chunk:
    """What came of one step: how many were decided on, left because they had changed, or refused, and why."""

    decided: int = 0
    skipped: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)


class NumberChanged(Conflict):
    """Other comments match than those that were counted; `more["count"]` says how many now."""

    code, title = "number_changed", "The number changed"

    def __init__(self, count: int) -> None:
        self.more = {"count": count}
        super().__init__(f"The number changed: {count:,} of the comments that were counted match now. Count again.")


def read_snapshot(text: str) -> Snapshot:
    """The snapshot a caller sent back. Raises ValidationFailed for a made-up one."""
    try:
        said = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        count, highest, logged, moment, left, failed, *place = said
        numbers_are_sound = all(type(each) is int and 0 <= each < 2**63 for each in said)
        if numbers_are_sound and moment < MOST and len(place) in (0, 2) and (not place or place[0] < MOST):
            after = Cursor(*place) if place else None
            return Snapshot(count, highest, logged, Cursor(moment, 0).moment, left, failed, after)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise ValidationFailed({"snapshot": ["This snapshot was not given out by this service. Count again."]})


def read_batch(text: str, *, actor: Actor) -> str:
    """The batch a caller goes on with. Raises ValidationFailed for what is no name of one and for somebody else's."""
    if len(text) == Decision.BATCH_LENGTH and set(text) <= BATCH:
        whose = select(Decision.account_id).where(Decision.batch == text).distinct()
        if set(db.session.scalars(whose)) <= {actor.account_id}:
            return text
    raise ValidationFailed({"batch": ["This is no batch of yours."]})


def count(asked: queue.Asked, *, now: datetime) -> Snapshot:
    """How many comments match at this moment."""
    logged = length_of(asked.site_id)  # before the rest: what is decided in between was not counted
    number, highest = db.session.execute(
        select(func.count(), func.max(Comment.id)).where(*queue.conditions(asked))
    ).one()
    return Snapshot(number, highest or 0, logged, now, left=number)


def first_few(asked: queue.Asked, snapshot: Snapshot, *, limit: int = 5) -> list[tuple[Comment, str]]:
    """The oldest of what was counted, each with the beginning of its text."""
    rows = (
        select(Comment, Revision.text)
        .join(Revision, (Revision.comment_id == Comment.id) & (Revision.number == Comment.revision_number))
        .where(*_as_counted(asked, snapshot))
        .order_by(Comment.created_at, Comment.id)
        .limit(limit)
    )
    return [(comment, excerpt(text)) for comment, text in db.session.execute(rows)]


def still_matching(asked: queue.Asked, snapshot: Snapshot) -> int:
    """How many of those left in the snapshot match unchanged. Raises NumberChanged for more than were counted."""
    rows = select(func.count()).select_from(Comment).where(*_as_counted(asked, snapshot))
    number = db.session.scalar(rows) or 0
    if number > snapshot.left:
        raise NumberChanged(number)
    return number


def decide_chunk(
    asked: queue.Asked,
    action: str,
    snapshot: Snapshot,
    *,
    actor: Actor,
    now: datetime,
    batch: str,
    reason: str = "",
    note: str = "",
    limit: int = CHUNK,
) -> tuple[Chunk, Snapshot]:
    """Decide on the next `limit` of what was counted. Returns what came of it and how far the work has come.

    Whatever changed, came or was decided on since it was counted is left alone. Raises NumberChanged, and what
    `decide_all` raises: then nothing of this step is done.
    """
    standing = still_matching(asked, snapshot)
    rows = select(Comment.id, Comment.version, Comment.created_at).where(*_as_counted(asked, snapshot))
    found = db.session.execute(rows.order_by(Comment.created_at, Comment.id).limit(limit)).all()
    chunk = Chunk(skipped=snapshot.left - standing)
    if not found:
        return chunk, replace(snapshot, left=0)
    seen = [Seen(id, version) for id, version, _ in found]
    outcome = decisions.decide_all(seen, action, actor=actor, now=now, reason=reason, note=note, batch=batch)
    chunk.decided = sum(decision is not None for _, decision in outcome.decided)
    chunk.failed = list(outcome.refused.items())
    chunk.skipped += len(found) - chunk.decided - len(chunk.failed)
    return chunk, replace(
        snapshot,
        left=max(0, standing - len(found)),
        failed=snapshot.failed + len(chunk.failed),
        after=Cursor.at(found[-1].created_at, found[-1].id),
    )


def decided_in(batch: str, site_id: int) -> int:
    """How many comments of a site were decided on as one batch."""
    rows = select(func.count()).select_from(Decision).where(Decision.batch == batch, Decision.site_id == site_id)
    return db.session.scalar(rows) or 0


def _as_counted(asked: queue.Asked, snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """What was counted and is unchanged. A late arrival is none of it, whichever way it came to match."""
    since = (Decision.site_id == asked.site_id, Decision.number > snapshot.logged)
    moved = select(Move.to_story_id).join(Decision, Decision.id == Move.decision_id).where(*since)
    wanted = [
        *queue.conditions(asked),
        Comment.id <= snapshot.highest,
        Comment.created_at <= snapshot.moment,
        Comment.id.not_in(select(Decision.comment_id).where(*since)),
        # Of a conversation that moved only the first comment has a decision: of its replies nobody knows who came.
        or_(Comment.parent_id.is_(None), Comment.story_id.not_in(moved.where(Move.to_story_id.is_not(None)))),
        or_(Comment.retracted_at.is_(None), Comment.retracted_at <= snapshot.moment),
    ]
    reported = select(Flag.id).where(Flag.comment_id == Comment.id, Flag.settled_at.is_(None)).correlate(Comment)
    wanted.append(~reported.where(Flag.created_at > snapshot.moment).exists())
    if snapshot.after:
        wanted.append(_beyond(snapshot.after))
    return wanted


def _beyond(after: Cursor) -> ColumnElement[bool]:
    place = tuple_(literal(after.moment, Comment.created_at.type), literal(after.id, Comment.id.type))
    return tuple_(Comment.created_at, Comment.id) > place
