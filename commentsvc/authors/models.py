"""Authors: the people who write, as a byline or as a commenter."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from ..accounts.models import Account
from ..core.database import PREFIX, Base, BigId
from .drawing import SEED_LENGTH, new_seed


class Standing(StrEnum):
    """What a site thinks of an author, from the mildest to the strictest."""

    TRUSTED = "TRUSTED"
    NORMAL = "NORMAL"
    WATCHED = "WATCHED"
    SUSPENDED = "SUSPENDED"
    BANNED = "BANNED"

    @property
    def severity(self) -> int:
        return list(Standing).index(self)

    def joined_by(self, other: "Standing") -> "Standing":
        """What stands when somebody turns out to be another: no restraint is shed by it, and no trust is gained."""
        return other if other in RESTRAINTS and other.severity > self.severity else self


class ShieldRule(StrEnum):
    """Which comments on a byline's stories the words of their shield are looked for in."""

    ANY = "any"  # in all of them
    AIMED = "aimed"  # in those that name the person, or answer one of their comments


RESTRAINTS = (Standing.WATCHED, Standing.SUSPENDED, Standing.BANNED)


def name_key(name: str) -> str:
    """What a name is searched and sorted by: letter case makes no difference."""
    return name.casefold()[: Author.KEY_LENGTH]


