"""Pages around the log: the file, undoing many decisions at once, the public tally."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..accounts.guards import actor
from ..core.clock import now
from ..core.errors import NotFound
from ..core.web import public_answer
from ..sites.models import Site
from ..sites.service import site_named
from ..sites.web import about, answers_pages, requested_site
from . import log, undoing
from .desk import back, chosen_site, page
from .routes import asked_of_log, selected
from .tally import DAYS, tally

bp = Blueprint("log_pages", __name__)
tally_api = answers_pages(Blueprint("tally_api", __name__, url_prefix="/api/v1"))

MOST_AT_A_PRESS = 1000  # decisions undone by one press of the button

LEFT_ALONE = {
    undoing.CHANGED: "something was decided about the comment since",
    undoing.UNDONE_ALREADY: "undone already",
    undoing.NOTHING_BEFORE: "the first decision about its comment: nothing was before it",
    undoing.CANNOT_MOVE: "cannot be moved back: where it came from is gone, was moved or is not yours to moderate",
}


@bp.get("/desk/log.csv")
def as_csv() -> Response:
    """The log as a file, with the filters of the page."""
    site = chosen_site()
    lines = stream_with_context(log.as_csv(asked_of_log(site), actor=actor()))
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="log-{site.key}.csv"'
    return answer


@bp.get("/desk/undo")
def preview() -> str:
    """What undoing a selection would do."""
    site, asked = chosen_site(), _asked(request.args)
    planned = undoing.plan(selected(site, asked), actor=actor())
    return page(
        "desk/undo.html",
        site,
        asked=asked,
        planned=planned,
        examples=undoing.examples_of(planned),
        left_alone=LEFT_ALONE,
        most=MOST_AT_A_PRESS,
    )


@bp.post("/desk/undo")
def undo() -> AnyResponse:
    """Undo a selection; the way back is the toast of the next page."""
    site = chosen_site()
    result = undoing.undo_all(selected(site, _asked(request.form)), actor=actor(), most=MOST_AT_A_PRESS)
    tell_of_undoing(result)
    if request.form.get("back"):
        return redirect(back(at=undoing.first_comment_of(result.batch)))
    return redirect(url_for("desk.log", site=site.key))


def _asked(fields: Mapping[str, str]) -> dict[str, str]:
    names = (*undoing.KINDS, "since", "until")
    return {name: fields[name] for name in names if fields.get(name)}


def tell_of_undoing(result: undoing.Result) -> None:
    if result.done:
        flash(f"{result.done} {'decision' if result.done == 1 else 'decisions'} undone.", "decided")
        flash(result.batch, "undo")
    for why, count in result.skipped.items():
        flash(f"{count} left as they are: {LEFT_ALONE[why]}.", "conflict")
    if result.failed:
        flash(f"{result.failed} could not be undone: they changed at the same moment. Try again.", "conflict")
    if result.remaining:
        flash(f"{result.remaining} are left to undo. Undo again to go on.", "conflict")


def _told(site: Site) -> dict[str, Any]:
    """Raises NotFound where the site does not tell."""
    if not site.settings.public_tally:
        raise NotFound("There is nothing here by that name.")
    return tally(site.id, reasons=site.settings.listed_reasons, now=now())


@bp.get("/tally/<key>")
def public_tally(key: str) -> str:
    site = about(site_named(key))
    return render_template("moderation/tally.html", site=site, told=_told(site), days=DAYS)


@tally_api.get("/tally")
def show_tally() -> Response:
    return public_answer(_told(requested_site()))
