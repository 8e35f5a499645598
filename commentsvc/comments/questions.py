"""What readers asked those who sign a story, and nobody of them answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from ..authors.models import Author
from ..core.database import db
from ..core.paging import Cursor
from ..stories.models import Byline, Story
from ..stories.queries import shown_to_readers
from .models import Comment, Status
from .shields import is_in_sight_of

PAGE = 25
ASKED_WITHIN = timedelta(days=90)  # whoever asked longer ago looks for no answer any more
# How the HTML of a comment ends that ends in a question, whatever the script, in brackets and quotation marks too.
_MARKS, _CLOSING = "?？؟;՞", ("", ")", "”", "»", "&quot;", "</em>", "</strong>", "!", "…")
_ENDS = tuple(f"{mark}{closing}</p>" for mark in _MARKS for closing in _CLOSING)


def open_questions(
    authors: Sequence[Author], *, now: datetime, after: Cursor | None, limit: int = PAGE
) -> tuple[list[Comment], Cursor | None]:
    """Visible comments of the last months on the authors' stories that end in a question, the newest first.

    Without those that one of the authors wrote, or answered, or is shielded from.
    """
    ids = [author.id for author in authors]
    mine = select(Byline.story_id).where(Byline.author_id.in_(ids))
    answer = aliased(Comment)
    answers = exists().where(
        answer.parent_id == Comment.id,
        answer.author_id.in_(ids),
        answer.status.in_((Status.APPROVED, Status.PENDING)),
        answer.retracted_at.is_(None),
    )
    rows = select(Comment).join(Story, Story.id == Comment.story_id).options(contains_eager(Comment.story))
    rows = rows.where(Comment.story_id.in_(mine), Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))
    rows = rows.where(Comment.created_at > now - ASKED_WITHIN, Comment.author_id.not_in(ids), shown_to_readers())
    rows = rows.where(or_(*(Comment.html.endswith(end, autoescape=True) for end in _ENDS)))
    rows = rows.where(~answers, is_in_sight_of(ids)).options(joinedload(Comment.author))
    if after:
        rows = rows.where(
            (Comment.created_at < after.moment) | ((Comment.created_at == after.moment) & (Comment.id < after.id))
        )
    found = list(db.session.scalars(rows.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(limit + 1)))
    page = found[:limit]
    return page, Cursor.at(page[-1].created_at, page[-1].id) if len(found) > limit else None
