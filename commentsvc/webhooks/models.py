"""Endpoints: where other systems want to hear of what happens on a site."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import PREFIX, Base, BigId

CHANNEL = "webhook"
OVERLAP = timedelta(hours=24)  # for so long after a rotation the secret before it still signs too

EVENTS = (
    "story.created",
    "comment.created",
    "comment.held",
    "comment.approved",
    "comment.rejected",
    "comment.edited",
    "comment.retracted",
    "comment.flagged",
    "comment.featured",
    "comment.unfeatured",
    "author.standing_changed",
    "queue.threshold",
)


class Endpoint(Base):
    """One receiver of a site's events.

    An `internal` one belongs to the newsroom: it gets the address of a comment's writer too. Secrets are encrypted;
    `secret_before` signs beside `secret` for `OVERLAP` after `rotated_at`.
    """

    __tablename__ = f"{PREFIX}endpoint"
    __table_args__ = (
        CheckConstraint("length(url) <= 2000", name="url"),
        {"sqlite_autoincrement": True},  # its lane's name holds the number: it must never be another's
    )
    URL_LENGTH = 2000

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    events: Mapped[list[str]] = mapped_column(JSON)
    internal: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[str] = mapped_column(Text)
    secret_before: Mapped[str | None] = mapped_column(Text)
    rotated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def lane(self) -> str:
        return f"{CHANNEL}:{self.id}"

    @property
    def host(self) -> str:
        """What may be shown of the address to everybody at the desk: the rest of it may be a secret."""
        return urlsplit(self.url).netloc

    def secrets_at(self, now: datetime) -> list[str]:
        """The encrypted secrets that sign now, the newest first."""
        overlaps = self.secret_before and self.rotated_at and now < self.rotated_at + OVERLAP
        return [self.secret, self.secret_before] if overlaps and self.secret_before else [self.secret]
