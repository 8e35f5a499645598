"""Reading endpoints, deliveries and the feed of events."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import Cursor
from ..outbox.models import Delivery, DeliveryStatus, Event, Lane
from .models import Endpoint

PAGE = 50
MOST_EVENTS = 500


def endpoint_for(actor: Actor, endpoint_id: int) -> Endpoint:
    """An endpoint the actor may manage. Raises NotFound, Forbidden."""
    endpoint = db.session.get(Endpoint, endpoint_id)
    if endpoint is None:
        raise NotFound("There is no such endpoint.")
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    return endpoint


def endpoints(site_id: int) -> Sequence[Endpoint]:
    return list(db.session.scalars(select(Endpoint).where(Endpoint.site_id == site_id).order_by(Endpoint.id)))


@dataclass(frozen=True)
class State:
    """How it stands with an endpoint: its lane, if anything ever went there, and how much waits."""

    lane: Lane | None = None
    waiting: int = 0


def states(site_id: int) -> dict[str, State]:
    """By the name of the lane."""
    rows = select(Lane).where(Lane.site_id == site_id)
    waiting = select(Delivery.lane_key, func.count()).where(
        Delivery.site_id == site_id, Delivery.status == DeliveryStatus.WAITING
    )
    counted = {row[0]: row[1] for row in db.session.execute(waiting.group_by(Delivery.lane_key))}
    return {lane.key: State(lane, counted.get(lane.key, 0)) for lane in db.session.scalars(rows)}


def delivery_for(actor: Actor, delivery_id: int, permission: Permission = Permission.SEE_OUTGOING) -> Delivery:
    """A delivery of a site the actor works on, with every try. Raises NotFound, Forbidden."""
    delivery = db.session.get(Delivery, delivery_id, options=[selectinload(Delivery.tries), joinedload(Delivery.lane)])
    if delivery is None:
        raise NotFound("There is no such delivery.")
    ensure(actor, permission, delivery.site_id)
    return delivery


def lane_for(actor: Actor, key: str, permission: Permission = Permission.MANAGE_SITE) -> Lane:
    """A lane of a site the actor works on. Raises NotFound, Forbidden."""
    lane = db.session.get(Lane, key)
    if lane is None:
        raise NotFound("There is no such receiver.")
    ensure(actor, permission, lane.site_id)
    return lane


def page_of_deliveries(
    site_id: int, *, channel: str | None, status: str | None, lane: str | None = None, after: Cursor | None
) -> tuple[list[Delivery], Cursor | None]:
    """What went or goes out, the newest first."""
    rows = select(Delivery).where(Delivery.site_id == site_id).options(selectinload(Delivery.tries))
    for column, wanted in ((Delivery.channel, channel), (Delivery.status, status), (Delivery.lane_key, lane)):
        if wanted:
            rows = rows.where(column == wanted)
    if after:
        rows = rows.where(Delivery.id < after.id)
    found = list(db.session.scalars(rows.order_by(Delivery.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], Cursor(0, found[PAGE - 1].id) if len(found) > PAGE else None


def events_after(site_id: int, seq: int, *, limit: int) -> Sequence[Event]:
    """The feed: what was released after a number, in order."""
    rows = select(Event).where(Event.site_id == site_id, Event.seq > seq).order_by(Event.seq).limit(limit)
    return list(db.session.scalars(rows))
