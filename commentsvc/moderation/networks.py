"""The networks that comments and reports came from: banning one, and forgetting them."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author
from ..comments.models import Comment
from ..core import clock
from ..core.database import Base, db, table_of
from ..core.errors import NotFound, ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..rulebook import bans
from ..rulebook.models import Ban
from ..sites.models import Site
from .models import Flag

HASHES_SERVE = timedelta(days=30)  # an older comment's hash is not compared any more, see core.network
CROWD = 5  # addresses from one network: a company, a school, a carrier, no longer a household
_FORGOTTEN_AT_ONCE = 1000  # rows: whoever writes a comment waits for this


def can_ban_network_of(comment: Comment, now: datetime) -> bool:
    return comment.network_hash is not None and now - comment.created_at < HASHES_SERVE


def people_of(comment: Comment) -> int:
    """How many different addresses were typed in the comments from where this one came from, no further than CROWD."""
    rows = select(Author.email_hash).join(Comment, Comment.author_id == Author.id).distinct()
    rows = rows.where(Comment.network_hash == comment.network_hash, Comment.site_id == comment.site_id)
    return db.session.scalar(select(func.count()).select_from(rows.limit(CROWD).subquery())) or 0


def ban_network_of(
    comment: Comment,
    site: Site,
    *,
    days: int,
    reason: str,
    actor: Actor,
    now: datetime,
    is_sure: bool = False,
) -> Ban:
    """Take nothing from the network of a comment for so many days; of one of many people only for who `is_sure`.

    Raises NotFound for a comment of another site, ValidationFailed where its network is not known any more, Forbidden.
    """
    if comment.site_id != site.id:
        raise NotFound("There is nothing here by that name.")
    if comment.network_hash is None or not can_ban_network_of(comment, now):
        raise ValidationFailed({"comment": ["It is not known any more which network this comment came from."]})
    ensure(actor, Permission.MANAGE_SITE, site.id)
    if not is_sure and people_of(comment) >= CROWD:
        raise ValidationFailed(
            {"confirm": [f"{CROWD} people or more wrote from this network. Say that you mean all of them."]}
        )
    return bans.ban_network(site, comment.network_hash, days=days, reason=reason, actor=actor, now=now)


def forget_old() -> None:
    """Once an hour: which network comments and reports came from that are older than a hash serves, and ended bans.

    The comments themselves stay as they are: nobody who looks at one is told that it changed.
    """
    for model in (Comment, Flag):
        while _forget_some(model, clock.now() - HASHES_SERVE):
            pass
    with unit_of_work():
        bans.forget_networks(clock.now())


def _forget_some(model: type[Base], before: datetime) -> bool:
    """Whether there may be more."""
    table = table_of(model)
    old = select(table.c.id).where(table.c.network_hash.is_not(None), table.c.created_at < before)
    with unit_of_work():
        ids = db.session.scalars(old.limit(_FORGOTTEN_AT_ONCE)).all()
        db.session.execute(update(table).where(table.c.id.in_(ids)).values(network_hash=None))
    return len(ids) == _FORGOTTEN_AT_ONCE
