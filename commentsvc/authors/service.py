"""Making authors, editing them, and what they may."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from slugify import slugify
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from ..accounts.models import Account, Role
from ..accounts.permissions import Actor, Permission, ensure
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db, insert_now
from ..core.errors import Conflict, NotFound, ValidationFailed
from ..core.html import render, safe_url
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.urls import origin_of
from . import acts
from .models import Author, AuthorSlug, Standing

SUFFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
LINKS_ALLOWED = 8
BADGES = {Role.MODERATOR: "moderator", Role.ADMIN: "staff"}  # what readers are told of whoever writes for the newsroom


def new_commenter(
    site_id: int, *, name: str, address: str, website: str | None, keys: Keyring, now: datetime
) -> Author:
    """A person who wrote for the first time, or who could not show to be one of those who typed this address."""
    author = Author(
        site_id=site_id,
        slug=fresh_slug(name),
        name=name,
        website=website,
        email_encrypted=keys.encrypt(address),
        email_hash=address_hashes(address, f"site {site_id}", keys)[0],
        approved_count=0,
        standing=Standing.NORMAL,
        created_at=now,
    )
    insert_now(author)
    return author


def fresh_slug(name: str) -> str:
    """An address for a commenter's profile that nobody else has and nobody can guess."""
    return f"{slugify(name, max_length=60) or 'reader'}-{_suffix()}"


def _suffix() -> str:
    return "".join(secrets.choice(SUFFIX_LETTERS) for _ in range(6))


