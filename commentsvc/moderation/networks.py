"""Banning the network a comment came from."""

from datetime import datetime, timedelta

from ..accounts.permissions import Actor
from ..comments.models import Comment
from ..core.errors import NotFound, ValidationFailed
from ..rulebook.bans import ban_network
from ..rulebook.models import Ban
from ..sites.models import Site

HASHES_SERVE = timedelta(days=30)  # an older comment's hash is not compared any more, see core.network


def can_ban_network_of(comment: Comment, now: datetime) -> bool:
    return comment.network_hash is not None and now - comment.created_at < HASHES_SERVE


def ban_network_of(comment: Comment, site: Site, *, days: int, reason: str, actor: Actor, now: datetime) -> Ban:
    """Take nothing from the network of a comment for so many days.

    Raises NotFound for a comment of another site, ValidationFailed where its network is not known any more, Forbidden.
    """
    if comment.site_id != site.id:
        raise NotFound("There is nothing here by that name.")
    if comment.network_hash is None or not can_ban_network_of(comment, now):
        raise ValidationFailed({"comment": ["It is not known any more which network this comment came from."]})
    return ban_network(site, comment.network_hash, days=days, reason=reason, actor=actor, now=now)
