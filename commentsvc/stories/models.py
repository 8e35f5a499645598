"""Stories: the articles that are discussed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..authors.models import Author
from ..core.database import PREFIX, Base, BigId


class StoryState(StrEnum):
    OPEN = "open"
    HELD = "held"  # every comment waits for a moderator
    CLOSED = "closed"


class Story(Base):
    """One article: the publisher's own id for it, where it stands, and what readers see of it elsewhere."""

    __tablename__ = f"{PREFIX}story"
    __table_args__ = (
        UniqueConstraint("site_id", "external_id"),
        CheckConstraint("state IN ('open', 'held', 'closed')", name="state"),
        CheckConstraint("comment_count >= 0", name="comment_count"),
        Index("ix_commentsvc_story_category", "site_id", "category", "published_at"),
        Index("ix_commentsvc_story_recent", "site_id", "published_at"),
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
    state: Mapped[str] = mapped_column(String(10), default=StoryState.OPEN)
    comment_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    from_reader: Mapped[bool] = mapped_column(default=False)
    bylines: Mapped[list["Byline"]] = relationship(
        cascade="all, delete-orphan", order_by="Byline.position", back_populates="story"
    )

    @property
    def shown_title(self) -> str:
        """The title for readers: one that only a reader gave waits until a comment here was let through."""
        return self.title if self.comment_count or not self.from_reader else ""

    @property
    def shown_url(self) -> str | None:
        """The address for readers, with the same caution."""
        return self.url if self.comment_count or not self.from_reader else None

    @property
    def authors(self) -> list[Author]:
        return [byline.author for byline in self.bylines]


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

    story_id: Mapped[int] = mapped_column(ForeignKey(f"{PREFIX}story.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int] = mapped_column(
        ForeignKey(f"{PREFIX}author.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    story: Mapped[Story] = relationship(back_populates="bylines")
    author: Mapped[Author] = relationship(lazy="joined", innerjoin=True)
