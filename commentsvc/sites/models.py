"""Sites: the publications served."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core.database import PREFIX, Base, BigId
from .settings import MODES, SORTS, SiteSettings, from_stored

A_MODE = f"mode IN ({', '.join(map(repr, MODES))})"
A_SORT = f"default_sort IN ({', '.join(map(repr, SORTS))})"


class Site(Base):
    """One publication: its key in every address, its origins, its settings.

    `rulebook` names the edition of its word lists, modes of rules and bans; None while it has none. Until
    `attacked_until` a flood counts as going on (`comments/challenges`). `login_secret_encrypted` is the client secret
    of the provider its readers sign in at (`logins`); it is no setting, for those are printed.
    """

    __tablename__ = f"{PREFIX}site"
    KEY_LENGTH, NAME_LENGTH = 40, 120

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    stored_settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rulebook: Mapped[str | None] = mapped_column(String(32))
    attacked_until: Mapped[datetime | None]
    login_secret_encrypted: Mapped[str | None] = mapped_column(Text, deferred=True)
    origins: Mapped[list["Origin"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Origin.origin"
    )

    _read = cast("tuple[dict[str, Any], SiteSettings] | None", None)

    @property
    def settings(self) -> SiteSettings:
        """Read once as long as the same is stored: a page of the desk asks a hundred times."""
        if self._read is None or self._read[0] is not self.stored_settings:
            self._read = self.stored_settings, from_stored(self.stored_settings)
        return self._read[1]

    def allows(self, origin: str) -> bool:
        return any(known.origin == origin for known in self.origins)


class Origin(Base):
    """A scheme, host and port whose pages may embed the site's threads: `https://news.example`."""

    __tablename__ = f"{PREFIX}origin"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True, index=True)


class Section(Base):
    """A part of a site: the stories of one category. What is None is as the site has it."""

    __tablename__ = f"{PREFIX}section"
    __table_args__ = (
        CheckConstraint(A_MODE, name="mode"),
        CheckConstraint("close_after_days >= 0", name="close_after_days"),
        CheckConstraint(A_SORT, name="default_sort"),
    )
    NAME_LENGTH, HOURS_LENGTH = 80, 500

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    mode: Mapped[str | None] = mapped_column(String(10))
    close_after_days: Mapped[int | None]
    opening_hours: Mapped[str | None] = mapped_column(String(HOURS_LENGTH))
    default_sort: Mapped[str | None] = mapped_column(String(10))
