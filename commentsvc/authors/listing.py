"""The list of a site's authors: searched, filtered, sorted and counted, as quick with a million of them as with ten.

Every combination of filters is a set of `facet` numbers, and each number stands in the order of every sorting along an
index of its own: a page is the first few of each, merged. What cannot be a facet (a name's beginning, an address, the
time somebody was first seen) is either found first and sorted, where it fits few, or decides the order, where it fits
more than FEW; then `Page.is_forced` says so.
"""

# ruff: noqa: S608 - its statements are made of words and numbers of our own; what was typed is bound

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.sql.elements import TextClause

from ..core.clock import rfc3339
from ..core.database import UtcDateTime, db
from ..core.errors import ValidationFailed
from ..core.paging import MOST, Cursor
from ..core.sheets import as_lines
from .models import SHARES, Author, Standing, name_key

PAGE = 50
FEW = 2_000  # authors found by a name or a time that are still sorted in any way
COUNTED, COUNTED_OF_EACH = 10_000, 1_000  # no further, for the list and for each choice of a filter
IN_ONE_READ = 1_000  # authors of a file
KINDS = ("all", "bylines", "commenters")
CONFIRMED = ("yes", "no")

# By what, and whether the greatest comes first.
SORTS = {
    "newest": ("created_at", True),
    "name": ("name_key", False),
    "comments": ("decided_count", True),
    "rejected": ("rejected_count", True),
    "seen": ("last_seen_at", True),
}
COLUMNS = (
    *("id", "name", "slug", "byline", "standing", "until", "confirmed"),
    *("approved", "rejected", "rejected_percent", "first_seen", "last_seen"),
)


@dataclass(frozen=True)
class Asked:
    """Which authors of a site; every filter that is given has to hold.

    `search` is the beginning of a name or slug, `hashes` those an address may be kept under. `rejected` is the least
    share, in per cent, of what was decided on: one of SHARES. First seen from `since` on, before `until`.
    """

    site_id: int
    search: str | None = None
    hashes: tuple[str, ...] | None = None
    standing: str | None = None
    kind: str = "all"
    confirmed: bool | None = None
    rejected: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: str = "newest"

    @property
    def is_narrowed(self) -> bool:
        return replace(self, sort="newest") != Asked(self.site_id)


@dataclass(frozen=True)
class Place:
    """The place after one author in an order; opaque to the outside."""

    key: int | str
    id: int

    @classmethod
    def of(cls, author: Author, sort: str) -> "Place":
        if sort == "comments":
            return cls(author.approved_count + author.rejected_count, author.id)
        value = getattr(author, SORTS[sort][0])
        return cls(Cursor.at(value, 0).key if isinstance(value, datetime) else value, author.id)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.key, self.id]).encode()).decode().rstrip("=")


def read_place(given: str | None) -> Place | None:
    """The place a caller sent back. Raises ValidationFailed for a made-up one."""
    if not given:
        return None
    try:
        key, id = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
        is_key = (type(key) is int and abs(key) < MOST) or (type(key) is str and len(key) <= Author.KEY_LENGTH)
        if is_key and type(id) is int and 0 <= id < 2**63 and "\0" not in str(key):
            str(key).encode()  # half a character is none
            return Place(key, id)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise ValidationFailed({"cursor": ["This cursor was not given out by this service."]})


@dataclass(frozen=True)
class Page:
    """Some of the authors asked for, in the order of `sort`, which is another one than asked for if it `is_forced`.

    `counts` says how many there are by "all" and by each choice of a filter, no further than COUNTED and
    COUNTED_OF_EACH.
    """

    authors: Sequence[Author]
    following: Place | None
    sort: str
    is_forced: bool = False


def facets(asked: Asked, standings: Sequence[str] | None = None) -> list[int]:
    """The numbers of what is asked for, see `models.FACET`."""
    stands = standings if standings is not None else [asked.standing] if asked.standing else list(Standing)
    signs = {"all": (0, 12), "bylines": (12,), "commenters": (0,)}[asked.kind]
    proven = (0, 6) if asked.confirmed is None else (6 * asked.confirmed,)
    shares = range(len(SHARES) + 2) if asked.rejected is None else range(SHARES.index(asked.rejected) + 2, 6)
    order = list(Standing)
    return [24 * order.index(Standing(each)) + sum(more) for each, *more in product(stands, signs, proven, shares)]


