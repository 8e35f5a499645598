"""Flags: what readers report. What the staff keep: notes for each other, who is looking, filters under a name."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..authors.models import Author
from ..comments.models import Comment
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
    """One reader's report of one comment. A moderator's next decision on the comment settles it.

    `author_id` wrote the comment; `made_by_id` is whoever the reader is proven to be.
    """

    __tablename__ = f"{PREFIX}flag"
    __table_args__ = (
        UniqueConstraint("comment_id", "reader_hash"),
        CheckConstraint(f"reason IN ({', '.join(repr(str(each)) for each in FlagReason)})", name="reason"),
        Index("ix_commentsvc_flag_open", "comment_id", "settled_at"),
        Index("ix_commentsvc_flag_about", "author_id", "id"),
        Index("ix_commentsvc_flag_made_by", "made_by_id", "id"),
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
    author_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}author.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}author.id"))
    comment: Mapped[Comment] = relationship()


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


class TransferKind(StrEnum):
    MERGE = "merge"  # two records of one person become one
    CLAIM = "claim"  # who signs articles and who comments are one person
    SPLIT = "split"  # what one record held was two people's


class AuthorTransfer(Base):
    """Comments and bylines that went from one author to another by one act; what is needed to give them back.

    `until` is how long it can be undone. `batch` names the standing that came with it.
    """

    __tablename__ = f"{PREFIX}author_transfer"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(str(each)) for each in TransferKind)})", name="kind"),
        CheckConstraint("from_id <> to_id", name="itself"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    from_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    batch: Mapped[str] = mapped_column(String(32))
    comments: Mapped[int] = mapped_column(default=0)
    took_address: Mapped[bool] = mapped_column(default=False, server_default=false())
    first_seen_before: Mapped[datetime]
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    account: Mapped[Account | None] = relationship()
    giver: Mapped[Author] = relationship(foreign_keys=from_id)
    taker: Mapped[Author] = relationship(foreign_keys=to_id)


class TransferredComment(Base):
    """A comment that a transfer took along."""

    __tablename__ = f"{PREFIX}transferred_comment"

    transfer_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}author_transfer.id", ondelete="CASCADE"), primary_key=True
    )
    comment_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TransferredByline(Base):
    """A story whose byline a transfer took along; `was_there` if the other author signed it already."""

    __tablename__ = f"{PREFIX}transferred_byline"

    transfer_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}author_transfer.id", ondelete="CASCADE"), primary_key=True
    )
    story_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
    was_there: Mapped[bool] = mapped_column(default=False, server_default=false())
