"""Finding stories."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.paging import Cursor
from ..core.urls import WrongUrl, url_key
from ..sites.models import Section
from .models import Byline, Story, StoryUrl

PAGE = 50


@dataclass(frozen=True)
class StoryName:
    """How a caller names a story: by the publisher's own id (preferred) or by an address."""

    id: str | None
    url: str | None

    def __post_init__(self) -> None:
        if not self.id and not self.url:
            raise ValidationFailed({"story": ["Name the story by its id (story) or its address (url)."]})

    @property
    def url_key(self) -> str | None:
        """Raises ValidationFailed for an address that is none."""
        try:
            return url_key(self.url) if self.url else None
        except WrongUrl as error:
            raise ValidationFailed({"url": [str(error)]}) from error


def find_story(site_id: int, name: StoryName) -> Story | None:
    """The story of this name with its bylines, in one statement; None where the site does not know it yet."""
    rows = BY_ID if name.id else BY_URL
    asked = {"site": site_id, "name": name.id or name.url_key}
    found: Story | None = db.session.scalars(rows, asked).unique().one_or_none()
    return found


def _has_address(key: Any) -> ColumnElement[bool]:
    known = select(StoryUrl.story_id).where(StoryUrl.site_id == Story.site_id, StoryUrl.url_key == key)
    return Story.id.in_(known)


_STORY = select(Story).where(Story.site_id == bindparam("site")).options(joinedload(Story.bylines))
BY_ID = _STORY.where(Story.external_id == bindparam("name"))
BY_URL = _STORY.where(_has_address(bindparam("name")))


def is_named(name: StoryName) -> ColumnElement[bool]:
    """For the database: a story of its site has this name."""
    return Story.external_id == name.id if name.id else _has_address(name.url_key)


def shown_to_readers() -> ColumnElement[bool]:
    """For the database: neither a story nor its section is hidden."""
    hidden = and_(Section.site_id == Story.site_id, Section.name == Story.category, Section.mode == "hidden")
    return and_(Story.mode.is_distinct_from("hidden"), ~exists().where(hidden).correlate(Story))


def counts_by_id(site_id: int, ids: Sequence[str]) -> dict[str, int]:
    """How many comments are visible under each of the stories, by the publisher's ids."""
    rows = select(Story.external_id, Story.comment_count).where(Story.site_id == site_id, Story.external_id.in_(ids))
    rows = rows.where(shown_to_readers())
    known = {id: count for id, count in db.session.execute(rows) if id}
    return {id: known.get(id, 0) for id in ids}


def counts_by_url(site_id: int, urls: Sequence[str]) -> dict[str, int]:
    """How many comments are visible under each of the stories, by any of their addresses."""
    keys = {url: StoryName(None, url).url_key for url in urls}
    rows = (
        select(StoryUrl.url_key, Story.comment_count)
        .join(Story, Story.id == StoryUrl.story_id)
        .where(StoryUrl.site_id == site_id, StoryUrl.url_key.in_(keys.values()), shown_to_readers())
    )
    known: dict[str, int] = dict(db.session.execute(rows).all())
    return {url: known.get(key or "", 0) for url, key in keys.items()}


def is_byline_of(author: Author, story: Story) -> bool:
    """Whether the author signs the story: then they write there as its author."""
    return any(byline.author_id == author.id for byline in story.bylines)


def stories_signed_by(author_id: int, limit: int = 20) -> list[Story]:
    """The newest stories of a byline."""
    signed = select(Byline.story_id).where(Byline.author_id == author_id)
    rows = select(Story).where(Story.id.in_(signed)).options(joinedload(Story.bylines))
    return list(db.session.scalars(rows.order_by(Story.published_at.desc().nulls_last()).limit(limit)).unique())


def story_for(actor: Actor, story_id: int, permission: Permission = Permission.MODERATE) -> Story:
    """The story of this id, if the actor works on its site. Raises NotFound, Forbidden."""
    story = db.session.get(Story, story_id)
    if story is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, permission, story.site_id, story.category)
    return story


def page_of_stories(
    site_id: int, *, search: str | None, after: Cursor | None, sections: Collection[str] | None = None
) -> tuple[list[Story], Cursor | None]:
    """Stories of a site, or of the sections named, the last made first."""
    rows = select(Story).where(Story.site_id == site_id)
    rows = rows.options(joinedload(Story.bylines), selectinload(Story.picks))
    if sections is not None:
        rows = rows.where(Story.category.in_(sections))
    if search:
        rows = rows.where(Story.title.icontains(search, autoescape=True))
    if after:
        rows = rows.where(Story.id < after.id)
    found = list(db.session.scalars(rows.order_by(Story.id.desc()).limit(PAGE + 1)).unique())
    return found[:PAGE], Cursor(0, found[PAGE - 1].id) if len(found) > PAGE else None


def categories(site_id: int) -> dict[str, int]:
    """The categories of a site's stories, and how many stories each has."""
    rows = select(Story.category, func.count()).where(Story.site_id == site_id, Story.category != "")
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(Story.category).order_by(Story.category))}
