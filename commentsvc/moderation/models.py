"""Flags: what readers report. Saved filters: what a moderator looks for again and again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
    reason: Mapped[str] = mapped_column(String(20))
    details: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


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
