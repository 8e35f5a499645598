"""Stories: the articles that are discussed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, remote

from ..accounts.models import Account
from ..authors.models import Author
from ..core.database import PREFIX, Base, BigId
from ..sites.models import A_MODE, Section


class StoryState(StrEnum):
    OPEN = "open"
    HELD = "held"  # every comment waits for a moderator
    CLOSED = "closed"


# A mode in the three words that readers' pages and the older calls of the API know.
STATE_OF = {
    "open": StoryState.OPEN,
    "hold_new": StoryState.OPEN,
    "hold_all": StoryState.HELD,
    "closed": StoryState.CLOSED,
    "hidden": StoryState.CLOSED,
}
MODE_OF = {StoryState.OPEN: None, StoryState.HELD: "hold_all", StoryState.CLOSED: "closed"}


class Story(Base):
    """One article: the publisher's own id for it, where it stands, and what readers see of it elsewhere."""

    __tablename__ = f"{PREFIX}story"
    __table_args__ = (
        UniqueConstraint("site_id", "external_id"),
        CheckConstraint(A_MODE, name="mode"),
        CheckConstraint("comment_count >= 0", name="comment_count"),
        Index("ix_commentsvc_story_category", "site_id", "category", "published_at"),
        Index("ix_commentsvc_story_recent", "site_id", "published_at"),
        Index("ix_commentsvc_story_made", "site_id", "id"),
    )
    ID_LENGTH, TITLE_LENGTH, CATEGORY_LENGTH, EXCERPT_LENGTH, URL_LENGTH = 200, 300, 80, 1000, 2000

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    external_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    category: Mapped[str] = mapped_column(String(CATEGORY_LENGTH), default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    image: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    published_at: Mapped[datetime | None]
    comment_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    from_reader: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str | None] = mapped_column(String(10))  # None: what its section and its site say
    suggested: Mapped[bool] = mapped_column(default=True, server_default=true())  # under other stories
    # Names of those who sign this one story and have no page.
    guest_bylines: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    picks: Mapped[list["StoryPick"]] = relationship(
        cascade="all, delete-orphan",
        order_by="StoryPick.position",
        foreign_keys="StoryPick.story_id",
        back_populates="story",
    )
    bylines: Mapped[list["Byline"]] = relationship(
        cascade="all, delete-orphan", order_by="Byline.position", back_populates="story"
    )
    # What is set for its category, if anything is; it comes along with the story, on every card of a list.
    section: Mapped[Section | None] = relationship(
        primaryjoin=lambda: (
            (foreign(Story.site_id) == remote(Section.site_id)) & (foreign(Story.category) == remote(Section.name))
        ),
        viewonly=True,
        lazy="joined",
    )

    @property
    def state(self) -> StoryState:
        """Its own mode in the words of before there were modes."""
        return STATE_OF[self.mode or "open"]

    @state.setter
    def state(self, state: str) -> None:
        self.mode = MODE_OF[StoryState(state)]

    @property
    def shown_title(self) -> str:
        """The title for readers: one that only a reader gave waits until a comment here was let through."""
        return self.title if self.comment_count or not self.from_reader else ""

    @property
    def shown_url(self) -> str | None:
        """The address for readers, with the same caution."""
        return self.url if self.comment_count or not self.from_reader else None

    @property
    def name(self) -> str:
        """What the newsroom calls it: by its own id, else by its address."""
        return self.external_id or self.url or ""

    def picked(self, kind: str) -> list["Story"]:
        """The stories the newsroom pinned (`pin`) to its box of related stories, or keeps out (`exclude`)."""
        return [pick.other for pick in self.picks if pick.kind == kind]

    @property
    def authors(self) -> list[Author]:
        return [byline.author for byline in self.bylines]

    @property
    def signed_by(self) -> list[str]:
        """The names under the title: authors in their order, then guests."""
        return [*(author.name for author in self.authors), *(self.guest_bylines or [])]


class StoryUrl(Base):
    """An address the story has been known by; `url_key` is the same for all ways of writing it."""

    __tablename__ = f"{PREFIX}story_url"
    __table_args__ = (UniqueConstraint("site_id", "url_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), index=True)
    url_key: Mapped[str] = mapped_column(String(2100))
    url: Mapped[str] = mapped_column(String(Story.URL_LENGTH))


class Byline(Base):
    """One of the authors who sign a story, in their order."""

    __tablename__ = f"{PREFIX}byline"
    __table_args__ = (Index("ix_commentsvc_byline_newest", "author_id", "story_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    story: Mapped[Story] = relationship(back_populates="bylines")
    author: Mapped[Author] = relationship(lazy="joined", innerjoin=True)


class StoryPick(Base):
    """What the newsroom decided about one story in another's "You may also like": it comes first, or never."""

    __tablename__ = f"{PREFIX}story_pick"
    __table_args__ = (
        CheckConstraint("kind IN ('pin', 'exclude')", name="kind"),
        CheckConstraint("story_id <> other_id", name="itself"),
    )

    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    story: Mapped[Story] = relationship(foreign_keys=story_id, back_populates="picks")
    other: Mapped[Story] = relationship(foreign_keys=other_id, lazy="joined", innerjoin=True)


class Act(Base):
    """What somebody of the newsroom did to a story or a section as a whole: from what to what, who, when.

    Append-only as decisions about comments are: triggers of the database refuse to change or delete a row. `story_id`
    is None for an act about a section; `section` is where it belonged then. `number` is its place among the site's
    acts, 1 to n; `hash` binds it to the one before (see `acts`).
    """

    __tablename__ = f"{PREFIX}act"
    __table_args__ = (
        Index("ix_commentsvc_act_number", "site_id", "number", unique=True),
        Index("ix_commentsvc_act_when", "site_id", "created_at", "id"),
    )
    is_act = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"))
    story_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), index=True)
    section: Mapped[str] = mapped_column(String(Story.CATEGORY_LENGTH))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(f"{PREFIX}account.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(String(10))
    after: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
    story: Mapped[Story | None] = relationship()
    account: Mapped[Account | None] = relationship()


class ActHead(Base):
    """The end of one site's acts: the number and the hash of the last. Whoever adds one waits for this row."""

    __tablename__ = f"{PREFIX}act_head"

    site_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}site.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
