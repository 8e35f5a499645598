"""What a site needs to ask outside (`CheckKeys`), and what was asked about one revision (`OutsideCheck`)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import PREFIX, Base, BigId

OPEN = text("answered_at IS NULL")


class CheckKeys(Base):
    """A site's secrets for asking outside, encrypted; they are no settings, for those are printed."""

    __tablename__ = f"{PREFIX}check_keys"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    hook_secret_encrypted: Mapped[str | None] = mapped_column(Text)
    akismet_key_encrypted: Mapped[str | None] = mapped_column(Text)


class OutsideCheck(Base):
    """What is asked about one revision of a comment.

    `question_encrypted` is there until it is answered. `sent_encrypted` is what Akismet got, for telling it later
    that it was wrong (the same fields again); `akismet_said` is its answer. `asked_at` is when somebody last set out
    to ask (1970 when that was left to the worker).
    """

    __tablename__ = f"{PREFIX}outside_check"
    __table_args__ = (
        UniqueConstraint("comment_id", "revision"),
        CheckConstraint("akismet_said IN ('spam', 'ham')", name="akismet_said"),
        Index("ix_commentsvc_outside_check_open", "asked_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_commentsvc_outside_check_age", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"))
    revision: Mapped[int]
    question_encrypted: Mapped[str | None] = mapped_column(Text)
    sent_encrypted: Mapped[str | None] = mapped_column(Text)
    akismet_said: Mapped[str | None] = mapped_column(String(4))
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
