"""Near-identical comments that wait: many of them are one question, answered by one stroke."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, and_, case, func, select

from ..accounts.permissions import Actor
from ..comments.models import Comment, Revision
from ..comments.queries import in_sections
from ..core.database import db
from ..core.text import addresses_in
from ..stories.models import Story
from . import queue
from .decisions import MOST_AT_ONCE

LOOKED_AT = 1_000  # waiting comments like those of a page
FEWEST = 3  # so many make a card of their own; two are quicker to read than a list of two


@dataclass(frozen=True)
class Twin:
    """One of several near-identical comments, at the version that was drawn."""

    id: int
    version: int
    author_name: str
    story_title: str
    created_at: datetime
    addresses: tuple[str, ...]
    objections: int
    held_by: str | None
    reports: int


@dataclass(frozen=True)
class Alike:
    """Near-identical comments as they were drawn: what one stroke decides on, and nothing else.

    Those that stand on the page come first, then the oldest.

    `more`: others wait that are alike, beyond the number that is decided on at once.
    """

    twins: Sequence[Twin]
    more: bool

    @property
    def seen(self) -> str:
        """What the field `seen` of a form says."""
        return " ".join(f"{twin.id}:{twin.version}:{twin.reports}" for twin in self.twins)

    @property
    def is_mixed(self) -> bool:
        """Whether approving the first says nothing about others: they lead elsewhere, or more speaks against them."""
        first = self.twins[0]
        return any(each.addresses != first.addresses or each.objections > first.objections for each in self.twins)

    @property
    def addresses(self) -> list[str]:
        """All the addresses in them, everyone once."""
        return list(dict.fromkeys(address for twin in self.twins for address in twin.addresses))

    @property
    def rules(self) -> list[str]:
        """The rules that hold them, everyone once."""
        return list(dict.fromkeys(twin.held_by for twin in self.twins if twin.held_by))

    @property
    def names(self) -> list[str]:
        """Who wrote them, everybody once."""
        return list(dict.fromkeys(twin.author_name for twin in self.twins))

    @property
    def titles(self) -> list[str]:
        return list(dict.fromkeys(twin.story_title for twin in self.twins))


def folded(cards: Sequence[queue.Card], asked: queue.Asked) -> tuple[list[queue.Card], dict[int, Alike]]:
    """The cards of a page with near-identical ones folded into the first, and what is folded, by the first's id.

    Only where comments wait for a verdict; one statement more. Whatever matches the filters is in, on this page or not.
    """
    if asked.queue != "pending":
        return list(cards), {}
    on_page: dict[str, list[queue.Card]] = defaultdict(list)
    for card in cards:
        on_page[card.comment.likeness or f"alone {card.comment.id}"].append(card)
    others = _waiting_like([each for each in on_page if not each.startswith("alone ")], asked)
    groups = {}
    for likeness, listed in on_page.items():
        twins = _together(listed, others[likeness])
        if len(twins) >= FEWEST:
            groups[listed[0].comment.id] = Alike(twins[:MOST_AT_ONCE], more=len(twins) > MOST_AT_ONCE)
            del listed[1:]
    kept = {card.comment.id for listed in on_page.values() for card in listed}
    return [card for card in cards if card.comment.id in kept], groups


def _together(listed: Sequence[queue.Card], others: Sequence[Twin]) -> list[Twin]:
    """First what stands on the page, so that all of it is decided on with the text that is shown; then the oldest."""
    first = [_twin(card) for card in listed]
    known = {twin.id for twin in first}
    rest = [twin for twin in others if twin.id not in known]
    return [*first, *sorted(rest, key=lambda twin: (twin.created_at, twin.id))]


def _twin(card: queue.Card) -> Twin:
    comment = card.comment
    said = addresses_in(card.text)
    about = (comment.created_at, said, comment.objections, comment.held_by, comment.open_flags)
    return Twin(comment.id, comment.version, comment.author_name, comment.story.title, *about)


def _waiting_like(likenesses: Collection[str], asked: queue.Asked) -> dict[str, list[Twin]]:
    """What matches, for each likeness."""
    found: dict[str, list[Twin]] = defaultdict(list)
    if not likenesses:
        return found
    some = _some_waiting(likenesses, asked.site_id)
    of_twin = (Comment.id, Comment.version, Comment.author_name, Story.title, Comment.created_at)
    of_screening = (Comment.objections, Comment.held_by, Comment.open_flags)
    rows = (
        select(Comment.likeness, case((Comment.has_link, Revision.text)), *of_twin, *of_screening)
        .select_from(some)
        .join(Comment, Comment.id == some.c.id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.revision_number))
        .join(Story, Story.id == Comment.story_id)
        .where(*queue.conditions(asked))
    )
    for likeness, linking, id, version, name, title, created_at, *screened in db.session.execute(rows):
        said = addresses_in(linking or "")
        found[likeness or ""].append(Twin(id, version, name, title, created_at, said, *screened))
    return found


def _some_waiting(likenesses: Collection[str], site_id: int) -> CTE:
    """The ids of LOOKED_AT at most: a flood of one text must not make the page of all others slow.

    In such a flood others that are alike may stand alone until the flood is worked off.
    """
    wanted = [Comment.site_id == site_id, queue.belongs_to("pending"), Comment.likeness.in_(sorted(likenesses))]
    # A table of its own: else the planner may walk along all that waits and look up each in these few.
    return select(Comment.id).where(*wanted).limit(LOOKED_AT).cte("some_waiting").prefix_with("MATERIALIZED")


def numbers(cards: Sequence[queue.Card], site_id: int, *, actor: Actor) -> dict[str, int]:
    """How many wait that are like each of these cards, by likeness, as far as LOOKED_AT; only two or more."""
    likenesses = {card.comment.likeness for card in cards if card.comment.likeness}
    if not likenesses:
        return {}
    some = _some_waiting(likenesses, site_id)
    rows = select(Comment.likeness, func.count()).select_from(some).join(Comment, Comment.id == some.c.id)
    rows = rows.where(*in_sections(actor.sections_of(site_id)))
    counted = db.session.execute(rows.group_by(Comment.likeness).having(func.count() > 1))
    return {likeness or "": number for likeness, number in counted}
