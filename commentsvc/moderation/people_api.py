"""What admins can do with one person, for scripts: what reaches into comments, other sites and mail."""

from flask import Blueprint, Response

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors import notes, queries, standings
from ..authors.models import Author, AuthorNote
from ..authors.routes import author_named, full_json, standing_asked
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys
from . import merging, sanctions
from .models import AuthorTransfer
from .person import Flags, person

bp = Blueprint("people_api", __name__, url_prefix="/api/v1/admin/authors")

WORDS = ("standing", "reason", "until", "lasts", "message", "comments", "since", "scope")


@bp.post("/<author_id>/standing")
def change_standing(author_id: str) -> Response:
    """A standing with what comes with it. Comments that no request has the patience for follow by themselves."""
    author, site = author_named(author_id, Permission.MANAGE_AUTHORS)
    wanted = _wanted(inputs.strings(json_body(), WORDS))
    with unit_of_work():
        change = sanctions.give(author, wanted, actor=actor(), keys=keys(), now=now())
    if wanted.comments:
        sanctions.go_on(change.id, actor=actor())
    return answer(
        {"author": full_json(db.session.get_one(Author, author.id), site), "batch": change.batch},
    )


def _wanted(fields: dict[str, str]) -> sanctions.Wanted:
    standing, reason, until = standing_asked(fields)
    return sanctions.Wanted(
        standing=standing,
        reason=reason,
        until=until,
        message=standings.read_message(fields.get("message", "")),
        comments=inputs.choice(fields, "comments", ("", *sanctions.COMMENTS), "") or None,
        since=inputs.moment(fields, "since"),
        everywhere=inputs.choice(fields, "scope", (sanctions.SITE, sanctions.EVERYWHERE), sanctions.SITE)
        == sanctions.EVERYWHERE,
    )


@bp.get("/<author_id>/record")
def show_record(author_id: str) -> Response:
    """What staff know of one person, in numbers: for who moderates, of their sections."""
    author, _ = author_named(author_id, Permission.MODERATE)
    known = person(author, actor=actor(), keys=keys(), now=now())
    return answer(
        {
            "comments": {state.lower().replace(" ", "_"): number for state, number in known.states.items()},
            "names": [{"name": name, "comments": number} for name, number in known.names],
            "flags_received": _flags_json(known.received),
            "flags_made": _flags_json(known.made),
            "notes": [_note_json(note) for note in known.notes],
            "same_address": [str(other.id) for other in known.same_address],
            "acts": [
                {
                    "action": act.action,
                    "field": act.field,
                    "before": act.before,
                    "after": act.after,
                    "by": act.account.shown_name if act.account else None,
                    "at": rfc3339(act.created_at),
                }
                for act in known.acts
            ],
        }
    )


def _flags_json(flags: Flags) -> dict[str, int]:
    return {"total": flags.total, "open": flags.open, "upheld": flags.upheld}


def _note_json(note: AuthorNote) -> dict[str, str | None]:
    by = note.account.shown_name if note.account else None
    return {"text": note.text, "by": by, "at": rfc3339(note.created_at)}


@bp.post("/<author_id>/notes")
def add_note(author_id: str) -> Response:
    author, _ = author_named(author_id, Permission.MODERATE)
    with unit_of_work():
        note = notes.add_note(author, inputs.strings(json_body(), ("text",)).get("text", ""), actor=actor(), now=now())
    return answer({"note": _note_json(note)}, 201)


@bp.post("/<author_id>/merge")
def merge(author_id: str) -> Response:
    """Another author becomes part of this one; with `dry_run` only what it would do."""
    author, _ = author_named(author_id, Permission.MANAGE_AUTHORS)
    payload = json_body()
    other = queries.author_for(
        actor(), read_id(inputs.strings(payload, ("author",)).get("author", "")), Permission.MANAGE_AUTHORS
    )
    planned = merging.preview(author, other, actor=actor(), now=now())
    said = {
        "kind": planned.kind,
        "comments": {state.lower(): number for state, number in planned.comments.items()},
        "stories": planned.stories,
        "standing": planned.standing,
        "takes_address": planned.takes_address,
    }
    if payload.get("dry_run"):
        return answer({"transfer": None, "would": said})
    with unit_of_work():
        transfer = merging.merge(author, other, actor=actor(), now=now())
    return answer({"transfer": transfer_json(transfer), "would": said})


@bp.post("/<author_id>/split")
def split(author_id: str) -> Response:
    """The comments written under these names become somebody else's."""
    author, _ = author_named(author_id, Permission.MANAGE_AUTHORS)
    names = json_body().get("names")
    if not isinstance(names, list) or not 0 < len(names) <= merging.MOST_NAMES:
        raise ValidationFailed({"names": [f"Send a list of names, {merging.MOST_NAMES} at most."]})
    named = [_name(each) for each in names]
    with unit_of_work():
        transfer = merging.split(author, named, actor=actor(), now=now())
    return answer({"transfer": transfer_json(transfer)})


def _name(sent: object) -> str:
    """One of the names of a list, as names are kept: the first of them becomes the new author's."""
    typed = inputs.line(inputs.strings({"names": sent}, ("names",)), "names", limit=Author.NAME_LENGTH)
    if typed is None:
        raise ValidationFailed({"names": ["A name is not empty."]})
    return typed


@bp.post("/transfers/<transfer_id>/undo")
def undo_transfer(transfer_id: str) -> Response:
    transfer = merging.transfer_for(actor(), read_id(transfer_id))
    with unit_of_work():
        merging.undo(transfer, actor=actor(), now=now())
    return answer({"transfer": transfer_json(transfer)})


def transfer_json(transfer: AuthorTransfer) -> dict[str, str | int | None]:
    return {
        "id": str(transfer.id),
        "kind": transfer.kind,
        "from": str(transfer.from_id),
        "to": str(transfer.to_id),
        "comments": transfer.comments,
        "undoable_until": rfc3339(transfer.until),
        "undone_at": rfc3339(transfer.undone_at),
    }
