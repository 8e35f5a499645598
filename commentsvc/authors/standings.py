"""What an author may: given with a reason and an end, to one or to many, taken back, and over by itself."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from ..accounts.permissions import Actor, Permission, ensure
from ..core import clock
from ..core.clock import rfc3339
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.events import Fact, announce
from ..core.text import Unreadable, clean_text
from ..core.unit_of_work import unit_of_work
from .models import Author, Standing, StandingChange

# How long, in the words of forms and calls; what Disqus and Coral offer (1 h to 7 days) is what moderators know.
LASTS = {"1h": timedelta(hours=1), "3h": timedelta(hours=3), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
MOST_AT_ONCE = 200
ENDED_AT_ONCE = 500
ENDED = "It came to its end."

SAME, CHANGED, UNDONE, MERGED = "same_already", "changed_since", "undone_already", "merged"
WHY = {
    SAME: "They have this standing already.",
    CHANGED: "Their standing was changed since.",
    UNDONE: "This was undone already.",
    MERGED: "They were merged into somebody else.",
}
UNKNOWN = "unknown"


@dataclass
class Outcome:
    """What came of one stroke: whose standing changed, who was left alone and why, and who could not be found."""

    batch: str
    done: list[Author] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def new_batch() -> str:
    """A name for one stroke."""
    return secrets.token_hex(16)


def read_end(given: Mapping[str, str], until: datetime | None, *, now: datetime) -> datetime | None:
    """The end that `lasts` (a word of LASTS) or `until` names; None for no end.

    Raises ValidationFailed for both, and for what is no duration: that is never "for ever".
    """
    lasts = given.get("lasts") or ""
    if lasts in ("", "until", "open"):
        if lasts == "until" and until is None:
            raise ValidationFailed({"until": ["Say until when."]})
        return until if lasts != "open" else None
    if lasts not in LASTS:
        raise ValidationFailed({"lasts": [f"Use one of: {', '.join(LASTS)}."]})
    if until is not None:
        raise ValidationFailed({"until": ["Say how long or until when, not both."]})
    return now + LASTS[lasts]


def read_message(typed: str) -> str:
    """The words that go to the author. Raises ValidationFailed."""
    try:
        message = clean_text(typed)
    except Unreadable as error:
        raise ValidationFailed({"message": [str(error)]}) from error
    if len(message) > StandingChange.MESSAGE_LENGTH:
        raise ValidationFailed({"message": [f"Use at most {StandingChange.MESSAGE_LENGTH} characters."]})
    return message


def give_standing(
    author: Author,
    standing: Standing,
    *,
    reason: str,
    until: datetime | None,
    actor: Actor,
    now: datetime,
    batch: str | None = None,
    message: str = "",
) -> StandingChange:
    """Give an author a standing and remember who gave it, why and until when.

    Raises ValidationFailed for a suspension without an end or any end that is past, Forbidden, NotFound.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    _ensure_sound(standing, until, now)
    return _change(
        author,
        standing,
        reason,
        until if standing is not Standing.NORMAL else None,
        account_id=actor.account_id,
        now=now,
        batch=batch,
        message=message,
    )


def _ensure_sound(standing: Standing, until: datetime | None, now: datetime) -> None:
    if standing is Standing.SUSPENDED and until is None:
        raise ValidationFailed({"until": ["A suspension needs an end."]})
    if until is not None and until <= now:
        raise ValidationFailed({"until": ["This end is in the past."]})


def _change(
    author: Author,
    standing: Standing,
    reason: str,
    until: datetime | None,
    *,
    account_id: int | None,
    now: datetime,
    batch: str | None,
    message: str = "",
    undoes_id: int | None = None,
) -> StandingChange:
    change = StandingChange(
        author_id=author.id,
        standing=standing,
        reason=reason,
        until=until,
        account_id=account_id,
        created_at=now,
        batch=batch,
        undoes_id=undoes_id,
        standing_before=author.standing,
        reason_before=author.standing_reason,
        until_before=author.standing_until,
        message=message,
    )
    author.standing, author.standing_reason, author.standing_until = standing, reason, until
    db.session.add(change)
    db.session.flush()
    data = {"author": author.id, "standing": standing, "until": rfc3339(until)}
    announce(Fact("author.standing_changed", author.site_id, f"author:{author.id}", {**data, "change": change.id}))
    return change


