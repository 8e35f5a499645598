"""The admins' pages about endpoints. Every one works without JavaScript."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from ..accounts.guards import actor, ensure_confirmed
from ..accounts.permissions import Permission
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import keys
from ..moderation.desk import chosen_site, page
from ..outbox.engine import engine
from ..outbox.models import Attempt
from ..sites.models import Site
from ..sites.web import about
from . import queries, service
from .forms import EndpointForm, ReplayForm
from .models import EVENTS, OVERLAP, Endpoint
from .queries import State
from .routes import openings, site_of, try_once

bp = Blueprint("endpoints", __name__, url_prefix="/admin/endpoints")

OVERLAP_HOURS = int(OVERLAP.total_seconds()) // 3600


def _managed_site() -> Site:
    return chosen_site(Permission.MANAGE_SITE)


def _listing(site: Site, form: EndpointForm) -> str:
    states = queries.states(site.id)
    listed = [(each, states.get(each.lane, State())) for each in queries.endpoints(site.id)]
    return page("desk/endpoints.html", site, endpoints=listed, form=form)


@bp.get("")
def listing() -> str:
    return _listing(_managed_site(), EndpointForm(None, data={"events": list(EVENTS)}))


@bp.post("")
def add() -> str | tuple[str, int]:
    site, form = _managed_site(), EndpointForm()
    try:
        _ensure(form)
        with unit_of_work():
            endpoint, secret = service.add_endpoint(
                site,
                url=form.url.data or "",
                events=form.events.data or [],
                internal=form.internal.data,
                actor=actor(),
                keys=keys(),
                allowed=openings(),
                now=now(),
            )
    except ValidationFailed as error:
        form.blame(error.fields)
        return _listing(site, form), 422
    return _page(endpoint, secret=secret)


def _ensure(form: EndpointForm | ReplayForm) -> None:
    """Raises ValidationFailed; the form itself knows already what is wrong. Addresses leave only where somebody proved
    to be who they are."""
    if isinstance(form, EndpointForm) and form.internal.data:
        ensure_confirmed()
    if not form.validate():
        raise ValidationFailed({})


def _found(endpoint_id: str) -> Endpoint:
    endpoint = queries.endpoint_for(actor(), read_id(endpoint_id))
    about(site_of(endpoint))
    return endpoint


def _page(endpoint: Endpoint, form: EndpointForm | None = None, replay: ReplayForm | None = None, **more: Any) -> str:
    site = site_of(endpoint)
    typed = {"url": endpoint.url, "events": endpoint.events, "internal": endpoint.internal}
    told, following = queries.page_of_deliveries(site.id, channel=None, status=None, lane=endpoint.lane, after=None)
    return page(
        "desk/endpoint.html",
        site,
        endpoint=endpoint,
        state=queries.states(site.id).get(endpoint.lane, State()),
        form=form or EndpointForm(None, data=typed),
        replay=replay or ReplayForm(None),
        told=told,
        more_told=following,
        overlap=OVERLAP_HOURS,
        **more,
    )


@bp.get("/<endpoint_id>")
def show(endpoint_id: str) -> str:
    return _page(_found(endpoint_id))


@bp.post("/<endpoint_id>")
def edit(endpoint_id: str) -> str | tuple[str, int] | Response:
    endpoint, form = _found(endpoint_id), EndpointForm()
    try:
        _ensure(form)
        with unit_of_work():
            service.choose(endpoint, form.events.data or [], internal=form.internal.data, actor=actor())
            service.move(endpoint, form.url.data or "", allowed=openings(), actor=actor())
    except ValidationFailed as error:
        form.blame(error.fields)
        return _page(endpoint, form), 422
    flash("Saved.")
    return _back(endpoint)


def _back(endpoint: Endpoint) -> Response:
    return redirect(url_for("endpoints.show", endpoint_id=endpoint.id))


@bp.post("/<endpoint_id>/rotate")
def rotate(endpoint_id: str) -> str:
    endpoint = _found(endpoint_id)
    with unit_of_work():
        secret = service.rotate(endpoint, actor=actor(), keys=keys(), now=now())
    return _page(endpoint, secret=secret)


@bp.post("/<endpoint_id>/switch")
def switch(endpoint_id: str) -> Response:
    endpoint = _found(endpoint_id)
    turn = service.switch_on if request.form.get("to") == "on" else service.switch_off
    with unit_of_work():
        turn(endpoint, actor=actor(), now=now())
    engine().wake()
    flash("It is switched off. What waits keeps waiting." if endpoint.disabled_at else "It is on.")
    return _back(endpoint)


@bp.post("/<endpoint_id>/test")
def test(endpoint_id: str) -> str:
    endpoint = _found(endpoint_id)
    tried, took_ms = try_once(endpoint)
    return _page(endpoint, tried=tried, took_ms=took_ms, excerpt=tried.text[: Attempt.EXCERPT])


@bp.post("/<endpoint_id>/replay")
def replay(endpoint_id: str) -> str | tuple[str, int] | Response:
    endpoint, form = _found(endpoint_id), ReplayForm()
    try:
        _ensure(form)
        with unit_of_work():
            count = service.replay(endpoint, form.span, actor=actor(), now=now())
    except ValidationFailed as error:
        form.first.errors = [*form.first.errors, *error.fields.get("from", [])]
        return _page(endpoint, replay=form), 422
    engine().wake()
    flash(f"{count} {'event is' if count == 1 else 'events are'} told again.")
    return _back(endpoint)


@bp.post("/<endpoint_id>/remove")
def remove(endpoint_id: str) -> Response:
    endpoint = _found(endpoint_id)
    site = site_of(endpoint)
    with unit_of_work():
        service.remove(endpoint, actor=actor(), now=now())
    flash(f"The endpoint at {endpoint.host} is removed.")
    return redirect(url_for("endpoints.listing", site=site.key))
