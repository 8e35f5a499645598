"""A story's thread as readers get it: one page of comments with their first replies, in one statement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager

from ..authors.models import Author
from ..core.database import db
from ..core.paging import Cursor
from .models import Comment, Status

SORTS = ("oldest", "newest", "liked")
REPLIES_AT_ONCE = 20  # replies of any depth that come along with one comment of the page


@dataclass
class Shown:
    """A comment in its place, with the replies that came along; `more` is where the rest of its replies begins."""

    comment: Comment
    replies: list["Shown"] = field(default_factory=list)
    more: Cursor | None = None


def _listed(table: Any) -> ColumnElement[bool]:
    """Visible, or gone but with visible replies: then it keeps its place."""
    visible = (table.status == Status.APPROVED) & table.retracted_at.is_(None)
    return or_(visible, table.visible_replies > 0)


def _after(table: Any, sort: str, cursor: Cursor | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    if sort == "liked":
        likes = literal(cursor.key, BigInteger)  # a cursor of another sort holds a moment, too large for the column
        return [(table.likes < likes) | ((table.likes == likes) & (table.id < cursor.id))]
    if sort == "newest":
        return [(table.created_at < cursor.moment) | ((table.created_at == cursor.moment) & (table.id < cursor.id))]
    return [(table.created_at > cursor.moment) | ((table.created_at == cursor.moment) & (table.id > cursor.id))]


def _order(table: Any, sort: str) -> list[Any]:
    if sort == "liked":
        return [table.likes.desc(), table.id.desc()]
    if sort == "newest":
        return [table.created_at.desc(), table.id.desc()]
    return [table.created_at, table.id]


def _place(comment: Comment, sort: str) -> Cursor:
    return Cursor(comment.likes, comment.id) if sort == "liked" else Cursor.at(comment.created_at, comment.id)


def page_of_thread(story_id: int, *, sort: str, after: Cursor | None, limit: int) -> tuple[list[Shown], Cursor | None]:
    """`limit` roots of a story with their first replies, and where the next page begins."""
    tops = select(Comment.id).where(Comment.story_id == story_id, Comment.parent_id.is_(None))
    return _page(tops, sort, after, limit)


def page_of_replies(
    comment: Comment, *, after: Cursor | None, limit: int = REPLIES_AT_ONCE
) -> tuple[list[Shown], Cursor | None]:
    """`limit` direct replies to a comment, oldest first, with their own first replies."""
    return _page(select(Comment.id).where(Comment.parent_id == comment.id), "oldest", after, limit)


def _page(tops: Select[Any], sort: str, after: Cursor | None, limit: int) -> tuple[list[Shown], Cursor | None]:
    tops = tops.where(_listed(Comment), *_after(Comment, sort, after))
    tops = tops.order_by(*_order(Comment, sort)).limit(limit + 1)
    rows = db.session.execute(_with_first_replies(tops)).all()
    ordered = _sorted([comment for comment, top in rows if comment.id == top], sort)
    kept = ordered[:limit]
    shown = _as_trees(kept, [comment for comment, top in rows if comment.id != top])
    return shown, _place(kept[-1], sort) if len(ordered) > limit else None


def _sorted(comments: list[Comment], sort: str) -> list[Comment]:
    if sort == "liked":
        return sorted(comments, key=lambda comment: (comment.likes, comment.id), reverse=True)
    return sorted(comments, key=lambda comment: (comment.created_at, comment.id), reverse=sort == "newest")


def _with_first_replies(tops: Select[Any]) -> Select[Any]:
    """The tops and, of the replies below each of them, the first in time; parents come before their replies."""
    chosen = tops.subquery()
    reply = aliased(Comment)
    below = select(chosen.c.id.label("id"), chosen.c.id.label("top")).cte("below", recursive=True)
    below = below.union_all(
        select(reply.id, below.c.top).join(below, reply.parent_id == below.c.id).where(_listed(reply))
    )
    place = func.row_number().over(partition_by=below.c.top, order_by=(Comment.created_at, Comment.id))
    numbered = select(Comment.id, below.c.top, place.label("place")).join(below, below.c.id == Comment.id).subquery()
    is_top = numbered.c.id == numbered.c.top
    return (
        select(Comment, numbered.c.top)
        .join(numbered, numbered.c.id == Comment.id)
        .join(Author, Author.id == Comment.author_id)
        .options(contains_eager(Comment.author))
        .where(is_top | (numbered.c.place <= REPLIES_AT_ONCE + 1))
        .order_by(Comment.created_at, Comment.id)
    )


def _as_trees(tops: Sequence[Comment], replies: Sequence[Comment]) -> list[Shown]:
    children: dict[int, list[Comment]] = defaultdict(list)
    for reply in replies:
        children[reply.parent_id or 0].append(reply)
    return [_as_tree(top, children) for top in tops]


def _as_tree(top: Comment, children: dict[int, list[Comment]]) -> Shown:
    """Without recursion: a thread may be deeper than Python's stack."""
    root = Shown(top)
    waiting = [root]
    for shown in waiting:
        shown.replies = [Shown(reply) for reply in children.get(shown.comment.id, ())]
        waiting.extend(shown.replies)
    for shown in reversed(waiting):
        shown.more = _rest(shown)
    return root


def _rest(shown: Shown) -> Cursor | None:
    came_along = sum(reply.comment.is_visible + reply.comment.visible_replies for reply in shown.replies)
    if came_along >= shown.comment.visible_replies:
        return None
    last = shown.replies[-1].comment if shown.replies else None
    return Cursor.at(last.created_at, last.id) if last else Cursor(0, 0)


def ancestors_of(comment: Comment) -> list[Comment]:
    """The comments above one, the root first."""
    above = select(Comment.id, Comment.parent_id).where(Comment.id == comment.parent_id).cte("above", recursive=True)
    parent = aliased(Comment)
    above = above.union_all(select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id))
    rows = select(Comment).join(above, above.c.id == Comment.id).join(Author, Author.id == Comment.author_id)
    rows = rows.options(contains_eager(Comment.author))
    return list(db.session.scalars(rows.order_by(Comment.depth)))
