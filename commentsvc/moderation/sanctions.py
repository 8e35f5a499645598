"""A standing with all that can come with it: a message to the person, their comments of late, their other sites.

The comments are decided on as one batch, some at a time: at once what a request has the patience for, the rest every
minute, until all are done. Taking the standing away offers to give them back.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import OperationalError

from ..accounts.models import Account
from ..accounts.permissions import Actor, Permission
from ..authors import standings
from ..authors.models import RESTRAINTS, Author, Standing, StandingChange
from ..comments.models import Comment, Status
from ..core import clock
from ..core.crypto import Keyring
from ..core.database import db
from ..core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from ..core.mail_address import address_hashes
from ..core.unit_of_work import unit_of_work
from ..rulebook import bans
from ..rulebook.models import Ban, BanKind
from ..sites.models import Site
from ..sites.service import all_sites
from ..sites.settings import OTHER
from . import decisions, undoing
from .decisions import Seen

REJECT, HOLD, HIDE = "reject", "hold", "hide"
COMMENTS = (REJECT, HOLD, HIDE)
SITE, EVERYWHERE = "site", "all"
FOR_EVERYWHERE = (Standing.BANNED, Standing.NORMAL, Standing.TRUSTED)
AT_ONCE = 100  # comments decided on in one unit of work
PATIENCE = 5.0  # seconds in which a request begins another step
NOTE = "Came with a standing"


@dataclass(frozen=True)
class Wanted:
    """A standing as asked for. `comments` is what becomes of those written since `since`, None: nothing.

    `everywhere` gives it on every site the actor works on, to whoever typed the same address there.
    """

    standing: Standing
    reason: str = ""
    until: datetime | None = None
    message: str = ""
    comments: str | None = None
    since: datetime | None = None
    everywhere: bool = False


def give(author: Author, wanted: Wanted, *, actor: Actor, keys: Keyring, now: datetime) -> StandingChange:
    """Give an author a standing and what comes with it. The comments are then done by `go_on`.

    Raises ValidationFailed, Conflict for somebody who was merged, Forbidden, NotFound.
    """
    _ensure_sound(author, wanted)
    change = standings.give_standing(
        author,
        wanted.standing,
        reason=wanted.reason,
        until=wanted.until,
        actor=actor,
        now=now,
        batch=standings.new_batch(),
        message=wanted.message,
    )
    if wanted.comments:
        change.comments_action, change.comments_since, change.is_at_work = wanted.comments, wanted.since, True
    if wanted.everywhere:
        _elsewhere(author, change, wanted, actor, keys, now)
    return change


def _ensure_sound(author: Author, wanted: Wanted) -> None:
    if author.merged_into_id:
        raise Conflict("This author was merged into another one.")
    if wanted.comments and wanted.standing not in RESTRAINTS:
        raise ValidationFailed({"comments": ["Only a restraint comes with something for comments."]})
    if wanted.comments and wanted.since is None:
        raise ValidationFailed({"since": ["Say since when."]})
    if wanted.message and author.confirmed_at is None:
        raise ValidationFailed({"message": ["There is no confirmed address a message could go to."]})
    if wanted.everywhere and wanted.standing not in FOR_EVERYWHERE:
        raise ValidationFailed({"scope": ["Only a ban, or its end, is for all sites."]})
    if wanted.everywhere and not author.email_encrypted:
        raise ValidationFailed({"scope": ["Without an address nobody can be found on other sites."]})


def _elsewhere(
    author: Author, change: StandingChange, wanted: Wanted, actor: Actor, keys: Keyring, now: datetime
) -> None:
    """The same for whoever typed this address on the actor's other sites; a ban holds for the address itself too."""
    address = keys.decrypt(author.email_encrypted or "")
    for site in all_sites():
        if site.id == author.site_id or not actor.works_on(site.id):
            continue
        hashes = address_hashes(address, f"site {site.id}", keys)
        rows = select(Author).where(Author.site_id == site.id, Author.email_hash.in_(hashes))
        for other in db.session.scalars(rows.where(Author.merged_into_id.is_(None)).order_by(Author.id)):
            standings.give_standing(
                other,
                wanted.standing,
                reason=wanted.reason,
                until=wanted.until,
                actor=actor,
                now=now,
                batch=change.batch,
            )
        if wanted.standing is Standing.BANNED:
            bans.ban_typed(site, address, reason=wanted.reason, until=wanted.until, actor=actor, keys=keys, now=now)
        else:
            _lift(site, hashes, actor, now)


def _lift(site: Site, hashes: Sequence[str], actor: Actor, now: datetime) -> None:
    rows = select(Ban).where(Ban.site_id == site.id, Ban.kind == BanKind.ADDRESS, Ban.value_hash.in_(hashes))
    for ban in db.session.scalars(rows):
        bans.lift(ban, actor=actor, now=now)


