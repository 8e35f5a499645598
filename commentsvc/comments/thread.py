"""A story's thread as readers get it: one page of comments with their first replies, in one statement."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from ..authors.models import Author
from ..core.database import UtcDateTime, db
from ..core.paging import Cursor
from ..sites.models import Site
from ..stories.models import Story
from .models import Comment, Status

REPLIES_AT_ONCE = 20  # replies of any depth that come along with one comment of the page
PICKS_FIRST = 3  # editors' picks before the others; more would be an order of their own
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
STAFF_PAGE = 10  # conversations on one page of the desk


@dataclass
class Shown:
    """A comment in its place, with the replies that came along; `more` is where the rest of its replies begins.

    `locked`: it takes no replies, by its own lock or one above it.
    """

    comment: Comment
    replies: list["Shown"] = field(default_factory=list)
    more: Cursor | None = None
    locked: bool = False


def _listed(table: Any) -> ColumnElement[bool]:
    """Visible, or gone but with visible replies: then it keeps its place."""
    visible = (table.status == Status.APPROVED) & table.retracted_at.is_(None)
    return or_(visible, table.visible_replies > 0)


# A pinned comment whose writer took it back keeps its place, not its honour.
IS_PINNED = and_(Comment.pinned_at.is_not(None), Comment.retracted_at.is_(None))
IS_PICKED = and_(Comment.featured_at.is_not(None), Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))


def usual_sort(site: Site, story: Story | None) -> str:
    """The order of a thread until its reader chooses: what the newsroom set for the section, else for the site."""
    own = story.section.default_sort if story and story.section else None
    return own or site.settings.default_sort


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
    """`limit` roots of a story with their first replies, and where the next page begins.

    On the first page pinned roots come first, whatever the sort, the last pinned at the top, then the editors' latest
    picks. They count towards the limit, but leave room for one more.
    """
    roots = select(Comment.id).where(Comment.story_id == story_id, Comment.parent_id.is_(None))
    picks = roots.where(IS_PICKED, not_(IS_PINNED)).order_by(Comment.featured_at.desc(), Comment.id.desc())
    picks = select(picks.limit(PICKS_FIRST).subquery().c.id)
    # Not by `parent_id` itself: SQLite would walk along all roots for it, and few are pinned.
    pinned = select(Comment.id).where(Comment.story_id == story_id, func.coalesce(Comment.parent_id, 0) == 0)
    first = () if after else (pinned.where(IS_PINNED, _listed(Comment)), picks)
    return _page(roots.where(not_(IS_PINNED), Comment.id.not_in(picks)), sort, after, limit, first)


def page_for_staff(
    story_id: int, *, after: Cursor | None, limit: int = STAFF_PAGE
) -> tuple[list[Shown], Cursor | None]:
    """`limit` conversations of a story, the oldest first, with everything nobody else sees.

    Each with its first replies; `more` says that there are others.
    """
    roots = select(Comment.id).where(Comment.story_id == story_id, Comment.parent_id.is_(None))
    tops = roots.where(*_after(Comment, "oldest", after)).order_by(*_order(Comment, "oldest")).limit(limit + 1)
    # One reply more than is shown tells that there are others.
    rows = db.session.execute(_with_first_replies(tops, true(), REPLIES_AT_ONCE + 1)).all()
    ordered = _sorted([comment for comment, top in rows if comment.id == top], "oldest")
    shown = []
    for comment in ordered[:limit]:
        replies = [each for each, top in rows if top == comment.id and each.id != top]
        tree = _trees([comment], replies[:REPLIES_AT_ONCE])[0]
        tree.more = Cursor(0, 0) if len(replies) > REPLIES_AT_ONCE else None
        shown.append(tree)
    return shown, _place(ordered[limit - 1], "oldest") if len(ordered) > limit else None


def page_of_replies(
    comment: Comment, *, after: Cursor | None, limit: int = REPLIES_AT_ONCE, locked: bool = False
) -> tuple[list[Shown], Cursor | None]:
    """`limit` direct replies to a comment, oldest first, with their own first replies; `locked` where it is."""
    shown, following = _page(select(Comment.id).where(Comment.parent_id == comment.id), "oldest", after, limit)
    waiting = list(shown) if locked else []
    for each in waiting:
        each.locked = True
        waiting.extend(each.replies)
    return shown, following


def _page(
    tops: Select[Any], sort: str, after: Cursor | None, limit: int, first: Sequence[Select[Any]] = ()
) -> tuple[list[Shown], Cursor | None]:
    """A page of `tops` in their order, with `first` before all of them."""
    tops = tops.where(_listed(Comment), *_after(Comment, sort, after))
    tops = tops.order_by(*_order(Comment, sort)).limit(limit + 1)
    chosen = union_all(*first, select(tops.subquery().c.id)) if first else tops
    rows = db.session.execute(_with_first_replies(chosen)).all()
    found = [comment for comment, top in rows if comment.id == top]
    ahead = _ahead_of(found) if first else []
    ordered = _sorted([comment for comment in found if comment not in ahead], sort)
    kept = ordered[: max(1, limit - len(ahead))]
    shown = _as_trees([*ahead, *kept], [comment for comment, top in rows if comment.id != top])
    return shown, _place(kept[-1], sort) if len(ordered) > len(kept) else None


def _ahead_of(comments: list[Comment]) -> list[Comment]:
    """What comes before the others: pinned ones, then the latest picks."""
    pinned = [comment for comment in comments if comment.is_pinned]
    pinned.sort(key=lambda comment: (comment.pinned_at, comment.id), reverse=True)
    picks = [comment for comment in comments if comment.featured_at and comment.is_visible and not comment.is_pinned]
    picks.sort(key=lambda comment: (comment.featured_at, comment.id), reverse=True)
    return [*pinned, *picks[:PICKS_FIRST]]


def _sorted(comments: list[Comment], sort: str) -> list[Comment]:
    if sort == "liked":
        return sorted(comments, key=lambda comment: (comment.likes, comment.id), reverse=True)
    return sorted(comments, key=lambda comment: (comment.created_at, comment.id), reverse=sort == "newest")


def _with_first_replies(
    tops: Any, wanted: ColumnElement[bool] | None = None, replies: int = REPLIES_AT_ONCE
) -> Select[Any]:
    """The tops and, below each of them, so many replies, the first in time; parents come before their replies."""
    chosen = tops.subquery()
    themselves = select(Comment.id, Comment.id.label("top"), Comment.created_at)
    below = themselves.join(chosen, chosen.c.id == Comment.id).cte("below", recursive=True)
    below = below.union_all(_step_down(below, wanted))
    place = func.row_number().over(partition_by=below.c.top, order_by=(below.c.created_at, below.c.id))
    numbered = select(below.c.id, below.c.top, place.label("place")).subquery()
    is_top = numbered.c.id == numbered.c.top
    return (
        select(Comment, numbered.c.top)
        .join(numbered, numbered.c.id == Comment.id)
        .join(Author, Author.id == Comment.author_id)
        .options(contains_eager(Comment.author))
        .where(is_top | (numbered.c.place <= replies + 1))  # the top is in the first place
        .order_by(Comment.created_at, Comment.id)
    )


def _step_down(below: CTE, wanted: ColumnElement[bool] | None) -> Select[Any]:
    """Of the replies to each comment so far the first in time: no later one can be among the first below its top."""
    reply, other = aliased(Comment), aliased(Comment)
    others = select(other.created_at).where(other.parent_id == below.c.id)
    others = others.where(_listed(other) if wanted is None else wanted).order_by(other.created_at, other.id)
    last = others.limit(1).offset(REPLIES_AT_ONCE).correlate(below).scalar_subquery()
    step = select(reply.id, below.c.top, reply.created_at).join(below, reply.parent_id == below.c.id)
    step = step.where(_listed(reply) if wanted is None else wanted)
    return step.where(reply.created_at <= func.coalesce(last, literal(FOREVER, UtcDateTime)))


def _as_trees(tops: Sequence[Comment], replies: Sequence[Comment]) -> list[Shown]:
    trees = _trees(tops, replies)
    waiting = list(trees)
    for shown in waiting:
        shown.more = _rest(shown)
        waiting.extend(shown.replies)
    return trees


def _trees(tops: Sequence[Comment], replies: Sequence[Comment]) -> list[Shown]:
    """Without recursion: a thread may be deeper than Python's stack."""
    children: dict[int, list[Comment]] = defaultdict(list)
    for reply in replies:
        children[reply.parent_id or 0].append(reply)
    trees = [Shown(top) for top in tops]
    waiting = list(trees)
    for shown in waiting:
        shown.replies = [Shown(reply) for reply in children.get(shown.comment.id, ())]
        shown.locked = shown.locked or shown.comment.locked_at is not None
        waiting.extend(shown.replies)
        for below in shown.replies:
            below.locked = shown.locked
    return trees


