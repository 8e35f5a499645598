"""How right the rules are: what each held day by day and what people made of it; how rules in shadow would have done.

Days are UTC. A text is rejected here when people refused it or called it spam.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select

from ..comments.models import Comment, Decision, Status, StoredVerdict
from ..comments.outside import WAITS
from ..comments.queries import in_sections
from ..core.database import db
from ..core.epoch import DAY, seconds
from .people import DECIDED, REFUSED, last_word, on_comments_in

USUAL_DAYS = 14  # what is usual for a rule is the median of so many days, or of those since it first held something
FEWEST_DAYS = 3  # below so many nothing is known to be usual
TOO_OFTEN = 3  # times the usual
MANY = 20  # below this many nothing is said of a rule
TOO_WRONG = 0.2  # of what people decided on, the share they rejected
SHADOW_DAYS = (1, 7, 30)


@dataclass(frozen=True)
class Held:
    """What a rule held on one day, how many of those a person decided on, and how many of these were rejected."""

    rule: str
    day: date
    held: int
    decided: int
    rejected: int

    @property
    def precision(self) -> float | None:
        return self.rejected / self.decided if self.decided else None


@dataclass(frozen=True)
class RuleRecord:
    """A rule over some days: one `Held` for each, the oldest first."""

    rule: str
    days: tuple[Held, ...]

    @property
    def held(self) -> int:
        return sum(each.held for each in self.days)

    @property
    def decided(self) -> int:
        return sum(each.decided for each in self.days)

    @property
    def rejected(self) -> int:
        return sum(each.rejected for each in self.days)

    @property
    def precision(self) -> float | None:
        return self.rejected / self.decided if self.decided else None


@dataclass(frozen=True)
class Noisy:
    """A rule that held too much today, or was mostly wrong; `usual` is the median of the days before, None when they
    are too few."""

    today: Held
    usual: float | None

    @property
    def is_too_often(self) -> bool:
        return self.usual is not None and self.today.held >= MANY and self.today.held > TOO_OFTEN * self.usual

    @property
    def is_too_wrong(self) -> bool:
        precision = self.today.precision
        return precision is not None and self.today.decided >= MANY and precision < TOO_WRONG


@dataclass(frozen=True)
class Agreement:
    """How often a rule in shadow spoke in the last `days` days, and what people did with these texts."""

    rule: str
    days: int
    spoke: int
    approved: int
    rejected: int

    @property
    def undecided(self) -> int:
        return self.spoke - self.approved - self.rejected

    @property
    def agreement(self) -> float | None:
        decided = self.approved + self.rejected
        return self.rejected / decided if decided else None


def held_by_rule() -> ColumnElement[bool]:
    """A rule left a new or changed text waiting or unpublished; waiting for an outside check is no rule's word."""
    # Written out, for the index is on this alone; a decision has a rule or an account, never both.
    return and_(Decision.rule.is_not(None), Decision.after != literal_column("'APPROVED'"), Decision.rule != WAITS)


def records(site_id: int, *, days: int, now: datetime, sections: Collection[str] | None = None) -> list[RuleRecord]:
    """Every rule that held something in the last `days` days, today included; who held most comes first."""
    today = _day_of(now)
    first = today - timedelta(days=days - 1)
    found: dict[str, dict[date, Held]] = defaultdict(dict)
    for held in _held(site_id, first, today, sections):
        found[held.rule][held.day] = held
    dates = [first + timedelta(days=number) for number in range(days)]
    listed = [
        RuleRecord(rule, tuple(by_day.get(day, Held(rule, day, 0, 0, 0)) for day in dates))
        for rule, by_day in found.items()
    ]
    return sorted(listed, key=lambda record: (-record.held, record.rule))


def noisy(site_id: int, *, now: datetime, sections: Collection[str] | None = None) -> list[Noisy]:
    """The rules that fired too much today, or that people mostly disagreed with."""
    today = _day_of(now)
    usual = _counted(site_id, today, sections)
    held_today = _held(site_id, today, today, sections)
    began = _began(site_id, [held.rule for held in held_today])
    spoken = [Noisy(held, _median(usual[held.rule], (today - began[held.rule]).days)) for held in held_today]
    return sorted(
        (each for each in spoken if each.is_too_often or each.is_too_wrong), key=lambda each: -each.today.held
    )


