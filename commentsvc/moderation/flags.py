"""Readers report a comment."""

from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.exc import IntegrityError

from ..comments import events, lifecycle
from ..comments.house import house_of
from ..comments.models import Comment
from ..comments.queries import public_comment
from ..comments.receipts import proof_from
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.limits import reactions
from ..core.text import Unreadable, clean_text
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, bearer, json_body, keys, reader_hash, reader_network
from ..screening import FLAGS_REACHED, House, Outcome, flags_reached
from ..sites.models import Site
from ..sites.web import about, answers_pages, ensure_origin
from .models import Flag, FlagReason

bp = answers_pages(Blueprint("flags_api", __name__, url_prefix="/api/v1"))


def flag(
    comment: Comment,
    reader: str,
    *,
    reason: FlagReason,
    details: str,
    now: datetime,
    network: str | None = None,
    made_by: int | None = None,
) -> None:
    """Remember a report, once per reader and comment. Raises NotFound for what nobody can see.

    `network` is the hash of the network it came from; reports of one network count once for the rule. `made_by` is the
    id of the author the reader is proven to be.
    """
    _ensure_visible(comment)
    known = select(Flag.id).where(Flag.comment_id == comment.id, Flag.reader_hash == reader)
    if db.session.scalar(known) is not None:
        return
    house = house_of(db.session.get_one(Site, comment.site_id))
    if house.flags_to_hold and house.is_on(FLAGS_REACHED):
        lifecycle.wait_for_turn([comment])  # before the comment itself is touched: as a moderator's decision does
        db.session.refresh(comment)
        _ensure_visible(comment)
    # A comment that is to be left alone gets its answer at once.
    report = Flag(comment_id=comment.id, reader_hash=reader, network_hash=network, created_at=now)
    report.reason, report.details = reason, details
    report.author_id, report.made_by_id = comment.author_id, made_by
    report.settled_at = now if comment.ignores_flags else None
    db.session.add(report)
    events.flagged(comment, reason)
    if not comment.ignores_flags:
        lifecycle.count_flags({comment.id: +1})
        _bring_back(comment, report, house, now)


def _ensure_visible(comment: Comment) -> None:
    if not comment.is_visible:
        raise NotFound("There is no such comment here.")


def _bring_back(comment: Comment, report: Flag, house: House, now: datetime) -> None:
    """Let the rule speak once enough readers reported it since a moderator last decided, not for each one more."""
    db.session.flush()
    db.session.refresh(comment, ["open_flags", "risk"])
    if not flags_reached(comment.open_flags, house) or not comment.is_visible:
        return
    verdict = flags_reached(_networks(comment), house)
    if verdict is None or (verdict.outcome is Outcome.NOTE and flags_reached(_networks(comment, report.id), house)):
        return
    lifecycle.follow(comment, verdict, now=now)


def networks_reporting() -> ColumnElement[str]:
    """What a report counts by: a browser's name is easily changed, so readers say little. One without is by itself."""
    return func.coalesce(Flag.network_hash, cast(Flag.id, String))


def _networks(comment: Comment, but: int = 0) -> int:
    """From how many networks the open reports came."""
    rows = select(func.count(networks_reporting().distinct())).where(
        Flag.comment_id == comment.id, Flag.settled_at.is_(None)
    )
    return db.session.scalar(rows.where(Flag.id != but)) or 0


def read_details(text: str) -> str:
    """Raises ValidationFailed."""
    try:
        details = clean_text(text)
    except Unreadable as error:
        raise ValidationFailed({"details": [str(error)]}) from error
    if len(details) > Flag.DETAILS_LENGTH:
        raise ValidationFailed({"details": [f"Use at most {Flag.DETAILS_LENGTH} characters."]})
    return details


@bp.post("/comments/<comment_id>/flags")
@reactions
def flag_comment(comment_id: str) -> Response:
    fields = inputs.strings(json_body(), ("reason", "details"))
    comment, site = public_comment(read_id(comment_id))
    ensure_origin(about(site))
    if not fields.get("reason"):
        raise ValidationFailed({"reason": ["Say what is wrong with it."]})
    reason = FlagReason(inputs.choice(fields, "reason", list(FlagReason), ""))
    details = read_details(fields.get("details", ""))
    keep_report(comment, reason, details)
    return answer({"received": True}, 202)


def keep_report(comment: Comment, reason: FlagReason, details: str) -> None:
    """The report of whoever sent this request, in a transaction of its own. Raises NotFound."""
    try:
        _keep(comment, reason, details)
    except IntegrityError:  # the same reader at the same moment: now the other report is found
        _keep(comment, reason, details)


def _keep(comment: Comment, reason: FlagReason, details: str) -> None:
    with unit_of_work():
        flag(
            comment,
            reader_hash(),
            reason=reason,
            details=details,
            now=now(),
            network=reader_network(),
            made_by=_proven(comment.site_id),
        )


def _proven(site_id: int) -> int | None:
    """The author of the comment whose receipt was sent along, if one of this site was."""
    proof = proof_from(bearer(), keys())
    return proof.author_id if proof and proof.site_id == site_id else None
