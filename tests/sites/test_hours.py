"""Opening hours: read as people write them, followed across midnight, the week's end and changes of the clocks."""

from datetime import UTC, datetime

import pytest

from commentsvc.sites.hours import WrongHours, read_hours, read_zone, standing

BERLIN = "Europe/Berlin"
OFFICE = "Mo-Fr 08:00-22:00; Sa 10:00-18:00"


def at(text: str) -> datetime:
    """A moment in Coordinated Universal Time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("hours", "zone", "now", "is_open", "until"), [
    # In winter Berlin is an hour ahead.
    (OFFICE, BERLIN, "2026-01-21T06:59", False, "2026-01-21T07:00"),
    (OFFICE, BERLIN, "2026-01-21T07:00", True, "2026-01-21T21:00"),
    (OFFICE, BERLIN, "2026-01-21T21:00", False, "2026-01-22T07:00"),
    # The week ends on Saturday evening; it begins on Monday.
    (OFFICE, BERLIN, "2026-01-24T17:00", False, "2026-01-26T07:00"),
    (OFFICE, BERLIN, "2026-01-25T12:00", False, "2026-01-26T07:00"),
    # Across midnight, and across the end of the week.
    ("Fr-Su 22:00-02:00", "UTC", "2026-01-25T23:30", True, "2026-01-26T02:00"),
    ("Fr-Su 22:00-02:00", "UTC", "2026-01-26T00:30", True, "2026-01-26T02:00"),
    ("Fr-Su 22:00-02:00", "UTC", "2026-01-26T02:00", False, "2026-01-30T22:00"),
    # Closing at midnight to open at midnight is no closing.
    ("Mo 20:00-24:00; Tu 00:00-04:00", "UTC", "2026-01-26T23:00", True, "2026-01-27T04:00"),
    # The clocks go forward on 29 March: eight o'clock comes an hour earlier.
    ("08:00-20:00", BERLIN, "2026-03-28T20:00", False, "2026-03-29T06:00"),
    ("08:00-20:00", BERLIN, "2026-03-27T20:00", False, "2026-03-28T07:00"),
    # And back on 25 October.
    ("08:00-20:00", BERLIN, "2026-10-24T19:00", False, "2026-10-25T07:00"),
    ("22:00-04:00", BERLIN, "2026-10-24T21:00", True, "2026-10-25T03:00"),
    # An hour that does not exist opens nothing: it comes again a week later.
    ("Su 02:00-03:00", BERLIN, "2026-03-24T12:00", False, "2026-04-05T00:00"),
    # Always, in any of its spellings.
    ("", BERLIN, "2026-01-21T03:00", True, None),
    ("00:00-24:00", BERLIN, "2026-03-28T03:00", True, None),
    ("Mo-Su 00:00-12:00,12:00-24:00", BERLIN, "2026-01-21T03:00", True, None),
    # Days may run over the end of the week, and stand in a list.
    ("Sa-Mo 10:00-12:00", "UTC", "2026-01-26T11:00", True, "2026-01-26T12:00"),
    ("mo,we 10:00-12:00, 14:00-16:00", "UTC", "2026-01-28T13:00", False, "2026-01-28T14:00"),
])  # fmt: skip
def test_the_clock_says_whether_it_is_open_and_until_when(hours, zone, now, is_open, until):
    found = standing(hours, zone, at(now))
    assert (found.is_open, found.until) == (is_open, at(until) if until else None)


@pytest.mark.parametrize(("text", "part"), [
    ("Mo-Fr 08:00-22:00; Sx 10:00-18:00", "Sx 10:00-18:00"),
    ("Mo-Fr 8-22", "Mo-Fr 8-22"),
    ("Mo-Fr 25:00-26:00", "Mo-Fr 25:00-26:00"),
    ("Mo 08:60-09:00", "Mo 08:60-09:00"),
    ("Mo 08:00-08:00", "Mo 08:00-08:00"),
    ("Mo 08:00-24:01", "Mo 08:00-24:01"),
    ("Mo-We-Fr 08:00-09:00", "Mo-We-Fr 08:00-09:00"),
    ("off", "off"),
    ("Mo", "Mo"),
    ("08:00", "08:00"),
    ("Mo 08:00-09:00 Tu", "Mo 08:00-09:00 Tu"),
])  # fmt: skip
def test_what_cannot_be_read_is_named(text, part):
    with pytest.raises(WrongHours, match=f"“{part}” cannot be read"):
        read_hours(text)


def test_hours_have_a_length():
    with pytest.raises(WrongHours, match="at most 500"):
        read_hours("Mo 08:00-09:00;" * 100)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "/etc/localtime", "Europe/Berlin\0"]
)
def test_a_time_zone_is_one_that_the_world_knows(name):
    with pytest.raises(WrongHours, match="is no time zone"):
        read_zone(name)
