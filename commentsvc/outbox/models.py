"""What happened (`Event`), what goes out because of it (`Delivery`), to whom in which order (`Lane`), every try."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core.database import PREFIX, Base, BigId

NOT_RELEASED = text("seq IS NULL AND cancelled_at IS NULL")


class Event(Base):
    """One fact, kept in the commit that made it one.

    `seq` is its place in the order of the site's facts, given when it is released: nobody outside hears of it
    before. `payload` is what is then said of it: JSON without anything private. `failures` are the times it could
    not be told.
    """

    __tablename__ = f"{PREFIX}event"
    __table_args__ = (
        Index("ix_commentsvc_event_open", "due_at", sqlite_where=NOT_RELEASED, postgresql_where=NOT_RELEASED),
        Index("ix_commentsvc_event_subject", "subject", sqlite_where=NOT_RELEASED, postgresql_where=NOT_RELEASED),
        Index("ix_commentsvc_event_cause", "cause", sqlite_where=NOT_RELEASED, postgresql_where=NOT_RELEASED),
        Index("ix_commentsvc_event_feed", "site_id", "seq"),
        Index("ix_commentsvc_event_age", "created_at"),
        {"sqlite_autoincrement": True},  # the number of an event that is gone is never another's
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(40), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    cause: Mapped[str] = mapped_column(String(60), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    seq: Mapped[int | None] = mapped_column(BigId, unique=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None]


class DeliveryStatus(StrEnum):
    WAITING = "WAITING"
    SENT = "SENT"
    DEAD = "DEAD"
    CANCELLED = "CANCELLED"


class Lane(Base):
    """One receiver's queue: what goes to it goes in order, by one worker at a time.

    `next_at` is when it is worth looking (None: nothing waits). The lease ends by itself when its worker dies.
    `took_ms` is how long its receiver's last answer took.
    """

    __tablename__ = f"{PREFIX}lane"
    __table_args__ = (Index("ix_commentsvc_lane_due", "next_at"),)
    KEY_LENGTH = 100

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), index=True)
    next_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    took_ms: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    paused_because: Mapped[str] = mapped_column(Text, default="")
    leased_by: Mapped[str | None] = mapped_column(String(60))
    leased_until: Mapped[datetime | None]


class Delivery(Base):
    """One thing for one receiver. `uid` stays the same at every try: a receiver tells a repetition by it."""

    __tablename__ = f"{PREFIX}delivery"
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(str(each)) for each in DeliveryStatus)})", name="status"),
        CheckConstraint("attempts >= 0", name="attempts"),
        UniqueConstraint("once"),
        Index("ix_commentsvc_delivery_lane", "lane_key", "status", "id"),
        Index("ix_commentsvc_delivery_log", "site_id", "channel", "status", "id"),
        Index("ix_commentsvc_delivery_age", "status", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(60), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    lane_key: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}lane.key", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}event.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    once: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10), default=DeliveryStatus.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    event: Mapped[Event | None] = relationship()
    lane: Mapped[Lane] = relationship()
    tries: Mapped[list["Attempt"]] = relationship(order_by="Attempt.id", viewonly=True)


class Attempt(Base):
    """One try of one delivery: what was sent, what came back, how long it took."""

    __tablename__ = f"{PREFIX}attempt"
    EXCERPT = 1_000  # characters kept of an answer

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}delivery.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    took_ms: Mapped[int]
    succeeded: Mapped[bool]
    code: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")
