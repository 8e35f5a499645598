"""Where the links in a mail lead. Reading such a page changes nothing: mail scanners open every link there is.

A link is all the power there is here: no session, no cookie, and so nothing to forge.
"""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from ..authors.models import Author
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import json_body, keys, links
from ..sites.models import Site
from . import bounces, choices, tokens
from .letters import story_name, words_of
from .models import Kind, Pace, Stopped

bp = Blueprint("mail_pages", __name__, url_prefix="/mail")


@bp.after_request
def _for_one_pair_of_eyes(response: Response) -> Response:
    # The address of such a page is a key. Nothing here looks at where a form came from, so "no-referrer" is possible.
    response.headers.update(
        {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
    )
    return response


def _page(template: str, author: Author, **context: Any) -> Response:
    site = db.session.get_one(Site, author.site_id)
    words = words_of(site)
    page = {"page_language": words.language, "page_direction": words.direction, "words": words, "site": site}
    return make_response(render_template(f"mail/{template}.html", **page, **context))


@bp.get("/confirm/<token>")
def confirm_page(token: str) -> Response:
    author, _ = tokens.read("confirm", token, keys())
    return _page("confirm", author, done=author.confirmed_at is not None, preferences=_choices_of(author))


@bp.post("/confirm/<token>")
def confirm(token: str) -> Response:
    author, _ = tokens.read("confirm", token, keys())
    with unit_of_work():
        choices.confirm(author, now=now())
    return _page("confirm", author, done=True, preferences=_choices_of(author))


def _choices_of(author: Author) -> str:
    """Whoever reads this mailbox may choose what comes into it; before it is confirmed, nothing does."""
    return links().mail("preferences", tokens.make("preferences", author, keys())) if author.confirmed_at else ""


@bp.get("/unsubscribe/<token>")
def unsubscribe_page(token: str) -> Response:
    author, [what] = tokens.read("unsubscribe", token, keys())
    return _page("unsubscribe", author, what=what.partition(":")[0], done=False)


@bp.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response:
    """The page's button, and the one click of a mail program (RFC 8058), which sends neither session nor cookie."""
    author, [what] = tokens.read("unsubscribe", token, keys())
    with unit_of_work():
        choices.unsubscribe(author, what)
    return _page("unsubscribe", author, what=what.partition(":")[0], done=True)


@bp.get("/preferences/<token>")
def preferences_page(token: str) -> Response:
    author, _ = tokens.read("preferences", token, keys())
    return _preferences(author, saved=False)


@bp.post("/preferences/<token>")
def preferences(token: str) -> Response:
    author, _ = tokens.read("preferences", token, keys())
    wanted = _wanted(author)
    with unit_of_work():
        if inputs.choice(request.form, "do", ("save", "all_off"), "save") == "all_off":
            choices.all_off(author)
        else:
            choices.choose(author, wanted)
            choices.unfollow(author, _numbers("shown") - _numbers("follow"))
    return _preferences(author, saved=True)


def _wanted(author: Author) -> dict[Kind, Pace]:
    """What the form says; what it does not mention stays. Raises ValidationFailed."""
    present = choices.paces_of(author)
    return {kind: Pace(inputs.choice(request.form, f"pace_{kind}", Pace, present[kind])) for kind in Kind}


def _numbers(name: str) -> set[int]:
    """The stories a form names; only those that were shown can be left, whatever was followed meanwhile."""
    return {read_id(each) for each in request.form.getlist(name)[:1_000]}


def _preferences(author: Author, *, saved: bool) -> Response:
    words = words_of(db.session.get_one(Site, author.site_id))
    followed = [(each.story_id, story_name(each.story, words)) for each in choices.stories_followed(author)]
    return _page(
        "preferences",
        author,
        saved=saved,
        paces=choices.paces_of(author),
        every_pace=list(Pace),
        followed=followed,
        confirmed=author.confirmed_at is not None,
    )


@bp.post("/bounces/<secret>")
def bounce(secret: str) -> tuple[dict[str, bool], int]:
    """A mail service says that a letter came back, or that somebody complained about it."""
    if not bounces.is_secret(secret, keys()):
        raise NotFound("There is nothing here by that name.")
    body = inputs.strings(json_body(), ("message_id", "uid", "kind"))
    uid = bounces.uid_in(body.get("message_id") or body.get("uid") or "")
    if uid is None:
        raise ValidationFailed({"message_id": ["Name the letter by its Message-ID (message_id) or uid."]})
    why = Stopped(inputs.choice(body, "kind", Stopped, ""))
    with unit_of_work():
        known = bounces.stop(uid, why, now=now())
    return {"known": known}, 200
