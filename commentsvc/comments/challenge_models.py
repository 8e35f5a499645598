"""What proof of work remembers: challenges that were used, and how many posts a flood had refused."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import PREFIX, Base


class SpentChallenge(Base):
    """A challenge that came with a comment; it is no good for a second one."""

    __tablename__ = f"{PREFIX}spent_challenge"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Unwanted(Base):
    """How many posts of one network were refused as too fast, or found to be spam, in one minute."""

    __tablename__ = f"{PREFIX}unwanted"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    network_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(default=1)
