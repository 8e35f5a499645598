"""Flags: what readers report. What the staff keep: notes for each other, who is looking, filters under a name."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..core.database import PREFIX, Base, BigId


class FlagReason(StrEnum):
    ABUSE = "abuse"
    SPAM = "spam"
    HATE = "hate"
    OFF_TOPIC = "off_topic"
    MISINFORMATION = "misinformation"
    PRIVATE_DATA = "private_data"
    ILLEGAL = "illegal"
    OTHER = "other"


class Flag(Base):
    """One reader's report of one comment. A moderator's next decision on the comment settles it."""

    __tablename__ = f"{PREFIX}flag"
    __table_args__ = (
        UniqueConstraint("comment_id", "reader_hash"),
        CheckConstraint(f"reason IN ({', '.join(repr(str(each)) for each in FlagReason)})", name="reason"),
        Index("ix_commentsvc_flag_open", "comment_id", "settled_at"),
    )
    DETAILS_LENGTH = 500

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"))
    reader_hash: Mapped[str] = mapped_column(String(64))
    network_hash: Mapped[str | None] = mapped_column(String(64))  # None for a report that is old
    reason: Mapped[str] = mapped_column(String(20))
    details: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class CommentNote(Base):
    """What somebody of the staff wrote down about a comment, for colleagues."""

    __tablename__ = f"{PREFIX}comment_note"
    TEXT_LENGTH = 2000
    __table_args__ = (CheckConstraint(f"length(text) <= {TEXT_LENGTH}", name="text"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    account: Mapped[Account | None] = relationship()


class Lease(Base):
    """Somebody is looking at a comment until a moment. A courtesy: it stops nobody."""

    __tablename__ = f"{PREFIX}lease"

    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"))
    until: Mapped[datetime]


class SavedFilter(Base):
    """Filters of the queue that one moderator keeps under a name; `query` is their normal form, as in an address."""

    __tablename__ = f"{PREFIX}saved_filter"
    NAME_LENGTH = 60
    __table_args__ = (
        UniqueConstraint("account_id", "site_id", "name"),
        CheckConstraint(f"length(name) <= {NAME_LENGTH}", name="name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
