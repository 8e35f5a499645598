"""Decisions of moderators: one or many at once, each with the version that was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..comments import lifecycle, moving
from ..comments.events import cause_of
from ..comments.models import Comment, Decision, Status
from ..core.database import db
from ..core.errors import Conflict, NotFound, Stale
from ..core.events import withdraw
from ..outbox import service as outbox
from .models import Flag

MOST_AT_ONCE = 200
UNDO = "undo"


@dataclass(frozen=True)
class Seen:
    """A comment and the version of it that the moderator looked at."""

    id: int
    version: int


@dataclass
class Outcome:
    """What came of a batch; a conflict is a comment that changed since it was seen."""

    decided: list[tuple[Comment, Decision | None]] = field(default_factory=list)
    conflicts: list[tuple[Comment, Decision | None]] = field(default_factory=list)


def decide_all(
    seen: Sequence[Seen], action: str, *, actor: Actor, now: datetime, reason: str = "", note: str = ""
) -> Outcome:
    """Decide on every comment as it was seen; what changed meanwhile is reported and left alone.

    Raises NotFound when one of them is none the actor may know of: then nothing is decided.
    """
    comments = _comments_for(actor, [each.id for each in seen])
    outcome = Outcome()
    for each in seen:
        comment = comments[each.id]
        try:
            with db.session.begin_nested():
                decision = lifecycle.decide(
                    comment,
                    action,
                    actor=actor,
                    seen=each.version,
                    now=now,
                    reason=reason,
                    note=note,
                    was_asked=action in lifecycle.AFTER and settle_flags(comment, now),
                )
            outcome.decided.append((comment, decision))
        except (Stale, Conflict):
            outcome.conflicts.append((comment, last_decision(comment)))
    return outcome


def _comments_for(actor: Actor, ids: Sequence[int]) -> dict[int, Comment]:
    found = _fresh(ids)
    if len(found) < len(set(ids)):
        raise NotFound("There is nothing here by that name.")
    for site_id, section in {(comment.site_id, comment.section) for comment in found.values()}:
        ensure(actor, Permission.MODERATE, site_id, section)
    lifecycle.wait_for_turn(found.values())
    return _fresh(ids)  # whoever had to wait looks again


def _fresh(ids: Sequence[int]) -> dict[int, Comment]:
    """The comments as they are now, whatever this session read before."""
    rows = select(Comment).where(Comment.id.in_(ids)).options(joinedload(Comment.author), joinedload(Comment.story))
    return {comment.id: comment for comment in db.session.scalars(rows.execution_options(populate_existing=True))}


def settle_flags(comment: Comment, now: datetime) -> bool:
    """A verdict answers every report that was open. Returns whether there was any."""
    settled = db.session.execute(
        update(Flag).where(Flag.comment_id == comment.id, Flag.settled_at.is_(None)).values(settled_at=now)
    )
    number: int = settled.rowcount  # type: ignore[attr-defined]
    if number:
        lifecycle.count_flags(comment.id, -number)
    return number > 0


def last_decision(comment: Comment) -> Decision | None:
    rows = select(Decision).where(Decision.comment_id == comment.id).options(joinedload(Decision.account))
    return db.session.scalar(rows.order_by(Decision.id.desc()).limit(1))


def undo(decision_id: int, *, actor: Actor, now: datetime) -> tuple[Comment, Decision | None]:
    """Put back what was before a decision; itself a decision.

    Raises NotFound, and Conflict when something was decided since or there is nothing before it to go back to.
    """
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound("There is nothing here by that name.")
    if decision.action == moving.MOVE:  # waits for two stories at once, in its own order
        return moving.move_back(decision, actor=actor, now=now)
    comment = _comments_for(actor, [decision.comment_id])[decision.comment_id]
    newest = last_decision(comment)
    if newest is None or newest.id != decision.id:
        raise Conflict("Something was decided about this comment since; undo that first.")
    actions = [_opposite(decision), *(["feature"] if _took_a_pick(decision) else [])]
    note = f"undoes decision {decision.id}"
    _ask_again(decision)
    unheard = outbox.cancel(cause_of(decision.id), now=now)  # undone in time: nobody hears of either
    for action in actions:
        done = lifecycle.decide(
            comment,
            action,
            actor=actor,
            seen=comment.version,
            now=now,
            reason=UNDO,
            note=note,
            was_asked=action in lifecycle.AFTER,
        )
        if done and unheard:
            withdraw(cause_of(done.id))
    return comment, done


def _took_a_pick(decision: Decision) -> bool:
    """Whether an editors' pick lost that place because it was not visible any more."""
    rows = select(Decision.action).where(Decision.comment_id == decision.comment_id, Decision.id < decision.id)
    last = db.session.scalar(rows.where(Decision.action != "approve").order_by(Decision.id.desc()).limit(1))
    return decision.action in ("reject", "spam", "hold") and last == "feature"


def _ask_again(decision: Decision) -> None:
    """The reports a decision answered are open again."""
    settled = update(Flag).where(Flag.comment_id == decision.comment_id, Flag.settled_at == decision.created_at)
    reopened = db.session.execute(settled.values(settled_at=None))
    lifecycle.count_flags(decision.comment_id, reopened.rowcount)  # type: ignore[attr-defined]


def _opposite(decision: Decision) -> str:
    if decision.action in ("feature", "unfeature"):
        return "unfeature" if decision.action == "feature" else "feature"
    if decision.before is None:
        raise Conflict("This was the first decision about this comment: there is nothing before it.")
    return next(action for action, status in lifecycle.AFTER.items() if status is Status(decision.before))
