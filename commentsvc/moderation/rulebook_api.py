"""A site's word lists, rules and bans, for scripts (CONTRACT section 4)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.routes import managed_site, read_moment
from ..comments.queries import comment_for
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys
from ..rulebook import bans, lists, modes
from ..rulebook.models import Ban, WordList
from ..sites.models import Site
from ..sites.settings import limits_of
from .networks import ban_network_of

bp = Blueprint("rulebook_api", __name__, url_prefix="/api/v1/admin")


def _managed(payload: Mapping[str, Any]) -> Site:
    return managed_site(inputs.line(inputs.strings(payload, ("site",)), "site"), Permission.MANAGE_SITE)


# Word lists


def list_json(row: WordList) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "kind": row.kind,
        "language": row.language,
        "mode": row.mode,
        "entries": list(row.lines),
        "updated_at": rfc3339(row.updated_at),
    }


@bp.get("/words")
def show_lists() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MODERATE)
    return answer({"lists": [list_json(row) for row in lists.lists_of(site)]})


@bp.post("/words")
def add_list() -> Response:
    payload = json_body(lists.BODY_LIMIT)
    site = _managed(payload)
    wanted = _wanted(payload, lists.Wanted("", "", "", "live", ""))
    with unit_of_work():
        row = lists.add_list(site, wanted, actor=actor(), now=now())
    return answer({"list": list_json(row)}, 201)


@bp.patch("/words/<list_id>")
def change_list(list_id: str) -> Response:
    row = lists.list_for(actor(), read_id(list_id), Permission.MANAGE_SITE)
    wanted = _wanted(json_body(lists.BODY_LIMIT), lists.as_wanted(row))
    with unit_of_work():
        lists.change_list(row, wanted, actor=actor(), now=now())
    return answer({"list": list_json(row)})


@bp.delete("/words/<list_id>")
def delete_list(list_id: str) -> Response:
    row = lists.list_for(actor(), read_id(list_id), Permission.MANAGE_SITE)
    with unit_of_work():
        lists.delete_list(row, actor=actor())
    return answer({"removed": list_id})


def _wanted(payload: Mapping[str, Any], known: lists.Wanted) -> lists.Wanted:
    """What was sent, over what is there."""
    given = inputs.strings(payload, ("name", "kind", "mode", "language"))
    if "language" in payload:
        given.setdefault("language", "")
    if "entries" in payload:
        given["entries"] = "\n".join(_entries(payload["entries"]))
    return lists.Wanted(**{**vars(known), **given})


def _entries(sent: Any) -> list[str]:
    if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
        raise ValidationFailed({"entries": ["Send a list of texts."]})
    if any("\n" in each or "\r" in each for each in sent):
        raise ValidationFailed({"entries": ["An entry is one line."]})
    return sent


# Rules


def rule_json(state: modes.RuleState, site: Site) -> dict[str, Any]:
    about = state.about
    return {
        "rule": about.rule,
        "meaning": about.meaning,
        "usual": about.usual.name.lower(),
        "fixed": about.fixed or None,
        "modes": [str(mode) for mode in about.modes],
        "mode": state.mode or None,
        "when_silent": state.when_silent or None,
        "settings": [{"name": name, **_setting(site, name)} for name in about.settings],
    }


def _setting(site: Site, name: str) -> dict[str, Any]:
    limits = limits_of(name)
    return {"value": getattr(site.settings, name), "low": limits.low, "high": limits.high, "meaning": limits.meaning}


@bp.get("/rules")
def show_rules() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MANAGE_SITE)
    return answer({"rules": [rule_json(state, site) for state in modes.rules_of(site)]})


@bp.patch("/rules")
def change_rules() -> Response:
    payload = json_body(lists.BODY_LIMIT)
    site = _managed(payload)
    changes = [_change(each) for each in _listed(payload.get("rules"))]
    with unit_of_work():
        modes.change_rules(site, changes, actor=actor())
    return answer({"rules": [rule_json(state, site) for state in modes.rules_of(site)]})


def _listed(sent: Any) -> list[dict[str, Any]]:
    """At most one change of each rule."""
    are_changes = isinstance(sent, list) and all(isinstance(each, dict) for each in sent)
    names = [each.get("rule") for each in sent] if are_changes else []
    if not are_changes or not sent or not all(isinstance(name, str) for name in names):
        raise ValidationFailed({"rules": ['Send a list of {"rule": "shouting", "mode": "note"}.']})
    if len(set(names)) < len(names):
        raise ValidationFailed({"rules": ["Name each rule once."]})
    return list(sent)


def _change(sent: Mapping[str, Any]) -> modes.Change:
    """Null means as the rule itself says; what is left out stays as it is."""
    given = inputs.strings(sent, ("rule", "mode", "when_silent"))
    chosen = {name: given.get(name, "") for name in ("mode", "when_silent") if name in sent}
    return modes.Change(given["rule"], **chosen, thresholds=_thresholds(sent.get("settings")))


def _thresholds(sent: Any) -> dict[str, str]:
    if sent is None:
        return {}
    if not isinstance(sent, dict) or not all(isinstance(value, str | int) for value in sent.values()):
        raise ValidationFailed({"settings": ["Send an object of settings by their names."]})
    return {name: ("on" if value else "off") if isinstance(value, bool) else str(value) for name, value in sent.items()}


# Bans


def ban_json(ban: Ban) -> dict[str, Any]:
    """What is said of a ban: a domain by its name, of an address or a network nothing."""
    return {
        "id": str(ban.id),
        "kind": ban.kind,
        "domain": ban.domain,
        "reason": ban.reason,
        "until": rfc3339(ban.until),
        "created_at": rfc3339(ban.created_at),
        "lifted_at": rfc3339(ban.lifted_at),
        "by": ban.account.name if ban.account else None,
    }


@bp.get("/bans")
def show_bans() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MANAGE_SITE)
    found, following = bans.page_of_bans(site, after=read_cursor(request.args.get("cursor")))
    return answer({"bans": [ban_json(ban) for ban in found], "next_cursor": str(following) if following else None})


@bp.post("/bans")
def add_ban() -> Response:
    """Of an address or a domain as typed (`value`, to `until` or for `days`), or of the network of a comment
    (`comment`, for `days`)."""
    payload = json_body()
    site = _managed(payload)
    fields = inputs.strings(payload, ("value", "comment", "reason", "until"))
    value = inputs.line(fields, "value", limit=300)
    reason = inputs.line(fields, "reason", limit=Ban.REASON_LENGTH) or ""
    if ("value" in fields) == ("comment" in fields) or not (value or fields.get("comment")):
        raise ValidationFailed({"value": ["Send an address or a domain, or a comment whose network is meant."]})
    days, until = _days(payload, bans.MOST_DAYS if value else bans.MOST_NETWORK_DAYS), read_moment(fields.get("until"))
    if until and not value:
        raise ValidationFailed({"until": ["The network of a comment is banned for a number of days: send days."]})
    if until and days:
        raise ValidationFailed({"days": ["Send days or until, not both."]})
    is_sure = payload.get("confirm")
    if is_sure is not None and type(is_sure) is not bool:
        raise ValidationFailed({"confirm": ["Send true or false."]})
    whose: dict[str, Any] = {"reason": reason, "actor": actor(), "now": now(), "is_sure": bool(is_sure)}
    with unit_of_work():
        if value:
            until = until or bans.after(days or 0, now())
            ban = bans.ban_typed(site, value, until=until, keys=keys(), **whose)
        else:
            comment = comment_for(actor(), read_id(fields["comment"]))
            ban = ban_network_of(comment, site, days=days or bans.NETWORK_DAYS, **whose)
    return answer({"ban": ban_json(db.session.get_one(Ban, ban.id))}, 201)


def _days(payload: Mapping[str, Any], most: int) -> int | None:
    days = payload.get("days")
    if days is not None and (type(days) is not int or not 1 <= days <= most):
        raise ValidationFailed({"days": [f"Use a whole number from 1 to {most}."]})
    return days


@bp.delete("/bans/<ban_id>")
def lift_ban(ban_id: str) -> Response:
    ban = bans.ban_for(actor(), read_id(ban_id))
    with unit_of_work():
        bans.lift(ban, actor=actor(), now=now())
    return answer({"ban": ban_json(ban)})
