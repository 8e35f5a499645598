"""Word lists: making, changing, trying them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.text import Unreadable, clean_line
from ..screening import Kind
from ..screening.words import is_entry, word_list
from ..sites.models import Site
from ..sites.settings import LANGUAGES
from .book import changed
from .models import ListMode, WordList

BODY_LIMIT = 1024 * 1024  # bytes of a request that brings a list: 10,000 entries of any alphabet
MOST_LISTS = 50  # of a site: each is looked for in every comment
_LINES_NAMED = 5  # wrong ones, in one message


@dataclass(frozen=True)
class Wanted:
    """A list as somebody typed it; `entries` one a line."""

    name: str
    kind: str
    language: str
    mode: str
    entries: str


@dataclass(frozen=True)
class Hit:
    """A list that found something in a text: which entries, and where."""

    list: WordList
    entries: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def lists_of(site: Site) -> list[WordList]:
    rows = select(WordList).where(WordList.site_id == site.id).options(joinedload(WordList.account))
    return list(db.session.scalars(rows.order_by(WordList.kind, WordList.name, WordList.id)))


def list_for(actor: Actor, list_id: int, permission: Permission) -> WordList:
    """Raises NotFound, Forbidden."""
    found = db.session.get(WordList, list_id)
    if found is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, permission, found.site_id)
    return found


def as_wanted(row: WordList) -> Wanted:
    """A list as it would be typed."""
    return Wanted(row.name, row.kind, row.language or "", row.mode, row.entries)


def add_list(site: Site, wanted: Wanted, *, actor: Actor, now: datetime) -> WordList:
    """A new list. Raises ValidationFailed naming the field, and the line, that is wrong; Forbidden."""
    ensure(actor, Permission.MANAGE_SITE, site.id)
    if len(lists_of(site)) >= MOST_LISTS:
        raise ValidationFailed({"name": [f"A site has at most {MOST_LISTS} lists."]})
    row = WordList(site_id=site.id)
    _fill(row, wanted, actor, now)
    db.session.add(row)
    db.session.flush()
    changed(site)
    return row


def change_list(row: WordList, wanted: Wanted, *, actor: Actor, now: datetime) -> None:
    """Raises ValidationFailed, Forbidden; then nothing is changed."""
    ensure(actor, Permission.MANAGE_SITE, row.site_id)
    _fill(row, wanted, actor, now)
    changed(db.session.get_one(Site, row.site_id))


def import_entries(row: WordList, pasted: str, *, actor: Actor, now: datetime) -> int:
    """Add pasted entries, one a line, to a list; those it has already are passed over. Returns how many are new."""
    ensure(actor, Permission.MANAGE_SITE, row.site_id)
    known = row.lines
    entries = read_entries("\n".join([*known, *read_entries(pasted, "pasted")]), "pasted")
    row.entries, row.updated_at, row.account_id = "\n".join(entries), now, actor.account_id
    changed(db.session.get_one(Site, row.site_id))
    return len(entries) - len(known)


def delete_list(row: WordList, *, actor: Actor) -> None:
    ensure(actor, Permission.MANAGE_SITE, row.site_id)
    db.session.delete(row)
    changed(db.session.get_one(Site, row.site_id))


def _fill(row: WordList, wanted: Wanted, actor: Actor, now: datetime) -> None:
    name, entries = _read_name(row, wanted.name), read_entries(wanted.entries)
    wrong = {
        field: ["Choose one of the list."]
        for field, value, allowed in (
            ("kind", wanted.kind, tuple(Kind)),
            ("language", wanted.language, ("", *LANGUAGES)),
            ("mode", wanted.mode, tuple(ListMode)),
        )
        if value not in allowed
    }
    if wrong:
        raise ValidationFailed(wrong)
    row.name, row.kind, row.language, row.mode = name, wanted.kind, wanted.language or None, wanted.mode
    row.entries, row.updated_at, row.account_id = "\n".join(entries), now, actor.account_id


def _read_name(row: WordList, typed: str) -> str:
    try:
        name = clean_line(typed)
    except Unreadable as error:
        raise ValidationFailed({"name": [str(error)]}) from error
    if not name or len(name) > WordList.NAME_LENGTH:
        raise ValidationFailed({"name": [f"Give the list a name, {WordList.NAME_LENGTH} characters at most."]})
    others = select(WordList.id).where(WordList.site_id == row.site_id, WordList.name == name)
    with db.session.no_autoflush:
        if db.session.scalar(others.where(WordList.id != (row.id or 0)).limit(1)):
            raise ValidationFailed({"name": ["There is a list of this name already."]})
    return name


def read_entries(typed: str, field: str = "entries") -> list[str]:
    """The entries of a typed list, each once, blank lines left out. Raises ValidationFailed naming wrong lines."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > WordList.MOST_ENTRIES:
        raise ValidationFailed({field: [f"Use at most {WordList.MOST_ENTRIES:,} lines; this has {len(lines):,}."]})
    entries: dict[str, None] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            if entry := _read_entry(line):
                entries[entry] = None
        except ValueError as error:
            wrong.append(f"Line {number}: {error}")
    if wrong:
        more = [f"{len(wrong) - _LINES_NAMED} more lines are wrong."] if len(wrong) > _LINES_NAMED else []
        raise ValidationFailed({field: [*wrong[:_LINES_NAMED], *more]})
    return list(entries)


def _read_entry(line: str) -> str:
    """Raises ValueError (Unreadable is one) saying what is wrong with it."""
    entry = clean_line(line)
    if len(entry) > WordList.ENTRY_LENGTH:
        raise ValueError(f"use at most {WordList.ENTRY_LENGTH} characters.")
    if entry and not is_entry(entry):
        raise ValueError("there is no word in it.")
    return entry


def try_lists(lists: Iterable[WordList], text: str) -> list[Hit]:
    """What every list finds in a text, those that are off too."""
    found = ((row, word_list(row.lines).find(text)) for row in lists)
    return [
        Hit(row, tuple(dict.fromkeys(each.entry for each in matches)), tuple((m.start, m.end) for m in matches))
        for row, matches in found
        if matches
    ]


def pieces(text: str, hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """The text in pieces, each with the names of the lists that marked it ("" for none)."""
    spans = [(start, end, hit.list.name) for hit in hits for start, end in hit.spans]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    return [
        (text[low:high], ", ".join(dict.fromkeys(name for start, end, name in spans if start <= low and high <= end)))
        for low, high in pairwise(edges)
    ]
