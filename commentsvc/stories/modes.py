"""What a thread takes now: the strictest of site, section, story, age and opening hours, and where that comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..sites import hours
from ..sites.models import Site
from ..sites.settings import MODES
from .models import STATE_OF, Story, StoryState

CLOSED = "Comments are closed under this story."


@dataclass(frozen=True)
class InForce:
    """A mode and where it comes from ("story", "section Politics", "site", "closed after 14 days", "opening hours …").

    `until` is when the clock alone changes it next, `opens_at` when comments that opening hours keep out are taken
    again. `because` is for whoever writes under a closed story.
    """

    mode: str
    source: str
    until: datetime | None = None
    opens_at: datetime | None = None
    because: str = CLOSED

    @property
    def state(self) -> StoryState:
        """The mode in the three words readers' pages know."""
        return STATE_OF[self.mode]

    @property
    def is_open(self) -> bool:
        """Whether anything is taken at all."""
        return self.mode not in ("closed", "hidden")

    @property
    def is_hidden(self) -> bool:
        return self.mode == "hidden"


def mode_in_force(site: Site, story: Story | None, now: datetime) -> InForce:
    """The strictest of all that has a say; where several say the same, what stands nearest to the story is named."""
    clock, zone = _clock(site, story, now), site.settings.time_zone
    ends = _end_of(site, story)
    claims = [*_set_by_people(site, story)]
    if ends and ends < now:
        claims.append(("closed", f"closed after {_days(site, story)} days"))
    if clock.is_open or clock.until is None:  # closed, there is always an end to it
        mode, source = _strictest(claims)
        return InForce(mode, source, _next(now, ends, clock.until))
    opens_at = clock.until if ends is None or ends > clock.until else None
    day, minute = hours.on_the_wall(clock.until, zone)
    by_the_clock = f"opening hours until {day[:3]} {minute}"
    mode, source = _strictest([*claims, ("closed", by_the_clock)])
    if source != by_the_clock or opens_at is None:
        return InForce(mode, source, _next(now, ends, clock.until))
    return InForce(mode, source, opens_at, opens_at, f"Comments open again on {day} at {minute}.")


def is_hidden(site: Site, story: Story | None) -> bool:
    """Whether readers see nothing of a thread: its site, its section or itself is hidden."""
    return any(mode == "hidden" for mode, _ in _set_by_people(site, story))


def _set_by_people(site: Site, story: Story | None) -> Iterator[tuple[str, str]]:
    if story and story.mode:
        yield story.mode, "story"
    if story and story.section and story.section.mode:
        yield story.section.mode, f"section {story.section.name}"
    yield site.settings.mode, "site"


def _strictest(claims: list[tuple[str, str]]) -> tuple[str, str]:
    return max(claims, key=lambda claim: MODES.index(claim[0]))


def _clock(site: Site, story: Story | None, now: datetime) -> hours.Standing:
    own = story.section.opening_hours if story and story.section else None
    return hours.standing(site.settings.opening_hours if own is None else own, site.settings.time_zone, now)


def _days(site: Site, story: Story | None) -> int:
    own = story.section.close_after_days if story and story.section else None
    return site.settings.close_after_days if own is None else own


def _end_of(site: Site, story: Story | None) -> datetime | None:
    """When a story becomes too old for comments; None where it never does."""
    days = _days(site, story)
    return story.published_at + timedelta(days=days) if story and story.published_at and days else None


def _next(now: datetime, *moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment and moment > now), default=None)
