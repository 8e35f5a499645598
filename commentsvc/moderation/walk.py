"""Which comments are asked for, found without reading the ones that are not.

A queue is cut into slices, each one range of an index in the order asked for. A page is the beginning of every slice,
merged: it costs the same at any depth, whatever waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from ..accounts.permissions import Actor
from ..authors.models import Author
from ..comments.models import Aside, Comment, Status
from ..core.database import db
from ..core.paging import Cursor
from ..stories.models import Story
from . import search
from .filters import Asked

Condition = ColumnElement[bool]

MOST_COUNTED = 10_000  # comments; beyond it nobody plans their shift by the exact number
STATEMENTS_KEPT = 256  # those every page of a queue needs: writing one takes longer than running it
MOST_OFFERED = 50  # values of one filter
OFFERED = {"section": Comment.section, "rule": Comment.held_by, "language": Comment.language}
RARE = 5_000  # comments that hold some words: so many are sorted faster than found among all others
STRETCH = 4_000  # comments of a queue that are tried one by one before all that match are gathered and sorted


INDEXED = ("section", "rule", "language", "link")  # filters with an index of their own, the most telling first


@dataclass(frozen=True)
class Order:
    """What the queue is sorted by."""

    key: Any
    rises: bool = False

    @property
    def is_by_time(self) -> bool:
        return self.key is Comment.created_at

    def beyond(self, place: Cursor) -> Condition:
        """Whether a comment comes after a place."""
        here = tuple_(self.key, Comment.id)
        there = tuple_(self._literal(place), literal(place.id, BigInteger))
        return here > there if self.rises else here < there

    def up_to(self, place: Cursor) -> Condition:
        here = tuple_(self.key, Comment.id)
        there = tuple_(self._literal(place), literal(place.id, BigInteger))
        return here <= there if self.rises else here >= there

    def _literal(self, place: Cursor) -> Any:
        # A cursor of another order may hold a number that is too large for a count.
        return literal(place.moment, self.key.type) if self.is_by_time else literal(place.key, BigInteger)

    def place(self, id: int, value: Any) -> Cursor:
        return Cursor.at(value, id) if self.is_by_time else Cursor(value, id)

    def sorted(self, rows: Select[Any], key: Any, id: Any) -> Select[Any]:
        return rows.order_by(key, id) if self.rises else rows.order_by(key.desc(), id.desc())


ORDERS = {
    "oldest": Order(Comment.created_at, rises=True),
    "newest": Order(Comment.created_at),
    "flags": Order(Comment.open_flags),
    "risk": Order(Comment.risk),
}


def _fixed(value: Any) -> ColumnElement[Any]:
    """A value that stands in the statement itself: only then a partial index is known to fit."""
    return literal(value, literal_execute=True)


def _is(status: Status) -> Condition:
    return Comment.status == _fixed(str(status))


def belongs_to(queue: str) -> Condition:
    """The predicate of a queue: the same for its list and its count."""
    waits = and_(Comment.set_aside.is_(None), Comment.retracted_at.is_(None))
    if queue == "flagged":
        return and_(Comment.open_flags > _fixed(0), waits)
    if queue in tuple(Aside):
        return and_(Comment.set_aside == queue, Comment.retracted_at.is_(None))
    if queue == "all":
        return Comment.id > 0
    status = _is(Status[queue.upper()])
    return and_(status, waits) if queue == "pending" else status


def conditions(asked: Asked) -> list[Condition]:
    """What a comment has to meet to be asked for; what is counted, listed and decided in bulk is the same."""
    wanted = [*_of_queue(asked), *_filters(asked).values()]
    if asked.words:
        wanted.append(Comment.id.in_(search.comments_with(search.words_of(asked.words))))
    return wanted


def _of_queue(asked: Asked) -> list[Condition]:
    """Where a story, an author or words lead to few comments, the sum keeps SQLite, which has no figures of what is
    rare, from taking the index of the whole queue instead."""
    leads = asked.story or asked.story_id or asked.author or asked.words
    site = Comment.site_id + 0 if leads and db.engine.dialect.name == "sqlite" else Comment.site_id
    return [site == asked.site_id, belongs_to(asked.queue)]


def _filters(asked: Asked) -> dict[str, Condition]:
    """The filters in force by name, words left out."""
    story = select(Story.id).where(Story.site_id == asked.site_id, Story.external_id == asked.story)
    author = select(Author.id).where(Author.site_id == asked.site_id, Author.slug == asked.author)
    every: dict[str, tuple[Any, Callable[[], Condition]]] = {
        "story": (asked.story, lambda: Comment.story_id == story.scalar_subquery()),
        "story_id": (asked.story_id, lambda: Comment.story_id == asked.story_id),
        "author": (asked.author, lambda: Comment.author_id == author.scalar_subquery()),
        "likeness": (asked.likeness, lambda: Comment.likeness == asked.likeness),
        "section": (asked.section, lambda: Comment.section == asked.section),
        "rule": (asked.rule, lambda: Comment.held_by == asked.rule),
        "language": (asked.language, lambda: Comment.language == asked.language),
        "link": (asked.link, lambda: Comment.has_link.is_(bool(asked.link))),
        "since": (asked.since, lambda: Comment.created_at >= asked.since),
        "until": (asked.until, lambda: Comment.created_at < asked.until),
        "sections": (asked.sections, lambda: Comment.section.in_(asked.sections or ())),
    }
    in_force = {name: condition() for name, (value, condition) in every.items() if value is not None}
    if "section" in in_force:
        in_force.pop("sections", None)  # reading the filters has seen to it that the section is theirs
    return in_force


# One page


def places(asked: Asked, *, after: Cursor | None, limit: int) -> list[Cursor]:
    """Where the next comments stand in the order asked for: their ids and what they are sorted by."""
    order = ORDERS[asked.sort]
    words = search.words_of(asked.words) if asked.words else []
    if words and search.frequency(words, RARE) < RARE:
        return _gathered(asked, order, after, limit)
    slices, left = _slices(replace(asked, words=None), order)
    if slices and not left and not words:
        return _first(_merged(slices, order, after, limit), order)
    return _tried(asked, order, slices, left, words, after, limit)


def _statuses(queue: str) -> list[Status]:
    return [Status[queue.upper()]] if queue in ("pending", "approved", "rejected", "spam") else list(Status)


def _slices(asked: Asked, order: Order) -> tuple[list[list[Condition]], list[Condition]]:
    """The conditions of every slice, and the filters that are left for each of its comments.

    No slices where no index has the order asked for.
    """
    filters = _filters(asked)
    queue = _of_queue(asked)
    by_status = [[*queue, _is(status)] for status in _statuses(asked.queue)]
    if not order.is_by_time:
        aside = asked.queue in tuple(Aside)
        named = {"story", "story_id", "author", "likeness"} & filters.keys()
        return ([] if aside or named else by_status), list(filters.values())
    span = [filters.pop(name) for name in ("since", "until") if name in filters]
    if "likeness" in filters:
        return [], list(filters.values())
    if "author" in filters:
        slices = [[*queue, filters.pop("author")]]
    elif story := filters.keys() & {"story", "story_id"}:
        slices = _each(by_status, [filters.pop(min(story))])
    elif asked.queue in ("flagged", *Aside):
        slices = [queue]
    elif indexed := [name for name in INDEXED if name in filters]:
        slices = _each(by_status, [filters.pop(indexed[0])])
    elif filters.pop("sections", None) is not None:
        slices = [[*each, Comment.section == section] for each in by_status for section in sorted(asked.sections or ())]
    else:
        slices = [queue] if asked.queue == "pending" else by_status
    return _each(slices, span), list(filters.values())


def _each(slices: list[list[Condition]], more: list[Condition]) -> list[list[Condition]]:
    return [[*each, *more] for each in slices]


def _merged(
    slices: list[list[Condition]], order: Order, after: Cursor | None, limit: int, skipped: int = 0
) -> Select[Any]:
    """The first rows of all slices together: id and key."""
    parts = []
    for wanted in slices:
        rows = select(Comment.id.label("id"), order.key.label("key")).where(*wanted)
        if after:
            rows = rows.where(order.beyond(after))
        parts.append(order.sorted(rows, order.key, Comment.id).limit(limit + skipped))
    if len(parts) == 1:
        return parts[0].limit(limit).offset(skipped) if skipped else parts[0]
    every = union_all(*(select(part.subquery()) for part in parts)).subquery()
    merged = order.sorted(select(every.c.id, every.c.key), every.c.key, every.c.id).limit(limit)
    return merged.offset(skipped) if skipped else merged


def _first(rows: Select[Any], order: Order) -> list[Cursor]:
    return [order.place(id, key) for id, key in db.session.execute(rows)]


def _tried(
    asked: Asked,
    order: Order,
    slices: list[list[Condition]],
    left: list[Condition],
    words: list[str],
    after: Cursor | None,
    limit: int,
) -> list[Cursor]:
    """Filters that no index has together with the order: comments are tried along the order for a stretch.

    What is asked for is mostly frequent enough for that. Where it is not, all that match are gathered.
    """
    if not slices:
        return _gathered(asked, order, after, limit)
    edge = _first(_merged(slices, order, after, 1, skipped=STRETCH // len(slices)), order)
    tried = _each(slices, [*left, *([order.up_to(edge[0])] if edge else [])])
    found = _first(_saying(words, tried, order, after, limit), order)
    return found if len(found) == limit or not edge else _gathered(asked, order, after, limit)


def _saying(
    words: list[str], tried: list[list[Condition]], order: Order, after: Cursor | None, limit: int
) -> Select[Any]:
    if not words:
        return _merged(tried, order, after, limit)
    rows = search.among(_merged(tried, order, after, STRETCH + 1), words)
    return order.sorted(rows, rows.selected_columns.key, rows.selected_columns.id).limit(limit)


def _gathered(asked: Asked, order: Order, after: Cursor | None, limit: int) -> list[Cursor]:
    """All that match, whichever index finds them, then sorted: a table of its own, or the planner would walk along
    the order after all."""
    statuses = [_is(status) for status in _statuses(asked.queue)]
    rows = select(Comment.id.label("id"), order.key.label("key")).where(*conditions(asked))
    if len(statuses) > 1:
        rows = rows.where(Comment.status.in_([_fixed(str(status)) for status in Status]))
    if after:
        rows = rows.where(order.beyond(after))
    every = rows.cte("gathered").prefix_with("MATERIALIZED")
    return _first(order.sorted(select(every.c.id, every.c.key), every.c.key, every.c.id).limit(limit), order)


# How many


def counts(site_id: int, actor: Actor, queues: Sequence[str] = ("pending", "flagged")) -> dict[str, int]:
    """How many comments are in each of the queues for the actor, counted up to MOST_COUNTED: {"pending": n, …}."""
    mine = Asked.by(actor, site_id)
    several = tuple(_queue_of(mine, name) for name in queues)
    numbers = db.session.execute(_numbers_of_queues(several, MOST_COUNTED)).one()
    return dict(zip(queues, numbers, strict=True))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _numbers_of_queues(several: tuple[Asked, ...], most: int) -> Select[Any]:
    return _numbers(several, most)


def _queue_of(asked: Asked, queue: str) -> Asked:
    return Asked(asked.site_id, asked.sections, queue)


def counted(several: Sequence[Asked], most: int) -> list[int]:
    """How many comments each asks for, in one statement, counted no further than `most`."""
    if not several:
        return []
    return list(db.session.execute(_numbers(several, most)).one())


def _numbers(several: Sequence[Asked], most: int) -> Select[Any]:
    numbers: list[Any] = [number_of(conditions(asked), most) for asked in several]
    return select(*numbers)


def number_of(wanted: Sequence[Condition], most: int = MOST_COUNTED) -> ScalarSelect[int]:
    """How many comments meet the conditions, counted no further than `most`."""
    rows = select(literal(1)).select_from(Comment).where(*wanted).limit(most).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


# What there is to choose from


def offered(asked: Asked) -> dict[str, list[str]]:
    """The sections, rules and languages that a queue has comments of, by the name of the filter.

    One step along an index for each value, however many comments have it.
    """
    found: dict[str, list[str]] = {name: [] for name in OFFERED}
    for name, value in db.session.execute(_all_values(asked.site_id, asked.queue)):
        found[name].append(value)
    if asked.sections is not None:
        found["section"] = list(asked.sections)
    return {name: sorted(values, key=str.casefold) for name, values in found.items()}


@lru_cache(maxsize=STATEMENTS_KEPT)
def _all_values(site_id: int, queue: str) -> CompoundSelect[Any]:
    return union_all(*(_values(name, column, site_id, queue) for name, column in OFFERED.items()))


def _values(name: str, column: Any, site_id: int, queue: str) -> Select[Any]:
    here = Comment.site_id == site_id
    first = [
        select(literal(str(status)).label("status"), _least(column, here, _is(status)).label("value"))
        for status in _statuses(queue)
    ]
    begin = select(union_all(*first).subquery()) if len(first) > 1 else first[0]
    steps = begin.cte(f"steps_{name}", recursive=True)
    following = _least(column, here, Comment.status == steps.c.status, column > steps.c.value)
    steps = steps.union_all(select(steps.c.status, following).where(steps.c.value.is_not(None)))
    values = select(literal(name), steps.c.value).where(steps.c.value.is_not(None), steps.c.value != "")
    return select(values.distinct().limit(MOST_OFFERED).subquery())


def _least(column: Any, *wanted: Condition) -> Any:
    return select(func.min(column)).where(*wanted).scalar_subquery()
