"""The newsroom's calls about comments (CONTRACT section 4)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from ..accounts.guards import actor
from ..accounts.permissions import Permission, ensure
from ..authors.models import Author
from ..comments.lifecycle import ACTIONS
from ..comments.models import Comment, Decision
from ..comments.moving import MOVE
from ..comments.present import FORMATS, Presenter
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, UnknownSite, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, links
from ..sites.models import Site
from ..sites.service import site_named
from ..stories import acts
from . import alike, decisions, filters, log, queue, undoing
from .decisions import MOST_AT_ONCE, Seen

bp = Blueprint("moderation_api", __name__, url_prefix="/api/v1/moderation")


def moderated_site(given: Mapping[str, str] | None = None) -> Site:
    """The site in the query (or in what is given), if the actor works on it. Raises ValidationFailed, UnknownSite."""
    return _site_to_moderate(inputs.line(request.args if given is None else given, "site", limit=Site.KEY_LENGTH))


def _site_to_moderate(key: str | None) -> Site:
    site = site_named(key)
    try:
        ensure(actor(), Permission.MODERATE, site.id)
    except NotFound as error:
        raise UnknownSite("There is no site of this name here.") from error
    return site


# The names under which `asked` reads its filters; what is decided in bulk refuses every other.
FILTERS = tuple(filters.READERS)


def asked(site: Site, given: Mapping[str, str] | None = None) -> queue.Asked:
    """The filters of a query; the same for the page and the API. `given`: where they come from another place.

    Raises ValidationFailed, NotFound.
    """
    return filters.read(request.args if given is None else given, actor(), site.id)


@bp.get("/queue")
def show_queue() -> Response:
    site = moderated_site()
    limit = inputs.whole_number(request.args, "limit", queue.PAGE, low=1, high=100)
    show = Presenter(site, links(), inputs.choice(request.args, "format", FORMATS, "tree"))
    moment = now()
    cards, following = queue.page(asked(site), after=read_cursor(request.args.get("cursor")), limit=limit)
    alike_to = alike.numbers(cards, site.id, actor=actor())
    return answer(
        {
            "items": [
                {**queue.item_json(card, show, moment), **_alike(alike_to.get(card.comment.likeness or ""))}
                for card in cards
            ],
            "counts": queue.counts(site.id, actor()),
            "next_cursor": str(following) if following else None,
        }
    )


def _alike(number: int | None) -> dict[str, int]:
    return {"alike": number} if number else {}


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
        if each.get("reports") is not None and type(each["reports"]) is not int:
            raise wrong
    seen = [Seen(read_id(each["id"]), each["version"], each.get("reports")) for each in listed]
    return list({each.id: each for each in seen}.values())


def _decided(comment: Comment, decision: Decision | None) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "status": comment.status.lower(),
        "version": comment.version,
        "decision": str(decision.id) if decision else None,
    }


def _conflict(comment: Comment, decision: Decision | None) -> dict[str, Any]:
    who = decision.account.shown_name if decision and decision.account else decision.rule if decision else None
    return {"id": str(comment.id), "status": comment.status.lower(), "version": comment.version, "decided_by": who}


@bp.post("/decisions/<decision_id>/undo")
def undo(decision_id: str) -> Response:
    with unit_of_work():
        comment, decision = undoing.undo(read_id(decision_id), actor=actor(), now=now())
    return answer(_decided(comment, decision))


@bp.post("/undo")
def undo_selection() -> Response:
    """Undo a batch, or what an account, a rule or a sanction decided between two times."""
    payload = json_body()
    names = ("site", *undoing.KINDS, "since", "until")
    fields = inputs.strings(payload, names)
    dry_run = payload.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise ValidationFailed({"dry_run": ["This must be true or false."]})
    site = _site_to_moderate(inputs.line(fields, "site", limit=Site.KEY_LENGTH))
    inputs.only(payload, (*names, "dry_run"))
    selection = selected(site, fields)
    planned = undoing.plan(selection, actor=actor())
    examples = [
        {"decision": log.decision_json(decision), "skipped": why} for decision, why in undoing.examples_of(planned)
    ]
    if dry_run:
        result = undoing.Result("", skipped=planned.skipped, remaining=len(planned.ids))
    else:
        result = undoing.undo_all(selection, actor=actor(), most=MOST_AT_ONCE)
    return answer(
        {
            "done": result.done,
            "skipped": dict(result.skipped),
            "failed": result.failed,
            "remaining": result.remaining,
            "batch": result.batch or None,
            "newest": examples,
        }
    )


def selected(site: Site, fields: Mapping[str, str]) -> undoing.Selection:
    """What a caller wants undone; the same for the page and the API. Raises ValidationFailed, NotFound."""
    what = {name: inputs.line(fields, name, limit=Author.SLUG_LENGTH) for name in undoing.KINDS}
    if len([value for value in what.values() if value]) != 1:
        raise ValidationFailed({"batch": [f"Name exactly one of: {', '.join(undoing.KINDS)}."]})
    since, until = inputs.moment(fields, "since"), inputs.moment(fields, "until")
    if since and until and since >= until:
        raise ValidationFailed({"until": ["This end is not after its beginning."]})
    return undoing.Selection(
        site.id,
        batch=what["batch"],
        account_id=read_id(what["account"]) if what["account"] else None,
        rule=what["rule"],
        author_id=_author_called(site, what["author"]).id if what["author"] else None,
        since=since,
        until=until,
    )


def _author_called(site: Site, slug: str) -> Author:
    found = db.session.scalar(select(Author).where(Author.site_id == site.id, Author.slug == slug))
    if found is None:
        raise NotFound("There is no author of this name here.")
    return found


def asked_of_log(site: Site) -> log.Asked:
    """The filters of the log in a query; the same for the page, the file and the API."""
    numbers = {name: inputs.line(request.args, name, limit=20) for name in ("comment", "account")}
    return log.Asked(
        site.id,
        comment_id=read_id(numbers["comment"]) if numbers["comment"] else None,
        account_id=read_id(numbers["account"]) if numbers["account"] else None,
        rule=inputs.line(request.args, "rule", limit=60),
        action=inputs.choice(request.args, "action", ("", *ACTIONS, MOVE, *acts.ACTIONS), "") or None,
        reason=inputs.line(request.args, "reason", limit=Decision.REASON_LENGTH),
        batch=inputs.line(request.args, "batch", limit=Decision.BATCH_LENGTH),
        author=inputs.line(request.args, "author", limit=Author.SLUG_LENGTH),
        since=inputs.moment(request.args, "since"),
        until=inputs.moment(request.args, "until"),
    )


@bp.get("/log")
def show_log() -> Response:
    site = moderated_site()
    wanted, after = asked_of_log(site), read_cursor(request.args.get("cursor"))
    lines, following = log.page(wanted, actor=actor(), after=after)
    done = log.acts_among(lines, wanted, actor=actor(), after=after, following=following)
    return answer(
        {
            "decisions": [log.decision_json(line) for line in lines],
            "acts": [log.act_json(act) for act in done],
            "next_cursor": str(following) if following else None,
        }
    )
