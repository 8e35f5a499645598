"""The team's notes on a comment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.notes import read_note
from ..comments.models import Comment
from ..core.database import db
from .models import CommentNote


def add_note(comment: Comment, typed: str, *, actor: Actor, now: datetime) -> CommentNote:
    """Write something down for colleagues. Raises ValidationFailed naming `text`, NotFound."""
    ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
    note = CommentNote(comment_id=comment.id, account_id=actor.account_id, text=read_note(typed), created_at=now)
    db.session.add(note)
    return note


def notes_on(comment: Comment) -> list[CommentNote]:
    """The newest first, each with who wrote it."""
    rows = select(CommentNote).where(CommentNote.comment_id == comment.id).options(joinedload(CommentNote.account))
    return list(db.session.scalars(rows.order_by(CommentNote.id.desc())))
