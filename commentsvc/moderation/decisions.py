"""Decisions of moderators: one or many at once, each with the version that was seen."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import defer, joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..comments import lifecycle
from ..comments.log import new_batch
from ..comments.models import Comment, Decision
from ..core.database import db
from ..core.errors import Conflict, NotFound, Stale, ValidationFailed
from ..sites.models import Site
from ..sites.settings import OTHER, SiteSettings
from . import leases
from .models import Flag

MOST_AT_ONCE = 200
KEEPS = ("approve", "ignore_flags")  # what answers reports by leaving a comment where readers see it
REFUSALS = ("reject", "spam")  # what its writer is told the reason of


@dataclass(frozen=True)
class Seen:
    """A comment, and the version of it and how many open reports the moderator looked at; None: they do not say."""

    id: int
    version: int
    reports: int | None = None


@dataclass
class Outcome:
    """What came of a batch; a conflict is a comment that changed since it was seen, or cannot become what was asked.

    `refused` says of the latter, by their ids, why.
    """

    decided: list[tuple[Comment, Decision | None]] = field(default_factory=list)
    conflicts: list[tuple[Comment, Decision | None]] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def decide_all(
    seen: Sequence[Seen],
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    note: str = "",
    batch: str | None = None,
) -> Outcome:
    """Decide on every comment as it was seen; what changed meanwhile is reported and left alone.

    `batch` is the stroke this is part of; without one it is a stroke of its own.
    Raises NotFound when one of them is none the actor may know of, ValidationFailed for a reason the site does not
    list: then nothing is decided.
    """
    comments = comments_in_turn(actor, [each.id for each in seen])
    if reason or action in REFUSALS:
        for site_id in {comment.site_id for comment in comments.values()}:
            ensure_reason(db.session.get_one(Site, site_id).settings, action, reason, note)
    reported_since = _reported_since(seen, action, comments)
    as_seen = [(comments[each.id], each.version) for each in seen if each.id not in reported_since]
    asked = {comment.id for comment, _ in as_seen if action in lifecycle.AFTER and comment.open_flags}
    result = lifecycle.decide_each(
        as_seen, action, actor=actor, now=now, reason=reason, note=note, batch=batch or new_batch(), asked=asked
    )
    settle_flags(asked & result.decided.keys(), now)
    leases.release(list(result.decided))
    decided = [(comment, result.decided[comment.id]) for comment, _ in as_seen if comment.id in result.decided]
    all_refused = result.refused | reported_since
    last = last_decisions(all_refused)
    conflicts = [(comments[id], last.get(id)) for id in all_refused]
    refused = {id: str(error) for id, error in all_refused.items() if not isinstance(error, Stale)}
    return Outcome(decided, conflicts, refused)


def _reported_since(seen: Sequence[Seen], action: str, comments: Mapping[int, Comment]) -> dict[int, Conflict]:
    """What nobody keeps who has not read why it was reported: a report is no new version."""
    if action not in KEEPS:
        return {}
    more = [each.id for each in seen if each.reports is not None and comments[each.id].open_flags > each.reports]
    return {id: Conflict("A reader reported it after you opened it.") for id in more}


def ensure_reason(settings: SiteSettings, action: str, reason: str, note: str) -> None:
    """Raises ValidationFailed for a refusal without the reason the site asks for, and for one it does not list."""
    if not reason and action in REFUSALS and settings.reason_required:
        raise ValidationFailed({"reason": ["Give a reason."]})
    if reason and reason not in settings.listed_reasons:
        raise ValidationFailed({"reason": [f"Use one of: {', '.join(settings.listed_reasons)}."]})
    if reason == OTHER and not note:
        raise ValidationFailed({"note": ["Say in a note what the other reason is."]})


def comments_in_turn(actor: Actor, ids: Sequence[int], stories: Collection[int] = ()) -> dict[int, Comment]:
    """The comments as they are when nobody else can decide on them any more; `stories` are others to wait for.

    Raises NotFound, Forbidden, and Stale when a comment was moved on and on meanwhile.
    """
    lifecycle.wait_for_turn_of(ids, stories)
    found = _fresh(ids)
    if len(found) < len(set(ids)):
        raise NotFound("There is nothing here by that name.")
    for site_id, section in {(comment.site_id, comment.section) for comment in found.values()}:
        ensure(actor, Permission.MODERATE, site_id, section)
    return found


def _fresh(ids: Sequence[int]) -> dict[int, Comment]:
    """The comments as they are now, whatever this session read before; nobody decides by what their text became."""
    rows = select(Comment).where(Comment.id.in_(ids)).options(defer(Comment.content), defer(Comment.html))
    return {comment.id: comment for comment in db.session.scalars(rows.execution_options(populate_existing=True))}


def settle_flags(ids: Collection[int], now: datetime) -> dict[int, int]:
    """A verdict answers every report that was open; how many, by the comments' ids."""
    return _move_reports(ids, Flag.settled_at.is_(None), settled_at=now, opened=-1)


def ask_again(ids: Collection[int], settled_at: datetime) -> dict[int, int]:
    """The reports that were answered at a moment are open again; how many, by the comments' ids."""
    return _move_reports(ids, Flag.settled_at == settled_at, settled_at=None, opened=1)


def ask_of_meantime(ids: Collection[int], since: datetime) -> dict[int, int]:
    """The reports that came in since a moment and were answered on arrival are open; how many, by the comments' ids."""
    on_arrival = and_(Flag.settled_at == Flag.created_at, Flag.created_at >= since)
    return _move_reports(ids, on_arrival, settled_at=None, opened=1)


def _move_reports(
    ids: Collection[int], which: ColumnElement[bool], *, settled_at: datetime | None, opened: int
) -> dict[int, int]:
    if not ids:
        return {}
    moved = update(Flag).where(Flag.comment_id.in_(ids), which).values(settled_at=settled_at)
    moved = moved.returning(Flag.comment_id).execution_options(synchronize_session=False)
    counted = Counter(db.session.scalars(moved))
    lifecycle.count_flags({id: opened * number for id, number in counted.items()})
    return counted


def last_decision(comment: Comment) -> Decision | None:
    return last_decisions([comment.id]).get(comment.id)


def last_decisions(ids: Collection[int]) -> dict[int, Decision]:
    """The newest decision on each comment, with who took it."""
    newest = select(func.max(Decision.id)).where(Decision.comment_id.in_(ids)).group_by(Decision.comment_id)
    rows = select(Decision).where(Decision.id.in_(newest)).options(joinedload(Decision.account))
    return {decision.comment_id: decision for decision in db.session.scalars(rows)} if ids else {}
