"""Staff who sign in: accounts, their sites, their sessions, their API tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core.database import PREFIX, Base, BigId


class Role(StrEnum):
    MODERATOR = "moderator"
    ADMIN = "admin"


class Account(Base):
    """Somebody of the newsroom. A moderator works on the sites listed, an admin on all."""

    __tablename__ = f"{PREFIX}account"
    __table_args__ = (CheckConstraint("role IN ('moderator', 'admin')", name="role"),)
    NAME_LENGTH = 80

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    email_encrypted: Mapped[str] = mapped_column(Text)
    email_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    alias: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    sites: Mapped[list["SiteMembership"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def shown_name(self) -> str:
        """The name colleagues and the public see: the alias of whoever chose one."""
        return self.alias or self.name

    @property
    def site_ids(self) -> frozenset[int]:
        return frozenset(membership.site_id for membership in self.sites)

    @property
    def sections(self) -> dict[int, frozenset[str]]:
        """By site, the sections the account is limited to; a site that is missing here has no limit."""
        limited = {membership.site_id: frozenset(membership.sections) for membership in self.sites}
        return {site_id: sections for site_id, sections in limited.items() if sections}


class SiteMembership(Base):
    """A moderator's right to work on one site: on all of it, or on the sections listed."""

    __tablename__ = f"{PREFIX}site_membership"

    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    sections: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")


class StaffSession(Base):
    """One sign-in on one browser. The cookie holds the token, this row only its hash, so it can be ended here."""

    __tablename__ = f"{PREFIX}staff_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined")


class ApiToken(Base):
    """A key for scripts; it may what its account may. Shown once, kept as a hash."""

    __tablename__ = f"{PREFIX}api_token"
    NAME_LENGTH = 80

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined")
