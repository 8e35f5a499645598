"""Keeping facts as events, releasing them in order, making deliveries of them."""

import logging
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from ..core.database import db, table_of, upsert
from ..core.events import Fact
from .channels import Channel, Outgoing, house
from .lanes import BACK_OFF
from .models import Delivery, DeliveryStatus, Event, Lane

logger = logging.getLogger(__name__)

RELEASED_AT_ONCE = 100
TRIES_TOGETHER = 3  # of telling an event on all channels; after that one whose channel fails is told on the others
LONGEST_WAIT = timedelta(minutes=2)  # of any fact for its time to undo, and then some
KEPT = timedelta(days=30)  # how long the feed of events and the log of deliveries go back
RELEASING = 7_233_401  # any number: the name of the lock under which PostgreSQL lets one worker release at a time


def new_uid(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"


def keep(facts: Sequence[Fact], *, now: datetime) -> None:
    """Write facts of sites down in the transaction that made them true."""
    rows = [
        {
            "uid": new_uid("evt"),
            "site_id": fact.site_id,
            "type": fact.type,
            "subject": fact.subject,
            "cause": fact.cause,
            "data": dict(fact.data),
            "failures": 0,
            "created_at": now,
            "due_at": now + fact.wait,
        }
        for fact in facts
        if fact.site_id is not None
    ]
    if rows:
        db.session.execute(KEPT_AS, rows)


KEPT_AS = table_of(Event).insert()


def cancel(causes: Collection[str], *, now: datetime) -> set[str]:
    """Nobody hears of what was undone in time. Returns the causes of which something was taken back."""
    gone = update(Event).where(Event.cause.in_(causes), Event.seq.is_(None), Event.cancelled_at.is_(None))
    taken_back = gone.values(cancelled_at=now).returning(Event.cause)
    return set(db.session.scalars(taken_back.execution_options(synchronize_session=False)))


@dataclass(frozen=True)
class Told:
    """An event ready to go out: what is said of it (None: nothing is left to say) and what that makes go out.

    `failed`: it could not be told now; it is tried again.
    """

    event_id: int
    payload: dict[str, Any] | None = None
    made: list[Outgoing] = field(default_factory=list)
    failed: bool = False


def due(*, now: datetime, limit: int = RELEASED_AT_ONCE) -> list[Event]:
    """The events whose time has come, in their order. One waits for the earlier ones about the same subject."""
    return list(db.session.scalars(_due(now).limit(limit)))


def tell(event: Event, *, now: datetime) -> Told:
    """Make an event ready. Reads only: nobody who writes has to wait for it."""
    try:
        with db.session.begin_nested():
            payload = house().describe(event)
        made = [each for channel in house().channels.values() for each in _made_by(channel, event, now)]
    except Exception:  # one that cannot be told must not keep the others from going out
        logger.exception("event %s could not be told", event.uid)
        return Told(event.id, failed=True)
    return Told(event.id, payload, made if payload is not None else [])


def _made_by(channel: Channel, event: Event, now: datetime) -> list[Outgoing]:
    """What one channel makes of an event. One that fails again and again does not silence the others for ever."""
    try:
        with db.session.begin_nested():
            return list(channel.made_by(event, now))
    except Exception:
        if event.failures < TRIES_TOGETHER:
            raise
        logger.exception("event %s goes out without %s, which cannot be told of it", event.uid, channel.name)
        return []


def release(told: Sequence[Told], *, now: datetime) -> None:
    """Give events their place in the order and keep their deliveries. Inside a unit of work.

    One worker at a time, so that whoever reads by `seq` never misses one that was committed late.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(RELEASING)))
    open_still = _open_still([each.event_id for each in told])
    seq = db.session.scalar(select(func.max(Event.seq))) or 0
    heard, waits_for = [], set()
    for each in told:
        event = open_still.get(each.event_id)
        if event is None or event.subject in waits_for:
            continue
        if each.failed:
            _put_off(event, now)
            waits_for.add(event.subject)
        elif each.payload is None:
            event.cancelled_at = now
        else:
            seq += 1
            event.payload, event.seq = each.payload, seq
            heard.append((event, each))
    db.session.flush()
    add(((event, made) for event, each in heard for made in each.made), now=now)


def _open_still(ids: Sequence[int]) -> dict[int, Event]:
    """The events that nobody released or took back meanwhile, locked: an undo waits, and then comes too late."""
    rows = select(Event).where(Event.id.in_(ids), Event.seq.is_(None), Event.cancelled_at.is_(None)).with_for_update()
    return {event.id: event for event in db.session.scalars(rows.execution_options(populate_existing=True))}


def _put_off(event: Event, now: datetime) -> None:
    """It is told later; the waits grow."""
    event.due_at = now + BACK_OFF[min(event.failures, len(BACK_OFF) - 1)]
    event.failures += 1


def next_due() -> datetime | None:
    """When the next event is due (None: none waits)."""
    return db.session.scalar(select(func.min(Event.due_at)).where(Event.seq.is_(None), Event.cancelled_at.is_(None)))


def _due(now: datetime) -> Select[Any]:
    earlier = aliased(Event)
    waits = exists().where(
        earlier.subject == Event.subject,
        earlier.seq.is_(None),
        earlier.cancelled_at.is_(None),
        earlier.id < Event.id,
        earlier.due_at > now,
    )
    open_and_due = (Event.seq.is_(None), Event.cancelled_at.is_(None), Event.due_at <= now)
    return select(Event).where(*open_and_due, ~waits).order_by(Event.id)


def add(made: Iterable[tuple[Event | None, Outgoing]], *, now: datetime) -> None:
    """Make deliveries; one that was made before under the same `once` is left as it is. Inside a unit of work."""
    listed = list(made)
    if not listed:
        return
    lanes = {each.lane: each for _, each in listed}
    rows = [_lane_row(each, now) for each in lanes.values()]
    insert_lanes = upsert(Lane)
    ready = insert_lanes.on_conflict_do_update(
        index_elements=[Lane.key], set_={"next_at": func.coalesce(Lane.next_at, insert_lanes.excluded.next_at)}
    )
    db.session.execute(ready, sorted(rows, key=lambda row: str(row["key"])))
    deliveries = upsert(Delivery).on_conflict_do_nothing(index_elements=[Delivery.once])
    db.session.execute(deliveries, [_delivery_row(event, each, now) for event, each in listed])


def send(outgoing: Outgoing, *, now: datetime) -> None:
    """One delivery that no event stands behind. Inside a unit of work."""
    add([(None, outgoing)], now=now)


def _lane_row(each: Outgoing, now: datetime) -> dict[str, object]:
    where = {"key": each.lane, "channel": each.channel, "site_id": each.site_id}
    return {**where, "next_at": now, "took_ms": 0, "paused_because": ""}


def _delivery_row(event: Event | None, each: Outgoing, now: datetime) -> dict[str, object]:
    return {
        "uid": each.uid or (event.uid if event else new_uid("msg")),
        "site_id": each.site_id,
        "channel": each.channel,
        "lane_key": each.lane,
        "event_id": event.id if event else None,
        "kind": each.kind,
        "once": each.once,
        "payload": dict(each.payload),
        "status": DeliveryStatus.WAITING,
        "attempts": 0,
        "created_at": now,
    }


def recover(*, now: datetime) -> None:
    """Events that would wait longer than any may: the clock was set back since they were kept."""
    open_still = (Event.seq.is_(None), Event.cancelled_at.is_(None))
    too_far = (Event.created_at > now, Event.due_at > now + LONGEST_WAIT)
    put_right = update(Event).where(*open_still, *too_far).values(due_at=now)
    db.session.execute(put_right.execution_options(synchronize_session=False))


def purge(*, now: datetime) -> None:
    """Forget events and deliveries older than `KEPT`, whatever became of them: people's words are in them.

    Nothing waits for so long but what its receiver, paused or gone, did not take; how much that is, is logged.
    """
    old = now - KEPT
    lost = delete(Delivery).where(Delivery.status == DeliveryStatus.WAITING, Delivery.created_at < old)
    if count := db.session.execute(lost).rowcount:  # type: ignore[attr-defined]
        logger.warning("%d deliveries waited for %d days and were dropped", count, KEPT.days)
    db.session.execute(delete(Delivery).where(Delivery.created_at < old))
    # The newest stays: the next one's place in the order is counted from it.
    newest = select(func.max(Event.seq)).scalar_subquery()
    db.session.execute(delete(Event).where(Event.created_at < old, func.coalesce(Event.seq, 0) != newest))
    idle = ~exists().where(Delivery.lane_key == Lane.key)
    db.session.execute(delete(Lane).where(Lane.next_at.is_(None), Lane.paused_at.is_(None), idle))
