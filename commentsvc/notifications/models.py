"""Who asked for mail about what: addresses that mail goes to, choices, followed stories, what waits for a digest."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..authors.models import Author
from ..comments.models import Comment
from ..core.database import PREFIX, Base, BigId
from ..stories.models import Story


class Kind(StrEnum):
    """What a reader can hear of."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REPLY = "reply"
    STORY = "story"


class Pace(StrEnum):
    """When a reader wants to hear of it."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"


class Stopped(StrEnum):
    """Why no more mail goes to an address."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"


def _among(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(each)) for each in values)})"


class Recipient(Base):
    """An address that mail was asked for, by its keyed hash: every Author who typed it shares its limit and its end.

    Its `lane` in the outbox is worked by one worker at a time, which is what makes the daily limit exact.
    """

    __tablename__ = f"{PREFIX}recipient"
    __table_args__ = (
        UniqueConstraint("site_id", "email_hash"),
        CheckConstraint(_among("stopped_because", Stopped), name="stopped_because"),
        CheckConstraint("(stopped_at IS NULL) = (stopped_because IS NULL)", name="stopped"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    email_hash: Mapped[str] = mapped_column(String(64))
    stopped_at: Mapped[datetime | None]
    stopped_because: Mapped[str | None] = mapped_column(String(20))

    @property
    def lane(self) -> str:
        return lane_of(self.id)


def lane_of(recipient_id: int) -> str:
    return f"reader:{recipient_id}"


class Preference(Base):
    """How one author wants to hear of one kind of thing. Without a row: not at all."""

    __tablename__ = f"{PREFIX}preference"
    __table_args__ = (
        CheckConstraint(_among("kind", Kind), name="kind"),
        CheckConstraint(_among("pace", Pace), name="pace"),
    )

    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    pace: Mapped[str] = mapped_column(String(10))


class Follow(Base):
    """An author who wants to hear of every new comment in one story."""

    __tablename__ = f"{PREFIX}follow"
    __table_args__ = (
        UniqueConstraint("author_id", "story_id"),
        Index("ix_commentsvc_follow_story", "story_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    story: Mapped[Story] = relationship()


class Confirmation(Base):
    """One mail that asked whether an address is its reader's: kept while its link holds, to count by.

    `comment_id` is what was written under the address; without one, somebody asked to see their own comments.
    The link works until `used_at`.
    """

    __tablename__ = f"{PREFIX}confirmation"
    __table_args__ = (
        Index("ix_commentsvc_confirmation_recipient", "recipient_id", "created_at"),
        Index("ix_commentsvc_confirmation_network", "network_hash", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}recipient.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), index=True)
    network_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    author: Mapped[Author] = relationship()


WAITING = text("delivery_id IS NULL")


class Notice(Base):
    """One thing that waits for an author's next digest; `delivery_id` is the digest it went into."""

    __tablename__ = f"{PREFIX}notice"
    __table_args__ = (
        UniqueConstraint("author_id", "comment_id", "kind"),
        CheckConstraint(_among("kind", Kind), name="kind"),
        Index("ix_commentsvc_notice_waiting", "author_id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_commentsvc_notice_age", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"))
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(60), default="")
    delivery_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    comment: Mapped[Comment] = relationship()
    author: Mapped[Author] = relationship()
