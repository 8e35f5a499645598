"""Authors: the people who write, as a byline or as a commenter."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..core.database import PREFIX, Base, BigId


class Standing(StrEnum):
    TRUSTED = "TRUSTED"
    NORMAL = "NORMAL"
    WATCHED = "WATCHED"
    SUSPENDED = "SUSPENDED"
    BANNED = "BANNED"


class Author(Base):
    """Whoever writes on one site. Needs no account.

    An address makes nobody the same person: several Authors may have typed the same one, until it is confirmed.
    """

    __tablename__ = f"{PREFIX}author"
    __table_args__ = (
        UniqueConstraint("site_id", "slug"),
        CheckConstraint(f"standing IN ({', '.join(repr(str(each)) for each in Standing)})", name="standing"),
        CheckConstraint("(email_hash IS NULL) = (email_encrypted IS NULL)", name="address"),
        CheckConstraint("confirmed_at IS NULL OR email_hash IS NOT NULL", name="confirmed"),
        CheckConstraint("approved_count >= 0 AND rejected_count >= 0", name="counts"),
        CheckConstraint("length(name) <= 80", name="name"),
        CheckConstraint("length(website) <= 2000", name="website"),
        Index("ix_commentsvc_author_address", "site_id", "email_hash"),
        Index("ix_commentsvc_author_name", "site_id", "name"),
    )
    NAME_LENGTH, SLUG_LENGTH, WEBSITE_LENGTH, BIO_LENGTH, AVATAR_LENGTH = 80, 80, 2000, 2000, 2000

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    bio: Mapped[str] = mapped_column(Text, default="")
    bio_content: Mapped[list[Any]] = mapped_column(JSON, default=list)
    bio_html: Mapped[str] = mapped_column(Text, default="")
    avatar: Mapped[str | None] = mapped_column(String(AVATAR_LENGTH))
    website: Mapped[str | None] = mapped_column(String(WEBSITE_LENGTH))
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    is_byline: Mapped[bool] = mapped_column(default=False)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    email_hash: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(String(20), default=Standing.NORMAL)
    standing_reason: Mapped[str] = mapped_column(Text, default="")
    standing_until: Mapped[datetime | None]
    approved_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    def standing_at(self, now: datetime) -> Standing:
        """The standing that holds now: one whose end has come is over by itself."""
        over = self.standing_until is not None and self.standing_until <= now
        return Standing.NORMAL if over else Standing(self.standing)


class StandingChange(Base):
    """One line of an author's record: which standing, from when to when, why, by whom."""

    __tablename__ = f"{PREFIX}standing_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    standing: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    account: Mapped[Account | None] = relationship()
