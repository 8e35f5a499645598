"""What stands around a comment: its conversation, its writer's others, its likes, its own past, the team's notes."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import contains_eager

from ..accounts.permissions import Actor
from ..authors.models import Author
from ..comments.models import Comment, Decision, Revision
from ..comments.queries import in_sections
from ..comments.thread import Shown, ancestors_of, page_of_replies
from ..core.database import db
from ..core.text import Change, excerpt, word_changes
from ..stories.models import Story
from . import log
from .decisions import last_decisions
from .models import CommentNote
from .notes import notes_on

OTHERS = 20  # of the author's comments, and of near-identical ones
EDITS = 10


@dataclass(frozen=True)
class Glance:
    """Another comment in one line, with the last decision about it where that was asked for."""

    comment: Comment
    text: str
    decision: Decision | None = None


@dataclass(frozen=True)
class Edit:
    """What a writer changed from one revision to the next."""

    revision: Revision
    changes: list[Change]


@dataclass(frozen=True)
class Context:
    """Everything the drawer shows about a comment."""

    above: list[Comment]
    replies: list[Shown]
    written: list[Glance]
    alike: list[Glance]
    history: list[Decision]
    edits: list[Edit]
    notes: list[CommentNote]


def context_of(comment: Comment, *, actor: Actor) -> Context:
    """What the actor may see around a comment of theirs: of other comments only those in their sections."""
    replies, _ = page_of_replies(comment, after=None)
    history, _ = log.page(log.Asked(comment.site_id, comment_id=comment.id), actor=actor, after=None)
    return Context(
        above=ancestors_of(comment),
        replies=replies,
        written=_written_by(comment, actor),
        alike=_alike(comment, actor),
        history=history,
        edits=_edits(comment),
        notes=notes_on(comment),
    )


def _others(comment: Comment, actor: Actor) -> Select[Any]:
    rows: Any = (
        select(Comment, Revision.text)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.revision_number))
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .options(contains_eager(Comment.author), contains_eager(Comment.story))
        .where(Comment.site_id == comment.site_id, Comment.id != comment.id)
        .where(*in_sections(actor.sections_of(comment.site_id)))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(OTHERS)
    )
    return rows


def _written_by(comment: Comment, actor: Actor) -> list[Glance]:
    found = db.session.execute(_others(comment, actor).where(Comment.author_id == comment.author_id))
    return [Glance(other, excerpt(text)) for other, text in found]


def _alike(comment: Comment, actor: Actor) -> list[Glance]:
    if comment.likeness is None:
        return []
    found = db.session.execute(_others(comment, actor).where(Comment.likeness == comment.likeness)).all()
    decisions = last_decisions([other.id for other, _ in found])
    return [Glance(other, excerpt(text), decisions.get(other.id)) for other, text in found]


def _edits(comment: Comment) -> list[Edit]:
    """The newest first."""
    rows = select(Revision).where(Revision.comment_id == comment.id).order_by(Revision.number.desc()).limit(EDITS + 1)
    found = list(db.session.scalars(rows))
    return [Edit(after, word_changes(before.text, after.text)) for after, before in pairwise(found)]
