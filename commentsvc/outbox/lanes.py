"""One receiver's queue: claimed by one worker, worked in order, set aside while its receiver fails."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from ..core.database import db
from ..core.errors import Conflict, NotFound
from .channels import Answer, house
from .models import Attempt, Delivery, DeliveryStatus, Lane

# Waits after each failed try (reference: security.md 5.3); after the last one the delivery has failed to the end.
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600, 24 * 3600))
SLOW_MS = 2_000  # a receiver that takes longer is slow: one thread is always left for those that are not
JITTER = 0.2  # of a wait, at most: receivers that failed together do not come back together
LEASE = timedelta(seconds=90)  # longer than any channel's patience with one receiver


def due(*, now: datetime, brisk: bool = False, limit: int = 1_000) -> list[str]:
    """The lanes worth working on now, the longest waiting first; `brisk`: only those whose receivers answer quickly."""
    rows = select(Lane.key).where(*_workable(now, brisk)).order_by(Lane.next_at).limit(limit)
    return list(db.session.scalars(rows))


def next_due() -> datetime | None:
    """When the next lane is worth working on."""
    rows = select(Lane.next_at).where(Lane.next_at.is_not(None), Lane.paused_at.is_(None))
    return db.session.scalar(rows.order_by(Lane.next_at).limit(1))


def _workable(now: datetime, brisk: bool) -> tuple[ColumnElement[bool], ...]:
    free = or_(Lane.leased_until.is_(None), Lane.leased_until <= now)
    quick = (Lane.failing_since.is_(None), Lane.took_ms < SLOW_MS) if brisk else ()
    return Lane.paused_at.is_(None), Lane.next_at <= now, free, *quick


def take(holder: str, *, now: datetime, brisk: bool = False) -> str | None:
    """Make the lane that has waited longest this worker's, for the length of a lease. None where nothing is to do."""
    rows = select(Lane.key).where(*_workable(now, brisk)).order_by(Lane.next_at).limit(1)
    key = db.session.scalar(rows.with_for_update(skip_locked=True))
    if key is not None:
        mine = update(Lane).where(Lane.key == key).values(leased_by=holder, leased_until=now + LEASE)
        db.session.execute(mine.execution_options(synchronize_session=False))
    return key


def held(key: str, holder: str) -> Lane | None:
    """The lane, locked, if this worker still holds it."""
    rows = select(Lane).where(Lane.key == key, Lane.leased_by == holder).with_for_update()
    return db.session.scalar(rows.execution_options(populate_existing=True))


def head(key: str) -> Delivery | None:
    """What goes out next."""
    waiting = (Delivery.lane_key == key, Delivery.status == DeliveryStatus.WAITING)
    return db.session.scalar(select(Delivery).where(*waiting).order_by(Delivery.id).limit(1))


def give_back(lane: Lane, *, now: datetime) -> None:
    """The worker is done with it; more may wait."""
    lane.leased_by = lane.leased_until = None
    if lane.next_at is None or lane.next_at <= now:
        lane.next_at = now if head(lane.key) else None


def note(lane: Lane, delivery: Delivery, answer: Answer, *, took: timedelta, now: datetime) -> bool:
    """Remember a try and what follows from it. Returns whether the lane may go on at once."""
    if answer.not_now:
        lane.failing_since = lane.failing_since or now
        lane.next_at = now + timedelta(seconds=answer.not_now)
        return False
    delivery.attempts += 1
    db.session.add(
        Attempt(
            delivery_id=delivery.id,
            at=now,
            took_ms=int(took.total_seconds() * 1000),
            succeeded=answer.succeeded,
            code=answer.code,
            answer=answer.text[: Attempt.EXCERPT],
        )
    )
    lane.leased_until, lane.took_ms = now + LEASE, int(took.total_seconds() * 1000)
    if answer.succeeded:
        lane.failing_since = None
        return _close(delivery, DeliveryStatus.SENT, now)
    lane.failing_since = lane.failing_since or now
    if answer.final:
        return _close(delivery, DeliveryStatus.DEAD, now)
    if answer.pause or delivery.attempts > len(BACK_OFF):
        return _fails_to_the_end(lane, delivery, answer, now)
    lane.next_at = now + _wait(delivery.attempts, answer.retry_after)
    return False


def _close(delivery: Delivery, status: DeliveryStatus, now: datetime) -> bool:
    delivery.status, delivery.done_at = status, now
    return True


def _fails_to_the_end(lane: Lane, delivery: Delivery, answer: Answer, now: datetime) -> bool:
    if not house().channels[delivery.channel].pauses:
        return _close(delivery, DeliveryStatus.DEAD, now)
    lane.paused_at, lane.paused_because = now, answer.text[: Attempt.EXCERPT]
    return False


def _wait(attempts: int, asked: int | None) -> timedelta:
    base = BACK_OFF[attempts - 1]
    jitter = base * (JITTER * secrets.randbelow(1_000) / 1_000)
    return max(base + jitter, min(timedelta(seconds=asked or 0), BACK_OFF[-1]))


def paused(site_id: int) -> list[Lane]:
    """The lanes of a site that go on only when somebody says so, the longest paused first."""
    rows = select(Lane).where(Lane.site_id == site_id, Lane.paused_at.is_not(None))
    return list(db.session.scalars(rows.order_by(Lane.paused_at, Lane.key)))


def pause(lane: Lane, because: str, *, now: datetime) -> None:
    """Nothing goes this way until somebody resumes it."""
    lane.paused_at, lane.paused_because = now, because


def resume(lane: Lane, *, now: datetime) -> None:
    """Go on with a lane that was paused, or is waiting after a failure, at once; tries are counted anew."""
    lane.paused_at = lane.failing_since = None
    lane.paused_because = ""
    lane.next_at = now
    waiting = (Delivery.lane_key == lane.key, Delivery.status == DeliveryStatus.WAITING)
    db.session.execute(update(Delivery).where(*waiting).values(attempts=0))


def send_again(delivery: Delivery, *, now: datetime) -> None:
    """Put a dead letter back. Raises Conflict for one that is not dead."""
    if delivery.status != DeliveryStatus.DEAD:
        raise Conflict("This is no dead letter: it was sent, or it still waits.")
    delivery.status, delivery.attempts, delivery.done_at = DeliveryStatus.WAITING, 0, None
    lane = db.session.get(Lane, delivery.lane_key)
    if lane is None:
        raise NotFound("Its receiver is gone.")
    lane.next_at = lane.next_at or now


def recover(*, now: datetime) -> None:
    """Lanes with something waiting that nobody would look at, get a time.

    Their time may have been lost, or lie in a future that is none: then the clock was set back since.
    """
    waits = select(Delivery.lane_key).where(Delivery.status == DeliveryStatus.WAITING)
    lost = (Lane.paused_at.is_(None), Lane.next_at.is_(None), Lane.key.in_(waits))
    too_long = (Lane.leased_until > now + LEASE,)
    too_far = (Lane.next_at > now, Lane.failing_since.is_(None) | (Lane.next_at > now + BACK_OFF[-1] * (1 + JITTER)))
    for found, values in (
        (lost, {"next_at": now}),
        (too_long, {"leased_by": None, "leased_until": None}),
        (too_far, {"next_at": now}),
    ):
        put_right = update(Lane).where(*found).values(values)
        db.session.execute(put_right.execution_options(synchronize_session=False))
