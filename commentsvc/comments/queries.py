"""Finding comments."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author
from ..authors.queries import author_by_slug, moved_to
from ..core.database import db
from ..core.errors import NotFound, UnknownSite
from ..core.paging import Cursor
from ..sites.models import Site
from ..stories.models import Byline, Story
from ..stories.modes import is_hidden
from ..stories.queries import StoryName, is_named, shown_to_readers
from .models import Comment, Status

PROFILE_PAGE = 20


def in_sections(sections: Collection[str] | None) -> list[ColumnElement[bool]]:
    """That a comment stands in one of these sections: what somebody is limited to. No condition without a limit."""
    return [] if sections is None else [Comment.section.in_(sorted(sections))]


def public_comment(comment_id: int) -> tuple[Comment, Site]:
    """A comment readers may know of, with its site: visible, or gone with visible replies. Raises NotFound."""
    rows = select(Comment, Site).join(Site, Site.id == Comment.site_id).where(Comment.id == comment_id)
    rows = rows.options(
        joinedload(Comment.author),
        joinedload(Comment.story).joinedload(Story.bylines).joinedload(Byline.author),
        joinedload(Site.origins),
    )
    found = db.session.execute(rows).unique().first()
    if found is None or not (found[0].is_visible or found[0].visible_replies) or is_hidden(found[1], found[0].story):
        raise NotFound("There is no such comment here.")
    return found[0], found[1]


def version_of(key: str, name: StoryName) -> tuple[Site, Story | None, datetime | None]:
    """A site, its story of this name and when its newest comment came into sight, in one statement.

    Raises UnknownSite.
    """
    # The end of an index; whatever became of that comment since.
    newest = select(Comment.shown_at).where(Comment.story_id == Story.id, Comment.shown_at.is_not(None))
    newest = newest.order_by(Comment.shown_at.desc()).limit(1)
    rows = select(Site, Story, newest.scalar_subquery())
    rows = rows.outerjoin(Story, (Story.site_id == Site.id) & is_named(name)).where(Site.key == key)
    rows = rows.options(joinedload(Site.origins), joinedload(Story.bylines).joinedload(Byline.author))
    found = db.session.execute(rows).unique().first()
    if found is None:
        raise UnknownSite("There is no site of this name here.")
    return found[0], found[1], found[2]


def comment_for(actor: Actor, comment_id: int) -> Comment:
    """The comment of this id, if the actor works on its site. Raises NotFound: hidden and missing are the same."""
    comment = db.session.get(Comment, comment_id, options=[joinedload(Comment.author), joinedload(Comment.story)])
    if comment is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
    return comment


def _said_by(author: Author) -> list[ColumnElement[bool]]:
    return [Comment.author_id == author.id, Comment.status == Status.APPROVED, Comment.retracted_at.is_(None)]


def public_author(site: Site, slug: str) -> tuple[Author, int]:
    """The author readers may know by this slug, and how many comments of theirs are visible.

    A byline, or somebody with a visible comment on the page: whoever took the last one back has gone. Raises NotFound,
    the same for whoever never was.
    """
    author = author_by_slug(site.id, slug)
    count = _count_of(author, site)
    if not (author.is_byline or count):
        raise NotFound("There is nothing here by that name.")
    return author, count


def lists_comments(author: Author, site: Site) -> bool:
    """Whether readers find an author's comments together."""
    return site.settings.mode != "hidden" and author.lists_comments(site.settings.readers_comments_listed)


def public_author_moved(site: Site, slug: str) -> Author:
    """The author readers may know who had this slug before, or who has become one with its owner. Raises NotFound."""
    present = moved_to(site.id, slug)
    if present is None:
        raise NotFound("There is nothing here by that name.")
    return public_author(site, present.slug)[0]


def _count_of(author: Author, site: Site) -> int:
    """How many visible comments an author has; none where they are not listed."""
    if not lists_comments(author, site):
        return 0
    rows = select(func.count()).select_from(Comment).join(Story, Story.id == Comment.story_id)
    return db.session.scalar(rows.where(*_said_by(author), shown_to_readers())) or 0


def visible_by(author: Author, site: Site, *, after: Cursor | None) -> tuple[list[Comment], Cursor | None]:
    """An author's visible comments, the newest first, with their stories; none where they are not listed."""
    if not lists_comments(author, site):
        return [], None
    rows = select(Comment).join(Story, Story.id == Comment.story_id).options(contains_eager(Comment.story))
    rows = rows.where(*_said_by(author), shown_to_readers())
    if after:
        rows = rows.where(
            (Comment.created_at < after.moment) | ((Comment.created_at == after.moment) & (Comment.id < after.id))
        )
    rows = rows.options(joinedload(Comment.author)).order_by(Comment.created_at.desc(), Comment.id.desc())
    found: Sequence[Comment] = list(db.session.scalars(rows.limit(PROFILE_PAGE + 1)))
    page = list(found[:PROFILE_PAGE])
    return page, Cursor.at(page[-1].created_at, page[-1].id) if len(found) > PROFILE_PAGE else None


def answered_by(comments: Collection[Comment]) -> dict[int, Comment]:
    """What comments answer, by its id: only what readers see."""
    above = {comment.parent_id for comment in comments if comment.parent_id}
    if not above:
        return {}
    rows = select(Comment).where(Comment.id.in_(above), Comment.status == Status.APPROVED)
    return {comment.id: comment for comment in db.session.scalars(rows.where(Comment.retracted_at.is_(None)))}
