"""Where the links in a mail lead. Reading such a page changes nothing: mail scanners open every link there is.

A link is all the power there is here: no session, no cookie, and so nothing to forge.
"""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from ..authors import readers
from ..authors.models import Author
from ..comments import claims, cookies
from ..comments.models import Comment
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.urls import origin_of
from ..core.web import json_body, keys, links, reader_network
from ..sites.models import Site
from ..sites.web import ensure_own_page
from . import bounces, choices, tokens
from .letters import plain, story_name, words_of
from .models import Confirmation, Kind, Pace, Stopped
from .page import page

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
    return page(f"mail/{template}", site, **context)


@bp.get("/confirm/<token>")
def confirm_page(token: str) -> Response:
    asked = _asked("confirm", token)
    return _used(asked) if asked.used_at else _question(asked)


@bp.post("/confirm/<token>")
def confirm(token: str) -> Response:
    """What was seen becomes the reader's, and the browser that sends this is known from now on, no other."""
    ensure_own_page()
    asked, moment = _asked("confirm", token), now()
    lasts = readers.KNOWN_FOR if request.form.get("remember") else None
    with unit_of_work():
        if claims.newest_of(asked.author, keys()) > _number("seen", asked.comment_id or 0):
            return _question(asked, changed=True)
        if not choices.use(asked, now=moment):
            return _used(asked)
        known = choices.confirm(asked.author, now=moment)
        shown = readers.know_browser(known, now=moment, lasts=lasts or readers.KNOWN_FOR_A_VISIT)
        back = _way_back(asked, known)
    site = db.session.get_one(Site, known.site_id)
    answer = _page("confirmed", known, preferences=_choices_of(known), me=links().me(site.key), back=back)
    return cookies.keep(answer, site, shown, lasts)


def _asked(action: str, token: str) -> Confirmation:
    """What a letter asked. Raises NotFound for a link without one: its end was there."""
    _, more = tokens.read(action, token, keys())
    asked = db.session.get(Confirmation, more[0]) if more else None
    if asked is None:
        raise NotFound("This link leads nowhere any more.")
    return asked


def _question(asked: Confirmation, *, changed: bool = False) -> Response:
    answer = _page("confirm", asked.author, comments=claims.written_by(asked.author), plain=plain, changed=changed)
    answer.status_code = 409 if changed else 200
    return answer


def _used(asked: Confirmation) -> Response:
    site = db.session.get_one(Site, asked.author.site_id)
    return _page("used", asked.author, me=links().me(site.key))


def _way_back(asked: Confirmation, known: Author) -> str:
    """The article, with a code that its comments change for a reader's token; only on the site's own pages."""
    comment = db.session.get(Comment, asked.comment_id) if asked.comment_id else None
    if comment is None:
        return ""
    site, url = db.session.get_one(Site, comment.site_id), comment.story.shown_url
    if url and site.allows(origin_of(url)):
        return f"{url}#commentsvc-known={readers.code_for(known, reader_network(), now=now())}"
    story = comment.story
    return links().thread(site.key, story=story.external_id, url=None if story.external_id else story.url)


@bp.get("/enter/<token>")
def enter_page(token: str) -> Response:
    asked = _asked("enter", token)
    return _used(asked) if asked.used_at else _page("enter", asked.author)


@bp.post("/enter/<token>")
def enter(token: str) -> Response:
    """The way to one's own comments, for whoever reads the mailbox."""
    ensure_own_page()
    asked, moment = _asked("enter", token), now()
    lasts = readers.KNOWN_FOR if request.form.get("remember") else None
    with unit_of_work():
        if asked.author.confirmed_at is None or not choices.use(asked, now=moment):
            return _used(asked)
        shown = readers.know_browser(asked.author, now=moment, lasts=lasts or readers.KNOWN_FOR_A_VISIT)
    site = db.session.get_one(Site, asked.author.site_id)
    response = make_response(redirect(links().me(site.key), 303))
    return cookies.keep(response, site, shown, lasts)


def _number(name: str, default: int) -> int:
    return read_id(request.form[name]) if request.form.get(name) else default


def _choices_of(author: Author) -> str:
    """Whoever reads this mailbox may choose what comes into it."""
    return links().mail("preferences", tokens.make("preferences", author, keys()))


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
        mine=links().mail("mine", tokens.make("mine", author, keys())) if author.confirmed_at else "",
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
