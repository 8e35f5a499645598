"""The filters of the queue: read from an address, written back into one, kept under a name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ..accounts.permissions import Actor, Permission, ensure
from ..core import inputs
from ..core.clock import rfc3339
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..sites.models import Site
from ..stories.models import Story
from .models import SavedFilter
from .search import words_of

QUEUES = ("pending", "flagged", "approved", "rejected", "spam", "later", "escalated", "all")
WORKED_OFF = ("pending", "flagged", "later", "escalated")  # what somebody still has to do something about
SORTS = ("oldest", "newest", "flags", "risk")
MOST_SAVED = 20  # filters of one account on one site
TAKEN = {"name": ["You have a filter of this name already."]}

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,4})?")
# In the years 1000 to 9998: what ends the year 9999 in one zone is after all time in another.
_DATE = re.compile(r"(?!9999)[1-9]\d{3}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"(?!9999)[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_LIKENESS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Asked:
    """What a moderator wants to see: a queue of one site, filtered and sorted.

    `story` is the publisher's own id, `story_id` ours; `until` is the first moment that is too late. `sections` are
    those the moderator is limited to, None without a limit. `zone` is the site's: days are days there.
    """

    site_id: int
    sections: frozenset[str] | None = None
    queue: str = "pending"
    sort: str = "oldest"
    words: str | None = None
    story: str | None = None
    story_id: int | None = None
    section: str | None = None
    author: str | None = None
    rule: str | None = None
    language: str | None = None
    link: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    likeness: str | None = None
    zone: str = "UTC"

    @classmethod
    def by(cls, actor: Actor, site_id: int) -> "Asked":
        """Everything that waits for the actor on a site."""
        zone = db.session.get_one(Site, site_id).settings.time_zone
        return cls(site_id, actor.sections_of(site_id), zone=zone)

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters in force by their names in an address, without queue and order."""
        said: dict[str, Any] = {
            "q": self.words,
            "section": self.section,
            "story": self.story,
            "story_id": self.story_id,
            "author": self.author,
            "rule": self.rule,
            "language": self.language,
            "link": None if self.link is None else "yes" if self.link else "no",
            "since": _day_or_moment(self.since, self.zone),
            "until": _last_day_or_moment(self.until, self.zone),
            "likeness": self.likeness,
        }
        return {name: str(value) for name, value in said.items() if value is not None}

    @property
    def query(self) -> str:
        """The filters in their one normal form, as the query of an address; the site is not in it."""
        return urlencode({"queue": self.queue, "sort": self.sort, **self.narrowing})


def read(args: Mapping[str, str], actor: Actor, site_id: int) -> Asked:
    """The filters in a query.

    Raises ValidationFailed naming everything that makes no sense, NotFound for a section that is not the actor's.
    """
    asked, wrong = understood(args, actor, site_id)
    if wrong:
        raise ValidationFailed(wrong)
    return asked


def understood(args: Mapping[str, str], actor: Actor, site_id: int) -> tuple[Asked, dict[str, list[str]]]:
    """The filters that make sense, and what is wrong with the others by their names in the query.

    Raises NotFound for a section that is not the actor's.
    """
    asked, wrong = Asked.by(actor, site_id), {}
    for name, (attribute, reader) in READERS.items():
        try:
            value = reader(args, name, asked.zone) if name in MOMENTS else reader(args, name)
        except ValidationFailed as error:
            wrong.update(error.fields)
        else:
            asked = replace(asked, **{attribute: value}) if value is not None else asked
    if asked.since and asked.until and asked.since >= asked.until:
        wrong["until"] = ["The end is before the beginning."]
    if asked.section is not None:
        ensure(actor, Permission.MODERATE, site_id, asked.section)
    return asked, wrong


def _words(args: Mapping[str, str], name: str) -> str | None:
    typed = inputs.line(args, name, limit=200)
    if typed and not words_of(typed):
        raise ValidationFailed({name: ["Type at least one word: a letter or a digit."]})
    return typed


def _story_id(args: Mapping[str, str], name: str) -> int | None:
    typed = inputs.line(args, name)
    try:
        return read_id(typed) if typed else None
    except NotFound as error:
        raise ValidationFailed({name: ["Use the number of a story."]}) from error


def _language(args: Mapping[str, str], name: str) -> str | None:
    typed = (inputs.line(args, name) or "").lower()
    if typed and not _LANGUAGE.fullmatch(typed):
        raise ValidationFailed({name: ["Use the short tag of a language, like en or tr."]})
    return typed or None


def _link(args: Mapping[str, str], name: str) -> bool | None:
    return {"": None, "yes": True, "no": False}[inputs.choice(args, name, ("", "yes", "no"), "")]


def _likeness(args: Mapping[str, str], name: str) -> str | None:
    typed = inputs.line(args, name)
    if typed and not _LIKENESS.fullmatch(typed):
        raise ValidationFailed({name: ["Use the 64 hex digits that name near-identical comments."]})
    return typed


