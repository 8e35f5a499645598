"""Deciding on a held comment from the letter about it.

A link names one action on one revision and version of one comment, for one account, until one moment. Opening it
shows the comment; only the button there decides. The version makes it work once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..accounts.models import Account
from ..accounts.permissions import Actor, Permission
from ..comments.models import Comment, Decision
from ..core.crypto import Keyring, same
from ..core.database import db
from ..core.errors import NotFound
from ..moderation import decisions
from ..moderation.decisions import Seen
from ..moderation.queue import Card, card_of

ACTIONS = ("approve", "reject", "spam")
LASTS = timedelta(hours=72)
NOTE = "by mail"
PURPOSE = "decide by mail"


class Ended(Exception):
    """The link was one of ours, and its time is over. `str(error)` is for whoever followed it."""


@dataclass(frozen=True)
class Invitation:
    """What a link allows: `action` on this comment as it was in this version, by this account, until `ends`."""

    action: str
    comment_id: int
    revision: int
    version: int
    account_id: int
    ends: int  # seconds since 1970

    def __str__(self) -> str:
        numbers = (self.comment_id, self.revision, self.version, self.account_id, self.ends)
        return ".".join((self.action, *map(str, numbers)))


def invitation(comment: Comment, action: str, account: Account, keys: Keyring, now: datetime) -> str:
    """The token of a link, for the comment as it stands now."""
    ends = int((now + LASTS).timestamp())
    what = Invitation(action, comment.id, comment.revision_number, comment.version, account.id, ends)
    return f"{what}.{keys.hash(PURPOSE, str(what))}"


def read(token: str, keys: Keyring, *, now: datetime) -> Invitation:
    """What a token allows. Raises NotFound for one that is not ours, Ended for one whose time is over."""
    said, _, given = token.rpartition(".")
    if not given.isascii() or not any(same(given, each) for each in keys.hashes(PURPOSE, said)):
        raise NotFound("This link is not complete. Open it from the letter again.")
    action, *numbers = said.split(".")
    found = Invitation(action, *map(int, numbers))
    if datetime.fromtimestamp(found.ends, UTC) <= now:
        hours = int(LASTS.total_seconds() // 3600)
        raise Ended(f"A link in a letter works for {hours} hours. The desk shows whether the comment still waits.")
    return found


@dataclass(frozen=True)
class Sight:
    """What whoever follows a link gets to see. `is_open`: it can still be done."""

    invited: Invitation
    card: Card
    last: Decision | None

    @property
    def is_open(self) -> bool:
        comment = self.card.comment
        return (comment.version, comment.revision_number) == (self.invited.version, self.invited.revision)

    @property
    def is_edited(self) -> bool:
        return self.card.comment.revision_number != self.invited.revision

    @property
    def is_mine(self) -> bool:
        """Whether the newest decision is the one this link names, by the account it names."""
        last = self.last
        return last is not None and (last.account_id, last.action) == (self.invited.account_id, self.invited.action)


def look(token: str, keys: Keyring, *, now: datetime) -> Sight:
    """What a link is about. Raises NotFound, Ended; NotFound too when its account may not decide here any more."""
    invited = read(token, keys, now=now)
    comment = db.session.get(Comment, invited.comment_id)
    if comment is None or _whoever(invited, comment) is None:
        raise NotFound("What this link was about is not here any more, or not yours to decide on.")
    return Sight(invited, card_of(comment), decisions.last_decision(comment))


def _whoever(invited: Invitation, comment: Comment) -> Actor | None:
    account = db.session.get(Account, invited.account_id)
    if account is None or account.disabled_at:
        return None
    someone = Actor.of(account)
    allowed = someone.works_on(comment.site_id) and someone.works_in(comment.site_id, comment.section)
    return someone if allowed and someone.may(Permission.MODERATE) else None


def decide(token: str, keys: Keyring, *, now: datetime, reason: str = "") -> bool:
    """Do what a link names. Returns False when the comment changed since, by this link or otherwise.

    Raises NotFound, Ended, ValidationFailed for a reason the site does not list. Inside a unit of work.
    """
    sight = look(token, keys, now=now)
    actor = _whoever(sight.invited, sight.card.comment)
    if actor is None or not sight.is_open:
        return False
    seen = Seen(sight.invited.comment_id, sight.invited.version)
    action = sight.invited.action
    return bool(decisions.decide_all([seen], action, actor=actor, now=now, reason=reason, note=NOTE).decided)
