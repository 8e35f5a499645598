"""The desk's pages about what goes out, by whatever channel: what was sent, what waits, what failed and why."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from ..accounts.guards import actor
from ..accounts.permissions import Permission, ensure
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..moderation.desk import chosen_site, page
from ..outbox import lanes
from ..outbox.channels import house
from ..outbox.engine import engine
from ..outbox.models import Delivery, DeliveryStatus, Lane
from ..sites.models import Site
from ..sites.web import about
from . import queries
from .routes import asked_filters

bp = Blueprint("outgoing", __name__, url_prefix="/desk/outgoing")


def receivers(site: Site) -> dict[str, str]:
    """What is shown of a webhook's receiver, by its lane."""
    return {each.lane: each.host for each in queries.endpoints(site.id)}


@bp.get("")
def listing() -> str:
    site = chosen_site()
    ensure(actor(), Permission.SEE_OUTGOING, site.id)
    channel, status = asked_filters()
    found, following = queries.page_of_deliveries(
        site.id, channel=channel, status=status, after=read_cursor(request.args.get("cursor"))
    )
    return page(
        "desk/outgoing.html",
        site,
        deliveries=found,
        next_cursor=following,
        channel=channel or "",
        status=(status or "").lower(),
        channels=sorted(house().channels),
        statuses=[each.lower() for each in DeliveryStatus],
        paused=lanes.paused(site.id),
        receivers=receivers(site),
        may_act=actor().may(Permission.MANAGE_SITE),
        demo=house().silent,
    )


def _site(row: Delivery | Lane) -> Site:
    return about(db.session.get_one(Site, row.site_id))


@bp.get("/<delivery_id>")
def delivery(delivery_id: str) -> str:
    found = queries.delivery_for(actor(), read_id(delivery_id))
    site = _site(found)
    return page(
        "desk/delivery.html",
        site,
        delivery=found,
        shown=house().shown(found, now()),
        receivers=receivers(site),
        may_act=actor().may(Permission.MANAGE_SITE),
        now=now(),
    )


@bp.post("/<delivery_id>/send_again")
def send_again(delivery_id: str) -> Response:
    found = queries.delivery_for(actor(), read_id(delivery_id), Permission.MANAGE_SITE)
    try:
        with unit_of_work():
            lanes.send_again(found, now=now())
        engine().wake()
        flash("It is sent again.")
    except Conflict as error:
        flash(str(error), "conflict")
    return redirect(url_for("outgoing.delivery", delivery_id=found.id))


@bp.post("/resume")
def resume() -> Response:
    lane = queries.lane_for(actor(), inputs.line(request.form, "lane", limit=Lane.KEY_LENGTH) or "")
    site = _site(lane)
    with unit_of_work():
        lanes.resume(lane, now=now())
    engine().wake()
    flash("What waited goes on its way.")
    return redirect(url_for("outgoing.listing", site=site.key))
