"""The newsroom's call for deciding on all that matches a filter."""

from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..comments.lifecycle import ACTIONS
from ..comments.log import new_batch
from ..comments.models import Decision
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body
from . import bulk
from .decisions import MOST_AT_ONCE
from .routes import FILTERS, asked, moderated_site

bp = Blueprint("matching_api", __name__, url_prefix="/api/v1/moderation/decisions/matching")

WORDS = ("site", *FILTERS, "action", "reason", "note", "snapshot", "batch")


@bp.get("")
def count() -> Response:
    """How many match now, and the snapshot by which exactly these are decided on."""
    site = moderated_site()
    inputs.only(request.args, ("site", *FILTERS))
    snapshot = bulk.count(asked(site), now=now())
    return answer({"count": snapshot.count, "snapshot": str(snapshot)})


@bp.post("")
def decide() -> Response:
    """One step: up to 200 of what was counted. Whoever calls goes on with the batch and the new snapshot."""
    payload = json_body()
    given = inputs.strings(payload, WORDS)
    site = moderated_site(given)
    inputs.only(payload, (*WORDS, "expected"))
    wanted, snapshot = asked(site, given), bulk.read_snapshot(given.get("snapshot", ""))
    if not given.get("action"):
        raise ValidationFailed({"action": ["Say what to do."]})
    action = inputs.choice(given, "action", ACTIONS, "")
    reason = inputs.line(given, "reason", limit=Decision.REASON_LENGTH) or ""
    note = inputs.line(given, "note", limit=Decision.NOTE_LENGTH) or ""
    batch = bulk.read_batch(given["batch"], actor=actor()) if given.get("batch") else None
    with unit_of_work():
        if batch is None:
            _ensure_expected(bulk.still_matching(wanted, snapshot), payload.get("expected"))
            batch = new_batch()
        chunk, snapshot = bulk.decide_chunk(
            wanted,
            action,
            snapshot,
            actor=actor(),
            now=now(),
            batch=batch,
            reason=reason,
            note=note,
            limit=MOST_AT_ONCE,
        )
    return answer(_done(chunk, snapshot, batch))


def _ensure_expected(number: int, expected: Any) -> None:
    """Raises ValidationFailed for no number and for an empty selection, NumberChanged for another one."""
    if type(expected) is not int or expected < 0:
        raise ValidationFailed({"expected": ["Send the number of comments that were counted."]})
    if number != expected:
        raise bulk.NumberChanged(number)
    if not number:
        raise ValidationFailed({"expected": ["No comment matches, so nothing was decided."]})


def _done(chunk: bulk.Chunk, snapshot: bulk.Snapshot, batch: str) -> dict[str, Any]:
    return {
        "batch": batch,
        "decided": chunk.decided,
        "skipped": chunk.skipped,
        "failed": [{"id": str(id), "reason": why} for id, why in chunk.failed],
        "remaining": snapshot.left,
        "snapshot": str(snapshot),
    }
