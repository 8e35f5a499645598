"""The publisher's own users: a signed token says who a reader is, and only the site says how it has to be signed."""

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select

from ..core.crypto import Keyring, new_token, token_hash
from ..core.database import db, upsert
from ..core.errors import Conflict, NotFound, Unauthorized, ValidationFailed
from ..core.html import safe_url
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.text import Unreadable, clean_line
from ..sites.models import Site
from . import key_sets
from .models import Author, SignOnKey, Standing, UsedSignOn
from .queries import confirmed_by_address
from .service import fresh_slug, read_picture

MOST_CHARACTERS = 4096  # of a token: a header of HTTP holds 8 KB
LONGEST_LIFE = timedelta(hours=1)  # of a token: it is changed for one of ours at once
LEEWAY = timedelta(seconds=30)  # clocks differ
SUBJECT_LENGTH = 200
OURS = ("author", "staff", "moderator")  # badges that say what only this service knows
REQUIRED = ["exp", "iss", "aud", "sub", "jti"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Whom somebody a site believes says that a reader is; nothing but this is taken from what they say."""

    issuer: str
    subject: str
    name: str
    email: str | None
    avatar: str | None
    profile: str | None
    badges: list[str]


@dataclass(frozen=True)
class Claims:
    """What a token that was believed says of a reader."""

    identity: Identity
    token_id: str
    expires_at: datetime


class Refused(Exception):
    """Why a token is not believed, for the log alone: whoever tries learns nothing from it."""


def read(site: Site, token: str, *, keys: Keyring, allowed: Collection[str], now: datetime) -> Claims:
    """What a sign-on token says. Raises Unauthorized for every token that is not wholly as the site wants it."""
    try:
        return _claims(site, _believed(site, token, keys, allowed), now)
    except (Refused, jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        reason = str(error) if isinstance(error, Refused) else type(error).__name__
        logger.info("a sign-on token for %s was refused: %s", site.key, reason)
        raise Unauthorized("This sign-on token is not valid.") from None


def _believed(site: Site, token: str, keys: Keyring, allowed: Collection[str]) -> dict[str, Any]:
    settings = site.settings
    if settings.sign_on == "off" or not settings.sign_on_issuer or not settings.sign_on_audience:
        raise Refused("the site takes none")
    if len(token) > MOST_CHARACTERS:
        raise Refused("too long")
    kid = jwt.get_unverified_header(token).get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= SignOnKey.KID_LENGTH:
        raise Refused("no kid")
    return jwt.decode(
        token,
        _key(site, kid, keys, allowed),
        algorithms=[settings.sign_on],  # never what the token says
        issuer=settings.sign_on_issuer,
        audience=settings.sign_on_audience,
        leeway=LEEWAY,
        options={"require": REQUIRED},
    )


def _key(site: Site, kid: str, keys: Keyring, allowed: Collection[str]) -> Any:
    """A key kept for the site's algorithm, else the publisher's of that name."""
    settings = site.settings
    rows = select(SignOnKey).where(SignOnKey.site_id == site.id, SignOnKey.kid == kid)
    kept = db.session.scalar(rows.where(SignOnKey.algorithm == settings.sign_on))
    if kept:
        return keys.decrypt(kept.key_encrypted)
    if settings.sign_on == "HS256" or not settings.sign_on_keys_url:
        raise Refused("unknown kid")
    found = key_sets.key_named(settings.sign_on_keys_url, kid, allowed=allowed)
    if found is None or found.key_type not in ("RSA", "EC"):
        raise Refused("unknown kid")
    return found.key


def _claims(site: Site, said: dict[str, Any], now: datetime) -> Claims:
    expires_at = datetime.fromtimestamp(int(said["exp"]), UTC)
    if expires_at > now + LONGEST_LIFE + LEEWAY:
        raise Refused("it lives too long")
    if said.get("role", "reader") != "reader":
        raise Refused("a role that no token gives")
    identity = identity_of(site, site.settings.sign_on_issuer, said)
    return Claims(identity, _text(said, "jti", SUBJECT_LENGTH), expires_at)


def identity_of(site: Site, issuer: str, said: dict[str, Any]) -> Identity:
    """Whom claims that were believed speak of. Raises Refused."""
    return Identity(
        issuer=issuer,
        subject=_text(said, "sub", SUBJECT_LENGTH),
        name=_text(said, "name", Author.NAME_LENGTH),
        email=_email(said),
        avatar=_avatar(site, said.get("avatar")),
        profile=safe_url(said["profile"]) if isinstance(said.get("profile"), str) else None,
        badges=_badges(site, said.get("badges")),
    )


def _text(said: dict[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    try:
        line = clean_line(value) if isinstance(value, str) else ""
    except Unreadable:
        line = ""
    if not 0 < len(line) <= longest:
        raise Refused(f"no {name}")
    return line


def _email(said: dict[str, Any]) -> str | None:
    """An address counts only where the publisher says that it was verified."""
    if said.get("email_verified") is not True or not isinstance(said.get("email"), str):
        return None
    with suppress(WrongAddress):
        return read_address(said["email"])
    return None


def _avatar(site: Site, address: Any) -> str | None:
    if not isinstance(address, str) or len(address) > Author.AVATAR_LENGTH or address.startswith("/"):
        return None
    with suppress(ValidationFailed):
        return read_picture(address, [origin.origin for origin in site.origins])
    return None


def _badges(site: Site, listed: Any) -> list[str]:
    may = [badge.strip() for badge in site.settings.sign_on_badges.split(",")]
    return [badge for badge in may if badge and badge not in OURS and isinstance(listed, list) and badge in listed]


def sign_on(site: Site, claims: Claims, *, keys: Keyring, now: datetime) -> Author:
    """The Author of this reader, called as the publisher says. Raises Unauthorized for a token that was used before."""
    use_up(site, claims.token_id, claims.expires_at)
    return author_of(site, claims.identity, keys=keys, now=now)


def author_of(site: Site, who: Identity, *, keys: Keyring, now: datetime) -> Author:
    """The Author of a reader a site believes to be this one, called as they are called there."""
    names = keys.hashes("sign-on", f"site {site.id}\0{who.issuer}\0{who.subject}")
    author = db.session.scalar(select(Author).where(Author.site_id == site.id, Author.signed_on_as.in_(names)))
    author = author or _by_address(site, who, keys) or _new(site, who, now)
    author.signed_on_as, author.name = names[0], who.name
    author.avatar, author.website, author.badges = who.avatar, who.profile, who.badges
    _keep_address(site, author, who, keys, now)
    db.session.flush()
    return author


def use_up(site: Site, token_id: str, expires_at: datetime) -> None:
    """What may be used once is used now. Raises Unauthorized where it was before."""
    values = {"token_hash": token_hash(f"{site.id} {token_id}"), "expires_at": expires_at + LEEWAY}
    used = upsert(UsedSignOn).values(values).on_conflict_do_nothing()
    if db.session.scalar(used.returning(UsedSignOn.token_hash)) is None:
        raise Unauthorized("This sign-on token is not valid.")


def _by_address(site: Site, who: Identity, keys: Keyring) -> Author | None:
    """Who confirmed this address as a guest goes on with the same record. A byline is never taken over."""
    if who.email is None:
        return None
    found = confirmed_by_address(site.id, address_hashes(who.email, f"site {site.id}", keys))
    return found if found and found.signed_on_as is None and not found.is_byline else None


def _new(site: Site, who: Identity, now: datetime) -> Author:
    author = Author(
        site_id=site.id,
        slug=fresh_slug(who.name),
        name=who.name,
        approved_count=0,
        standing=Standing.NORMAL,
        created_at=now,
    )
    db.session.add(author)
    return author


def _keep_address(site: Site, author: Author, who: Identity, keys: Keyring, now: datetime) -> None:
    """A verified address is a confirmed one, unless it is somebody else's here already."""
    hashes = address_hashes(who.email, f"site {site.id}", keys) if who.email else []
    with db.session.no_autoflush:
        owner = confirmed_by_address(site.id, hashes) if hashes else None
    if who.email and owner is None:
        author.email_encrypted, author.email_hash = keys.encrypt(who.email), hashes[0]
        author.confirmed_at = now


def add_key(site: Site, kid: str, *, public_key: str | None, keys: Keyring, now: datetime) -> str | None:
    """Keep a key under a name. Without a public one a secret is made, and returned this once.

    Raises ValidationFailed, Conflict.
    """
    algorithm = site.settings.sign_on
    if (public_key is None) != (algorithm == "HS256"):
        needs = {"HS256": "a secret of its own", "off": "the setting sign_on first"}.get(algorithm, "a public key")
        raise ValidationFailed({"public_key": [f"This site needs {needs}."]})
    if not 0 < len(kid) <= SignOnKey.KID_LENGTH:
        raise ValidationFailed({"kid": [f"Use 1 to {SignOnKey.KID_LENGTH} characters."]})
    if db.session.scalar(select(SignOnKey.id).where(SignOnKey.site_id == site.id, SignOnKey.kid == kid)):
        raise Conflict("There is a key of this name already.")
    secret = new_token() if public_key is None else None
    kept = keys.encrypt(secret or _ensured(public_key or ""))
    db.session.add(SignOnKey(site_id=site.id, kid=kid, algorithm=algorithm, key_encrypted=kept, created_at=now))
    return secret


def _ensured(pem: str) -> str:
    try:
        load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise ValidationFailed({"public_key": ["This is no public key in PEM."]}) from error
    return pem


def keys_of(site: Site) -> list[SignOnKey]:
    return list(db.session.scalars(select(SignOnKey).where(SignOnKey.site_id == site.id).order_by(SignOnKey.id)))


def remove_key(site: Site, kid: str) -> None:
    """Tokens signed with it are refused from now on. Raises NotFound."""
    found = db.session.scalar(select(SignOnKey).where(SignOnKey.site_id == site.id, SignOnKey.kid == kid))
    if found is None:
        raise NotFound("There is no key of this name here.")
    db.session.delete(found)
