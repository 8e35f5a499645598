"""Comments, their text over time, what the rules said of them, and every change of status."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Account
from ..authors.models import Author
from ..core.database import PREFIX, Base, BigId
from ..stories.models import Story


class Status(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SPAM = "SPAM"


STATUSES = ", ".join(repr(str(status)) for status in Status)


class Aside(StrEnum):
    """Why a comment was put aside: to look at later, or to ask a colleague. Its status stays what it was."""

    LATER = "later"
    ESCALATED = "escalated"


ASIDES = ", ".join(repr(str(aside)) for aside in Aside)
REPORT = 2  # what an open report weighs beside the rules' objections: more than a rule's that asks to look


def _partial(name: str, *columns: str, where: str, of: str = "comment") -> Index:
    return Index(f"ix_{PREFIX}{of}_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


def _queue_by(column: str) -> Index:
    """One column that the queue is filtered by: any page of the filtered queue is one walk along this index."""
    return Index(f"ix_{PREFIX}comment_{column}", "site_id", "status", column, "created_at", "id")


class Comment(Base):
    """What one author said under one story. `version` counts every change, so that nobody decides blindly."""

    __tablename__ = f"{PREFIX}comment"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint("visible_replies >= 0", name="visible_replies"),
        CheckConstraint("likes >= 0", name="likes"),
        CheckConstraint("(parent_id IS NULL) = (depth = 0)", name="depth"),
        UniqueConstraint("site_id", "idempotency_key"),
        # Not with `parent_id` in them: PostgreSQL knows no order behind a column that is NULL.
        _partial("thread", "story_id", "created_at", "id", where="parent_id IS NULL"),
        _partial("liked", "story_id", "likes", "id", where="parent_id IS NULL"),
        Index("ix_commentsvc_comment_parent", "parent_id", "created_at", "id"),
        Index("ix_commentsvc_comment_queue", "site_id", "status", "created_at", "id"),
        Index("ix_commentsvc_comment_author", "author_id", "created_at", "id"),
        # What an author's page counts, without a look at the comments: by name used, by state.
        Index("ix_commentsvc_comment_of_author", "author_id", "author_name", "status", "section", "retracted_at"),
        Index("ix_commentsvc_comment_said", "story_id", "fingerprint"),
        Index("ix_commentsvc_comment_network", "network_hash", "created_at"),
        _partial(
            "waiting",
            "site_id",
            "created_at",
            "id",
            where="status = 'PENDING' AND set_aside IS NULL AND retracted_at IS NULL",
        ),
        _partial(
            "waiting_where",
            "site_id",
            "section",
            "created_at",
            "status",
            "set_aside",
            "retracted_at",
            where="status = 'PENDING' AND set_aside IS NULL AND retracted_at IS NULL",
        ),
        _partial("set_aside", "site_id", "set_aside", "created_at", "id", where="set_aside IS NOT NULL"),
        _partial(
            "reported",
            "site_id",
            "created_at",
            "id",
            where="open_flags > 0 AND set_aside IS NULL AND retracted_at IS NULL",
        ),
        *(_queue_by(column) for column in ("section", "held_by", "language", "has_link")),
        Index("ix_commentsvc_comment_risk", "site_id", "status", "risk", "id"),
        Index("ix_commentsvc_comment_open_flags", "site_id", "status", "open_flags", "id"),
        Index("ix_commentsvc_comment_story_queue", "story_id", "status", "created_at", "id"),
        Index("ix_commentsvc_comment_alike", "site_id", "likeness", "status"),
        _partial("pinned", "story_id", "pinned_at", where="pinned_at IS NOT NULL"),
        _partial("featured", "story_id", "featured_at", where="featured_at IS NOT NULL"),
        Index("ix_commentsvc_comment_shown", "story_id", "shown_at", "id"),
        CheckConstraint(f"set_aside IN ({ASIDES})", name="set_aside"),
        CheckConstraint("open_flags >= 0", name="open_flags"),
        # SQLite does not keep the length of a VARCHAR by itself.
        CheckConstraint(f"length(author_name) <= {Author.NAME_LENGTH}", name="author_name"),
        CheckConstraint(f"length(website) <= {Author.WEBSITE_LENGTH}", name="website"),
        {"sqlite_autoincrement": True},  # the number of a comment that is gone is never another's
    )
    TEXT_LENGTH, KEY_LENGTH = 10_000, 200

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}author.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}comment.id"))
    depth: Mapped[int] = mapped_column(default=0)
    author_name: Mapped[str] = mapped_column(String(Author.NAME_LENGTH))
    website: Mapped[str | None] = mapped_column(String(Author.WEBSITE_LENGTH))
    status: Mapped[str] = mapped_column(String(10))
    content: Mapped[list[Any]] = mapped_column(JSON)
    html: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision_number: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    likes: Mapped[int] = mapped_column(default=0)
    visible_replies: Mapped[int] = mapped_column(default=0)
    network_hash: Mapped[str | None] = mapped_column(String(64))
    receipt_salt: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    idempotency_body: Mapped[str | None] = mapped_column(String(64))
    editable_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    retracted_at: Mapped[datetime | None]
    featured_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    shown_at: Mapped[
        datetime | None
    ]  # when readers first saw it, or saw it again: later than it was written if it waited
    # What the queue is filtered and sorted by, kept true by `lifecycle` and `moderation/flags`.
    section: Mapped[str] = mapped_column(String(Story.CATEGORY_LENGTH), default="", server_default="")
    held_by: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str | None] = mapped_column(String(8))
    has_link: Mapped[bool] = mapped_column(default=False, server_default=false())
    likeness: Mapped[str | None] = mapped_column(String(64))
    objections: Mapped[int] = mapped_column(default=0, server_default="0")
    open_flags: Mapped[int] = mapped_column(default=0, server_default="0")
    risk: Mapped[int] = mapped_column(default=0, server_default="0")
    set_aside: Mapped[str | None] = mapped_column(String(10))
    ignores_flags: Mapped[bool] = mapped_column(default=False, server_default=false())
    author: Mapped[Author] = relationship()
    story: Mapped[Story] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_visible(self) -> bool:
        return self.status == Status.APPROVED and self.retracted_at is None

    @property
    def is_pinned(self) -> bool:
        """Whether it stands before the others; one that its writer took back does not any more."""
        return self.pinned_at is not None and self.retracted_at is None

    def is_editable(self, now: datetime) -> bool:
        """Inside the window, neither retracted nor refused by a person."""
        waiting_or_shown = self.status in (Status.PENDING, Status.APPROVED) and self.retracted_at is None
        return waiting_or_shown and self.editable_until is not None and now <= self.editable_until


class Revision(Base):
    """The text of a comment as typed, and what was made of it, at one time."""

    __tablename__ = f"{PREFIX}revision"
    __table_args__ = (
        UniqueConstraint("comment_id", "number"),
        CheckConstraint(f"length(text) <= {Comment.TEXT_LENGTH}", name="text"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    content: Mapped[list[Any]] = mapped_column(JSON)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    comment: Mapped[Comment] = relationship()


class StoredVerdict(Base):
    """What one rule said of one revision; `spans` mark places in its text, in characters.

    `would_be` is the outcome a rule in shadow would have had: it speaks, and nothing comes of it.
    """

    __tablename__ = f"{PREFIX}verdict"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"))
    revision_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}revision.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    spans: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    score: Mapped[float | None]
    would_be: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]
    comment: Mapped[Comment] = relationship()
    revision: Mapped[Revision] = relationship()

    __table_args__ = (
        Index("ix_commentsvc_verdict_rule", "comment_id", "rule"),
        Index("ix_commentsvc_verdict_said", "rule", "created_at"),
        _partial("shadow", "created_at", "rule", where="would_be IS NOT NULL", of="verdict"),
    )


class Decision(Base):
    """One change of a comment: from what to what, by whom (an account, or a rule), on which revision, and why.

    `batch` names what was decided by one stroke. `undoes_id` is the decision this one takes back. What ends in
    `_before` is what else an undo has to put back. `reports` is how many open reports it answered; below zero, how many
    it asked again.

    The log is append-only: triggers of the database refuse to change or delete a row, so that what a decision belongs
    to (its account, comment, revision, site) stays with it, whatever the foreign keys would do. `number` is its place
    in the site's log, 1 to n; `hash` binds it to the one before (see `log`).
    """

    __tablename__ = f"{PREFIX}decision"
    __table_args__ = (
        CheckConstraint(f"before IN ({STATUSES})", name="before"),
        CheckConstraint(f"after IN ({STATUSES})", name="after"),
        CheckConstraint("(account_id IS NULL) OR (rule IS NULL)", name="actor"),
        Index("ix_commentsvc_decision_log", "site_id", "id"),
        Index("ix_commentsvc_decision_when", "site_id", "created_at", "id"),
        Index("ix_commentsvc_decision_batch", "batch"),
        Index("ix_commentsvc_decision_undoes", "undoes_id"),
        Index("ix_commentsvc_decision_number", "site_id", "number", unique=True),
        Index("ix_commentsvc_decision_rule", "site_id", "rule", "created_at", "id"),
        _partial(
            "held",
            "site_id",
            "created_at",
            "rule",
            "after",
            "revision_id",
            "comment_id",
            where="rule IS NOT NULL AND after <> 'APPROVED'",
            of="decision",
        ),
    )
    REASON_LENGTH = 60
    NOTE_LENGTH, BATCH_LENGTH = 2000, 32

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}revision.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"), index=True)
    rule: Mapped[str | None] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    batch: Mapped[str | None] = mapped_column(String(BATCH_LENGTH))
    undoes_id: Mapped[int | None] = mapped_column(BigId)
    aside_before: Mapped[str | None] = mapped_column(String(10))
    featured_before: Mapped[datetime | None]
    pinned_before: Mapped[datetime | None]
    locked_before: Mapped[datetime | None]
    held_before: Mapped[str | None] = mapped_column(String(60))
    ignored_before: Mapped[bool] = mapped_column(default=False, server_default=false())
    reports: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(BigId, server_default="0")
    hash: Mapped[str] = mapped_column(String(64), server_default="")
    account: Mapped[Account | None] = relationship()
    comment: Mapped[Comment] = relationship()
    revision: Mapped[Revision] = relationship()


class LogHead(Base):
    """The end of one site's log: the number and the hash of its last decision. Whoever adds one waits for this row."""

    __tablename__ = f"{PREFIX}log_head"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))


class Move(Base):
    """Where a moved conversation was: under which story, and what its first comment answered there."""

    __tablename__ = f"{PREFIX}move"

    decision_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}decision.id", ondelete="CASCADE"), primary_key=True)
    from_story_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="SET NULL"), index=True)
    to_story_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="SET NULL"), index=True)
    from_parent_id: Mapped[int | None] = mapped_column(BigId)
    decision: Mapped[Decision] = relationship()


class Shielded(Base):
    """A comment that attacked a shielded byline: it is out of that person's sight."""

    __tablename__ = f"{PREFIX}shielded"

    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Like(Base):
    """One reader's liking of one comment; who it was is only a keyed hash."""

    __tablename__ = f"{PREFIX}like"

    comment_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}comment.id", ondelete="CASCADE"), primary_key=True)
    reader_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
