"""Likes: one per reader and comment, however often it is sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from ..core.database import db, table_of
from ..core.errors import NotFound
from .models import Comment, Like


def like(comment: Comment, reader_hash: str, *, now: datetime) -> int:
    """Returns how many readers like the comment now. Raises NotFound for one that nobody can see."""
    _ensure_visible(comment)
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Like).values(comment_id=comment.id, reader_hash=reader_hash, created_at=now))
    except IntegrityError:
        # Of two taps at the same moment the database lets one in; the other has nothing left to do.
        return _count(comment, 0)
    return _count(comment, 1)


def like_anew(comment: Comment, readers: Sequence[str], *, now: datetime) -> int:
    """The likes of readers (hashes, one at least) none of whom has liked it yet; returns how many like it now."""
    _ensure_visible(comment)
    rows = [{"comment_id": comment.id, "reader_hash": each, "created_at": now} for each in readers]
    db.session.execute(insert(Like), rows)
    return _count(comment, len(readers))


def unlike(comment: Comment, reader_hash: str, *, now: datetime) -> int:
    """Returns how many readers like the comment now."""
    _ensure_visible(comment)
    gone = db.session.execute(delete(Like).where(Like.comment_id == comment.id, Like.reader_hash == reader_hash))
    return _count(comment, -gone.rowcount)  # type: ignore[attr-defined]


def _ensure_visible(comment: Comment) -> None:
    if not comment.is_visible:
        raise NotFound("There is no such comment here.")


def _count(comment: Comment, change: int) -> int:
    # On the table, not the mapped class: a like is no new version of the comment.
    table = table_of(Comment)
    if change:
        db.session.execute(table.update().where(table.c.id == comment.id).values(likes=table.c.likes + change))
    return db.session.scalar(select(table.c.likes).where(table.c.id == comment.id)) or 0