def inherit(author: Author, other: Author, *, now: datetime) -> None:
    """The restraint on `other` stands on `author` too, where it is the stricter one: both are one person."""
    before = author.standing_at(now)
    if before.joined_by(other.standing_at(now)) is not before:
        standing, reason, until = Standing(other.standing), other.standing_reason, other.standing_until
        _change(author, standing, reason, until, account_id=None, now=now, batch=None)


def give_many(
    ids: Sequence[int],
    standing: Standing,
    *,
    site_id: int,
    reason: str,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Give several authors of a site a standing, as one stroke that can be undone.

    Raises ValidationFailed, Forbidden, NotFound: then none is given.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, site_id)
    _ensure_sound(standing, until, now)
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise ValidationFailed({"authors": [f"Tick 1 to {MOST_AT_ONCE} authors."]})
    until = until if standing is not Standing.NORMAL else None
    outcome, found = Outcome(new_batch()), _of_site(ids, site_id)
    for id in dict.fromkeys(ids):
        author = found.get(id)
        if author is None:
            outcome.failed[id] = UNKNOWN
        elif author.merged_into_id:
            outcome.skipped[id] = MERGED
        elif author.standing_at(now) is standing and (author.standing_until, author.standing_reason) == (until, reason):
            outcome.skipped[id] = SAME
        else:
            _change(author, standing, reason, until, account_id=actor.account_id, now=now, batch=outcome.batch)
            outcome.done.append(author)
    return outcome


def _of_site(ids: Collection[int], site_id: int) -> dict[int, Author]:
    rows = select(Author).where(Author.id.in_(ids), Author.site_id == site_id).order_by(Author.id).with_for_update()
    return {author.id: author for author in db.session.scalars(rows.execution_options(populate_existing=True))}


def undo(batch: str, *, site_id: int, actor: Actor, now: datetime) -> Outcome:
    """Give everybody of one stroke the standing they had before, but for those whose standing was changed since.

    Raises NotFound where the site knows no such stroke, Forbidden.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, site_id)
    rows = select(StandingChange).join(StandingChange.author)
    changes = {
        change.author_id: change
        for change in db.session.scalars(rows.where(StandingChange.batch == batch, Author.site_id == site_id))
    }
    if not changes:
        raise NotFound("There is nothing here by that name.")
    outcome, authors, last = Outcome(new_batch()), _of_site(changes.keys(), site_id), _last_of(changes.keys())
    for id, change in sorted(changes.items()):
        if last[id].id != change.id:
            outcome.skipped[id] = UNDONE if last[id].undoes_id == change.id else CHANGED
        else:
            _put_back(authors[id], change, outcome.batch, actor, now)
            outcome.done.append(authors[id])
    return outcome


def _last_of(ids: Collection[int]) -> dict[int, StandingChange]:
    newest = select(func.max(StandingChange.id)).where(StandingChange.author_id.in_(ids))
    rows = select(StandingChange).where(StandingChange.id.in_(newest.group_by(StandingChange.author_id)))
    return {change.author_id: change for change in db.session.scalars(rows)}


def _put_back(author: Author, change: StandingChange, batch: str, actor: Actor, now: datetime) -> None:
    """What was before, if its own end has not come meanwhile."""
    is_over = change.until_before is not None and change.until_before <= now
    before = Standing.NORMAL if is_over else Standing(change.standing_before or Standing.NORMAL)
    reason, until = ("", None) if is_over else (change.reason_before, change.until_before)
    _change(author, before, reason, until, account_id=actor.account_id, now=now, batch=batch, undoes_id=change.id)


def end_those_over() -> None:
    """Every minute: what came to its end is written down as over. It was in force no longer than its end anyway."""
    while _end_some():
        pass


def _end_some() -> bool:
    """Whether there may be more."""
    with unit_of_work():
        now = clock.now()
        rows = select(Author).where(Author.standing_until <= now).order_by(Author.id).limit(ENDED_AT_ONCE)
        found = list(db.session.scalars(rows.with_for_update(skip_locked=True)))
        for author in found:
            _change(author, Standing.NORMAL, ENDED, None, account_id=None, now=now, batch=None)
            author.standing_reason = ""
    return len(found) == ENDED_AT_ONCE
