"""The single writer of a comment's status. Every change leaves one Decision and keeps the counts true."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, Update, case, select, update
from sqlalchemy.orm.exc import StaleDataError

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author
from ..authors.service import fresh_slug
from ..core.database import db
from ..core.errors import Conflict, Stale
from ..screening import Outcome, Screening, Verdict
from ..stories.models import Story
from . import events
from .models import REPORT, Aside, Comment, Decision, Revision, Status
from .verdicts import stored

AFTER = {
    "approve": Status.APPROVED,
    "reject": Status.REJECTED,
    "spam": Status.SPAM,
    "hold": Status.PENDING,
    "ignore_flags": Status.APPROVED,  # keep it, and let no reports bring it back until it is edited
}
# What changes no status: a place in the thread, or aside in the queue. The column, and whether the action sets it.
MARKS = {
    "feature": ("featured_at", True),
    "unfeature": ("featured_at", False),
    "pin": ("pinned_at", True),
    "unpin": ("pinned_at", False),
    "lock": ("locked_at", True),
    "unlock": ("locked_at", False),
}
PUTS_ASIDE = {"later": Aside.LATER, "escalate": Aside.ESCALATED}
ACTIONS = (*AFTER, *MARKS, *PUTS_ASIDE)
WEIGHT = {Outcome.HOLD: 1, Outcome.REJECT: 2, Outcome.SPAM: 3}  # of a verdict, in the order by risk
BY_RULES = {
    Outcome.NOTE: Status.APPROVED,
    Outcome.HOLD: Status.PENDING,
    Outcome.REJECT: Status.REJECTED,
    Outcome.SPAM: Status.SPAM,
}
NOTHING_TO_OBJECT = "screening"  # the actor of a decision when no rule spoke against it


def settle(
    comment: Comment,
    revision: Revision,
    screening: Screening,
    *,
    now: datetime,
    is_final: bool = True,
    notify: str = "none",
) -> Decision:
    """Give a new or edited text the status the rules decided on; the decisive rule is the actor.

    While an outside check is still to be asked the decision is not final, and nobody outside hears of it.
    `notify` is what the writer of a new comment asked to hear of: none, replies, all.
    """
    wait_for_turn([comment])
    before = comment.status if revision.number > 1 else None
    decision = _decided_by_rules(comment, revision, screening, before, now)
    if before is None:
        events.created(comment, notify)
    else:
        events.edited(comment)
    if is_final and before != decision.after:
        events.decided(comment, decision)
    return decision


def settle_finally(comment: Comment, revision: Revision, screening: Screening, *, now: datetime) -> None:
    """What the rules decide now that the outside checks have spoken too.

    Nothing changes where somebody came between: a moderator who decided, the writer who edited or retracted.
    """
    first = _first_decision(comment, revision)
    if first is None or comment.retracted_at is not None:
        return
    decision = _decided_by_rules(comment, revision, screening, comment.status, now)
    if first.before != decision.after:
        events.decided(comment, decision)


def _first_decision(comment: Comment, revision: Revision) -> Decision | None:
    """The rules' decision on this revision, if it is still the last one on the comment."""
    last = select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.id.desc()).limit(1)
    found = db.session.scalar(last)
    return found if found and found.revision_id == revision.id and found.account_id is None else None


def _decided_by_rules(
    comment: Comment, revision: Revision, screening: Screening, before: str | None, now: datetime
) -> Decision:
    decisive, status = screening.decisive, BY_RULES[screening.outcome]
    decision = Decision(
        site_id=comment.site_id,
        comment=comment,
        revision=revision,
        rule=decisive.rule if decisive and decisive.outcome > Outcome.NOTE else NOTHING_TO_OBJECT,
        action=_action_for(status),
        before=before,
        after=status,
        note=decisive.reason if decisive else "",
        created_at=now,
    )
    db.session.add(decision)
    comment.held_by = decision.rule if status is not Status.APPROVED else None
    comment.objections = sum(WEIGHT.get(verdict.outcome, 0) for verdict in screening.verdicts)
    comment.risk = comment.objections + REPORT * (Comment.open_flags if comment.id else 0)
    _become(comment, status)
    return decision


