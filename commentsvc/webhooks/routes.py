"""Endpoints, what went out, and the feed of events, for scripts (CONTRACT section 4)."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.routes import managed_site
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys
from ..outbox import lanes
from ..outbox.channels import Answer
from ..outbox.engine import engine
from ..outbox.models import DeliveryStatus
from ..sites.models import Site
from . import queries, service
from .models import Endpoint
from .present import answer_json, delivery_json, endpoint_json, event_json
from .queries import MOST_EVENTS, State
from .service import Span

bp = Blueprint("webhooks_api", __name__, url_prefix="/api/v1")

HIGHEST = 2**53 - 1  # the largest whole number every reader of JSON knows exactly


def openings() -> tuple[str, ...]:
    """Where this installation goes besides the public Internet."""
    return cast(tuple[str, ...], current_app.config["COMMENTSVC"].outgoing_allowed)


def site_of(endpoint: Endpoint) -> Site:
    return db.session.get_one(Site, endpoint.site_id)


def _shown(endpoint: Endpoint, **more: Any) -> dict[str, Any]:
    state = queries.states(endpoint.site_id).get(endpoint.lane, State())
    return {"endpoint": endpoint_json(endpoint, site_of(endpoint).key, state), **more}


@bp.get("/admin/endpoints")
def list_endpoints() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MANAGE_SITE)
    states = queries.states(site.id)
    listed = [endpoint_json(each, site.key, states.get(each.lane, State())) for each in queries.endpoints(site.id)]
    return answer({"endpoints": listed})


@bp.post("/admin/endpoints")
def add_endpoint() -> Response:
    payload = json_body()
    fields = inputs.strings(payload, ("site", "url"))
    site = managed_site(inputs.line(fields, "site"), Permission.MANAGE_SITE)
    with unit_of_work():
        endpoint, secret = service.add_endpoint(
            site,
            url=fields.get("url", ""),
            events=_events(payload),
            internal=_flag(payload, "internal", False),
            actor=actor(),
            keys=keys(),
            allowed=openings(),
            now=now(),
        )
    return answer(_shown(endpoint, secret=secret), 201)


def _events(payload: Mapping[str, Any]) -> list[str]:
    listed = payload.get("events")
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ValidationFailed({"events": ["Send a list of the events' names."]})
    return listed


def _flag(payload: Mapping[str, Any], name: str, default: bool) -> bool:
    value = payload.get(name, default)
    if not isinstance(value, bool):
        raise ValidationFailed({name: ["Send true or false."]})
    return value


@bp.patch("/admin/endpoints/<endpoint_id>")
def change_endpoint(endpoint_id: str) -> Response:
    endpoint = queries.endpoint_for(actor(), read_id(endpoint_id))
    payload = json_body()
    url = inputs.strings(payload, ("url",)).get("url")
    events = _events(payload) if "events" in payload else endpoint.events
    internal = _flag(payload, "internal", endpoint.internal)
    with unit_of_work():
        service.choose(endpoint, events, internal=internal, actor=actor())
        if url is not None:
            service.move(endpoint, url, allowed=openings(), actor=actor())
        if "active" in payload:
            switch = service.switch_on if _flag(payload, "active", True) else service.switch_off
            switch(endpoint, actor=actor(), now=now())
    engine().wake()
    return answer(_shown(endpoint))


@bp.delete("/admin/endpoints/<endpoint_id>")
def remove_endpoint(endpoint_id: str) -> Response:
    endpoint = queries.endpoint_for(actor(), read_id(endpoint_id))
    with unit_of_work():
        service.remove(endpoint, actor=actor(), now=now())
    return answer({"removed": str(endpoint.id)})


@bp.post("/admin/endpoints/<endpoint_id>/test")
def test_endpoint(endpoint_id: str) -> Response:
    tried, took_ms = try_once(queries.endpoint_for(actor(), read_id(endpoint_id)))
    return answer(answer_json(tried, took_ms))


def try_once(endpoint: Endpoint) -> tuple[Answer, int]:
    """Tell an endpoint a made-up event now. The answer, and how many milliseconds it took."""
    call = service.sample(endpoint, site_of(endpoint), actor=actor(), now=now())
    db.session.rollback()  # nobody's transaction waits for a stranger's server
    began = time.perf_counter()
    tried = call()
    return tried, int((time.perf_counter() - began) * 1000)


@bp.post("/admin/endpoints/<endpoint_id>/rotate")
def rotate_secret(endpoint_id: str) -> Response:
    endpoint = queries.endpoint_for(actor(), read_id(endpoint_id))
    with unit_of_work():
        secret = service.rotate(endpoint, actor=actor(), keys=keys(), now=now())
    return answer(_shown(endpoint, secret=secret))


@bp.post("/admin/endpoints/<endpoint_id>/replay")
def replay(endpoint_id: str) -> Response:
    endpoint = queries.endpoint_for(actor(), read_id(endpoint_id))
    span = _span(json_body())
    with unit_of_work():
        count = service.replay(endpoint, span, actor=actor(), now=now())
    engine().wake()
    return answer({"replayed": count}, 202)


def _span(payload: Mapping[str, Any]) -> Span:
    first, since = _end(payload, "from")
    last, until = _end(payload, "to")
    return Span(first, last, since, until)


def _end(payload: Mapping[str, Any], name: str) -> tuple[int | None, datetime | None]:
    """One end of a range: an event's number, or a moment. Raises ValidationFailed."""
    value = payload.get(name)
    if value is None:
        return None, None
    if type(value) is int and 0 <= value <= HIGHEST:
        return value, None
    return None, read_moment(value, name)


def read_moment(value: Any, name: str) -> datetime:
    """An RFC 3339 time; without a zone it is UTC. Raises ValidationFailed."""
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValidationFailed({name: ["Use an event's number or a time like 2026-01-20T08:30:00Z."]}) from None


@bp.get("/admin/deliveries")
def list_deliveries() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.SEE_OUTGOING)
    channel, status = asked_filters()
    found, following = queries.page_of_deliveries(
        site.id, channel=channel, status=status, after=read_cursor(request.args.get("cursor"))
    )
    return answer(
        {
            "deliveries": [delivery_json(each) for each in found],
            "next_cursor": str(following) if following else None,
        }
    )


def asked_filters() -> tuple[str | None, str | None]:
    """The channel and the status of a query; the same for the page and the API."""
    statuses = ("", *(each.lower() for each in DeliveryStatus))
    status = inputs.choice(request.args, "status", statuses, "")
    return inputs.line(request.args, "channel", limit=20), status.upper() or None


@bp.post("/admin/deliveries/<delivery_id>/send_again")
def send_again(delivery_id: str) -> Response:
    delivery = queries.delivery_for(actor(), read_id(delivery_id), Permission.MANAGE_SITE)
    with unit_of_work():
        lanes.send_again(delivery, now=now())
    engine().wake()
    return answer({"delivery": delivery_json(delivery)})


@bp.get("/events")
def feed() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.SEE_OUTGOING)
    after = inputs.line(request.args, "after", limit=19) or "0"
    if not (after.isascii() and after.isdigit() and int(after) <= HIGHEST):
        raise ValidationFailed({"after": ["Send the `next` of the answer before, or 0."]})
    limit = inputs.whole_number(request.args, "limit", 100, low=1, high=MOST_EVENTS)
    events = queries.events_after(site.id, int(after), limit=limit)
    return answer({"events": [event_json(each) for each in events], "next": events[-1].seq if events else int(after)})
