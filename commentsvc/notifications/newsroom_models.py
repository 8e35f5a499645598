"""What the newsroom wants to hear, and where: choices of accounts and bylines, alarms of queues, chats."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import PREFIX, Base, BigId


class How(StrEnum):
    OFF = "off"
    AT_ONCE = "at once"
    DAILY = "daily"


HOWS = ", ".join(repr(str(how)) for how in How)


class NewsroomChoice(Base):
    """What one account wants to be mailed about one site; without a row, nothing.

    `digested_at` is how far the daily letter has come.
    """

    __tablename__ = f"{PREFIX}newsroom_choice"
    __table_args__ = (
        CheckConstraint("kind IN ('queue', 'held')", name="kind"),
        CheckConstraint(f"how IN ({HOWS})", name="how"),
        CheckConstraint("how != 'daily' OR kind = 'queue'", name="daily"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    how: Mapped[str] = mapped_column(String(10))
    digested_at: Mapped[datetime]


class BylineChoice(Base):
    """What one byline wants to be mailed about comments on their stories; without a row, nothing."""

    __tablename__ = f"{PREFIX}byline_choice"
    __table_args__ = (
        CheckConstraint(f"comments IN ({HOWS})", name="comments"),
        CheckConstraint(f"questions IN ({HOWS})", name="questions"),
    )

    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), primary_key=True)
    comments: Mapped[str] = mapped_column(String(10))
    questions: Mapped[str] = mapped_column(String(10))
    digested_at: Mapped[datetime]


class QueueAlarm(Base):
    """Whether a site's queue stands above its threshold (`raised_at`), and when that was last told."""

    __tablename__ = f"{PREFIX}queue_alarm"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    raised_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class ChatTarget(Base):
    """A chat of the newsroom. Its address is a secret: whoever has it can write there."""

    __tablename__ = f"{PREFIX}chat_target"
    __table_args__ = (
        CheckConstraint("kind IN ('slack', 'telegram', 'matrix', 'mattermost')", name="kind"),
        {"sqlite_autoincrement": True},  # its lane's name holds the number: it must never be another's
    )
    NAME_LENGTH = 80

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(20))
    url_encrypted: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
