"""What one shift tells the next: what waits, who decided how much, how fast, how often it was taken back, what is hot.

Times are UTC. The figures are counted from the log and the queue at the moment they are asked for; nothing is kept.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from ..comments.models import Comment, Decision, Revision, Status
from ..comments.queries import in_sections
from ..core.database import db
from ..core.epoch import HOUR, seconds
from ..moderation.filters import WORKED_OFF
from ..moderation.models import Flag
from ..moderation.queue import belongs_to
from ..stories.models import Story
from .people import DECIDED, REFUSED, by_person, is_undo, is_work, names_of, on_comments_in
from .precision import Noisy, noisy

ACTIONS = ("approve", "reject", "spam", "hold")
COUNTS_AS = {"ignore_flags": "approve"}
HOURS = 24
TAKEN_BACK_WITHIN = timedelta(days=7)
HOT_HOURS, HOT_THREADS = 6, 10


@dataclass(frozen=True)
class Period:
    """A stretch of time in whole hours, [since, until)."""

    since: datetime
    until: datetime

    @classmethod
    def last_24_hours(cls, now: datetime) -> "Period":
        """The hour that runs and the 23 before it."""
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return cls(end - timedelta(hours=HOURS), end)

    @classmethod
    def of_day(cls, day: date) -> "Period":
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return cls(start, start + timedelta(hours=HOURS))

    @property
    def hours(self) -> list[datetime]:
        return [self.since + timedelta(hours=number) for number in range(HOURS)]

    def holds(self, decision: type[Decision]) -> ColumnElement[bool]:
        return and_(decision.created_at >= self.since, decision.created_at < self.until)


@dataclass(frozen=True)
class Waiting:
    """What waits in one section of a queue, and since when its oldest does."""

    queue: str
    section: str
    count: int
    oldest: datetime


@dataclass(frozen=True)
class Person:
    """What one moderator decided: by action, and in each hour of the period."""

    account_id: int | None
    name: str
    by_action: dict[str, int]
    by_hour: tuple[int, ...]

    @property
    def decided(self) -> int:
        return sum(self.by_hour)


@dataclass(frozen=True)
class Speed:
    """From when a text began to wait to the first verdict of a person on it, in seconds; None where there was none."""

    texts: int
    median: int | None
    percentile_95: int | None


@dataclass(frozen=True)
class Reversals:
    """How many of the decisions of a period were taken back within 7 days."""

    decided: int
    taken_back: int

    @property
    def rate(self) -> float | None:
        return self.taken_back / self.decided if self.decided else None


@dataclass(frozen=True)
class Heated:
    """A story that was commented on in the last hours; `reports` are all that are open on it."""

    story_id: int
    title: str
    section: str
    comments: int
    rejected: int
    reports: int

    @property
    def share_rejected(self) -> float:
        return self.rejected / self.comments if self.comments else 0.0


@dataclass(frozen=True)
class Handover:
    """All of it."""

    period: Period
    waiting: list[Waiting]
    people: list[Person]
    speed: Speed
    reversals: Reversals
    rules: list[Noisy]
    threads: list[Heated]

    @cached_property
    def by_hour(self) -> list[int]:
        """What all people together decided in each hour."""
        return [sum(numbers) for numbers in zip(*(each.by_hour for each in self.people), strict=True)] or [0] * HOURS

    @property
    def decided(self) -> int:
        return sum(self.by_hour)

    def waits_in(self, queue: str) -> tuple[int, datetime | None]:
        """How many wait in a queue, in all its sections, and since when the oldest does."""
        here = [each for each in self.waiting if each.queue == queue]
        return sum(each.count for each in here), min((each.oldest for each in here), default=None)


def handover(site_id: int, *, period: Period, now: datetime, sections: Collection[str] | None = None) -> Handover:
    """The state of a site for the next shift; of these sections only, if the reader of it is limited to some."""
    people = _people(site_id, period, sections)
    decided = sum(each.decided for each in people)
    return Handover(
        period=period,
        waiting=_waiting(site_id, sections),
        people=people,
        speed=_speed(site_id, period, sections),
        reversals=Reversals(decided, _taken_back(site_id, period, sections)),
        rules=noisy(site_id, now=now, sections=sections),
        threads=_heated(site_id, now, sections),
    )


def _waiting(site_id: int, sections: Collection[str] | None) -> list[Waiting]:
    found = []
    for queue in WORKED_OFF:
        rows = select(Comment.section, _waits_since(queue).label("since"))
        rows = rows.where(Comment.site_id == site_id, belongs_to(queue), *in_sections(sections))
        each = rows.subquery().c
        told = select(each.section, func.count(), func.min(each.since)).group_by(each.section).order_by(each.section)
        found += [Waiting(queue, *row) for row in db.session.execute(told)]
    return found


def _waits_since(queue: str) -> ColumnElement[datetime]:
    """When a comment began to wait: with its oldest open report, or with the last decision that made it wait."""
    reported = select(func.min(Flag.created_at)).where(Flag.comment_id == Comment.id, Flag.settled_at.is_(None))
    made = aliased(Decision)
    held = select(made.created_at).where(made.comment_id == Comment.id, _made_it_wait(made))
    last = held.order_by(made.id.desc()).limit(1)
    since = (reported if queue == "flagged" else last).correlate(Comment).scalar_subquery()
    return func.coalesce(since, Comment.created_at)


def _made_it_wait(decision: Any) -> ColumnElement[bool]:
    """What waits and is held again does not begin anew."""
    return and_(decision.after == Status.PENDING, decision.before.is_distinct_from(Status.PENDING))


def _people(site_id: int, period: Period, sections: Collection[str] | None) -> list[Person]:
    """Who decided most comes first."""
    hour = (seconds(Decision.created_at) // HOUR).label("hour")
    key = (Decision.account_id, hour, Decision.action)
    rows = select(*key, func.count()).where(Decision.site_id == site_id, period.holds(Decision), is_work(Decision))
    counted: dict[int | None, Counter[tuple[int, str]]] = {}
    for account_id, number, action, count in db.session.execute(on_comments_in(rows, sections).group_by(*key)):
        counted.setdefault(account_id, Counter())[int(number), COUNTS_AS.get(action, action)] += count
    names, first = names_of(counted), int(period.since.timestamp()) // HOUR
    people = [_person(account_id, names[account_id], numbers, first) for account_id, numbers in counted.items()]
    return sorted(people, key=lambda person: (-person.decided, person.name))


def _person(account_id: int | None, name: str, numbers: Counter[tuple[int, str]], first: int) -> Person:
    by_action = {action: sum(numbers[first + hour, action] for hour in range(HOURS)) for action in ACTIONS}
    by_hour = tuple(sum(numbers[first + hour, action] for action in ACTIONS) for hour in range(HOURS))
    return Person(account_id, name, by_action, by_hour)


def _speed(site_id: int, period: Period, sections: Collection[str] | None) -> Speed:
    """Of texts that waited, from when they began to.

    A text that a person had decided on before, and that waits again, is not asked twice.
    """
    earlier = aliased(Decision)
    was_decided = select(earlier.id).where(
        earlier.comment_id == Decision.comment_id,
        earlier.revision_id == Decision.revision_id,
        earlier.id < Decision.id,
        earlier.after.in_(DECIDED),
        by_person(earlier),
    )
    made = aliased(Decision)
    held = select(made.created_at).where(made.comment_id == Decision.comment_id, _made_it_wait(made))
    held = held.where(made.revision_id == Decision.revision_id, made.id < Decision.id)
    since = held.order_by(made.id.desc()).limit(1).correlate(Decision).scalar_subquery()
    took = seconds(Decision.created_at) - seconds(func.coalesce(since, Revision.created_at))
    rows = (
        select(took)
        .join(Revision, Revision.id == Decision.revision_id)
        .where(Decision.site_id == site_id, period.holds(Decision), is_work(Decision))
        .where(Decision.before == Status.PENDING, Decision.after != Status.PENDING, ~was_decided.exists())
    )
    waits = sorted(max(0, int(each)) for each in db.session.scalars(on_comments_in(rows, sections)))
    return Speed(len(waits), percentile(waits, 0.5), percentile(waits, 0.95))


def percentile(numbers: Sequence[int], share: float) -> int | None:
    """The smallest of the sorted numbers that at least this share of them does not exceed (nearest rank)."""
    return numbers[math.ceil(share * len(numbers)) - 1] if numbers else None


def _taken_back(site_id: int, period: Period, sections: Collection[str] | None) -> int:
    """How many decisions were undone, or overturned by another person, within 7 days, on the same text.

    Undoing or overturning that was undone itself is none, unless that was undone in its turn.
    """
    later, restored, again = aliased(Decision), aliased(Decision), aliased(Decision)
    was_undone_again = select(again.id).where(again.undoes_id == restored.id).exists()
    was_undone = select(restored.id).where(restored.undoes_id == later.id, ~was_undone_again).exists()
    undone = later.undoes_id == Decision.id
    changed_by_another = and_(later.after != Decision.after, later.account_id.is_distinct_from(Decision.account_id))
    against = select(later.id).where(
        later.comment_id == Decision.comment_id,
        later.revision_id == Decision.revision_id,
        later.id > Decision.id,
        by_person(later),
        or_(undone, and_(~is_undo(later), changed_by_another)),
        ~was_undone,
        seconds(later.created_at) - seconds(Decision.created_at) <= int(TAKEN_BACK_WITHIN.total_seconds()),
    )
    rows = select(func.count(Decision.id)).where(
        Decision.site_id == site_id, period.holds(Decision), is_work(Decision), against.exists()
    )
    return db.session.scalar(on_comments_in(rows, sections)) or 0


def _heated(site_id: int, now: datetime, sections: Collection[str] | None) -> list[Heated]:
    """The stories most commented on in the last hours, and what is reported there."""
    recent = (
        select(
            Comment.story_id,
            func.count().label("comments"),
            func.sum(case((Comment.status.in_(REFUSED), 1), else_=0)).label("rejected"),
        )
        # The statuses are named for the index, which has them before the time.
        .where(Comment.site_id == site_id, Comment.status.in_(list(Status)), *in_sections(sections))
        .where(Comment.created_at >= now - timedelta(hours=HOT_HOURS))
        .group_by(Comment.story_id)
        .order_by(func.count().desc(), Comment.story_id.desc())
        .limit(HOT_THREADS)
        .subquery()
    )
    reported = select(func.sum(Comment.open_flags)).where(
        Comment.site_id == site_id, Comment.open_flags > 0, Comment.story_id == recent.c.story_id
    )
    rows = select(
        Story.id,
        Story.title,
        Story.category,
        recent.c.comments,
        recent.c.rejected,
        func.coalesce(reported.scalar_subquery(), 0),
    ).join(recent, recent.c.story_id == Story.id)
    rows = rows.order_by(recent.c.comments.desc(), Story.id.desc())
    return [Heated(*row) for row in db.session.execute(rows)]
