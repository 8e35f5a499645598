"""What a confirmed reader sees of their own comments: all of them, in every state, with the replies to them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from ..authors.models import Author
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import Cursor
from ..stories.models import Story
from ..stories.queries import shown_to_readers
from .lifecycle import REFUSED
from .models import Comment, Decision, Status

PAGE = 20
REPLIES_SHOWN = 3  # of each comment; the rest is in its thread


@dataclass(frozen=True)
class Own:
    """One comment as its writer may know of it. `refused` is the decision of the person who decided against it."""

    comment: Comment
    status: str
    refused: Decision | None
    replies: list[Comment]

    def is_editable(self, now: datetime) -> bool:
        return self.comment.is_editable(now)


def page_of_own(author: Author, *, after: Cursor | None) -> tuple[list[Own], Cursor | None]:
    """A reader's own comments, the newest first."""
    rows = select(Comment).where(Comment.author_id == author.id).options(joinedload(Comment.story))
    if after:
        rows = rows.where(
            (Comment.created_at < after.moment) | ((Comment.created_at == after.moment) & (Comment.id < after.id))
        )
    found = list(db.session.scalars(rows.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(PAGE + 1)))
    shown, more = found[:PAGE], len(found) > PAGE
    return _with_their_fate(shown), Cursor.at(shown[-1].created_at, shown[-1].id) if more else None


def own_comment(author: Author, comment_id: int) -> Comment:
    """One of a reader's own comments. Raises NotFound for everybody else's."""
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.author_id != author.id:
        raise NotFound("There is no such comment of yours here.")
    return comment


def _with_their_fate(comments: Collection[Comment]) -> list[Own]:
    refused, replies = _refused_by_people(comments), _replies(comments)
    return [Own(each, _status(each, refused.get(each.id)), refused.get(each.id), replies[each.id]) for each in comments]


def _status(comment: Comment, refused: Decision | None) -> str:
    """As `posting.status_for_writer`: a rule's no is not told."""
    if comment.retracted_at:
        return "retracted"
    if comment.status in REFUSED:
        return "rejected" if refused else "pending"
    return "approved" if comment.status == Status.APPROVED else "pending"


def _refused_by_people(comments: Collection[Comment]) -> dict[int, Decision]:
    ids = [each.id for each in comments if each.status in REFUSED]
    rows = select(Decision).join(Comment).where(Comment.id.in_(ids), Decision.after == Comment.status)
    rows = rows.where(Decision.account_id.is_not(None)).order_by(Decision.id)
    return {each.comment_id: each for each in db.session.scalars(rows)} if ids else {}


def _replies(comments: Collection[Comment]) -> dict[int, list[Comment]]:
    """The newest visible replies to each, as everybody sees them."""
    found: dict[int, list[Comment]] = defaultdict(list)
    place = func.row_number().over(partition_by=Comment.parent_id, order_by=Comment.created_at.desc())
    ids = [each.id for each in comments if each.visible_replies]
    if not ids:
        return found
    of_them = select(Comment.id, place.label("place")).join(Story, Story.id == Comment.story_id)
    of_them = of_them.where(Comment.parent_id.in_(ids), Comment.status == Status.APPROVED)
    newest = of_them.where(Comment.retracted_at.is_(None), shown_to_readers()).subquery()
    rows = select(Comment).join(newest, newest.c.id == Comment.id).where(newest.c.place <= REPLIES_SHOWN)
    rows = rows.join(Comment.author).options(contains_eager(Comment.author))
    for reply in db.session.scalars(rows.order_by(Comment.created_at)):
        found[reply.parent_id or 0].append(reply)
    return found
