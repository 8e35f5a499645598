"""What changed since a page of the queue was drawn: what is new, what others decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import lazyload

from ..accounts.models import Account
from ..accounts.permissions import Actor
from ..comments.models import Comment, Decision
from ..comments.queries import in_sections
from ..core.database import db
from . import queue
from .models import Flag
from .walk import MOST_COUNTED, number_of

DONE = {
    "approve": "Approved",
    "reject": "Rejected",
    "spam": "Marked as spam",
    "hold": "Put back to wait",
    "later": "Put aside for later",
    "escalate": "Escalated",
    "feature": "Made an editors’ pick",
    "unfeature": "Taken off the editors’ picks",
    "pin": "Pinned",
    "unpin": "Unpinned",
    "lock": "Locked",
    "unlock": "Unlocked",
    "ignore_flags": "Kept, whatever is reported,",
    "move": "Moved",
}


@dataclass(frozen=True)
class Changed:
    """What happened to one comment of the page; `by` is None where no colleague did it."""

    id: int
    status: str
    version: int
    by: str | None
    said: str


def new_since(asked: queue.Asked, since: datetime, *, actor: Actor) -> int:
    """How many comments that match were written or came into the queue since a moment, counted as far as anything is.

    What the actor brought into it is not new to them.
    """
    wanted = queue.conditions(asked)
    written = number_of([*wanted, Comment.created_at > since])
    came = number_of([*wanted, Comment.created_at <= since, _came_since(asked, since, actor)])
    return min(MOST_COUNTED, db.session.scalar(select(written + came)) or 0)


def _came_since(asked: queue.Asked, since: datetime, actor: Actor) -> ColumnElement[bool]:
    """Whether a comment that is in the queue came there since: by a colleague, a rule or its oldest open report."""
    if asked.queue == "all":
        return false()
    into: list[ColumnElement[bool]] = [Decision.aside_before.is_not(None), Decision.action.in_(("later", "escalate"))]
    into.append(Decision.reports < 0 if asked.queue == "flagged" else Decision.before.is_distinct_from(Decision.after))
    decided = select(Decision.comment_id).where(Decision.site_id == asked.site_id, Decision.created_at > since)
    decided = decided.where(Decision.account_id.is_distinct_from(actor.account_id), or_(*into))
    came = Comment.id.in_(decided)
    if asked.queue != "flagged":
        return came
    open_reports = select(func.min(Flag.created_at)).where(Flag.comment_id == Comment.id, Flag.settled_at.is_(None))
    return or_(came, open_reports.correlate(Comment).scalar_subquery() > since)


def changed_since(site_id: int, ids: Collection[int], since: datetime, *, actor: Actor) -> list[Changed]:
    """Those of the comments that were decided on, edited or taken back since a moment, each with the last of it."""
    if not ids:
        return []
    since_then = and_(Decision.comment_id == Comment.id, Decision.created_at > since)
    rows = (
        select(Comment.id, Comment.status, Comment.version, Comment.retracted_at, Decision.action, Account)
        .outerjoin(Decision, since_then)
        .outerjoin(Account, Account.id == Decision.account_id)
        .where(Comment.id.in_(ids), Comment.site_id == site_id, *in_sections(actor.sections_of(site_id)))
        .where(or_(Decision.id.is_not(None), Comment.retracted_at > since))
        .order_by(Decision.id)
        .options(lazyload(Account.sites))  # of the colleague only the name is told
    )
    changed: dict[int, Changed] = {}
    for id, status, version, retracted_at, action, account in db.session.execute(rows):
        by = _name(account, actor) if account else None
        taken_back = retracted_at is not None and retracted_at > since
        said = "Taken back by the writer" if taken_back else _said(action, by)
        changed[id] = Changed(id, status.lower(), version, by, said)
    return list(changed.values())


def _name(account: Account, actor: Actor) -> str:
    return "you" if account.id == actor.account_id else account.shown_name


def _said(action: str, by: str | None) -> str:
    return f"{DONE.get(action, action.capitalize())} by {by}" if by else "Changed meanwhile"
