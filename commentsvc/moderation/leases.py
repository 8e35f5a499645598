"""Leases: who is looking at which comment. A courtesy among colleagues; the version of a comment is the rule."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from ..accounts.models import Account
from ..accounts.permissions import Actor
from ..comments.models import Comment
from ..comments.queries import in_sections
from ..core import clock
from ..core.database import db, upsert
from ..core.unit_of_work import unit_of_work
from .models import Lease

LASTS = timedelta(seconds=90)
MOST_ASKED = 100


def take(comment: Comment, *, actor: Actor, now: datetime) -> None:
    """The actor is looking at the comment for the next 90 seconds, unless a colleague is already."""
    mine = upsert(Lease).values(comment_id=comment.id, account_id=actor.account_id, until=now + LASTS)
    free = or_(Lease.until <= now, Lease.account_id == actor.account_id)
    taken = {"account_id": mine.excluded.account_id, "until": mine.excluded.until}
    db.session.execute(mine.on_conflict_do_update(index_elements=[Lease.comment_id], set_=taken, where=free))


def colleagues_at(site_id: int, ids: Sequence[int], *, actor: Actor, now: datetime) -> list[tuple[int, str]]:
    """Who else is looking: the comment and the colleague's name, for comments of a site that are the actor's.

    Whoever looked before the writer changed it or took it back has not seen what there is now.
    """
    rows = (
        select(Lease.comment_id, Account.alias, Account.name, Lease.until, Comment.edited_at)
        .join(Account, Account.id == Lease.account_id)
        .join(Comment, Comment.id == Lease.comment_id)
        .where(Lease.comment_id.in_(ids), Lease.until > now, Lease.account_id != actor.account_id)
        .where(Comment.site_id == site_id, *in_sections(actor.sections_of(site_id)), Comment.retracted_at.is_(None))
        .order_by(Lease.comment_id)
    )
    return [
        (comment_id, alias or name)
        for comment_id, alias, name, until, edited_at in db.session.execute(rows)
        if edited_at is None or edited_at <= until - LASTS
    ]


def release(ids: Collection[int]) -> None:
    """Whatever was looked at is decided, moved or as it was before."""
    db.session.execute(delete(Lease).where(Lease.comment_id.in_(ids)))


def forget_ended() -> None:
    """Once an hour: leases of comments that nobody decided on."""
    with unit_of_work():
        db.session.execute(delete(Lease).where(Lease.until <= clock.now()))
