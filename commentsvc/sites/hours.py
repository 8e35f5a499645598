"""Opening hours as people write them (`Mo-Fr 08:00-22:00; Sa 10:00-18:00`), and what the clock says of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST = 500  # characters
A_DAY = 24 * 60  # minutes

# Two weeks ahead: hours that a change of the clocks swallows come again only a week after the next.
SEEN_AHEAD = 15  # days

_PART = re.compile(r"(?:(?P<days>[A-Za-z][A-Za-z ,-]*?)\s+)?(?P<times>\d[\d:, -]*)")
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class WrongHours(ValueError):
    """Opening hours, or a time zone, that cannot be read; `str(error)` names the part."""


@dataclass(frozen=True)
class Span:
    """Open on one day of the week (0 is Monday) from one minute of that day to another; the end may lie on the next."""

    day: int
    start: int
    end: int


@dataclass(frozen=True)
class Standing:
    """Whether it is open, and when that changes next; None where it never does."""

    is_open: bool
    until: datetime | None


@lru_cache(maxsize=256)
def read_hours(text: str) -> tuple[Span, ...]:
    """The spans of a week; none for an empty text, which means always. Raises WrongHours naming the part."""
    if len(text) > LONGEST:
        raise WrongHours(f"Use at most {LONGEST} characters.")
    parts = [part.strip() for part in text.replace("–", "-").split(";")]
    return tuple(span for part in parts if part for span in _read_part(part))


def _read_part(part: str) -> Iterator[Span]:
    found = _PART.fullmatch(part)
    if not found:
        raise _wrong(part)
    days = _read_days(found["days"], part) if found["days"] else range(7)
    spans = [_read_times(times.strip(), part) for times in found["times"].split(",")]
    return (Span(day, start, end) for day in days for start, end in spans)


def _read_days(text: str, part: str) -> list[int]:
    days: list[int] = []
    for each in text.split(","):
        names = [name.strip().capitalize() for name in each.split("-")]
        if len(names) > 2 or not all(name in DAYS for name in names):
            raise _wrong(part)
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        days += [day % 7 for day in range(first, last + 1 if first <= last else last + 8)]
    return days


def _read_times(text: str, part: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(text)
    if not found:
        raise _wrong(part)
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or start >= A_DAY or end > A_DAY or start == end:
        raise _wrong(part)
    return start, end if end > start else end + A_DAY


def _wrong(part: str) -> WrongHours:
    return WrongHours(f"“{part}” cannot be read. Write it like Mo-Fr 08:00-22:00; Sa 10:00-18:00")


@lru_cache(maxsize=64)
def read_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name (`Europe/Berlin`). Raises WrongHours."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, no name at all, a folder of names
        raise WrongHours(f"“{name}” is no time zone. Write it like Europe/Berlin") from error


def standing(text: str, zone: str, now: datetime) -> Standing:
    """What opening hours mean at a moment, in a time zone; clocks that are put forward or back are followed."""
    spans = read_hours(text)
    if not spans:
        return Standing(True, None)
    turns = _merged(sorted(_turns(spans, read_zone(zone), now)))
    for start, end in turns:
        if now < start:
            return Standing(False, start)
        if now < end:
            never_ends = end - now > timedelta(days=SEEN_AHEAD - 2)
            return Standing(True, None if never_ends else end)
    return Standing(False, now + timedelta(days=SEEN_AHEAD))


def _turns(spans: tuple[Span, ...], zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When it opens and closes around a moment, in UTC. A span that a change of the clocks swallows is left out."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, SEEN_AHEAD):
        day = today + timedelta(days=ahead)
        for span in spans:
            if span.day == day.weekday():
                start, end = _moment(day, span.start, zone), _moment(day, span.end, zone)
                if start < end:
                    yield start, end


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    on_the_wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return on_the_wall.replace(tzinfo=zone).astimezone(UTC)


def _merged(turns: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """What follows without a gap is one turn: closing at midnight to open at midnight is no closing."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in turns:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def on_the_wall(moment: datetime, zone: str) -> tuple[str, str]:
    """A moment as the people of a time zone would say it: ("Monday", "08:00")."""
    local = moment.astimezone(read_zone(zone))
    return NAMES[local.weekday()], f"{local:%H:%M}"