def _since(args: Mapping[str, str], name: str, zone: str) -> datetime | None:
    return _moment(args, name, zone, timedelta(0))


def _until(args: Mapping[str, str], name: str, zone: str) -> datetime | None:
    return _moment(args, name, zone, timedelta(days=1))


def _moment(args: Mapping[str, str], name: str, zone: str, after_a_day: timedelta) -> datetime | None:
    """A moment (RFC 3339), or a day of the zone: its beginning and `after_a_day`."""
    typed = inputs.line(args, name)
    if typed is None:
        return None
    try:
        if _DATE.fullmatch(typed):
            # By the clock on the wall: a day with a change of clocks is shorter or longer.
            return (datetime.combine(date.fromisoformat(typed), time.min, ZoneInfo(zone)) + after_a_day).astimezone(UTC)
        if _MOMENT.fullmatch(typed.upper()):
            return datetime.fromisoformat(typed.upper()).astimezone(UTC)
    except ValueError:
        pass
    raise ValidationFailed({name: ["Use a date like 2026-01-20, or a time like 2026-01-20T08:30:00Z."]})


MOMENTS = ("since", "until")  # are read by the clock of the site
Reader = Callable[..., Any]  # of the query, the name in it and, for moments, the zone
READERS: Mapping[str, tuple[str, Reader]] = {
    "queue": ("queue", lambda args, name: inputs.choice(args, name, QUEUES, "pending")),
    "sort": ("sort", lambda args, name: inputs.choice(args, name, SORTS, "oldest")),
    "q": ("words", _words),
    "story": ("story", inputs.line),
    "story_id": ("story_id", _story_id),
    "section": ("section", lambda args, name: inputs.line(args, name, limit=Story.CATEGORY_LENGTH)),
    "author": ("author", inputs.line),
    "rule": ("rule", lambda args, name: inputs.line(args, name, limit=60)),
    "language": ("language", _language),
    "link": ("link", _link),
    "since": ("since", _since),
    "until": ("until", _until),
    "likeness": ("likeness", _likeness),
}


def _day_or_moment(moment: datetime | None, zone: str) -> str | None:
    if moment is None:
        return None
    if moment.microsecond:
        return moment.isoformat().replace("+00:00", "Z")
    day = _day_beginning(moment, zone)
    return day.isoformat() if day else rfc3339(moment)


def _last_day_or_moment(moment: datetime | None, zone: str) -> str | None:
    """A day as it was typed: its last moment is the one before the next day begins."""
    day = _day_beginning(moment, zone) if moment else None
    return (day - timedelta(days=1)).isoformat() if day and day > date.min else _day_or_moment(moment, zone)


def _day_beginning(moment: datetime, zone: str) -> date | None:
    """The day that begins at a moment; None if none does."""
    try:
        there = moment.astimezone(ZoneInfo(zone))
    except OverflowError:  # beyond the last day there is
        return None
    return there.date() if there.time() == time.min else None


# Filters under a name


def saved_by(actor: Actor, site_id: int) -> Sequence[SavedFilter]:
    """The actor's own filters on a site, by name."""
    mine = SavedFilter.account_id == actor.account_id, SavedFilter.site_id == site_id
    return db.session.scalars(select(SavedFilter).where(*mine).order_by(func.lower(SavedFilter.name))).all()


def save(name: str | None, args: Mapping[str, str], *, actor: Actor, site_id: int, now: datetime) -> SavedFilter:
    """Keep the filters of a query under a name of the actor's own.

    Raises ValidationFailed for filters that make no sense, a name that is missing, too long or taken, and for one
    too many.
    """
    asked = read(args, actor, site_id)
    if not name or len(name) > SavedFilter.NAME_LENGTH:
        raise ValidationFailed({"name": [f"Give the filter a name, {SavedFilter.NAME_LENGTH} characters at most."]})
    known = saved_by(actor, site_id)
    if name.casefold() in {each.name.casefold() for each in known}:
        raise ValidationFailed(TAKEN)
    if len(known) >= MOST_SAVED:
        raise ValidationFailed({"name": [f"You have {MOST_SAVED} filters. Delete one first."]})
    kept = SavedFilter(account_id=actor.account_id, site_id=site_id, name=name, query=asked.query, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(kept)
    except IntegrityError as error:  # sent twice at the same moment
        raise ValidationFailed(TAKEN) from error
    return kept


def forget(number: int, *, actor: Actor) -> SavedFilter:
    """Delete a filter of the actor's own. Raises NotFound."""
    kept = db.session.get(SavedFilter, number)
    if kept is None or kept.account_id != actor.account_id:
        raise NotFound("There is nothing here by that name.")
    db.session.delete(kept)
    return kept


def meant(kept: SavedFilter, actor: Actor) -> Asked | None:
    """What a saved filter asks for; None when it makes no sense any more, or is about a section of others."""
    try:
        return read(dict(parse_qsl(kept.query)), actor, kept.site_id)
    except (ValidationFailed, NotFound):
        return None
