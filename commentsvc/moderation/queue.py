"""The queue: which comments wait for whom, and everything a moderator needs to know about each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager

from ..accounts.models import Account
from ..authors.models import Author
from ..authors.present import record_json
from ..comments.models import Comment, Decision, Revision, StoredVerdict
from ..comments.present import Presenter
from ..core.clock import rfc3339
from ..core.database import db
from ..core.paging import Cursor
from ..core.text import excerpt
from ..stories.models import Story
from .filters import QUEUES, SORTS, Asked
from .models import Flag
from .walk import belongs_to, conditions, counts, places

__all__ = ["PAGE", "QUEUES", "SORTS", "Asked", "Card", "belongs_to", "conditions", "counts", "page"]

PAGE = 25


@dataclass
class Card:
    """One comment with its context; every list is complete."""

    comment: Comment
    text: str
    parent: str | None
    verdicts: list[StoredVerdict] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    last_decision: Decision | None = None


def page(asked: Asked, *, after: Cursor | None, limit: int = PAGE) -> tuple[list[Card], Cursor | None]:
    """One page of the queue with all context, in a number of statements that no row adds to."""
    found = places(asked, after=after, limit=limit + 1)
    cards = _cards([place.id for place in found[:limit]])
    return cards, found[limit - 1] if len(found) > limit else None


def _cards(ids: Sequence[int]) -> list[Card]:
    parent = aliased(Revision)
    above = aliased(Comment)
    rows: Any = (
        select(Comment, Revision.text, parent.text)
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.revision_number))
        .outerjoin(above, above.id == Comment.parent_id)
        .outerjoin(parent, and_(parent.comment_id == above.id, parent.number == above.revision_number))
        .options(contains_eager(Comment.author), contains_eager(Comment.story))
        .where(Comment.id.in_(ids))
    )
    found = {
        comment.id: Card(comment, text, excerpt(before) if before else None)
        for comment, text, before in db.session.execute(rows)
    }
    cards = [found[id] for id in ids if id in found]
    _fill(cards)
    return cards


def card_of(comment: Comment) -> Card:
    """One comment with its context."""
    texts = {
        each.comment_id: each.text
        for each in db.session.scalars(
            select(Revision)
            .join(Comment, and_(Comment.id == Revision.comment_id, Comment.revision_number == Revision.number))
            .where(Comment.id.in_([comment.id, comment.parent_id or 0]))
        )
    }
    above = texts.get(comment.parent_id or 0)
    card = Card(comment, texts[comment.id], excerpt(above) if above else None)
    _fill([card])
    return card


def _fill(cards: Sequence[Card]) -> None:
    ids = [card.comment.id for card in cards]
    verdicts = _by_comment(
        select(StoredVerdict)
        .join(Revision, Revision.id == StoredVerdict.revision_id)
        .join(Comment, and_(Comment.id == Revision.comment_id, Comment.revision_number == Revision.number))
        .where(StoredVerdict.comment_id.in_(ids))
        .order_by(StoredVerdict.id)
    )
    flags = _by_comment(select(Flag).where(Flag.comment_id.in_(ids), Flag.settled_at.is_(None)).order_by(Flag.id))
    newest = select(func.max(Decision.id)).where(Decision.comment_id.in_(ids)).group_by(Decision.comment_id)
    decisions = _by_comment(
        select(Decision)
        .where(Decision.id.in_(newest))
        .options(contains_eager(Decision.account))
        .outerjoin(Decision.account)
    )
    for card in cards:
        card.verdicts, card.flags = verdicts[card.comment.id], flags[card.comment.id]
        card.last_decision = next(iter(decisions[card.comment.id]), None)


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
    return said if verdict.score is None else {**said, "score": verdict.score}


def flag_json(flag: Flag) -> dict[str, Any]:
    return {"reason": flag.reason, "details": flag.details, "at": rfc3339(flag.created_at)}


def decision_json(decision: Decision) -> dict[str, Any]:
    """One line of the log."""
    return {
        "id": str(decision.id),
        "comment": str(decision.comment_id),
        "revision": str(decision.revision_id),
        "actor": _person(decision.account) if decision.account else {"rule": decision.rule},
        "action": decision.action,
        "before": decision.before.lower() if decision.before else None,
        "after": decision.after.lower(),
        "reason": decision.reason,
        "note": decision.note,
        "at": rfc3339(decision.created_at),
    }


def _person(account: Account) -> dict[str, str]:
    return {"account": account.name, "id": str(account.id)}


def log(
    site_id: int,
    *,
    comment_id: int | None,
    account_id: int | None,
    after: Cursor | None,
    sections: frozenset[str] | None = None,
    limit: int = 50,
) -> tuple[list[Decision], Cursor | None]:
    """Decisions of a site, newest first; where a moderator is limited to sections, only about comments in them."""
    rows = (
        select(Decision)
        .where(Decision.site_id == site_id)
        .outerjoin(Decision.account)
        .join(Decision.comment)
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .options(
            contains_eager(Decision.account),
            contains_eager(Decision.comment).contains_eager(Comment.author),
            contains_eager(Decision.comment).contains_eager(Comment.story),
        )
    )
    if sections is not None:
        rows = rows.where(Comment.section.in_(sections))
    if comment_id:
        rows = rows.where(Decision.comment_id == comment_id)
    if account_id:
        rows = rows.where(Decision.account_id == account_id)
    if after:
        rows = rows.where(Decision.id < after.id)
    found = list(db.session.scalars(rows.order_by(Decision.id.desc()).limit(limit + 1)))
    return found[:limit], Cursor(0, found[limit - 1].id) if len(found) > limit else None


def waiting_since(comment: Comment, now: datetime) -> int:
    """Whole minutes since the comment was written."""
    return max(0, int((now - comment.created_at).total_seconds() // 60))
