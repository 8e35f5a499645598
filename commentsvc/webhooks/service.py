"""Making endpoints, changing them, trying them, telling them again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import ge, le
from typing import Any

from sqlalchemy import ColumnElement, select, update

from ..accounts.permissions import Actor, Permission, ensure
from ..core.clock import rfc3339
from ..core.crypto import Keyring, new_token
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.http_out import NotAllowed, check
from ..core.text import Unreadable, clean_line
from ..outbox import lanes
from ..outbox import service as outbox
from ..outbox.channels import Answer, Silent, house
from ..outbox.models import Delivery, DeliveryStatus, Event, Lane
from ..sites.models import Site
from .channel import WebhookChannel, hears, outgoing
from .models import EVENTS, Endpoint
from .signing import new_secret

MOST_REPLAYED = 5_000  # events in one request: a fortnight of a busy site, and a few seconds of work
MOST_ENDPOINTS = 50  # of a site: every event is looked at for each
SWITCHED_OFF = "It was switched off."


def add_endpoint(
    site: Site,
    *,
    url: str,
    events: Collection[str],
    internal: bool,
    actor: Actor,
    keys: Keyring,
    allowed: Collection[str],
    now: datetime,
) -> tuple[Endpoint, str]:
    """An endpoint and its secret, which is shown this once. Raises ValidationFailed, Forbidden, NotFound."""
    ensure(actor, Permission.MANAGE_SITE, site.id)
    if len(list(db.session.scalars(select(Endpoint.id).where(Endpoint.site_id == site.id)))) >= MOST_ENDPOINTS:
        raise ValidationFailed({"url": [f"A site has at most {MOST_ENDPOINTS} endpoints."]})
    secret = new_secret()
    endpoint = Endpoint(
        site_id=site.id,
        url=read_url(url, allowed),
        events=read_events(events),
        internal=internal,
        secret=keys.encrypt(secret),
        created_at=now,
    )
    db.session.add(endpoint)
    db.session.flush()
    return endpoint, secret


def read_url(typed: str, allowed: Collection[str]) -> str:
    """Raises ValidationFailed for an address the service does not go to."""
    try:
        url = clean_line(typed)
        check(url, allowed)
    except (Unreadable, NotAllowed) as error:
        raise ValidationFailed({"url": [str(error)]}) from error
    if len(url) > Endpoint.URL_LENGTH:
        raise ValidationFailed({"url": [f"Use at most {Endpoint.URL_LENGTH} characters."]})
    return url


def read_events(chosen: Collection[str]) -> list[str]:
    """In the order of the list. Raises ValidationFailed for none and for unknown ones."""
    unknown = sorted(set(chosen) - set(EVENTS))
    if unknown:
        raise ValidationFailed({"events": [f"There is no event {', '.join(unknown)}."]})
    if not chosen:
        raise ValidationFailed({"events": ["Choose at least one event."]})
    return [each for each in EVENTS if each in chosen]


def choose(endpoint: Endpoint, events: Collection[str], *, internal: bool, actor: Actor) -> None:
    """What the endpoint hears from now on."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    endpoint.events, endpoint.internal = read_events(events), internal


def move(endpoint: Endpoint, url: str, *, allowed: Collection[str], actor: Actor) -> None:
    """Another address of the same receiver; what waits goes there."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    endpoint.url = read_url(url, allowed)


def rotate(endpoint: Endpoint, *, actor: Actor, keys: Keyring, now: datetime) -> str:
    """A new secret, shown this once; the one before signs beside it for a while."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    secret = new_secret()
    endpoint.secret_before, endpoint.secret, endpoint.rotated_at = endpoint.secret, keys.encrypt(secret), now
    return secret


def switch_off(endpoint: Endpoint, *, actor: Actor, now: datetime) -> None:
    """Nothing goes there; what waits keeps waiting, what happens meanwhile is there to be replayed."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    endpoint.disabled_at = endpoint.disabled_at or now
    if lane := db.session.get(Lane, endpoint.lane):
        lanes.pause(lane, SWITCHED_OFF, now=now)


def switch_on(endpoint: Endpoint, *, actor: Actor, now: datetime) -> None:
    """Go on, at once, with what waits."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    endpoint.disabled_at = None
    if lane := db.session.get(Lane, endpoint.lane):
        lanes.resume(lane, now=now)


def remove(endpoint: Endpoint, *, actor: Actor, now: datetime) -> None:
    """Forget an endpoint and its secrets; the log of what it was told stays."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    waiting = (Delivery.lane_key == endpoint.lane, Delivery.status == DeliveryStatus.WAITING)
    db.session.execute(update(Delivery).where(*waiting).values(status=DeliveryStatus.CANCELLED, done_at=now))
    if lane := db.session.get(Lane, endpoint.lane):
        lanes.resume(lane, now=now)  # nothing waits in it any more, and no notice asks for it
    db.session.delete(endpoint)


def sample(endpoint: Endpoint, site: Site, *, actor: Actor, now: datetime) -> Callable[[], Answer]:
    """The call that tells an endpoint a made-up event, once; to be made outside of any transaction."""
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    if house().silent:
        return lambda: Silent.ANSWER
    uid = outbox.new_uid("evt")
    payload = {
        "id": uid,
        "type": "endpoint.test",
        "timestamp": rfc3339(now),
        "site": site.key,
        "data": {"message": "This is a test. Nothing happened."},
    }
    return _channel().ready(endpoint, uid, payload, now=now)


def _channel() -> WebhookChannel:
    channel = house().channels[WebhookChannel.name]
    assert isinstance(channel, WebhookChannel)
    return channel


@dataclass(frozen=True)
class Span:
    """Which events, by their number or their time, both ends included; an end that is left out is open."""

    first: int | None = None
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.first is None and self.since is None


def replay(endpoint: Endpoint, span: Span, *, actor: Actor, now: datetime) -> int:
    """Tell an endpoint again what it chose to hear, under the same ids. Returns how many events.

    Raises ValidationFailed for a range without a beginning or with too much in it.
    """
    ensure(actor, Permission.MANAGE_SITE, endpoint.site_id)
    if span.is_open:
        raise ValidationFailed({"from": ["Say where to begin: a number or a time."]})
    told = [event for event in _events_in(endpoint.site_id, span) if hears(endpoint, event)]
    again = new_token()
    outbox.add(((event, outgoing(endpoint, event, again=again)) for event in told), now=now)
    if endpoint.disabled_at and (lane := db.session.get(Lane, endpoint.lane)):
        lanes.pause(lane, SWITCHED_OFF, now=now)
    return len(told)


def _events_in(site_id: int, span: Span) -> Sequence[Event]:
    rows = select(Event).where(Event.site_id == site_id, Event.seq.is_not(None), *_bounds(span))
    found = list(db.session.scalars(rows.order_by(Event.seq).limit(MOST_REPLAYED + 1)))
    if len(found) > MOST_REPLAYED:
        raise ValidationFailed({"from": [f"These are more than {MOST_REPLAYED} events. Replay them in parts."]})
    return found


def _bounds(span: Span) -> list[ColumnElement[bool]]:
    bounds: tuple[tuple[Callable[[Any, Any], ColumnElement[bool]], Any, Any], ...] = (
        (ge, Event.seq, span.first),
        (le, Event.seq, span.last),
        (ge, Event.created_at, span.since),
        (le, Event.created_at, span.until),
    )
    return [compare(column, end) for compare, column, end in bounds if end is not None]
