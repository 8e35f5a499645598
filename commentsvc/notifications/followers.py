"""A new comment in a story that is followed, perhaps by very many: a page of followers at a time.

Each page is a delivery of its own on the story's lane: what a page makes is kept in its transaction, which stays
short, and a worker that dies goes on with the page it was at.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from ..authors.models import Author, Standing
from ..authors.service import address_hashes_of
from ..comments.models import Comment
from ..core.database import db, upsert
from ..core.web import keys
from ..outbox import service as outbox
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, Event
from . import choices
from .models import Follow, Kind, Notice, Pace, Preference

AT_A_TIME = 500


class Followers:
    """The channel that tells followers: what it sends are letters in the outbox, or notices for their summaries."""

    name = "followers"
    pauses = False

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        comment = db.session.get(Comment, event.data["comment"]) if event.type == "comment.approved" else None
        if comment and db.session.scalar(select(exists().where(Follow.story_id == comment.story_id))):
            yield _page(comment, 0)

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        comment = db.session.get(Comment, delivery.payload["comment"])
        if comment is None or not comment.is_visible or comment.author.standing_at(now) is Standing.BANNED:
            return None
        followers = _followers(comment, after=delivery.payload["after"])
        _tell(followers, comment, now)
        if len(followers) == AT_A_TIME:
            outbox.send(_page(comment, followers[-1].follow_id), now=now)
        return (lambda: Answer(True, f"{len(followers)} followers.")) if followers else None


def _page(comment: Comment, after: int) -> Outgoing:
    once = f"followers comment:{comment.id} after:{after}"
    payload = {"comment": comment.id, "after": after}
    return Outgoing(comment.site_id, "followers", f"followers:{comment.story_id}", "followers", once, payload)


def _followers(comment: Comment, *, after: int) -> Sequence[Any]:
    """Who follows the story at an address of theirs; not its writer, not whom it answers."""
    rows = (
        select(Follow.id.label("follow_id"), Author, Preference.pace)
        .join(Author, Author.id == Follow.author_id)
        .join(Preference, (Preference.author_id == Author.id) & (Preference.kind == Kind.STORY))
        .where(Follow.story_id == comment.story_id, Follow.id > after, Preference.pace != Pace.OFF)
        .where(Author.confirmed_at.is_not(None))
        .where(Author.email_hash.not_in(_told_otherwise(comment)))
    )
    return db.session.execute(rows.order_by(Follow.id).limit(AT_A_TIME)).all()


def _told_otherwise(comment: Comment) -> list[str]:
    """Addresses that need no such letter: the writer's own, and one that hears of it as a reply."""
    addresses = address_hashes_of(comment.author, keys())
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    if parent and choices.pace_of(parent.author_id, Kind.REPLY) is not Pace.OFF:
        addresses += address_hashes_of(parent.author, keys())
    return addresses


def _tell(followers: Sequence[Any], comment: Comment, now: datetime) -> None:
    mailboxes = choices.recipients_of([each.Author for each in followers])
    open_ones = {author_id: each.id for author_id, each in mailboxes.items() if each.stopped_at is None}
    told = [each for each in followers if each.Author.id in open_ones]
    letters = [
        _letter(comment, each.Author.id, open_ones[each.Author.id]) for each in told if each.pace == Pace.AT_ONCE
    ]
    outbox.add(((None, each) for each in letters), now=now)
    about = {"comment_id": comment.id, "kind": Kind.STORY, "reason": "", "created_at": now}
    notices = [{"author_id": each.Author.id, **about} for each in told if each.pace == Pace.DAILY]
    if notices:
        db.session.execute(upsert(Notice).on_conflict_do_nothing(), notices)


def _letter(comment: Comment, author_id: int, recipient_id: int) -> Outgoing:
    once = f"{Kind.STORY} comment:{comment.id} reader:{recipient_id}"
    payload = {"author": author_id, "comment": comment.id, "why": ""}
    return choices.letter_to(comment.site_id, recipient_id, Kind.STORY, once, payload)
