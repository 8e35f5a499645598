"""Staff who sign in: accounts, their sites, their sessions, their API tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core.database import PREFIX, Base, BigId


class Role(StrEnum):
    MODERATOR = "moderator"
    ADMIN = "admin"


class Scope(StrEnum):
    """How much of what its account may a token may: look, look and moderate, or all of it."""

    READ = "read"
    MODERATE = "moderate"
    ADMIN = "admin"


class Lacks(StrEnum):
    """What a session still needs before it opens the desk."""

    NOTHING = ""
    CODE = "code"
    SETUP = "setup"


class SecondStep(StrEnum):
    """Who has to have a second step at sign-in."""

    NOBODY = "nobody"
    ADMINS = "admins"
    EVERYBODY = "everybody"


def _among(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(each)) for each in values)})"


class Account(Base):
    """Somebody of the newsroom. A moderator works on the sites listed, an admin on all.

    `joined_at` is None while an invitation was not followed; such an account has an empty `password_hash`, as has
    whoever signs in elsewhere only. `link_number` numbers what was mailed: a higher one makes earlier links worthless.
    `totp_secret` is encrypted; `totp_step` is the time step (of 30 s) of the newest code that was taken.
    """

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
    joined_at: Mapped[datetime | None]
    link_number: Mapped[int] = mapped_column(default=0, server_default="0")
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
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
    """One sign-in on one browser. The cookie holds the token, this row only its hash, so it can be ended here.

    `confirmed_at` is when a password or code was last given. Of the browser only its family is kept, of the network a
    keyed hash that changes every month.
    """

    __tablename__ = f"{PREFIX}staff_session"
    __table_args__ = (CheckConstraint(_among("lacks", Lacks), name="lacks"),)
    BROWSER_LENGTH = 20

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    lacks: Mapped[str] = mapped_column(String(10), default=Lacks.NOTHING, server_default="")
    confirmed_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(String(BROWSER_LENGTH), default="", server_default="")
    network_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    account: Mapped[Account] = relationship(lazy="joined")


class ApiToken(Base):
    """A key for scripts; of what its account may it may as much as its scope says. Shown once, kept as a hash."""

    __tablename__ = f"{PREFIX}api_token"
    __table_args__ = (CheckConstraint(_among("scope", Scope), name="scope"),)
    NAME_LENGTH = 80

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    scope: Mapped[str] = mapped_column(String(10), default=Scope.ADMIN, server_default=Scope.ADMIN)
    last_used_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined")


class RecoveryCode(Base):
    """One of the codes that stand in for a lost phone, each once. Kept as a hash."""

    __tablename__ = f"{PREFIX}recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class StaffRule(Base):
    """What holds for everybody who signs in: one row, or none while nothing was decided."""

    __tablename__ = f"{PREFIX}staff_rule"
    __table_args__ = (
        CheckConstraint("id = 1", name="only"),
        CheckConstraint(_among("second_step", SecondStep), name="second_step"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    second_step: Mapped[str] = mapped_column(String(10))


class Act(Base):
    """Something done to an account, by whom, when. The database refuses to change or delete it.

    `account_id` is who did it (None: the command line, or a link in a letter), `about_id` whose account it was.
    """

    __tablename__ = f"{PREFIX}staff_act"
    __table_args__ = (
        Index("ix_commentsvc_staff_act_account_id", "account_id", "id"),
        Index("ix_commentsvc_staff_act_about_id", "about_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id"))
    by: Mapped[str] = mapped_column(String(Account.NAME_LENGTH))
    about_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id"))
    action: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    about: Mapped[Account | None] = relationship(foreign_keys=[about_id], lazy="joined")


class SignInTry(Base):
    """How often something was tried at the door, by a keyed hash of what; until `next_at` it may not be tried again."""

    __tablename__ = f"{PREFIX}sign_in_try"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]
