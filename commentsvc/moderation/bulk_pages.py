"""The desk's pages for deciding on all that matches: asked first, done in steps, told at the end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, session, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from ..accounts.guards import actor
from ..comments.lifecycle import ACTIONS
from ..comments.log import new_batch
from ..comments.models import Decision
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..core.web import answer
from ..sites.models import Site
from . import bulk, queue
from .desk import card_words, chosen_site, page
from .filters import MOMENTS
from .log_pages import MOST_AT_A_PRESS
from .routes import FILTERS, asked

bp = Blueprint("bulk", __name__, url_prefix="/desk/matching")

MOST_IN_ONE_REQUEST = 2000
PATIENCE = 5.0  # seconds in which a request begins another step
MANY = 100  # of more than so many the number has to be typed
STOPPED = "The database was too busy to go on. What was decided is kept; the rest is still to be done."
OURS = ("site", "cursor", "action", "reason", "note", "batch", "snapshot")


@dataclass(frozen=True)
class Order:
    """What is to be done to all that matches, as the query says it."""

    site: Site
    asked: queue.Asked
    action: str
    reason: str
    note: str
    query: dict[str, str]

    @property
    def filters(self) -> dict[str, str]:
        """The part of the query that the queue's own page understands."""
        return {name: value for name, value in self.query.items() if name in ("site", *FILTERS)}


@bp.get("")
def confirm() -> str | Response:
    """What is about to be done, to how many and to which; nothing is done yet."""
    order = _order()
    snapshot = bulk.count(order.asked, now=now())
    if not snapshot.count:
        flash("No comment matches, so nothing was decided.")
        return redirect(url_for("desk.queue", **order.filters))  # type: ignore[arg-type]
    return _question(order, snapshot, new_batch())


@bp.get("/count")
def count() -> Response:
    """How many match at this moment, for the page of the queue."""
    site = _site()
    return answer({"count": bulk.count(asked(site), now=now()).count})


@bp.post("")
def decide() -> tuple[str, int] | Response:
    """Decide on what was counted, as much as fits in one request."""
    order = _order()
    snapshot, batch = bulk.read_snapshot(request.form.get("snapshot", "")), _batch(request.form)
    if snapshot.count > MANY and request.form.get("number", "").strip() != str(snapshot.count):
        return _question(order, snapshot, batch, wrong=f"Type {snapshot.count} to go on."), 422
    most = inputs.whole_number(request.form, "most", MOST_IN_ONE_REQUEST, low=1, high=MOST_IN_ONE_REQUEST)
    try:
        snapshot = _work_off(order, snapshot, batch, most)
    except bulk.NumberChanged as error:
        return _question(order, bulk.count(order.asked, now=now()), batch, wrong=str(error)), 409
    if request.accept_mimetypes.best == "application/json":
        return answer(_progress(order.site, snapshot, batch))
    said = {**order.query, "batch": batch, "snapshot": str(snapshot)}
    return redirect(url_for("bulk.result") + "?" + urlencode(said))


@bp.get("/result")
def result() -> str:
    """How far it is, what came of it, and the way back."""
    order = _order()
    snapshot, batch = bulk.read_snapshot(request.args.get("snapshot", "")), _batch(request.args)
    progress = _progress(order.site, snapshot, batch)
    return _page("desk/matching_result.html", order, progress=progress, most_undone=MOST_AT_A_PRESS)


def _site() -> Site:
    """The site in the query. Raises ValidationFailed for a filter nobody knows, which would let all match."""
    if unknown := sorted(set(request.args) - {*FILTERS, *OURS}):
        raise ValidationFailed({name: [f"There is no filter called {name}."] for name in unknown})
    return chosen_site()


def _order() -> Order:
    site = _site()
    return Order(
        site,
        asked(site),
        action=inputs.choice(request.args, "action", ACTIONS, ""),
        reason=inputs.choice(request.args, "reason", ("", *card_words(site)["reasons"]), ""),
        note=inputs.line(request.args, "note", limit=Decision.NOTE_LENGTH) or "",
        query={name: value for name, value in request.args.items() if name not in ("batch", "snapshot", "cursor")},
    )


def _batch(given: Mapping[str, str]) -> str:
    return bulk.read_batch(given.get("batch", ""), actor=actor())


def _question(order: Order, snapshot: bulk.Snapshot, batch: str, wrong: str = "") -> str:
    few = bulk.first_few(order.asked, snapshot)
    return _page("desk/matching.html", order, snapshot=snapshot, batch=batch, few=few, wrong=wrong, many=MANY)


def _page(template: str, order: Order, **context: Any) -> str:
    address = url_for("bulk.decide") + "?" + urlencode(order.query)
    filters = in_words(order.asked)
    return page(template, order.site, order=order, address=address, filters=filters, now=now(), **context)


def in_words(wanted: queue.Asked) -> list[tuple[str, str]]:
    """Each filter in force: its name and its value, as people say them. The queue itself is none of them."""
    names = {"words": "Words in the comment", "rule": "Rule"}
    given = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    given |= {name: wanted.narrowing.get(name) for name in MOMENTS}  # days as they were typed
    return [
        (names.get(name, name.replace("_", " ").capitalize()), str(value))
        for name, value in given.items()
        if name not in ("site_id", "sections", "queue", "sort", "zone") and value not in (None, "", False, ())
    ]


def _work_off(order: Order, snapshot: bulk.Snapshot, batch: str, most: int) -> bulk.Snapshot:
    """Step after step, until it is done, `most` were looked at, the time is over or the database stops a step.

    Raises OperationalError when it stops the first: nothing was stored then. A later one is still to be done.
    """
    begun, ends = snapshot, time.monotonic() + PATIENCE
    while snapshot.left and most > 0 and time.monotonic() < ends:
        try:
            chunk, snapshot = _step(order, snapshot, batch, min(bulk.CHUNK, most))
        except OperationalError:
            if snapshot is begun:
                raise
            _tell({STOPPED})
            break
        most -= bulk.CHUNK
        _tell({why for _, why in chunk.failed})
    return snapshot


def _step(order: Order, snapshot: bulk.Snapshot, batch: str, limit: int) -> tuple[bulk.Chunk, bulk.Snapshot]:
    with unit_of_work():
        return bulk.decide_chunk(
            order.asked,
            order.action,
            snapshot,
            actor=actor(),
            now=now(),
            batch=batch,
            reason=order.reason,
            note=order.note,
            limit=limit,
        )


def _tell(reasons: set[str]) -> None:
    """Why some could not be decided on; each reason is said once, however many steps it took."""
    said = {message for _, message in session.get("_flashes", [])}
    for why in sorted(reasons - said):
        flash(why, "conflict")


def _progress(site: Site, snapshot: bulk.Snapshot, batch: str) -> dict[str, Any]:
    """The four numbers add up to what was counted."""
    decided = bulk.decided_in(batch, site.id)
    skipped = max(0, snapshot.count - decided - snapshot.failed - snapshot.left)
    numbers = {"count": snapshot.count, "decided": decided, "skipped": skipped, "failed": snapshot.failed}
    return {**numbers, "remaining": snapshot.left, "batch": batch, "snapshot": str(snapshot)}
