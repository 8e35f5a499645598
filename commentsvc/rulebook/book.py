"""What the rules have to know of a site's lists, modes and bans, read once for as long as it stays the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from secrets import token_hex

from sqlalchemy import func, select

from ..core.database import db
from ..screening import Kind, Mode, Outcome, Words
from ..sites.models import Site
from .models import Ban, ListMode, RuleSetting, Silence, WordList

SILENCES = {Silence.HOLD: Outcome.HOLD, Silence.PUBLISH: Outcome.NOTE}
_BOOKS_KEPT = 256  # sites whose books one process remembers


@dataclass(frozen=True)
class Book:
    """The lists in use, the modes and silences by rule, and whether anybody was ever banned."""

    words: tuple[Words, ...] = ()
    modes: Mapping[str, Mode] = field(default_factory=dict)
    silences: Mapping[str, Outcome] = field(default_factory=dict)
    has_bans: bool = False


def book_of(site: Site) -> Book:
    """The site's book. A site that never decided anything costs no statement, one that did a look into memory."""
    return _book(site.id, site.rulebook) if site.rulebook else Book()


def changed(site: Site) -> None:
    """Something in the site's book is another: every process reads it again. `Site.rulebook` names its edition."""
    site.rulebook = token_hex(16)


@lru_cache(maxsize=_BOOKS_KEPT)
def _book(site_id: int, edition: str) -> Book:
    lists = db.session.scalars(
        select(WordList).where(WordList.site_id == site_id, WordList.mode != ListMode.OFF).order_by(WordList.id)
    ).all()
    rules = db.session.scalars(select(RuleSetting).where(RuleSetting.site_id == site_id)).all()
    bans = db.session.scalar(select(func.count()).select_from(Ban).where(Ban.site_id == site_id))
    return Book(
        words=tuple(_words(each) for each in lists),
        modes={each.rule: Mode(each.mode) for each in rules if each.mode},
        silences={each.rule: SILENCES[Silence(each.when_silent)] for each in rules if each.when_silent},
        has_bans=bool(bans),
    )


def _words(row: WordList) -> Words:
    return Words(Kind(row.kind), row.lines, row.language, in_shadow=row.mode == ListMode.SHADOW)