def _action_for(status: Status) -> str:
    return next(action for action, after in AFTER.items() if after is status)


def decide(
    comment: Comment,
    action: str,
    *,
    actor: Actor,
    seen: int,
    now: datetime,
    reason: str = "",
    note: str = "",
    was_asked: bool = False,
    batch: str | None = None,
) -> Decision | None:
    """Do what a moderator decided and remember who, on which revision, and why.

    A verdict takes back what put the comment aside. `batch` names the stroke that decided on several at once.

    `seen` is the version of the comment the actor looked at. Returns None where nothing had to change, unless the
    actor `was_asked`: keeping a comment that readers reported is a decision too.
    Raises Stale when the comment changed since, Conflict for featuring or pinning what nobody can see, NotFound,
    Forbidden.
    """
    ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
    if seen != comment.version:
        raise Stale("This comment changed after you opened it.")
    if _is_so_already(comment, action) and not was_asked:
        return None
    if action in ("feature", "pin") and not comment.is_visible:
        raise Conflict(f"Only a visible comment can be {'featured' if action == 'feature' else 'pinned'}.")
    decision = _remember(comment, action, actor, reason, note, now, batch)
    _do(comment, action, now)
    flush(comment)
    if decision.before != decision.after or action in ("feature", "unfeature"):
        events.decided(comment, decision)
    return decision


def _is_so_already(comment: Comment, action: str) -> bool:
    if action in AFTER:
        is_kept = comment.ignores_flags or action != "ignore_flags"
        return comment.status == AFTER[action] and comment.set_aside is None and is_kept
    if action in PUTS_ASIDE:
        return comment.set_aside == PUTS_ASIDE[action]
    column, is_set = MARKS[action]
    return (getattr(comment, column) is not None) == is_set


def _do(comment: Comment, action: str, now: datetime) -> None:
    if action in AFTER:
        comment.ignores_flags = action == "ignore_flags"
        _become(comment, AFTER[action])
    elif action in PUTS_ASIDE:
        comment.set_aside = PUTS_ASIDE[action]
    else:
        column, is_set = MARKS[action]
        setattr(comment, column, now if is_set else None)


def _remember(
    comment: Comment, action: str, actor: Actor, reason: str, note: str, now: datetime, batch: str | None
) -> Decision:
    revision_id = db.session.scalar(
        select(Revision.id).where(Revision.comment_id == comment.id, Revision.number == comment.revision_number)
    )
    decision = Decision(
        site_id=comment.site_id,
        comment_id=comment.id,
        revision_id=revision_id,
        account_id=actor.account_id,
        rule=actor.rule,
        action=action,
        before=comment.status,
        after=AFTER.get(action, comment.status),
        reason=reason,
        note=note,
        batch=batch,
        aside_before=comment.set_aside,
        was_featured=comment.featured_at is not None,
        created_at=now,
    )
    db.session.add(decision)
    return decision


def follow(comment: Comment, verdict: Verdict, *, now: datetime) -> Decision | None:
    """Do what a rule says about a comment that has long been stored, and keep its verdict beside the others.

    The caller waited for its turn. Returns None for a verdict that only notes, or is in shadow.
    """
    of_now = select(Revision).where(Revision.comment_id == comment.id, Revision.number == comment.revision_number)
    revision = db.session.scalars(of_now).one()
    db.session.add(stored(verdict, comment, revision, now))
    if verdict.outcome is Outcome.NOTE:
        return None
    before, status = comment.status, BY_RULES[verdict.outcome]
    decision = Decision(
        site_id=comment.site_id,
        comment=comment,
        revision=revision,
        rule=verdict.rule,
        action=_action_for(status),
        before=before,
        after=status,
        note=verdict.reason,
        was_featured=comment.featured_at is not None,
        created_at=now,
    )
    db.session.add(decision)
    comment.held_by = verdict.rule
    comment.objections += WEIGHT[verdict.outcome]
    comment.risk = comment.objections + REPORT * Comment.open_flags
    _become(comment, status)
    events.decided(comment, decision)
    return decision