def _rest(shown: Shown) -> Cursor | None:
    came_along = sum(reply.comment.is_visible + reply.comment.visible_replies for reply in shown.replies)
    if came_along >= shown.comment.visible_replies:
        return None
    last = shown.replies[-1].comment if shown.replies else None
    return Cursor.at(last.created_at, last.id) if last else Cursor(0, 0)


NEW_AT_ONCE = 100


def new_in_thread(story_id: int, *, since: datetime) -> tuple[list[Comment], list[Comment]]:
    """What readers got to see of a thread since a moment, in that order, at most NEW_AT_ONCE; and all above it.

    The ancestors come from the top down, each once, whether or not they are new themselves.
    """
    rows = select(Comment).where(Comment.story_id == story_id, Comment.shown_at >= since)
    rows = rows.where(Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))
    rows = rows.options(joinedload(Comment.author)).order_by(Comment.shown_at, Comment.id).limit(NEW_AT_ONCE)
    new = list(db.session.scalars(rows))
    parents = sorted({comment.parent_id for comment in new if comment.parent_id})
    return new, _with_ancestors(parents) if parents else []


def _with_ancestors(ids: Collection[int]) -> list[Comment]:
    above = select(Comment.id, Comment.parent_id).where(Comment.id.in_(ids)).cte("above", recursive=True)
    parent = aliased(Comment)
    above = above.union(select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id))
    rows = select(Comment).where(Comment.id.in_(select(above.c.id))).options(joinedload(Comment.author))
    return list(db.session.scalars(rows.order_by(Comment.depth, Comment.id)))


def ancestors_of(comment: Comment) -> list[Comment]:
    """The comments above one, the root first."""
    above = select(Comment.id, Comment.parent_id).where(Comment.id == comment.parent_id).cte("above", recursive=True)
    parent = aliased(Comment)
    above = above.union_all(select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id))
    rows = select(Comment).join(above, above.c.id == Comment.id).join(Author, Author.id == Comment.author_id)
    rows = rows.options(contains_eager(Comment.author))
    return list(db.session.scalars(rows.order_by(Comment.depth)))


def is_locked(comment: Comment) -> bool:
    """Whether a comment takes no replies: it, or one above it, is locked."""
    above = select(Comment.id, Comment.parent_id, Comment.locked_at).where(Comment.id == comment.id)
    chain = above.cte("above", recursive=True)
    parent = aliased(Comment)
    chain = chain.union_all(
        select(parent.id, parent.parent_id, parent.locked_at).join(chain, parent.id == chain.c.parent_id)
    )
    return db.session.scalar(select(chain.c.id).where(chain.c.locked_at.is_not(None)).limit(1)) is not None
