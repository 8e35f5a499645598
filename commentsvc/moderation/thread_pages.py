"""A thread at the desk: what it takes, and where its conversations stand. By the pages and by the API."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.wrappers import Response as FlaskResponse
from werkzeug.wrappers import Response

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..comments import queries as comments
from ..comments.models import Comment
from ..comments.moving import move, move_all, target_named
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict, NotFound, OriginNotAllowed, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body
from ..sites.models import Site
from ..sites.sections import read_mode
from ..sites.web import about
from ..stories.acts import mode_before, note_mode
from ..stories.models import Story
from ..stories.queries import story_for
from ..stories.routes import story_json
from . import leases
from .desk import page, story_of_desk, story_page

WRONG = (ValidationFailed, OriginNotAllowed, Conflict)  # what is said beside the field

bp = Blueprint("threads", __name__, url_prefix="/desk")
api = Blueprint("move_api", __name__, url_prefix="/api/v1/admin/stories")


@bp.post("/stories/<number>/mode")
def set_mode(number: str) -> Response:
    story, _ = story_of_desk(number, Permission.MODERATE)
    mode = read_mode(request.form.get("mode", ""))
    with unit_of_work():
        before = mode_before(story)
        story.mode = mode
        note_mode(story, before, actor=actor(), now=now())
    flash("Saved.")
    return redirect(url_for("desk.story", number=story.id))


@bp.post("/stories/<number>/move")
def move_story(number: str) -> str | tuple[str, int] | Response:
    """Everything under the story goes to another one."""
    story, site = story_of_desk(number, Permission.MODERATE)
    try:
        with unit_of_work():
            target = target_named(site, _typed_target(request.form), now=now())
            made = move_all(story, target, actor=actor(), now=now())
            leases.release([decision.comment_id for decision in made])
    except WRONG as error:
        page = story_page(story, site, wrong={"to": str(error)}, to=request.form.get("to", ""))
        return page, error.http_status
    flash(f"{len(made)} {'conversation' if len(made) == 1 else 'conversations'} moved here.", "decided")
    for batch in {decision.batch for decision in made}:
        flash(batch or "", "undo")
    return redirect(url_for("desk.story", number=target.id))


def _typed_target(fields: Any) -> str:
    text = inputs.line(fields, "to", limit=Story.URL_LENGTH)
    if text is None:
        raise ValidationFailed({"to": ["Say to which story: its address, its id or its number here."]})
    return text


@bp.get("/comments/<comment_id>/move")
def ask_where(comment_id: str) -> str:
    return _move_page(*_comment(comment_id))


def _comment(comment_id: str) -> tuple[Comment, Site]:
    found = comments.comment_for(actor(), read_id(comment_id))
    return found, about(db.session.get_one(Site, found.site_id))


def _move_page(comment: Comment, site: Site, wrong: str = "") -> str:
    return page("desk/move.html", site, comment=comment, wrong=wrong, to=request.form.get("to", ""))


@bp.post("/comments/<comment_id>/move")
def move_comment(comment_id: str) -> str | tuple[str, int] | Response:
    """One conversation goes to another story."""
    comment, site = _comment(comment_id)
    seen = inputs.whole_number(request.form, "version", 0, low=1, high=999_999_999)
    try:
        with unit_of_work():
            target = target_named(site, _typed_target(request.form), now=now())
            made = move(comment, target, actor=actor(), seen=seen, now=now())
            leases.release([comment.id])
    except WRONG as error:
        return _move_page(comment, site, str(error)), error.http_status
    flash("The conversation was moved here.", "decided")
    flash(made.batch or "", "undo")
    return redirect(url_for("desk.story", number=target.id) + f"#card-{comment.id}")


@api.post("/<number>/move")
def move_by_script(number: str) -> FlaskResponse:
    """All comments of a story, or one with its replies, to another story."""
    story = story_for(actor(), read_id(number))
    site = db.session.get_one(Site, story.site_id)
    payload = json_body()
    inputs.only(payload, ("to", "comment", "version"))
    fields, seen = inputs.strings(payload, ("to", "comment")), payload.get("version")
    if fields.get("comment") == "" or not (seen is None or type(seen) is int):
        raise ValidationFailed({"comment": ["Name a comment and the version you saw, or leave both out to move all."]})
    with unit_of_work():
        target = target_named(site, _typed_target(fields), now=now())
        if number := fields.get("comment", ""):
            made = [move(_comment_under(story, number), target, actor=actor(), seen=seen, now=now())]
        else:
            made = move_all(story, target, actor=actor(), now=now())
        leases.release([decision.comment_id for decision in made])
    db.session.refresh(target)
    return answer({"story": story_json(target), "decisions": [str(decision.id) for decision in made]})


def _comment_under(story: Story, number: str) -> Comment:
    comment = comments.comment_for(actor(), read_id(number))
    if comment.story_id != story.id:
        raise NotFound("There is no such comment under this story.")
    return comment