def page(asked: Asked, *, now: datetime, after: Place | None, limit: int = PAGE) -> Page:
    """One page of the authors asked for."""
    plan = _Plan(asked, now)
    ids = plan.ids(after, limit + 1)
    found = {author.id: author for author in db.session.scalars(select(Author).where(Author.id.in_(ids)))}
    authors = [found[id] for id in ids[:limit] if id in found]
    following = Place.of(authors[-1], plan.sort) if len(ids) > limit and authors else None
    return Page(authors, following, plan.sort, plan.sort != asked.sort)


def count(asked: Asked, *, now: datetime) -> int:
    """How many there are, no further than COUNTED."""
    return _Plan(asked, now).count()


def choices(site_id: int, *, now: datetime) -> dict[str, int]:
    """How many authors of a site each choice of a filter fits, no further than COUNTED_OF_EACH."""
    every = Asked(site_id)
    sets = {str(each): facets(replace(every, standing=each)) for each in Standing}
    sets |= {kind: facets(replace(every, kind=kind)) for kind in KINDS[1:]}
    sets |= {f"confirmed {word}": facets(replace(every, confirmed=word == "yes")) for word in CONFIRMED}
    sets |= {f"rejected {share}": facets(replace(every, rejected=share)) for share in SHARES}
    counts = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM commentsvc_author WHERE site_id = :site AND facet IN ({_listed(each)})"
        f" LIMIT {COUNTED_OF_EACH + 1}) AS c{number})"
        for number, each in enumerate(sets.values())
    )
    row = db.session.execute(text(f"SELECT {counts}"), {"site": site_id}).one()
    counted = dict(zip(sets, row, strict=True))
    for facet, number in _ended(site_id, now).items():
        was = list(Standing)[facet // 24]
        counted[was] -= number
        counted[Standing.NORMAL] += number
    return {name: min(max(0, number), COUNTED_OF_EACH) for name, number in counted.items()}


def csv_lines(asked: Asked, *, now: datetime) -> Iterator[str]:
    """All of them as a file for a spreadsheet, a piece at a time; no address, and no cell of it is a formula."""
    yield as_lines([COLUMNS])
    plan, after = _Plan(asked, now), None
    while ids := plan.ids(after, IN_ONE_READ):
        found = {author.id: author for author in db.session.scalars(select(Author).where(Author.id.in_(ids)))}
        authors = [found[id] for id in ids if id in found]
        yield as_lines([_cells(author, now) for author in authors])
        if len(ids) < IN_ONE_READ or not authors:
            return
        after = Place.of(authors[-1], plan.sort)
        db.session.expunge_all()


def _cells(author: Author, now: datetime) -> tuple[Any, ...]:
    standing = author.standing_at(now)
    until = author.standing_until if standing == author.standing else None
    return (
        author.id,
        author.name,
        author.slug,
        "yes" if author.is_byline else "no",
        standing.lower(),
        rfc3339(until),
        "yes" if author.confirmed_at else "no",
        author.approved_count,
        author.rejected_count,
        author.rejected_percent,
        rfc3339(author.created_at),
        rfc3339(author.last_seen_at),
    )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _ended(site_id: int, now: datetime) -> dict[int, int]:
    """How many authors have a standing that is over, by their facets: soon it is taken from them."""
    rows = text(
        "SELECT facet, count(*) FROM commentsvc_author"
        " WHERE standing_until <= :now AND +facet >= 0 AND +site_id = :site GROUP BY facet"
    ).bindparams(bindparam("now", type_=UtcDateTime()))
    return {row.facet: row[1] for row in db.session.execute(rows, {"site": site_id, "now": now})}


def beyond(prefix: str) -> str | None:
    """The first text after all that begin with this one, in the order of code points; None where there is no end."""
    for place in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[place])
        if code < 0x10FFFF:
            return prefix[:place] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None


