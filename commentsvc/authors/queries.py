"""Finding authors."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, select

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import Cursor
from .models import Author, Standing

PAGE = 50


def author_by_slug(site_id: int, slug: str) -> Author:
    """A byline of this slug, or somebody of whom a comment was approved. Raises NotFound."""
    is_public = Author.is_byline.is_(True) | (Author.approved_count > 0)
    author = db.session.scalar(select(Author).where(Author.site_id == site_id, Author.slug == slug, is_public))
    if author is None:
        raise NotFound("There is nothing here by that name.")
    return author


def author_for(actor: Actor, author_id: int, permission: Permission = Permission.MODERATE) -> Author:
    """The author of this id, if the actor works on that site. Raises NotFound, Forbidden."""
    author = db.session.get(Author, author_id)
    if author is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, permission, author.site_id)
    return author


def restrained(site_id: int, hashes: Sequence[str], now: datetime) -> Author | None:
    """The strictest restraint that stands on a typed address, if any: a ban does not end with a new form."""
    found = db.session.scalars(
        select(Author).where(
            Author.site_id == site_id,
            Author.email_hash.in_(hashes),
            Author.standing.in_((Standing.WATCHED, Standing.SUSPENDED, Standing.BANNED)),
        )
    )
    order = list(Standing)
    return max(
        (author for author in found if author.standing_at(now) is not Standing.NORMAL),
        key=lambda author: order.index(author.standing_at(now)),
        default=None,
    )


def _standing_at(now: datetime) -> ColumnElement[str]:
    """`Author.standing_at`, for the database."""
    return case((Author.standing_until <= now, str(Standing.NORMAL)), else_=Author.standing)


def page_of_authors(
    site_id: int,
    *,
    search: str | None,
    standing: str | None,
    now: datetime,
    bylines: bool | None,
    after: Cursor | None,
) -> tuple[list[Author], Cursor | None]:
    """Authors of a site, newest first, whose name or slug begins with the words searched for."""
    rows = select(Author).where(Author.site_id == site_id)
    if search:
        rows = rows.where(
            Author.name.istartswith(search, autoescape=True) | Author.slug.istartswith(search, autoescape=True)
        )
    if standing:
        rows = rows.where(_standing_at(now) == standing)
    if bylines is not None:
        rows = rows.where(Author.is_byline.is_(bylines))
    if after:
        rows = rows.where(Author.id < after.id)
    found = list(db.session.scalars(rows.order_by(Author.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], Cursor(0, found[PAGE - 1].id) if len(found) > PAGE else None