def go_on(change_id: int, *, actor: Actor, patience: float = PATIENCE) -> int:
    """Decide on the comments that a standing came with, as many as fit in so many seconds; how many were.

    In units of work of its own. One that changes at the same moment is left for the next time.
    """
    ends, done, after = time.monotonic() + patience, 0, 0
    while time.monotonic() < ends:
        change = db.session.get_one(StandingChange, change_id, populate_existing=True)
        if not change.is_at_work:
            break
        ids = _next(change, after)
        if not ids:
            _finish(change_id)
            break
        after = ids[-1]
        done += _treat(change, ids, actor)
    return done


def _next(change: StandingChange, after: int) -> list[int]:
    rows = select(Comment.id).where(Comment.author_id == change.author_id, Comment.id > after, *_untreated(change))
    return list(db.session.scalars(rows.order_by(Comment.id).limit(AT_ONCE)))


def _untreated(change: StandingChange) -> list[ColumnElement[bool]]:
    """What was written in the time and is still to be seen, or to be let through."""
    told = [Comment.created_at >= change.comments_since, Comment.created_at <= change.created_at]
    told.append(Comment.retracted_at.is_(None))
    if change.comments_action == HOLD:
        return [*told, Comment.status == Status.APPROVED]
    told.append(Comment.status.in_((Status.APPROVED, Status.PENDING)))
    return [*told, Comment.set_aside.is_(None)] if change.comments_action == HIDE else told


def _treat(change: StandingChange, ids: Sequence[int], actor: Actor) -> int:
    try:
        with unit_of_work():
            return _decide(change, ids, actor)
    except (Conflict, OperationalError):  # two that waited for each other: the next time
        return 0


def _decide(change: StandingChange, ids: Sequence[int], actor: Actor) -> int:
    """Hidden is held, and out of the queue: readers and moderators see it no more until it is given back."""
    if change.comments_action == HIDE:
        _decide_all(change, "hold", _seen(ids, Status.APPROVED), actor)
        return _decide_all(change, "later", _seen(ids, Status.PENDING), actor)
    return _decide_all(change, str(change.comments_action), _seen(ids), actor)


def _seen(ids: Sequence[int], status: Status | None = None) -> list[Seen]:
    rows = select(Comment.id, Comment.version).where(Comment.id.in_(ids)).order_by(Comment.id)
    found = db.session.execute(rows.where(Comment.status == status) if status else rows)
    return [Seen(row.id, row.version) for row in found]


def _decide_all(change: StandingChange, action: str, seen: list[Seen], actor: Actor) -> int:
    if not seen:
        return 0
    reason = _reason(db.session.get_one(Author, change.author_id).site_id) if action == REJECT else ""
    note = f"{NOTE}: {change.reason}" if change.reason else f"{NOTE}."
    outcome = decisions.decide_all(
        seen, action, actor=actor, now=clock.now(), reason=reason, note=note, batch=change.batch
    )
    return len(outcome.decided)


def _reason(site_id: int) -> str:
    listed = db.session.get_one(Site, site_id).settings.listed_reasons
    return OTHER if OTHER in listed else listed[0]


def _finish(change_id: int) -> None:
    with unit_of_work():
        done = update(StandingChange).where(StandingChange.id == change_id).values(is_at_work=False)
        db.session.execute(done.execution_options(synchronize_session="fetch"))


def work_off() -> None:
    """Every minute: what standings came with and no request had the patience for.

    In the name of who gave the standing; of one who may not any more nothing is done.
    """
    rows = select(StandingChange.id).where(StandingChange.is_at_work).order_by(StandingChange.id)
    for id in db.session.scalars(rows).all():
        account_id = db.session.get_one(StandingChange, id).account_id
        account = db.session.get(Account, account_id) if account_id else None
        if account is None or account.disabled_at is not None:
            _finish(id)
            continue
        try:
            go_on(id, actor=Actor.of(account), patience=10 * PATIENCE)
        except (Forbidden, NotFound):
            _finish(id)


def to_give_back(author: Author, *, actor: Actor) -> tuple[str, int] | None:
    """The batch of the last standing that took comments along, and how many decisions of it can still be undone."""
    rows = select(StandingChange.batch).where(StandingChange.author_id == author.id)
    rows = rows.where(StandingChange.comments_action.is_not(None)).order_by(StandingChange.id.desc())
    batch = db.session.scalar(rows.limit(1))
    if batch is None or not actor.may(Permission.MODERATE):
        return None
    planned = undoing.plan(undoing.Selection(author.site_id, batch=batch), actor=actor)
    return (batch, len(planned.ids)) if planned.ids else None
