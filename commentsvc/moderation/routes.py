"""The newsroom's calls about comments (CONTRACT section 4)."""

from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission, ensure
from ..comments.lifecycle import ACTIONS
from ..comments.models import Comment, Decision
from ..comments.present import FORMATS, Presenter
from ..core import inputs
from ..core.clock import now
from ..core.errors import NotFound, UnknownSite, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, links
from ..sites.models import Site
from ..sites.service import site_named
from . import decisions, filters, queue
from .decisions import MOST_AT_ONCE, Seen

bp = Blueprint("moderation_api", __name__, url_prefix="/api/v1/moderation")


def moderated_site() -> Site:
    """The site in the query, if the actor works on it. Raises ValidationFailed, UnknownSite."""
    site = site_named(inputs.line(request.args, "site", limit=Site.KEY_LENGTH))
    try:
        ensure(actor(), Permission.MODERATE, site.id)
    except NotFound as error:
        raise UnknownSite("There is no site of this name here.") from error
    return site


def asked(site: Site) -> queue.Asked:
    """The filters of a query; the same for the page and the API. Raises ValidationFailed, NotFound."""
    return filters.read(request.args, actor(), site.id)


@bp.get("/queue")
def show_queue() -> Response:
    site = moderated_site()
    limit = inputs.whole_number(request.args, "limit", queue.PAGE, low=1, high=100)
    show = Presenter(site, links(), inputs.choice(request.args, "format", FORMATS, "tree"))
    moment = now()
    cards, following = queue.page(asked(site), after=read_cursor(request.args.get("cursor")), limit=limit)
    return answer(
        {
            "items": [queue.item_json(card, show, moment) for card in cards],
            "counts": queue.counts(site.id, actor()),
            "next_cursor": str(following) if following else None,
        }
    )


@bp.post("/decisions")
def decide() -> Response:
    payload = json_body()
    fields = inputs.strings(payload, ("action", "reason", "note"))
    if not fields.get("action"):
        raise ValidationFailed({"action": ["Say what to do."]})
    action = inputs.choice(fields, "action", ACTIONS, "")
    reason = inputs.line(fields, "reason", limit=Decision.REASON_LENGTH) or ""
    note = inputs.line(fields, "note", limit=Decision.NOTE_LENGTH) or ""
    seen = _seen(payload.get("comments"))
    with unit_of_work():
        outcome = decisions.decide_all(seen, action, actor=actor(), now=now(), reason=reason, note=note)
    return answer(
        {
            "decided": [_decided(comment, decision) for comment, decision in outcome.decided],
            "conflicts": [_conflict(comment, decision) for comment, decision in outcome.conflicts],
        }
    )


def _seen(listed: Any) -> list[Seen]:
    """Raises ValidationFailed for anything but 1 to 200 different comments, each with the version seen."""
    wrong = ValidationFailed({"comments": [f'Send 1 to {MOST_AT_ONCE} entries like {{"id": "1", "version": 1}}.']})
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_AT_ONCE:
        raise wrong
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str) or type(each.get("version")) is not int:
            raise wrong
    seen = [Seen(read_id(each["id"]), each["version"]) for each in listed]
    return list({each.id: each for each in seen}.values())


def _decided(comment: Comment, decision: Decision | None) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "status": comment.status.lower(),
        "version": comment.version,
        "decision": str(decision.id) if decision else None,
    }


def _conflict(comment: Comment, decision: Decision | None) -> dict[str, Any]:
    who = decision.account.name if decision and decision.account else decision.rule if decision else None
    return {"id": str(comment.id), "status": comment.status.lower(), "version": comment.version, "decided_by": who}


@bp.post("/decisions/<decision_id>/undo")
def undo(decision_id: str) -> Response:
    with unit_of_work():
        comment, decision = decisions.undo(read_id(decision_id), actor=actor(), now=now())
    return answer(_decided(comment, decision))


@bp.get("/log")
def show_log() -> Response:
    site = moderated_site()
    comment, account = request.args.get("comment"), request.args.get("account")
    lines, following = queue.log(
        site.id,
        comment_id=read_id(comment) if comment else None,
        account_id=read_id(account) if account else None,
        after=read_cursor(request.args.get("cursor")),
        sections=actor().sections_of(site.id),
    )
    return answer(
        {
            "decisions": [queue.decision_json(line) for line in lines],
            "next_cursor": str(following) if following else None,
        }
    )
