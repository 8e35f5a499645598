"""The team's notes on an author."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.text import Unreadable, clean_text
from .models import Author, AuthorNote

SHOWN = 50  # of the newest


def add_note(author: Author, typed: str, *, actor: Actor, now: datetime) -> AuthorNote:
    """Write something down for colleagues. Raises ValidationFailed naming `text`, NotFound."""
    ensure(actor, Permission.MODERATE, author.site_id)
    note = AuthorNote(author_id=author.id, account_id=actor.account_id, text=read_note(typed), created_at=now)
    db.session.add(note)
    return note


def read_note(typed: str) -> str:
    """What somebody of the staff wrote for colleagues, cleaned. Raises ValidationFailed naming `text`."""
    try:
        text = clean_text(typed)
    except Unreadable as error:
        raise ValidationFailed({"text": [str(error)]}) from error
    if not 0 < len(text) <= AuthorNote.TEXT_LENGTH:
        raise ValidationFailed({"text": [f"Write a note of 1 to {AuthorNote.TEXT_LENGTH} characters."]})
    return text


def notes_on(author_ids: list[int]) -> list[AuthorNote]:
    """The newest first, each with who wrote it."""
    rows = select(AuthorNote).where(AuthorNote.author_id.in_(author_ids)).options(joinedload(AuthorNote.account))
    return list(db.session.scalars(rows.order_by(AuthorNote.id.desc()).limit(SHOWN)))
