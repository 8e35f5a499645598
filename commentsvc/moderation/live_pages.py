"""What a page of the queue asks for while it is open."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.paging import MOST, Cursor
from ..core.web import revalidated_for_one
from . import live, queue
from .decisions import MOST_AT_ONCE
from .desk import MOST_OF_SAVED, chosen_site, saved_with_counts
from .filters import WORKED_OFF
from .routes import asked

bp = Blueprint("live", __name__, url_prefix="/desk")


@bp.get("/live")
def show() -> Response:
    """The numbers of the queues, how many are new and which comments of the page were decided on; 304 for the same.

    The query is the page's own, with `drawn`, when it was drawn, and `ids`, the comments on it, joined by commas.
    """
    site = chosen_site()
    drawn, ids = _drawn(), _ids()
    changed = live.changed_since(site.id, ids, drawn, actor=actor())
    payload: dict[str, Any] = {
        "counts": queue.counts(site.id, actor(), WORKED_OFF),
        "saved": {str(kept.id): _capped(number) for kept, number in saved_with_counts(site)},
        "new": live.new_since(asked(site), drawn, actor=actor()),
        "changed": {
            str(each.id): {"status": each.status, "version": each.version, "by": each.by, "said": each.said}
            for each in changed
        },
    }
    return revalidated_for_one(payload)


def _capped(number: int) -> str:
    """As the page says it."""
    return f"{number:,}" if number < MOST_OF_SAVED else f"{MOST_OF_SAVED:,}+"


def _drawn() -> datetime:
    typed = request.args.get("drawn", "")
    if typed.isascii() and typed.isdigit() and len(typed) < 18 and int(typed) < MOST:
        return Cursor(int(typed), 0).moment
    raise ValidationFailed({"drawn": ["Say when the page was drawn, as the page itself does."]})


def _ids() -> list[int]:
    typed = [each for each in request.args.get("ids", "").split(",") if each]
    if len(typed) > MOST_AT_ONCE:
        raise ValidationFailed({"ids": [f"Ask about at most {MOST_AT_ONCE} comments at once."]})
    try:
        return [read_id(each) for each in typed]
    except NotFound as error:
        raise ValidationFailed({"ids": ["Send ids joined by commas."]}) from error
