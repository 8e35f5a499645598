"""Where the newsroom writes in public: the desk's pages, and the same for scripts."""

import secrets
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from ..accounts.guards import actor, own_account
from ..accounts.permissions import Permission
from ..comments.forms import EditForm
from ..comments.models import Comment
from ..comments.posting import text_of
from ..comments.present import FORMATS, Presenter
from ..comments.queries import comment_for
from ..comments.routes import idempotency_key
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict, DomainError, Forbidden, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys, links
from ..sites.models import Site
from ..sites.web import about
from ..stories.models import Story
from ..stories.queries import story_for
from . import answers, decisions
from .answers import Words
from .desk import card_words, fragment, page, place_of_desk, story_of_desk, story_page, wants_fragment

bp = Blueprint("answers", __name__, url_prefix="/desk")
api = Blueprint("answers_api", __name__, url_prefix="/api/v1/moderation")

LARGEST_VERSION = 999_999_999


# Answering a comment


@bp.get("/comments/<comment_id>/reply")
def ask(comment_id: str) -> str:
    """The form; with the field `fragment` only that, to stand on the card."""
    return _reply_form(*_comment(comment_id))


def _comment(comment_id: str) -> tuple[Comment, Site]:
    found = comment_for(actor(), read_id(comment_id))
    return found, about(db.session.get_one(Site, found.site_id))


def _reply_form(comment: Comment, site: Site, wrong: str = "") -> str:
    """With what was typed, and a key under which it is said only once."""
    shown = {
        "comment": comment,
        "wrong": wrong,
        "typed": request.form.get("text", ""),
        "key": request.form.get("key") or secrets.token_hex(16),
        "me": own_account(),
        "signs": answers.signs_as(own_account(), comment.story, keys()),
        "back": place_of_desk(request.form.get("back", "")) or place_of_desk(_came_along()),
    }
    if wants_fragment():
        return fragment("desk/_reply.html", site, **shown)
    return page("desk/reply.html", site, **shown, **card_words(site))


def _came_along() -> str:
    """The page of the desk the link stood on, as far as the browser says."""
    said = request.referrer or ""
    return said.removeprefix(request.host_url.rstrip("/") + request.script_root) if said else ""


@bp.post("/comments/<comment_id>/reply")
def reply(comment_id: str) -> str | tuple[str, int] | Redirect:
    """With the field `fragment` the answer is what stands on the card from now on, or in its place."""
    comment, site = _comment(comment_id)
    approves = request.form.get("approve") == "1"
    try:
        words = Words(_typed(site, request.form), idempotency_key(request.form.get("key") or None))
        with unit_of_work():
            made = answers.answer(
                comment, words, actor=actor(), seen=_seen(), approves=approves, keys=keys(), now=now()
            )
    except (ValidationFailed, Conflict, Forbidden) as error:
        return _reply_again(comment_id, error)
    if wants_fragment():
        return _said_on_card(comment, made, site, approves)
    flash("Approved, and your answer is published." if approves else "Your answer is published.", "decided")
    return redirect(_after(made))


def _typed(site: Site, fields: Any) -> str:
    """Raises ValidationFailed."""
    given = MultiDict({"text": fields.get("text") or ""})
    return EditForm(given, settings=site.settings).new_text()


def _seen() -> int:
    return inputs.whole_number(request.form, "version", 0, low=1, high=LARGEST_VERSION)


def _reply_again(comment_id: str, error: DomainError) -> tuple[str, int]:
    """What was typed, what is wrong, and the comment as it is now."""
    db.session.rollback()
    comment, site = _comment(comment_id)
    db.session.refresh(comment)
    return _reply_form(comment, site, str(error)), error.http_status


def _said_on_card(comment: Comment, made: Comment, site: Site, approves: bool) -> str:
    """A card that was approved makes room for the line with its Undo; every other one stays."""
    last = decisions.last_decisions([comment.id]).get(comment.id) if approves else None
    shown = {"comment": comment, "made": made, "decision": last, "back": place_of_desk(request.form.get("back", ""))}
    return render_template("desk/_replied.html", **shown, show=Presenter(site, links(), "html"), now=now())


def _after(made: Comment) -> str:
    """Back to where the form was opened, else to what was said."""
    back = place_of_desk(request.form.get("back", ""))
    return request.script_root + back if back else url_for("desk.comment", comment_id=made.id)


# A comment of one's own under a story


@bp.post("/stories/<number>/comments")
def comment_on(number: str) -> str | tuple[str, int] | Redirect:
    story, site = story_of_desk(number, Permission.MODERATE)
    try:
        words = Words(_typed(site, request.form), idempotency_key(request.form.get("key") or None))
        with unit_of_work():
            made = answers.comment_on(story, words, actor=actor(), keys=keys(), now=now())
    except (ValidationFailed, Conflict, Forbidden) as error:
        db.session.rollback()
        story, site = story_of_desk(number, Permission.MODERATE)
        typed = request.form.get("text", "")
        return story_page(story, site, said=typed, wrong={"said": str(error)}), error.http_status
    flash("Your comment is published.", "decided")
    return redirect(url_for("desk.comment", comment_id=made.id))