def _ordered(length: int) -> Any:
    """Text that sorts by code points on every database, so that the beginning of a word is a range of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


# What the list is filtered by, in one small number: any combination of filters is a set of these, and each of them is
# in the order of the list along one index. See `listing`. Whoever was merged into another is in no list.
SHARES = (10, 25, 50, 75)  # per cent of what was decided on that was rejected: a step of the number each
_DECIDED = "(approved_count + rejected_count)"
FACET = f"""CASE WHEN merged_into_id IS NOT NULL THEN -1 ELSE
 CASE standing WHEN 'TRUSTED' THEN 0 WHEN 'NORMAL' THEN 24 WHEN 'WATCHED' THEN 48 WHEN 'SUSPENDED' THEN 72 ELSE 96 END
 + CASE WHEN is_byline THEN 12 ELSE 0 END + CASE WHEN confirmed_at IS NULL THEN 0 ELSE 6 END
 + CASE WHEN {_DECIDED} = 0 THEN 0 WHEN 10 * rejected_count < {_DECIDED} THEN 1
 WHEN 4 * rejected_count < {_DECIDED} THEN 2 WHEN 2 * rejected_count < {_DECIDED} THEN 3
 WHEN 4 * rejected_count < 3 * {_DECIDED} THEN 4 ELSE 5 END END"""


def _listed_by(column: str) -> Index:
    return Index(f"ix_{PREFIX}author_by_{column}", "site_id", "facet", column, "id")


class Author(Base):
    """Whoever writes on one site. Needs no account.

    An address makes nobody the same person: several Authors may have typed the same one, until it is confirmed.
    Somebody of the newsroom who writes in public is one Author on each site: `account_id` says whose words they are,
    `badge` what readers are told of that.
    """

    __tablename__ = f"{PREFIX}author"
    __table_args__ = (
        UniqueConstraint("site_id", "slug"),
        CheckConstraint(f"standing IN ({', '.join(repr(str(each)) for each in Standing)})", name="standing"),
        CheckConstraint("(email_hash IS NULL) = (email_encrypted IS NULL)", name="address"),
        CheckConstraint("confirmed_at IS NULL OR email_hash IS NOT NULL", name="confirmed"),
        CheckConstraint("approved_count >= 0 AND rejected_count >= 0", name="counts"),
        CheckConstraint(f"shield IN ({', '.join(repr(str(each)) for each in ShieldRule)})", name="shield"),
        CheckConstraint("length(name) <= 80", name="name"),
        CheckConstraint("length(website) <= 2000", name="website"),
        Index("ix_commentsvc_author_address", "site_id", "email_hash"),
        Index("ix_commentsvc_author_named", "site_id", "name_key"),
        Index(
            "ix_commentsvc_author_byline",
            "site_id",
            "name",
            sqlite_where=text("is_byline IS 1"),
            postgresql_where=text("is_byline IS true"),
        ),
        Index("ix_commentsvc_author_staff", "account_id", "site_id", unique=True),
        CheckConstraint("badge IN ('moderator', 'staff')", name="badge"),
        Index(
            "ix_commentsvc_author_avatar",
            "avatar",
            sqlite_where=text("avatar IS NOT NULL"),
            postgresql_where=text("avatar IS NOT NULL"),
        ),
        Index(
            "ix_commentsvc_author_shield",
            "site_id",
            sqlite_where=text("shield IS NOT NULL"),
            postgresql_where=text("shield IS NOT NULL"),
        ),
        Index("ix_commentsvc_author_signed_on", "site_id", "signed_on_as", unique=True),
        Index(
            "ix_commentsvc_author_ends",
            "standing_until",
            sqlite_where=text("standing_until IS NOT NULL"),
            postgresql_where=text("standing_until IS NOT NULL"),
        ),
        *map(_listed_by, ("created_at", "name_key", "decided_count", "rejected_count", "last_seen_at")),
        Index(
            "ix_commentsvc_author_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )
    NAME_LENGTH, SLUG_LENGTH, WEBSITE_LENGTH, BIO_LENGTH, AVATAR_LENGTH = 80, 80, 2000, 2000, 2000
    BADGE_LENGTH = 10
    KEY_LENGTH = 160  # a letter may become two when case is folded

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(_ordered(SLUG_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(
        _ordered(KEY_LENGTH), default=lambda row: name_key(row.get_current_parameters()["name"]), server_default=""
    )
    bio: Mapped[str] = mapped_column(Text, default="")
    bio_content: Mapped[list[Any]] = mapped_column(JSON, default=list)
    bio_html: Mapped[str] = mapped_column(Text, default="")
    avatar: Mapped[str | None] = mapped_column(String(AVATAR_LENGTH))
    avatar_seed: Mapped[str] = mapped_column(
        String(SEED_LENGTH), default=new_seed, server_default="0" * SEED_LENGTH
    )  # what is drawn where there is no picture
    website: Mapped[str | None] = mapped_column(String(WEBSITE_LENGTH))
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    is_byline: Mapped[bool] = mapped_column(default=False)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    email_hash: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    # Who the publisher's sign-on tokens say this is, as a keyed hash, and what they call them besides their name.
    signed_on_as: Mapped[str | None] = mapped_column(String(64))
    badges: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    standing: Mapped[str] = mapped_column(String(20), default=Standing.NORMAL)
    standing_reason: Mapped[str] = mapped_column(Text, default="")
    standing_until: Mapped[datetime | None]
    approved_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # No account goes while words of it stand: one that is not used any more is disabled.
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id"))
    badge: Mapped[str | None] = mapped_column(String(BADGE_LENGTH))
    shield: Mapped[str | None] = mapped_column(String(10))  # a ShieldRule; None: not shielded
    shield_words: Mapped[str] = mapped_column(Text, default="", server_default="")  # one a line
    shows_comments: Mapped[bool | None]  # on the public page, as the person chose; None: nobody did

    def lists_comments(self, readers_do: bool) -> bool:
        """Whether the public page lists comments: as the person chose, else for bylines, and for readers as told."""
        return self.shows_comments if self.shows_comments is not None else self.is_byline or readers_do

    def has_page(self, readers_do: bool) -> bool:
        """Whether there may be a public page: a reader who lists no comments has nothing to show on one."""
        return self.is_byline or self.lists_comments(readers_do)

    @property
    def is_known(self) -> bool:
        """Whether anybody vouches for who this is: a confirmed address, or the publisher."""
        return self.confirmed_at is not None or self.signed_on_as is not None

    last_seen_at: Mapped[datetime] = mapped_column(
        default=lambda row: row.get_current_parameters()["created_at"], server_default="1970-01-01 00:00:00.000000"
    )
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}author.id"))
    facet: Mapped[int] = mapped_column(SmallInteger, Computed(FACET, persisted=True), deferred=True)
    decided_count: Mapped[int] = mapped_column(Computed(_DECIDED, persisted=True), deferred=True)

    @validates("name")
    def _keep_key(self, _field: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @property
    def rejected_percent(self) -> int | None:
        """The share of what was decided on that was rejected; None where nothing was."""
        decided = self.approved_count + self.rejected_count
        return 100 * self.rejected_count // decided if decided else None

    def standing_at(self, now: datetime) -> Standing:
        """The standing that holds now: one whose end has come is over by itself."""
        over = self.standing_until is not None and self.standing_until <= now
        return Standing.NORMAL if over else Standing(self.standing)


class ReaderToken(Base):
    """What shows that a browser is a confirmed reader's, by its hash; with `is_code`, what is changed for one, once."""

    __tablename__ = f"{PREFIX}reader_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_code: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignOnKey(Base):
    """A key that a site's sign-on tokens are signed with: a shared secret, or the public half of a pair, encrypted."""

    __tablename__ = f"{PREFIX}sign_on_key"
    __table_args__ = (UniqueConstraint("site_id", "kid"),)
    KID_LENGTH = 100

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    kid: Mapped[str] = mapped_column(String(KID_LENGTH))
    algorithm: Mapped[str] = mapped_column(String(10))
    key_encrypted: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class UsedSignOn(Base):
    """A sign-on token that was taken once, until it would have ended by itself."""

    __tablename__ = f"{PREFIX}used_sign_on"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StandingChange(Base):
    """One line of an author's record: which standing, from when to when, why, by whom.

    What ends in `_before` is what undoing it puts back. `batch` names the stroke it was part of, the decisions on
    comments that came with it too. `comments_since` is from when on comments were treated, and `comments_action` how;
    while `is_at_work` some of them are still to be done. `message` went to the author's confirmed address.
    """

    __tablename__ = f"{PREFIX}standing_change"
    __table_args__ = (
        Index("ix_commentsvc_standing_change_batch", "batch"),
        Index(
            "ix_commentsvc_standing_change_at_work",
            "id",
            sqlite_where=text("is_at_work"),
            postgresql_where=text("is_at_work"),
        ),
    )
    REASON_LENGTH, MESSAGE_LENGTH = 500, 2000

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    standing: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    batch: Mapped[str | None] = mapped_column(String(32))
    undoes_id: Mapped[int | None] = mapped_column(BigId)
    standing_before: Mapped[str | None] = mapped_column(String(20))
    reason_before: Mapped[str] = mapped_column(Text, default="", server_default="")
    until_before: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    comments_action: Mapped[str | None] = mapped_column(String(10))
    comments_since: Mapped[datetime | None]
    is_at_work: Mapped[bool] = mapped_column(default=False, server_default=false())
    account: Mapped[Account | None] = relationship()
    author: Mapped[Author] = relationship()


class AuthorNote(Base):
    """What somebody of the staff wrote down about an author, for colleagues."""

    __tablename__ = f"{PREFIX}author_note"
    TEXT_LENGTH = 2000
    __table_args__ = (CheckConstraint(f"length(text) <= {TEXT_LENGTH}", name="text"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    account: Mapped[Account | None] = relationship()


class AuthorAct(Base):
    """What somebody of the staff did to an author: which field, before and after. Never an address in clear.

    The database refuses to change or delete a row.
    """

    __tablename__ = f"{PREFIX}author_act"
    __table_args__ = (Index("ix_commentsvc_author_act_about", "author_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(20), default="")
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    account: Mapped[Account | None] = relationship()


class AuthorSlug(Base):
    """A slug an author had before: its page leads to the present one, and nobody else gets it."""

    __tablename__ = f"{PREFIX}author_slug"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(Author.SLUG_LENGTH), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
