"""Word lists, modes of rules, bans."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..core.database import PREFIX, Base, BigId
from ..screening import Kind, Mode


class ListMode(StrEnum):
    LIVE = "live"
    SHADOW = "shadow"  # it speaks, and nothing comes of it
    OFF = "off"


class Silence(StrEnum):
    """What it means that a rule could not be checked."""

    HOLD = "hold"
    PUBLISH = "publish"


class BanKind(StrEnum):
    ADDRESS = "address"
    NETWORK = "network"
    DOMAIN = "domain"


def _among(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(each)) for each in values)})", name=column)


class WordList(Base):
    """Words of one kind, one entry a line, in the notation of `screening.words`; `language` None is any."""

    __tablename__ = f"{PREFIX}word_list"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        _among("kind", Kind),
        _among("mode", ListMode),
    )
    NAME_LENGTH, ENTRY_LENGTH, MOST_ENTRIES = 80, 200, 10_000

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(10))
    language: Mapped[str | None] = mapped_column(String(8))
    entries: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(10))
    updated_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"), index=True)
    account: Mapped[Account | None] = relationship()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.entries.split("\n"))))


class RuleSetting(Base):
    """What a site makes of one rule; None where the rule (or the site's `when_silent`) decides by itself."""

    __tablename__ = f"{PREFIX}rule_setting"
    __table_args__ = (_among("mode", Mode), _among("when_silent", Silence))

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(60), primary_key=True)
    mode: Mapped[str | None] = mapped_column(String(10))
    when_silent: Mapped[str | None] = mapped_column(String(10))


class Ban(Base):
    """Who may not write: an address or a network by its keyed hash alone, a domain of addresses by its name."""

    __tablename__ = f"{PREFIX}ban"
    __table_args__ = (
        _among("kind", BanKind),
        CheckConstraint("(kind = 'domain') = (domain IS NOT NULL)", name="domain"),
        CheckConstraint("(kind = 'domain') = (value_hash IS NULL)", name="value_hash"),
        # A network says little about a person and is soon another's: its ban always ends.
        CheckConstraint("kind <> 'network' OR until IS NOT NULL", name="until"),
        Index("ix_commentsvc_ban_hash", "site_id", "value_hash"),
        Index("ix_commentsvc_ban_domain", "site_id", "domain"),
        Index("ix_commentsvc_ban_listed", "site_id", "id"),
    )
    REASON_LENGTH = 500

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    value_hash: Mapped[str | None] = mapped_column(String(64))
    domain: Mapped[str | None] = mapped_column(String(253))
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    account: Mapped[Account | None] = relationship()

    def is_in_force(self, now: datetime) -> bool:
        return self.lifted_at is None and (self.until is None or self.until > now)