def _median(counted: list[int], days: int) -> float | None:
    """Of what was counted on the days before, of which only the last `days` are of the rule's time."""
    return median(counted[-days:]) if days >= FEWEST_DAYS else None


def _began(site_id: int, rules: Sequence[str]) -> dict[str, date]:
    """By rule, the day on which it first decided anything on the site, whatever section that was in."""
    if not rules:
        return {}
    first = select(func.min(Decision.created_at)).where(Decision.site_id == site_id)
    row = db.session.execute(select(*(first.where(Decision.rule == rule).scalar_subquery() for rule in rules))).one()
    return {rule: _day_of(moment) for rule, moment in zip(rules, row, strict=True)}


def _held(site_id: int, first: date, last: date, sections: Collection[str] | None) -> list[Held]:
    once = _texts_held(site_id, first, last, sections).subquery()
    told = select(
        once.c.rule, once.c.day, last_word(once.c.comment_id, once.c.revision_id, after=once.c.id).label("word")
    ).subquery()
    rows = select(told.c.rule, told.c.day, func.count(), _sum(told.c.word.in_(DECIDED)), _sum(told.c.word.in_(REFUSED)))
    found = db.session.execute(rows.group_by(told.c.rule, told.c.day).order_by(told.c.rule, told.c.day))
    return [Held(rule, _date(day), held, decided, rejected) for rule, day, held, decided, rejected in found]


def _counted(site_id: int, today: date, sections: Collection[str] | None) -> dict[str, list[int]]:
    """By rule, how many texts it held on each of the days before today."""
    start = today - timedelta(days=USUAL_DAYS)
    day = (seconds(Decision.created_at) // DAY).label("day")
    rows = select(Decision.rule, day, func.count(Decision.revision_id.distinct()))
    rows = on_comments_in(rows.where(_held_on(site_id, start, today - timedelta(days=1))), sections)
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * USUAL_DAYS)
    for rule, number, count in db.session.execute(rows.group_by(Decision.rule, day)):
        counted[rule][(_date(number) - start).days] = count
    return counted


def _texts_held(site_id: int, first: date, last: date, sections: Collection[str] | None) -> Any:
    """Each text a rule held, once for each day on which it did: asked again with an outside check it says the same."""
    day = (seconds(Decision.created_at) // DAY).label("day")
    key = (Decision.rule, day, Decision.comment_id, Decision.revision_id)
    rows = select(*key, func.min(Decision.id).label("id")).where(_held_on(site_id, first, last))
    return on_comments_in(rows, sections).group_by(*key)


def _held_on(site_id: int, first: date, last: date) -> ColumnElement[bool]:
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    return and_(Decision.site_id == site_id, Decision.created_at >= since, Decision.created_at < until, held_by_rule())


def shadows(site_id: int, *, now: datetime, sections: Collection[str] | None = None) -> list[Agreement]:
    """For every rule that spoke in shadow, how far people agreed, in the last 1, 7 and 30 days."""
    since = now - timedelta(days=max(SHADOW_DAYS))
    said = (
        select(
            StoredVerdict.rule,
            StoredVerdict.created_at,
            last_word(StoredVerdict.comment_id, StoredVerdict.revision_id, since=StoredVerdict.created_at).label(
                "word"
            ),
        )
        .join(Comment, Comment.id == StoredVerdict.comment_id)
        .where(Comment.site_id == site_id, StoredVerdict.would_be.is_not(None))
        .where(StoredVerdict.created_at >= since, StoredVerdict.created_at <= now, *in_sections(sections))
    )
    told = said.subquery()
    figures = []
    for days in SHADOW_DAYS:
        recent = told.c.created_at >= now - timedelta(days=days)
        figures += [
            _sum(recent),
            _sum(and_(recent, told.c.word == Status.APPROVED)),
            _sum(and_(recent, told.c.word.in_(REFUSED))),
        ]
    rows = db.session.execute(select(told.c.rule, *figures).group_by(told.c.rule).order_by(told.c.rule))
    return [
        Agreement(rule, days, *numbers[3 * place : 3 * place + 3])
        for rule, *numbers in rows
        for place, days in enumerate(SHADOW_DAYS)
    ]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet it."""
    return func.sum(case((condition, 1), else_=0))


def _day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _date(number: int) -> date:
    """The day so many days after the first of 1970."""
    return date(1970, 1, 1) + timedelta(days=int(number))
