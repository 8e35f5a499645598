"""Making authors, editing them, and what they may."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from slugify import slugify
from sqlalchemy import exists, select

from ..accounts.permissions import Actor, Permission, ensure
from ..core.clock import rfc3339
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db
from ..core.errors import Conflict, ValidationFailed
from ..core.events import Fact, announce
from ..core.html import render, safe_url
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.urls import origin_of
from .models import Author, Standing, StandingChange

SUFFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
LINKS_ALLOWED = 8


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
    db.session.add(author)
    return author


def fresh_slug(name: str) -> str:
    """An address for a commenter's profile that nobody else has and nobody can guess."""
    return f"{slugify(name, max_length=60) or 'reader'}-{_suffix()}"


def _suffix() -> str:
    return "".join(secrets.choice(SUFFIX_LETTERS) for _ in range(6))


def new_byline(site_id: int, *, name: str, now: datetime, slug: str | None = None) -> Author:
    """Somebody who signs articles; needs neither account nor address. Raises ValidationFailed on a taken slug."""
    wanted = slugify(slug or name, max_length=Author.SLUG_LENGTH) or f"author-{_suffix()}"
    if db.session.scalar(select(exists().where(Author.site_id == site_id, Author.slug == wanted))):
        if slug:
            raise ValidationFailed({"slug": ["Another author already has this address."]})
        wanted = f"{wanted[:70]}-{_suffix()}"
    author = Author(site_id=site_id, slug=wanted, name=name, is_byline=True, standing=Standing.NORMAL, created_at=now)
    db.session.add(author)
    return author


def write_bio(author: Author, text: str) -> None:
    """A bio is text like any other: typed, kept, and cleaned through the one door."""
    rendered = render(text)
    author.bio, author.bio_content, author.bio_html = text, rendered.tree, rendered.html


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


def give_standing(
    author: Author, standing: Standing, *, reason: str, until: datetime | None, actor: Actor, now: datetime
) -> None:
    """Give an author a standing and remember who gave it, why and until when.

    Raises ValidationFailed for a suspension without an end or any end that is past.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    if standing is Standing.SUSPENDED and until is None:
        raise ValidationFailed({"until": ["A suspension needs an end."]})
    if until is not None and until <= now:
        raise ValidationFailed({"until": ["This end is in the past."]})
    author.standing, author.standing_reason = standing, reason
    author.standing_until = until if standing is not Standing.NORMAL else None
    db.session.add(
        StandingChange(
            author_id=author.id,
            standing=standing,
            reason=reason,
            until=author.standing_until,
            account_id=actor.account_id,
            created_at=now,
        )
    )
    data = {"author": author.id, "standing": standing, "until": rfc3339(author.standing_until)}
    announce(Fact("author.standing_changed", author.site_id, f"author:{author.id}", data))


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


def address_of(author: Author, *, actor: Actor, keys: Keyring) -> str | None:
    """The address an author typed, for those whose role allows it. Raises Forbidden, NotFound."""
    ensure(actor, Permission.SEE_ADDRESSES, author.site_id)
    return keys.decrypt(author.email_encrypted) if author.email_encrypted else None