class _Plan:
    """How one list is read: what is found first, and by what the rest is walked."""

    def __init__(self, asked: Asked, now: datetime) -> None:
        self.asked, self.now, self.sort = asked, now, asked.sort
        self.given: dict[str, Any] = {"site": asked.site_id, "now": now}
        self.first = [] if asked.hashes is None else [self._by_address(asked.hashes)]
        self.also: list[str] = []
        if asked.since:
            self.given["since"] = asked.since
            self.also.append("created_at >= :since")
        if asked.until:
            self.given["until"] = asked.until
            self.also.append("created_at < :until")
        if asked.search:
            self._search(asked.search)
        elif self.also and not self.first and asked.sort != "newest":
            self._in_time()

    def _by_address(self, hashes: Sequence[str]) -> str:
        self.given |= {f"hash{number}": each for number, each in enumerate(hashes)}
        names = ", ".join(f":hash{number}" for number in range(len(hashes))) or "NULL"
        return f"SELECT id FROM commentsvc_author WHERE site_id = :site AND email_hash IN ({names})"

    def _search(self, typed: str) -> None:
        """By name and slug where that fits few; else by name alone, in the order of names."""
        low = name_key(typed)
        self.given |= {"low": low, "high": beyond(low)}
        name, slug = self._begins("name_key"), self._begins("slug")
        if self.first:
            self.also.append(f"({name} OR {slug})")
            return
        rows = "SELECT id FROM commentsvc_author WHERE site_id = :site AND"
        if self._are_few(f"{rows} {name}") and self._are_few(f"{rows} {slug}"):
            self.first.append(f"{rows} {name} UNION {rows} {slug}")
            return
        if not (self.asked.since or self.asked.until) or not self._found_in_time():
            self.sort = "name"
        self.also.append(name)

    def _begins(self, column: str) -> str:
        return f"({column} >= :low AND {column} < :high)" if self.given["high"] is not None else f"{column} >= :low"

    def _in_time(self) -> None:
        """In any order where the time fits few, else the newest first."""
        if not self._found_in_time():
            self.sort = "newest"

    def _found_in_time(self) -> bool:
        times = " AND ".join(self.also)
        every = _listed(facets(Asked(self.asked.site_id)))
        rows = f"SELECT id FROM commentsvc_author WHERE site_id = :site AND facet IN ({every}) AND {times}"
        if not self._are_few(rows):
            return False
        self.first.append(rows)
        return True

    def _are_few(self, rows: str) -> bool:
        capped = f"SELECT count(*) FROM ({rows} LIMIT {FEW + 1}) AS few"
        return (db.session.scalar(self._bound(capped), self._used(capped)) or 0) <= FEW

    def _bound(self, statement: str) -> TextClause:
        moments = [name for name in ("now", "since", "until") if f":{name}" in statement]
        kinds = [bindparam(name, type_=UtcDateTime()) for name in moments]
        if ":key" in statement and SORTS[self.sort][0].endswith("_at"):
            kinds.append(bindparam("key", type_=UtcDateTime()))
        return text(statement).bindparams(*kinds)

    def _used(self, statement: str) -> dict[str, Any]:
        return {name: value for name, value in self.given.items() if f":{name}" in statement}

    def ids(self, after: Place | None, limit: int) -> list[int]:
        """The next ids in the order of the list."""
        column, is_falling = SORTS[self.sort]
        also = [*self.also]
        if after:
            self._go_on(after, column)
            also.append(f"({column}, id) {'<' if is_falling else '>'} (:key, :place)")
        self.given["limit"] = limit
        down = " DESC" if is_falling else ""
        order = f"ORDER BY {{0}}{down}, id{down} LIMIT :limit"
        every = " UNION ALL ".join(self._branches(column, also, order))
        statement = f"SELECT id FROM ({every}) AS found {order.format('place')}"
        return list(db.session.scalars(self._bound(statement), self._used(statement)))

    def _go_on(self, after: Place, column: str) -> None:
        if isinstance(after.key, str) != (column == "name_key"):
            raise ValidationFailed({"cursor": ["This cursor was not given out by this service."]})
        moment = column.endswith("_at")
        self.given |= {"key": Cursor(int(after.key), 0).moment if moment else after.key, "place": after.id}

    def _branches(self, column: str, also: Sequence[str], order: str) -> Iterator[str]:
        """Selects of (id, place), each no longer than the page."""
        what, limit = f"SELECT id, {column} AS place FROM commentsvc_author", order.format(column)
        if self.first:
            also = [*also, *(f"id IN ({each})" for each in self.first)]
            yield f"SELECT * FROM ({what} WHERE {self._holds(also)} {limit}) AS few"
            return
        numbers, still = facets(self.asked), self._still()
        if db.engine.dialect.name == "postgresql":
            same = " AND ".join(["site_id = :site", "facet = f.number", *still, *also])
            yield (
                f"SELECT a.id, a.place FROM unnest(CAST(ARRAY[{_listed(numbers)}] AS smallint[])) AS f (number)"
                f" CROSS JOIN LATERAL ({what} WHERE {same} {limit}) AS a"
            )
        else:
            # Without figures of its tables SQLite may walk all names for each number.
            along = f"{what} INDEXED BY ix_commentsvc_author_by_{column}"
            for number in numbers:
                same = " AND ".join(["site_id = :site", f"facet = {number}", *still, *also])
                yield f"SELECT * FROM ({along} WHERE {same} {limit})"
        if self.asked.standing == Standing.NORMAL:
            yield f"SELECT * FROM ({what} WHERE {' AND '.join([*self._over(), *also])} {limit}) AS over_again"

    def _still(self) -> list[str]:
        """That a standing asked for has not come to its end."""
        is_restraint = self.asked.standing not in (None, Standing.NORMAL)
        return ["(standing_until IS NULL OR standing_until > :now)"] if is_restraint else []

    def _over(self) -> list[str]:
        """Those whose standing has come to its end: they are normal, whatever is still written down."""
        numbers = _listed(facets(self.asked, [each for each in Standing if each is not Standing.NORMAL]))
        return ["standing_until <= :now", "+site_id = :site", f"+facet IN ({numbers})"]

    def _holds(self, also: Sequence[str]) -> str:
        now_held = " AND ".join([f"+facet IN ({_listed(facets(self.asked))})", *self._still()])
        if self.asked.standing == Standing.NORMAL:
            now_held = f"(({now_held}) OR ({' AND '.join(self._over())}))"
        return " AND ".join(["+site_id = :site", now_held, *also])

    def count(self) -> int:
        if self.first:
            rows = self._holds([*self.also, *(f"id IN ({each})" for each in self.first)])
            every = f"SELECT count(*) FROM commentsvc_author WHERE {rows}"
            return min(COUNTED, db.session.scalar(self._bound(every), self._used(every)) or 0)
        rows = " AND ".join(["site_id = :site", f"facet IN ({_listed(facets(self.asked))})", *self.also])
        capped = f"SELECT count(*) FROM (SELECT 1 FROM commentsvc_author WHERE {rows} LIMIT {COUNTED + 1}) AS few"
        number = db.session.scalar(self._bound(capped), self._used(capped)) or 0
        return min(COUNTED, max(0, number + self._ended_among())) if number <= COUNTED else COUNTED

    def _ended_among(self) -> int:
        """What the end of standings adds to the number (normal) or takes from it (all others)."""
        if not self.asked.standing:
            return 0
        sign = 1 if self.asked.standing == Standing.NORMAL else -1
        rows = " AND ".join([*(self._over() if sign > 0 else self._over_of_these()), *self.also])
        number = f"SELECT count(*) FROM commentsvc_author WHERE {rows}"
        return sign * (db.session.scalar(self._bound(number), self._used(number)) or 0)

    def _over_of_these(self) -> list[str]:
        return ["standing_until <= :now", "+site_id = :site", f"+facet IN ({_listed(facets(self.asked))})"]