def author_of_staff(site_id: int, account: Account, *, now: datetime) -> Author:
    """Who somebody of the newsroom is among a site's authors; made when they first write there.

    Nothing in its address tells the name behind an alias.
    """
    found = _staff(site_id, account)
    if found is not None:
        return found
    author = Author(
        site_id=site_id,
        slug=f"staff-{_suffix()}",
        name=account.shown_name,
        account_id=account.id,
        badge=BADGES[Role(account.role)],
        approved_count=0,
        standing=Standing.TRUSTED,
        created_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(author)
    except IntegrityError:  # the same person, in another window at the same moment
        found = _staff(site_id, account)
        if found is None:
            raise
        return found
    return author


def _staff(site_id: int, account: Account) -> Author | None:
    return db.session.scalar(select(Author).where(Author.site_id == site_id, Author.account_id == account.id))


def call_as_now(author: Author, account: Account) -> None:
    """Staff are known by the name and the badge of their account at the time they write."""
    author.name, author.badge = account.shown_name, BADGES[Role(account.role)]


def new_byline(site_id: int, *, name: str, now: datetime, slug: str | None = None) -> Author:
    """Somebody who signs articles; needs neither account nor address. Raises ValidationFailed on a taken slug."""
    wanted = slugify(slug or name, max_length=Author.SLUG_LENGTH) or f"author-{_suffix()}"
    if is_taken(site_id, wanted):
        if slug:
            raise ValidationFailed({"slug": ["Another author already has this address."]})
        wanted = f"{wanted[:70]}-{_suffix()}"
    author = Author(site_id=site_id, slug=wanted, name=name, is_byline=True, standing=Standing.NORMAL, created_at=now)
    db.session.add(author)
    return author


def is_taken(site_id: int, slug: str) -> bool:
    """Whether somebody has this slug, or had it once: old addresses lead to whoever they were given to."""
    has = exists().where(Author.site_id == site_id, Author.slug == slug)
    had = exists().where(AuthorSlug.site_id == site_id, AuthorSlug.slug == slug)
    return bool(db.session.scalar(select(or_(has, had))))


def write_bio(author: Author, text: str) -> None:
    """A bio is text like any other: typed, kept, and cleaned through the one door."""
    rendered = render(text)
    author.bio, author.bio_content, author.bio_html = text, rendered.tree, rendered.html


def choose_to_show_comments(author: Author, wanted: bool | None) -> None:
    """Whether the author's public page lists their comments; None for what is usual. The person's own choice."""
    author.shows_comments = wanted


def read_picture(address: str, origins: Sequence[str]) -> str | None:
    """The address of an avatar: on this service (`/…`) or on one of the site's own origins.

    A picture from anywhere else would show every reader's address to a third party. Raises ValidationFailed.
    """
    if not address:
        return None
    if address.startswith("/") and not address.startswith("//") and safe_url(f"https://example.org{address}"):
        return address
    url = safe_url(address) if "://" in address else None
    if url is None or origin_of(url) not in origins:
        raise ValidationFailed({"avatar": ["Use a picture on one of the site's own addresses."]})
    return url


def read_links(links: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Links of a profile as [{"label", "url"}]. Raises ValidationFailed for an address that is none."""
    kept = [(label.strip(), url.strip()) for label, url in links if url.strip()]
    if len(kept) > LINKS_ALLOWED:
        raise ValidationFailed({"links": [f"Use at most {LINKS_ALLOWED} links."]})
    read = [{"label": label or url, "url": safe_url(url) or ""} for label, url in kept]
    if not all(link["url"] for link in read):
        raise ValidationFailed({"links": ["Every link needs an http or https address."]})
    return read


def confirm_address(author: Author, *, now: datetime) -> None:
    """Whoever reads the mail to this address said that it is theirs. The first time counts."""
    author.confirmed_at = author.confirmed_at or now


def give_byline_address(author: Author, typed: str, *, actor: Actor, keys: Keyring, now: datetime) -> None:
    """Keep the address a byline gets mail at; an empty one takes it away. The newsroom's word confirms it.

    Only for who signs articles: a reader's address is the reader's own. Raises ValidationFailed, Conflict, Forbidden.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    if not author.is_byline:
        raise Conflict("Only who signs articles is given an address here.")
    had = "one" if author.email_hash else "none"
    acts.record(author, acts.EDIT, actor=actor, now=now, field="address", before=had, after="one" if typed else "none")
    if not typed:
        author.email_encrypted = author.email_hash = author.confirmed_at = None
        return
    try:
        address = read_address(typed)
    except WrongAddress as error:
        raise ValidationFailed({"address": [str(error)]}) from error
    author.email_encrypted = keys.encrypt(address)
    author.email_hash = address_hashes(address, f"site {author.site_id}", keys)[0]
    author.confirmed_at = now


def address_hashes_of(author: Author, keys: Keyring) -> list[str]:
    """Every hash the author's address may be stored under, whatever key was the present one then; none without one."""
    if not author.email_hash:
        return []
    try:
        address = keys.decrypt(author.email_encrypted or "")
    except Undecipherable:  # its key is gone: nothing else can be said of it
        return [author.email_hash]
    return address_hashes(address, f"site {author.site_id}", keys)


def reveal_address(author: Author, *, actor: Actor, keys: Keyring, now: datetime) -> str:
    """The address an author typed, with a line in the log of who saw it.

    Raises NotFound where there is none, Forbidden.
    """
    address = address_of(author, actor=actor, keys=keys)
    if address is None:
        raise NotFound("There is no address.")
    acts.record(author, acts.REVEAL, actor=actor, now=now, field="address")
    return address


def change_slug(author: Author, typed: str, *, now: datetime) -> None:
    """Another slug; the old one leads to it from now on. Raises ValidationFailed."""
    wanted = slugify(typed, max_length=Author.SLUG_LENGTH)
    if not wanted:
        raise ValidationFailed({"slug": ["Use letters and digits."]})
    if wanted == author.slug:
        return
    mine = db.session.get(AuthorSlug, (author.site_id, wanted))
    if mine is not None and mine.author_id == author.id:
        db.session.delete(mine)  # back to what it was
        db.session.flush()
    elif is_taken(author.site_id, wanted):
        raise ValidationFailed({"slug": ["Another author has this address, or had it."]})
    db.session.add(AuthorSlug(site_id=author.site_id, slug=author.slug, author_id=author.id, created_at=now))
    author.slug = wanted


def address_of(author: Author, *, actor: Actor, keys: Keyring) -> str | None:
    """The address an author typed, for those whose role allows it. Raises Forbidden, NotFound."""
    ensure(actor, Permission.SEE_ADDRESSES, author.site_id)
    return keys.decrypt(author.email_encrypted) if author.email_encrypted else None