def count_flags(comment_id: int, change: int) -> None:
    """Keep the number of open reports, and the risk it is part of: no new version of the comment."""
    table = cast(Table, Comment.__table__)
    opened = table.c.open_flags + change
    counted = table.update().where(table.c.id == comment_id)
    db.session.execute(counted.values(open_flags=opened, risk=table.c.objections + REPORT * opened))


def wait_for_turn(comments: Collection[Comment]) -> None:
    """Changes under one story or of one writer wait for each other, because they count in the same rows.

    Locked always in this order, nobody waits in a circle. SQLite has one writer at a time anyway.
    """
    if db.engine.dialect.name != "postgresql":
        return
    stories, authors = {each.story_id for each in comments}, {each.author_id for each in comments}
    with db.session.no_autoflush:
        for table, ids in ((Story, stories), (Author, authors)):
            rows = select(table.id).where(table.id.in_(ids)).order_by(table.id)
            db.session.execute(rows.with_for_update(key_share=True))


def retract(comment: Comment, *, now: datetime) -> None:
    """The writer takes the comment back: no change of status, but nobody reads it any more."""
    wait_for_turn([comment])
    db.session.refresh(comment)  # whoever had to wait looks again
    if comment.retracted_at is None:
        was_visible = comment.is_visible
        comment.retracted_at = now
        flush(comment)
        _count(comment, was_visible)
        events.retracted(comment)


def _become(comment: Comment, status: Status) -> None:
    was_visible, before = comment.is_visible, comment.status
    comment.status, comment.set_aside = status, None
    if status is not Status.APPROVED:
        comment.featured_at = comment.pinned_at = None
    flush(comment)
    _count(comment, was_visible)
    _count_for_author(comment, before)


def _count(comment: Comment, was_visible: bool) -> None:
    """Keep the story's and the ancestors' counts of visible comments, in the same transaction."""
    change = comment.is_visible - was_visible
    if not change:
        return
    counted = update(Story).where(Story.id == comment.story_id).values(comment_count=Story.comment_count + change)
    db.session.execute(_straight(counted))
    if comment.parent_id:
        _count_above(comment.parent_id, change)


def _count_above(parent_id: int, change: int) -> None:
    table = cast(Table, Comment.__table__)
    above = select(table.c.id, table.c.parent_id).where(table.c.id == parent_id).cte("above", recursive=True)
    above = above.union_all(select(table.c.id, table.c.parent_id).join(above, table.c.id == above.c.parent_id))
    # On the table, not the mapped class: a count that moves is no new version of the comment.
    db.session.execute(
        table.update()
        .where(table.c.id.in_(select(above.c.id)))
        .values(visible_replies=table.c.visible_replies + change)
    )


def _count_for_author(comment: Comment, before: str) -> None:
    refused = (Status.REJECTED, Status.SPAM)
    approved = (comment.status == Status.APPROVED) - (before == Status.APPROVED)
    rejected = (comment.status in refused) - (before in refused)
    if not approved and not rejected:
        return
    values: dict[str, Any] = {
        "approved_count": Author.approved_count + approved,
        "rejected_count": Author.rejected_count + rejected,
    }
    if approved > 0:
        # Until one was let through, nothing an author called themselves was seen by anybody.
        unseen = Author.is_byline.is_(False) & (Author.approved_count == 0)
        renamed = unseen & (Author.name != comment.author_name)
        values["slug"] = case((renamed, fresh_slug(comment.author_name)), else_=Author.slug)
        values["name"] = case((unseen, comment.author_name), else_=Author.name)
        values["website"] = case((unseen, comment.website), else_=Author.website)
    db.session.execute(_straight(update(Author).where(Author.id == comment.author_id).values(values)))
    author = db.session.get_one(Author, comment.author_id)
    if author.name != comment.author_name:
        db.session.refresh(author)  # the answer to the writer names the profile as it is called from now on


def _straight(statement: Update) -> Update:
    """Only the database counts: bringing the session's objects in step would cost as much as the statement."""
    return statement.execution_options(synchronize_session=False)


def flush(comment: Comment) -> None:
    """Write what is waiting. Raises Stale when somebody else changed the comment since it was read."""
    try:
        db.session.flush()
    except StaleDataError as error:
        raise Stale("This comment was changed by somebody else at the same moment.") from error
