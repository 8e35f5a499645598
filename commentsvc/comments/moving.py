"""Conversations that move to another story: a comment with all its replies, or everything under a story.

Numbers, order and permanent addresses stay; counts of both stories stay true. Each moved conversation leaves a
Decision, and a Move that says where it was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db, table_of
from ..core.errors import Conflict, Forbidden, NotFound, Stale, ValidationFailed
from ..sites.models import Site
from ..stories.models import Story
from ..stories.queries import StoryName, find_story
from ..stories.service import new_story
from . import lifecycle, log
from .models import Comment, Decision, Move, Revision, Status

MOVE = lifecycle.MOVE
NAMED = 100  # characters of a headline in the log

_comments = table_of(Comment)


@dataclass(frozen=True)
class _Record:
    """What will stand in the log of a move, as it was before it: an entry and the parent for each conversation."""

    entries: list[dict[str, Any]]
    parents: list[int | None]
    between: dict[str, int]

    def keep(self) -> list[Decision]:
        """Last of all: everybody who decides waits for the log."""
        decisions = log.append(self.entries)
        made = zip(decisions, self.parents, strict=True)
        rows = [{"decision_id": each.id, "from_parent_id": parent, **self.between} for each, parent in made]
        db.session.execute(insert(Move), rows)
        return decisions


def target_named(site: Site, text: str, *, now: datetime) -> Story:
    """The story somebody means: by its address, the publisher's id, or its number here.

    An address the site does not know yet makes a new story. Raises ValidationFailed, OriginNotAllowed.
    """
    name = StoryName(None, text) if text.startswith(("http://", "https://")) else StoryName(text, None)
    found = find_story(site.id, name)
    if found is None and name.url:
        try:
            with db.session.begin_nested():
                return new_story(site, name, now=now)
        except IntegrityError:  # somebody else made it at the same moment
            found = find_story(site.id, name)
    if found is None and text.isascii() and text.isdigit() and len(text) < 19:
        found = db.session.get(Story, int(text))
    if found is None or found.site_id != site.id:
        raise ValidationFailed({"to": ["There is no story of this name. Use its address, its id or its number here."]})
    return found


def move(comment: Comment, target: Story, *, actor: Actor, seen: int | None = None, now: datetime) -> Decision:
    """Put a comment with all its replies under another story of its site, where it answers nobody any more.

    `seen` is the version the actor looked at, if they say. Raises Stale, NotFound, Conflict.
    """
    source = db.session.get_one(Story, comment.story_id)
    _ensure_may(actor, source, target)
    comment = _in_turn(comment, source, target)
    if seen is not None and seen != comment.version:
        raise Stale("This comment changed after you opened it.")
    return _carry(comment, source, target, None, _record([comment], source, target, actor, now, batch=log.new_batch()))


def _ensure_may(actor: Actor, source: Story, target: Story) -> None:
    for story in (source, target):
        ensure(actor, Permission.MODERATE, story.site_id, story.category)
    if source.site_id != target.site_id:
        raise NotFound("There is nothing here by that name.")
    if source.id == target.id:
        raise Conflict("It stands under this story already.")


def _in_turn(comment: Comment, *stories: Story) -> Comment:
    """The comment as it is when it is this move's turn. Raises Conflict when it was moved meanwhile."""
    _wait_for_turn(stories)
    db.session.refresh(comment)
    if comment.story_id != stories[0].id:
        raise Conflict("This comment was moved by somebody else a moment ago.")
    return comment


def _wait_for_turn(stories: Sequence[Story]) -> None:
    _wait_for_stories([story.id for story in stories])
    for story in stories:
        db.session.refresh(story, ["category"])  # it may have got another one while this waited


def _wait_for_stories(ids: Collection[int | None]) -> None:
    """Locked in the order of `lifecycle.wait_for_turn`, so that nobody waits in a circle."""
    if db.engine.dialect.name == "postgresql":
        rows = select(Story.id).where(Story.id.in_([id for id in ids if id])).order_by(Story.id)
        db.session.execute(rows.with_for_update(key_share=True))


def stories_between(decisions: Collection[Decision]) -> set[int]:
    """The ids of the stories that moves went from and to: to be waited for before any of them is undone."""
    moves = [decision.id for decision in decisions if decision.action == MOVE]
    rows = select(Move.from_story_id, Move.to_story_id).where(Move.decision_id.in_(moves))
    return {id for pair in db.session.execute(rows) for id in pair if id} if moves else set()


def stuck(moves: Mapping[int, int], *, actor: Actor) -> set[int]:
    """Which of some moves `move_back` would refuse; by the ids of the decisions, the comments'.

    The newest one of each comment, all to be undone together: what one of them answered may come back too.
    """
    together = set(moves.values())
    above = aliased(Comment)
    rows = (
        select(Move, Comment.story_id, Story, above.story_id)
        .join(Decision, Decision.id == Move.decision_id)
        .join(Comment, Comment.id == Decision.comment_id)
        .outerjoin(Story, Story.id == Move.from_story_id)
        .outerjoin(above, above.id == Move.from_parent_id)
    )
    found = set(moves)
    for was, stands, home, parent_stands in db.session.execute(rows.where(Move.decision_id.in_(moves))):
        is_there = home is not None and stands == was.to_story_id and _may(actor, home)
        parent_id = was.from_parent_id
        if is_there and (parent_id is None or parent_stands == home.id or parent_id in together):
            found.discard(was.decision_id)
    return found


