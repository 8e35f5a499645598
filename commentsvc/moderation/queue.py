"""The queue: which comments wait for whom, and everything a moderator needs to know about each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager

from ..authors.models import Author, Standing, StandingChange
from ..authors.present import record_json
from ..comments.models import Comment, Decision, Revision, Status, StoredVerdict
from ..comments.present import Presenter
from ..comments.queries import in_sections
from ..core.clock import rfc3339
from ..core.database import db
from ..core.paging import Cursor
from ..core.text import excerpt
from ..stories.models import Story
from .decisions import last_decisions
from .filters import QUEUES, SORTS, Asked
from .models import CommentNote, Flag
from .risk import Risk, risk_of
from .walk import belongs_to, conditions, counts, places

__all__ = ["PAGE", "QUEUES", "SORTS", "Asked", "Card", "belongs_to", "conditions", "counts", "page"]

PAGE = 25
OBJECTIONS = ("hold", "reject", "spam")
SANCTIONS = (Standing.WATCHED, Standing.SUSPENDED, Standing.BANNED)


@dataclass
class Card:
    """One comment with its context; every list is complete."""

    comment: Comment
    revision_id: int
    text: str
    parent: str | None
    verdicts: list[StoredVerdict] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    last_decision: Decision | None = None
    held_since: datetime | None = None
    sanction: StandingChange | None = None
    notes: int = 0
    notes_on_writer: int = 0

    @property
    def risk(self) -> Risk:
        comment, refused = self.comment, self.comment.status in (Status.REJECTED, Status.SPAM)
        objecting = {verdict.rule for verdict in self.verdicts if verdict.outcome in OBJECTIONS}
        return risk_of(comment, len(objecting), comment.author.rejected_count - refused)

    @property
    def waits_since(self) -> datetime:
        """When it began to wait: with its oldest open report, else when it was last held, else when it was written."""
        reported = min((flag.created_at for flag in self.flags), default=None)
        return (reported if self.comment.is_visible else self.held_since) or self.comment.created_at

    @property
    def is_severe(self) -> bool:
        """Whether its words may be hard to read: a rule would refuse it, or found a word it looks for."""
        return any(verdict.outcome in ("reject", "spam") or "word" in verdict.rule for verdict in self.verdicts)


def page(asked: Asked, *, after: Cursor | None, limit: int = PAGE) -> tuple[list[Card], Cursor | None]:
    """One page of the queue with all context, in a number of statements that no row adds to."""
    found = places(asked, after=after, limit=limit + 1)
    cards = _cards([place.id for place in found[:limit]])
    return cards, found[limit - 1] if len(found) > limit else None


def _cards(ids: Sequence[int]) -> list[Card]:
    parent = aliased(Revision)
    above = aliased(Comment)
    rows: Any = (
        select(Comment, Revision.id, Revision.text, parent.text)
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.revision_number))
        .outerjoin(above, above.id == Comment.parent_id)
        .outerjoin(parent, and_(parent.comment_id == above.id, parent.number == above.revision_number))
        .options(contains_eager(Comment.author), contains_eager(Comment.story))
        .where(Comment.id.in_(ids))
    )
    found = {
        comment.id: Card(comment, revision_id, text, excerpt(before) if before else None)
        for comment, revision_id, text, before in db.session.execute(rows)
    }
    cards = [found[id] for id in ids if id in found]
    _fill(cards)
    return cards


def card_of(comment: Comment) -> Card:
    """One comment with its context."""
    found = {
        each.comment_id: each
        for each in db.session.scalars(
            select(Revision)
            .join(Comment, and_(Comment.id == Revision.comment_id, Comment.revision_number == Revision.number))
            .where(Comment.id.in_([comment.id, comment.parent_id or 0]))
        )
    }
    said, above = found[comment.id], found.get(comment.parent_id or 0)
    card = Card(comment, said.id, said.text, excerpt(above.text) if above else None)
    _fill([card])
    return card


def _fill(cards: Sequence[Card]) -> None:
    ids = [card.comment.id for card in cards]
    verdicts = _by_comment(
        select(StoredVerdict)
        .where(StoredVerdict.revision_id.in_([card.revision_id for card in cards]))
        .order_by(StoredVerdict.id)
    )
    flags = _by_comment(select(Flag).where(Flag.comment_id.in_(ids), Flag.settled_at.is_(None)).order_by(Flag.id))
    decided = last_decisions(ids)
    held = _held_since(ids)
    for card in cards:
        card.held_since = held.get(card.comment.id)
        card.verdicts, card.flags = verdicts[card.comment.id], flags[card.comment.id]
        card.last_decision = decided.get(card.comment.id)


def _held_since(ids: Sequence[int]) -> dict[int, datetime]:
    """When comments that somebody decided on began to wait; what waits and is held again does not begin anew."""
    made_it_wait = (Decision.after == Status.PENDING, Decision.before.is_distinct_from(Status.PENDING))
    rows = select(Decision.comment_id, func.max(Decision.created_at)).where(Decision.comment_id.in_(ids), *made_it_wait)
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(Decision.comment_id))}


def fill_record(cards: Sequence[Card], sections: Collection[str] | None) -> None:
    """The writers' last sanctions, and how many notes the team left on these comments and on others of theirs, as far
    as they are in the moderator's sections.

    For the pages of the desk: scripts, letters and webhooks are not told.
    """
    writers = {card.comment.author_id for card in cards}
    newest = select(func.max(StandingChange.id)).where(StandingChange.author_id.in_(writers))
    changes = select(StandingChange).where(StandingChange.id.in_(newest.group_by(StandingChange.author_id)))
    sanctions = {each.author_id: each for each in db.session.scalars(changes) if each.standing in SANCTIONS}
    counted = (
        select(Comment.author_id, CommentNote.comment_id, func.count())
        .join(Comment, Comment.id == CommentNote.comment_id)
        .where(Comment.author_id.in_(writers), *in_sections(sections))
        .group_by(Comment.author_id, CommentNote.comment_id)
    )
    notes = db.session.execute(counted).all()
    for card in cards:
        card.sanction = sanctions.get(card.comment.author_id)
        card.notes = sum(count for _, about, count in notes if about == card.comment.id)
        card.notes_on_writer = sum(count for writer, _, count in notes if writer == card.comment.author_id)


def _by_comment(rows: Select[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.scalars(rows):
        grouped[row.comment_id].append(row)
    return grouped


def marked(text: str, verdicts: Sequence[StoredVerdict]) -> list[tuple[str, str]]:
    """The text in pieces, each with the names of the rules that marked it ("" for none)."""
    edges = {0, len(text)}
    spans = [(start, end, verdict.rule) for verdict in verdicts for start, end in verdict.spans]
    for start, end, _ in spans:
        edges.update((min(start, len(text)), min(end, len(text))))
    places = sorted(edges)
    pieces = []
    for start, end in pairwise(places):
        rules = dict.fromkeys(rule for low, high, rule in spans if low <= start and end <= high)
        pieces.append((text[start:end], ", ".join(rules)))
    return pieces


def item_json(card: Card, show: Presenter, now: datetime) -> dict[str, Any]:
    """A card as the newsroom's API gives it (CONTRACT section 4)."""
    comment, story = card.comment, card.comment.story
    return {
        **show.in_full(comment, story),
        "version": comment.version,
        "status": comment.status.lower(),
        "set_aside": comment.set_aside,
        "held_by": comment.held_by,
        "language": comment.language,
        "waiting_since": rfc3339(card.waits_since),
        "risk": {"level": card.risk.level, "reasons": card.risk.reasons},
        "text": card.text,
        "verdicts": [verdict_json(verdict) for verdict in card.verdicts],
        "flags": [flag_json(flag) for flag in card.flags],
        "author_record": record_json(comment.author, now),
        "parent_excerpt": card.parent,
        "story": {"id": story.external_id, "title": story.title, "url": story.url, "category": story.category},
    }


def verdict_json(verdict: StoredVerdict) -> dict[str, Any]:
    said = {
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "spans": verdict.spans,
        "at": rfc3339(verdict.created_at),
    }
    more = {"score": verdict.score, "would_be": verdict.would_be}
    return said | {name: value for name, value in more.items() if value is not None}


def flag_json(flag: Flag) -> dict[str, Any]:
    return {"reason": flag.reason, "details": flag.details, "at": rfc3339(flag.created_at)}
