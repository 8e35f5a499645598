"""The figures for scripts of the newsroom."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.routes import managed_site
from ..comments.posting import house_of
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.web import answer, json_body
from ..moderation.routes import moderated_site
from ..rulebook.lists import BODY_LIMIT
from . import precision, present, trial
from .handover import Period, handover

bp = Blueprint("figures_api", __name__, url_prefix="/api/v1/moderation")
trial_bp = Blueprint("trial_api", __name__, url_prefix="/api/v1/admin/trial")

MOST_DAYS = 31
FIELDS = ("site", "try", "words", "kind", "rule", "mode")
NUMBERS = ("days", "number")


def asked_period(args: Mapping[str, str], moment: datetime) -> Period:
    """The day in a query (UTC), or the last 24 hours. Raises ValidationFailed for a day that is none or not yet."""
    typed = inputs.line(args, "day", limit=10)
    if typed is None:
        return Period.last_24_hours(moment)
    try:
        day = date.fromisoformat(typed if re.fullmatch(r"\d{4}-\d\d-\d\d", typed, re.ASCII) else "")
    except ValueError as error:
        raise ValidationFailed({"day": ["Use a day like 2026-01-20."]}) from error
    if not date(2000, 1, 1) <= day <= moment.astimezone(UTC).date():
        raise ValidationFailed({"day": ["Use a day of the past, or today."]})
    return Period.of_day(day)


@bp.get("/handover")
def show_handover() -> Response:
    site, moment = moderated_site(), now()
    mine = actor().sections_of(site.id)
    found = handover(site.id, period=asked_period(request.args, moment), now=moment, sections=mine)
    return answer(present.handover_json(found))


@bp.get("/precision")
def show_precision() -> Response:
    site = moderated_site()
    days = inputs.whole_number(request.args, "days", precision.USUAL_DAYS, low=1, high=MOST_DAYS)
    found = precision.records(site.id, days=days, now=now(), sections=actor().sections_of(site.id))
    return answer({"rules": [present.record_json(each) for each in found]})


@bp.get("/shadows")
def show_shadows() -> Response:
    site = moderated_site()
    found = precision.shadows(site.id, now=now(), sections=actor().sections_of(site.id))
    return answer({"shadows": [present.agreement_json(each) for each in found]})


@trial_bp.post("")
def try_it() -> Response:
    payload = json_body(BODY_LIMIT)
    asked = {**inputs.strings(payload, FIELDS), **_numbers(payload)}
    site = managed_site(inputs.line(asked, "site"), Permission.MANAGE_SITE)
    tried, days = trial.read_trial(asked, house_of(site)), trial.read_days(asked)
    _ensure_sound(asked)
    return answer({"trial": present.result_json(trial.run(site.id, tried, days=days, now=now()))})


def _ensure_sound(asked: Mapping[str, str]) -> None:
    """Raises ValidationFailed for a field that is wrong, though another kind of trial be asked for: a script that
    misspells a mode hears of it, and not of a trial of something else."""
    for name, among in (("kind", trial.KINDS), ("rule", trial.RULES_TO_TRY), ("mode", trial.MODES)):
        inputs.choice(asked, name, among, among[0])
    inputs.whole_number(asked, "number", 0, low=0, high=trial.HIGHEST)


def _numbers(payload: Mapping[str, Any]) -> dict[str, str]:
    """The whole numbers of the body, as a query would have them. Raises ValidationFailed."""
    given = {name: payload[name] for name in NUMBERS if payload.get(name) is not None}
    wrong = {name: ["This must be a whole number."] for name, value in given.items() if type(value) is not int}
    if wrong:
        raise ValidationFailed(wrong)
    return {name: str(value) for name, value in given.items()}
