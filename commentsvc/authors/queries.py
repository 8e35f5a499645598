"""Finding authors."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, union_all

from ..accounts.models import Account
from ..accounts.permissions import Actor, Permission, ensure
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db, table_of
from ..core.errors import NotFound
from ..core.mail_address import address_hashes
from .models import RESTRAINTS, Author, AuthorSlug, Standing


def author_by_slug(site_id: int, slug: str) -> Author:
    """A byline of this slug, or somebody of whom a comment was approved. Raises NotFound."""
    is_public = Author.is_byline.is_(True) | (Author.approved_count > 0)
    is_here = (Author.site_id == site_id, Author.slug == slug, Author.merged_into_id.is_(None))
    author = db.session.scalar(select(Author).where(*is_here, is_public))
    if author is None:
        raise NotFound("There is nothing here by that name.")
    return author


def had_address(author: Author, hashes: Sequence[str]) -> bool:
    """Whether this is the address of somebody who was merged into the author."""
    rows = select(Author.id).where(Author.merged_into_id == author.id, Author.email_hash.in_(hashes))
    return db.session.scalar(rows.limit(1)) is not None


def answering(author: Author, now: datetime) -> Author:
    """Who it is whose standing counts for somebody who shows who they are: whoever they were merged into, where
    something stricter stands against that one. Nothing else of that one is theirs: a merge may be a mistake."""
    kept = db.session.get(Author, author.merged_into_id) if author.merged_into_id else None
    own = author.standing_at(now)
    return kept if kept and own.joined_by(kept.standing_at(now)) is not own else author


def moved_to(site_id: int, slug: str) -> Author | None:
    """Whoever a slug leads to now: renamed since, or merged into somebody. None where it leads nowhere."""
    has = select(Author).where(Author.site_id == site_id, Author.slug == slug)
    had = select(Author).join(AuthorSlug, AuthorSlug.author_id == Author.id)
    found = db.session.scalar(has) or db.session.scalar(
        had.where(AuthorSlug.site_id == site_id, AuthorSlug.slug == slug)
    )
    present = db.session.get(Author, found.merged_into_id) if found and found.merged_into_id else found
    return present if present and present.slug != slug else None


def author_for(actor: Actor, author_id: int, permission: Permission = Permission.MODERATE) -> Author:
    """The author of this id, if the actor works on that site. Raises NotFound, Forbidden."""
    author = db.session.get(Author, author_id)
    if author is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, permission, author.site_id)
    return author


# A byline who signs in: the newsroom gave the byline the address that the account has.
_IS_LINKED = (Author.is_byline.is_(True), Author.confirmed_at.is_not(None))


def bylines_of(account: Account, site_id: int, keys: Keyring) -> list[Author]:
    """The bylines of a site that somebody of the staff is."""
    rows = select(Author).where(Author.site_id == site_id, Author.email_hash.in_(_hashes(account, [site_id], keys)))
    return list(db.session.scalars(rows.where(*_IS_LINKED).order_by(Author.id)))


def shielded_as(account_id: int, keys: Keyring) -> tuple[int, ...]:
    """The shielded bylines, of whatever site, that somebody of the staff is.

    Shielded are few, most often nobody is: then this is one statement on an index without rows.
    """
    found = db.session.execute(
        select(Author.id, Author.site_id, Author.email_hash).where(Author.shield.is_not(None), *_IS_LINKED)
    ).all()
    if not found:
        return ()
    mine = set(_hashes(db.session.get_one(Account, account_id), {site_id for _, site_id, _ in found}, keys))
    return tuple(author_id for author_id, _, email_hash in found if email_hash in mine)


def _hashes(account: Account, site_ids: Iterable[int], keys: Keyring) -> list[str]:
    """What the account's address is stored under as an author's, on these sites."""
    try:
        address = keys.decrypt(account.email_encrypted)
    except Undecipherable:  # its key is gone: nobody can say whose it is
        return []
    return [each for site_id in site_ids for each in address_hashes(address, f"site {site_id}", keys)]


def confirmed_by_address(site_id: int, hashes: Sequence[str]) -> Author | None:
    """The one person of a site whose confirmed address this is, if anybody's: a byline before a commenter."""
    rows = select(Author).where(Author.site_id == site_id, Author.email_hash.in_(hashes))
    rows = rows.where(Author.confirmed_at.is_not(None), Author.merged_into_id.is_(None))
    return db.session.scalar(rows.order_by(Author.is_byline.desc(), Author.id).limit(1))


def restrained(site_id: int, hashes: Sequence[str], now: datetime) -> Author | None:
    """The strictest restraint that stands on a typed address, if any: a ban does not end with a new form.

    The address of who was merged into somebody is that somebody's too.
    """
    ids = db.session.scalars(RESTRAINED, {"site": site_id, "hashes": hashes}).all()
    found = db.session.scalars(select(Author).where(Author.id.in_(ids))) if ids else ()
    return max(
        (author for author in found if author.standing_at(now) is not Standing.NORMAL),
        key=lambda author: author.standing_at(now).severity,
        default=None,
    )


_authors = table_of(Author)
_is_here = _authors.c.site_id == bindparam("site")
_typed_it = _authors.c.email_hash.in_(bindparam("hashes", expanding=True))
_theirs = select(_authors.c.merged_into_id).where(_is_here, _typed_it, _authors.c.merged_into_id.is_not(None))
# Not "either typed it, or": that would look at every author of the site.
_concerned = union_all(select(_authors.c.id).where(_is_here, _typed_it), _theirs)
RESTRAINED = select(_authors.c.id).where(_authors.c.id.in_(_concerned), _authors.c.standing.in_(RESTRAINTS))