def _may(actor: Actor, story: Story) -> bool:
    try:
        ensure(actor, Permission.MODERATE, story.site_id, story.category)
    except (NotFound, Forbidden):
        return False
    return True


def _carry(top: Comment, source: Story, target: Story, parent: Comment | None, record: _Record) -> Decision:
    """Everything below a comment in one statement, then the counts of what it left and of where it came."""
    visible, left = top.is_visible + top.visible_replies, top.parent_id
    depth = parent.depth + 1 if parent else 0
    below = _subtree(top.id)
    is_top = _comments.c.id == top.id
    db.session.execute(
        _comments.update()
        .where(_comments.c.id.in_(select(below.c.id)))
        .values(
            story_id=target.id,
            section=target.category,
            depth=_comments.c.depth + (depth - top.depth),
            parent_id=case((is_top, parent.id if parent else None), else_=_comments.c.parent_id),
            version=_comments.c.version + case((is_top, 1), else_=0),
        )
    )
    for above, change in ((left, -visible), (parent.id if parent else None, visible)):
        if above and change:
            lifecycle.count_above({above: change})
    _count(source, target, visible)
    return record.keep()[0]


def _subtree(top_id: int) -> CTE:
    below = select(Comment.id.label("id")).where(Comment.id == top_id).cte("below", recursive=True)
    reply = aliased(Comment)
    return below.union_all(select(reply.id).join(below, reply.parent_id == below.c.id))


def _count(source: Story, target: Story, visible: int) -> None:
    for story, change in ((source, -visible), (target, visible)):
        counted = update(Story).where(Story.id == story.id).values(comment_count=Story.comment_count + change)
        db.session.execute(counted.execution_options(synchronize_session=False))
    db.session.flush()
    db.session.expire_all()


def move_all(source: Story, target: Story, *, actor: Actor, now: datetime) -> list[Decision]:
    """Put every comment of a story under another; one decision for each conversation, all of one batch.

    Raises NotFound, Conflict when there is nothing to move.
    """
    _ensure_may(actor, source, target)
    _wait_for_turn((source, target))
    decided = (getattr(Comment, each.name) for each in fields(lifecycle.State))
    columns = (Comment.id, Comment.site_id, Comment.parent_id, *decided)
    roots = select(*columns).where(Comment.story_id == source.id, Comment.parent_id.is_(None))
    tops = db.session.execute(roots.order_by(Comment.id)).all()
    if not tops:
        raise Conflict("There are no comments here to move.")
    record = _record(tops, source, target, actor, now, batch=log.new_batch())
    visible = _visible_under(source)
    is_top = _comments.c.parent_id.is_(None)
    db.session.execute(
        _comments.update()
        .where(_comments.c.story_id == source.id)
        .values(story_id=target.id, section=target.category, version=_comments.c.version + case((is_top, 1), else_=0))
    )
    _count(source, target, visible)
    return record.keep()


def _visible_under(story: Story) -> int:
    visible = (Comment.story_id == story.id, Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Comment).where(*visible)) or 0


def _record(
    tops: Sequence[Any],
    source: Story,
    target: Story,
    actor: Actor,
    now: datetime,
    *,
    batch: str,
    undoes: Decision | None = None,
) -> _Record:
    """`tops` are the first comments of what moves, or rows like them."""
    newest = select(Revision.comment_id, Revision.id).join(Comment, Comment.id == Revision.comment_id)
    newest = newest.where(Revision.number == Comment.revision_number)
    newest = newest.where(Comment.id == tops[0].id if len(tops) == 1 else Comment.story_id == source.id)
    revisions: dict[int, int] = {row[0]: row[1] for row in db.session.execute(newest)}
    said = {"action": MOVE, "account_id": actor.account_id, "rule": actor.rule, "batch": batch, "created_at": now}
    said |= {"note": f"from {_name(source)} to {_name(target)}"}
    said |= {"reason": lifecycle.UNDO, "undoes_id": undoes.id} if undoes else {}
    entries = [
        lifecycle.entry(top, lifecycle.State.of(top), {**said, "revision_id": revisions[top.id]}) for top in tops
    ]
    return _Record(entries, [top.parent_id for top in tops], {"from_story_id": source.id, "to_story_id": target.id})


def _name(story: Story) -> str:
    return f"“{(story.title or story.url or story.external_id or '')[:NAMED]}” ({story.id})"


def move_back(decision: Decision, *, actor: Actor, now: datetime, batch: str) -> Decision:
    """Undo a move: back under the story it came from, and under what it answered there. Itself a decision.

    Raises NotFound, and Conflict when it was moved again, or what it came from is gone.
    """
    was, comment = db.session.get(Move, decision.id), db.session.get_one(Comment, decision.comment_id)
    home = db.session.get(Story, was.from_story_id) if was and was.from_story_id else None
    if was is None or home is None or comment.story_id != was.to_story_id:
        raise Conflict("It cannot be moved back: it was moved again since, or the story it came from is gone.")
    here = db.session.get_one(Story, comment.story_id)
    parent_id = was.from_parent_id
    _ensure_may(actor, here, home)
    comment = _in_turn(comment, here, home)
    parent = db.session.get(Comment, parent_id, populate_existing=True) if parent_id else None
    if parent_id and (parent is None or parent.story_id != home.id):
        raise Conflict("It cannot be moved back: what it answered is not there any more.")
    record = _record([comment], here, home, actor, now, batch=batch, undoes=decision)
    return _carry(comment, here, home, parent, record)
