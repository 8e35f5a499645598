"""Sections of a site: what is set for one of them beside what the site says."""

from sqlalchemy import select

from ..core.database import db
from ..core.errors import ValidationFailed
from .hours import WrongHours, read_hours
from .models import Section, Site
from .settings import MODES, SORTS

MOST_DAYS = 36_500


def sections_of(site_id: int) -> dict[str, Section]:
    """The sections of a site for which anything was set, by name."""
    rows = select(Section).where(Section.site_id == site_id).order_by(Section.name)
    return {section.name: section for section in db.session.scalars(rows)}


def section_named(site: Site, name: str) -> Section:
    """The section of this name; nothing was set for one that is new. Raises ValidationFailed without a name."""
    if not name or len(name) > Section.NAME_LENGTH:
        raise ValidationFailed({"name": [f"Name a section, in {Section.NAME_LENGTH} characters at most."]})
    found = db.session.get(Section, (site.id, name))
    if found is None:
        found = Section(site_id=site.id, name=name)
        db.session.add(found)
    return found


def read_mode(text: str) -> str | None:
    """A mode, or None for "as above it". Raises ValidationFailed."""
    if text and text not in MODES:
        raise ValidationFailed({"mode": [f"Use one of: {', '.join(MODES)}; or nothing, for what stands above it."]})
    return text or None


def read_days(text: str) -> int | None:
    """A number of days, 0 for never, or None for "as the site". Raises ValidationFailed."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= MOST_DAYS):
        raise ValidationFailed({"close_after_days": [f"Use a whole number from 0 to {MOST_DAYS}; 0 means never."]})
    return int(text)


def read_opening(text: str) -> str | None:
    """Opening hours, or None for "as the site". Raises ValidationFailed naming the part that cannot be read."""
    try:
        read_hours(text)
    except WrongHours as error:
        raise ValidationFailed({"opening_hours": [str(error)]}) from error
    return text or None


def read_sort(text: str) -> str | None:
    """An order of threads, or None for "as the site". Raises ValidationFailed."""
    if text and text not in SORTS:
        raise ValidationFailed(
            {"default_sort": [f"Use one of: {', '.join(SORTS)}; or nothing, for what the site says."]}
        )
    return text or None


READERS = {"mode": read_mode, "close_after_days": read_days, "opening_hours": read_opening, "default_sort": read_sort}


def change_section(section: Section, typed: dict[str, str]) -> None:
    """Give a section what was typed; what is not among it stays. Raises ValidationFailed with all that is wrong."""
    wrong: dict[str, list[str]] = {}
    for name, text in typed.items():
        try:
            setattr(section, name, READERS[name](text.strip()))
        except ValidationFailed as error:
            wrong.update(error.fields)
    if wrong:
        raise ValidationFailed(wrong)
