"""Erasures under way and done, sealed copies for open reports, links that were asked for, and who did what."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..authors.models import Author
from ..core.database import PREFIX, Base, BigId

RUNNING = text("done_at IS NULL AND cancelled_at IS NULL")


class Comments(StrEnum):
    """What becomes of an erased person's comments."""

    KEEP = "keep"  # they stay, as somebody's who is not named
    EMPTY = "empty"  # their words go as well


class Erasure(Base):
    """That everything about an author goes, from `due_at` on. `account_id` is who asked; None: the person.

    Done, it stays as the word that it was done: of the author it names nothing but a number.
    """

    __tablename__ = f"{PREFIX}erasure"
    __table_args__ = (
        CheckConstraint("comments IN ('keep', 'empty')", name="comments"),
        CheckConstraint("done_at IS NULL OR cancelled_at IS NULL", name="ended"),
        Index("ix_commentsvc_erasure_listed", "site_id", "id"),
        Index("ix_commentsvc_erasure_due", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_commentsvc_erasure_author", "author_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"))
    comments: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    author: Mapped[Author] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def is_running(self) -> bool:
        return self.done_at is None and self.cancelled_at is None


class Wish(StrEnum):
    """What a link that was asked for does, once."""

    COPY = "copy"
    ERASE = "erase"


class DataRequest(Base):
    """That somebody typed an address to get at its data, known or not: kept for a day, to count by.

    `hashes` are the address's under every key there is, the present one (`email_hash`) first. The link in the letter
    works until `used_at`.
    """

    __tablename__ = f"{PREFIX}data_request"
    __table_args__ = (
        CheckConstraint("wish IN ('copy', 'erase')", name="wish"),
        Index("ix_commentsvc_data_request_address", "email_hash", "created_at"),
        Index("ix_commentsvc_data_request_network", "network_hash", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    wish: Mapped[str] = mapped_column(String(10))
    email_hash: Mapped[str] = mapped_column(String(64))
    hashes: Mapped[list[str]] = mapped_column(JSON)
    network_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SealedCopy(Base):
    """What an erased comment said that somebody had reported as illegal, encrypted, until its own end."""

    __tablename__ = f"{PREFIX}sealed_copy"
    __table_args__ = (Index("ix_commentsvc_sealed_copy_listed", "site_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), index=True)
    content_encrypted: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class Act(StrEnum):
    EXPORTED = "exported"
    ERASURE_ASKED = "erasure asked for"
    ERASURE_CANCELLED = "erasure cancelled"
    ERASED = "erased"
    SEAL_OPENED = "sealed copy opened"


class PrivacyAct(Base):
    """Who did what to an author's data, and when. No account: the person did it, or its time had come."""

    __tablename__ = f"{PREFIX}privacy_act"
    __table_args__ = (
        CheckConstraint(f"act IN ({', '.join(repr(str(each)) for each in Act)})", name="act"),
        Index("ix_commentsvc_privacy_act_listed", "site_id", "id"),
        Index("ix_commentsvc_privacy_act_age", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    act: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    account: Mapped[Account | None] = relationship()