# What becomes of one's own words


@bp.get("/comments/<comment_id>/edit")
def ask_what(comment_id: str) -> str:
    comment, site = _own(comment_id)
    return _edit_page(comment, site, text_of(comment) or "")


def _own(comment_id: str) -> tuple[Comment, Site]:
    """Raises Forbidden for what somebody else wrote."""
    comment, site = _comment(comment_id)
    answers.ensure_own(comment, actor())
    return comment, site


def _edit_page(comment: Comment, site: Site, typed: str, wrong: str = "") -> str:
    return page("desk/own_words.html", site, comment=comment, typed=typed, wrong=wrong)


@bp.post("/comments/<comment_id>/edit")
def edit(comment_id: str) -> str | tuple[str, int] | Redirect:
    comment, site = _own(comment_id)
    try:
        text = _typed(site, request.form)
        with unit_of_work():
            answers.edit(comment, text, actor=actor(), seen=_seen(), keys=keys(), now=now())
    except (ValidationFailed, Conflict, Forbidden) as error:
        db.session.rollback()
        comment, site = _own(comment_id)
        db.session.refresh(comment)
        return _edit_page(comment, site, request.form.get("text", ""), str(error)), error.http_status
    flash("Saved.", "decided")
    return redirect(url_for("desk.comment", comment_id=comment.id))


@bp.post("/comments/<comment_id>/take-back")
def take_back(comment_id: str) -> Redirect:
    comment, _ = _own(comment_id)
    with unit_of_work():
        answers.take_back(comment, actor=actor(), now=now())
    flash("Taken back: nobody reads it any more.", "decided")
    return redirect(url_for("desk.comment", comment_id=comment.id))


# For scripts


@api.post("/comments/<comment_id>/reply")
def reply_by_script(comment_id: str) -> Response:
    comment, site = _comment(comment_id)
    payload = json_body()
    inputs.only(payload, ("text", "version", "approve"))
    seen, approves = payload.get("version"), payload.get("approve", False)
    if not isinstance(approves, bool):
        raise ValidationFailed({"approve": ["This must be true or false."]})
    if not (seen is None or type(seen) is int) or (approves and seen is None):
        raise ValidationFailed({"version": ["Send the version you saw, a number; it is needed to approve."]})
    words = _words(site, payload)
    with unit_of_work():
        made = answers.answer(comment, words, actor=actor(), seen=seen, approves=approves, keys=keys(), now=now())
    return _told(made, site, 201)


def _words(site: Site, payload: dict[str, Any]) -> Words:
    _format()  # a wrong one is refused before anything is stored
    text = _typed(site, inputs.strings(payload, ("text",)))
    return Words(text, idempotency_key(request.headers.get("Idempotency-Key")))


def _format() -> str:
    return inputs.choice(request.args, "format", FORMATS, "tree")


def _told(comment: Comment, site: Site, status: int = 200) -> Response:
    """What was written, as readers see it, with what a change of it needs."""
    db.session.refresh(comment)
    story = db.session.get_one(Story, comment.story_id)
    shown = Presenter(site, links(), _format(), [byline.author_id for byline in story.bylines])
    said = {**shown.in_full(comment, story), "status": comment.status.lower(), "version": comment.version}
    return answer({"comment": said}, status)


@api.post("/stories/<number>/comments")
def comment_by_script(number: str) -> Response:
    story = story_for(actor(), read_id(number))
    site = about(db.session.get_one(Site, story.site_id))
    payload = json_body()
    inputs.only(payload, ("text",))
    words = _words(site, payload)
    with unit_of_work():
        made = answers.comment_on(story, words, actor=actor(), keys=keys(), now=now())
    return _told(made, site, 201)


@api.patch("/comments/<comment_id>")
def edit_by_script(comment_id: str) -> Response:
    comment, site = _own(comment_id)
    payload = json_body()
    inputs.only(payload, ("text", "version"))
    if type(payload.get("version")) is not int:
        raise ValidationFailed({"version": ["Send the version you saw, a number."]})
    words = _words(site, payload)
    with unit_of_work():
        answers.edit(comment, words.text, actor=actor(), seen=payload["version"], keys=keys(), now=now())
    return _told(comment, site)


@api.delete("/comments/<comment_id>")
def take_back_by_script(comment_id: str) -> Response:
    comment, site = _own(comment_id)
    _format()  # a wrong one is refused before anything is done
    with unit_of_work():
        answers.take_back(comment, actor=actor(), now=now())
    return _told(comment, site)
