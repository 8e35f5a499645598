"""Sites: making them, finding them, setting what can be set."""

import re
from collections.abc import Iterable

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import joinedload, lazyload

from ..core.database import db
from ..core.errors import UnknownSite, ValidationFailed
from ..core.text import clean_line
from ..core.urls import WrongUrl, origin_of
from . import logins
from .models import Origin, Site
from .settings import read_setting


def site_named(key: str | None) -> Site:
    """The site of this key. Raises ValidationFailed when no key was given, UnknownSite when none has it."""
    if not key:
        raise ValidationFailed({"site": ["Say which site."]})
    site: Site | None = db.session.scalars(SITE, {"key": key}).unique().one_or_none()
    if site is None:
        raise UnknownSite("There is no site of this name here.")
    return site


SITE = select(Site).where(Site.key == bindparam("key")).options(joinedload(Site.origins))


def all_sites() -> list[Site]:
    return list(db.session.scalars(select(Site).options(lazyload(Site.origins)).order_by(Site.key)))


def is_known_origin(origin: str) -> bool:
    """Whether any site lists this origin."""
    return bool(db.session.scalar(select(exists().where(Origin.origin == origin))))


def _read_origin(text: str) -> str:
    try:
        return origin_of(text)
    except WrongUrl as error:
        raise ValidationFailed({"origin": [f"{text!r} is no origin. Write it like https://news.example"]}) from error


def add_site(key: str, *, name: str, origins: Iterable[str]) -> Site:
    """A new site. Raises ValidationFailed naming the field that is wrong."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", key):
        raise ValidationFailed({"key": ["Use lower-case letters, digits and hyphens, 40 at most."]})
    if db.session.scalar(select(exists().where(Site.key == key))):
        raise ValidationFailed({"key": ["There is a site of this name already."]})
    site = Site(
        key=key,
        name=clean_line(name)[: Site.NAME_LENGTH] or key,
        stored_settings={},
        origins=[Origin(origin=origin) for origin in dict.fromkeys(map(_read_origin, origins))],
    )
    db.session.add(site)
    db.session.flush()
    return site


def change_setting(site: Site, name: str, text: str) -> None:
    """Give a setting the value a person typed. Raises ValidationFailed for what cannot be read."""
    site.stored_settings = {**site.stored_settings, name: read_setting(name, text)}
    if name.startswith("login"):
        logins.ensure_whole(site, name)
