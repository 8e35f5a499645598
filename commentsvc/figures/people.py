"""What people decided. Every figure takes these words from here, so that all of them mean the same by it."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, select
from sqlalchemy.orm import aliased

from ..accounts.models import Account
from ..comments.lifecycle import AFTER
from ..comments.models import Comment, Decision, Status
from ..comments.queries import in_sections
from ..core.database import db

REFUSED = (Status.REJECTED, Status.SPAM)
DECIDED = (Status.APPROVED, *REFUSED)


def by_person(decision: Any = Decision) -> ColumnElement[bool]:
    """A change of status by a person, undoing included; somebody whose account is gone is one too."""
    return and_(decision.rule.is_(None), decision.action.in_(AFTER))


def is_undo(decision: Any = Decision) -> ColumnElement[bool]:
    return decision.undoes_id.is_not(None)


def is_work(decision: Any = Decision) -> ColumnElement[bool]:
    """Approved, rejected, marked as spam or held by a person: what counts as deciding. Undoing does not."""
    return and_(by_person(decision), ~is_undo(decision))


def last_word(comment_id: Any, revision_id: Any, *, after: Any = None, since: Any = None) -> ScalarSelect[str]:
    """The status a text has by the last decision of a person, null if nobody decided.

    Only decisions after the one with the id `after`, and later than the moment `since`, count.
    """
    word = aliased(Decision)
    said = select(word.after).where(word.comment_id == comment_id, word.revision_id == revision_id, by_person(word))
    if after is not None:
        said = said.where(word.id > after)
    if since is not None:
        said = said.where(word.created_at > since)
    return said.order_by(word.id.desc()).limit(1).scalar_subquery()


def on_comments_in(rows: Any, sections: Collection[str] | None) -> Any:
    """Of decisions, those on comments of these sections; all without a limit."""
    if sections is None:
        return rows
    return rows.join(Comment, Comment.id == Decision.comment_id).where(*in_sections(sections))


def names_of(account_ids: Iterable[int | None]) -> dict[int | None, str]:
    """What the accounts are called, by id; under None are those who have left."""
    rows = select(Account).where(Account.id.in_({each for each in account_ids if each}))
    named: dict[int | None, str] = {account.id: account.shown_name for account in db.session.scalars(rows)}
    return {**named, None: "somebody who has left"}
