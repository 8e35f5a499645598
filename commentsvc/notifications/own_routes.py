"""A confirmed reader's calls: changing a code for a token, and one's own comments (the page's twin)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from ..authors import readers, sign_on
from ..authors.models import Author
from ..comments import own
from ..comments.own import Own
from ..comments.present import FORMATS, Presenter
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.errors import Unauthorized
from ..core.limits import sessions_opened
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, bearer, house, json_body, keys, links, reader_network
from ..sites.models import Site
from ..sites.service import site_named
from ..sites.web import about, answers_pages, ensure_origin, requested_site
from .letters import words_of
from .own_pages import said_reason

SIGNED_ON_FOR = timedelta(hours=1)  # then the page asks its publisher again: who signed out there is gone here too

bp = answers_pages(Blueprint("me_api", __name__, url_prefix="/api/v1"))


@bp.post("/sessions")
@sessions_opened
def open_session() -> Response:
    """A reader's token for the code that a confirmation sent along to the article, or for the publisher's own token."""
    fields = inputs.strings(json_body(), ("site", "code", "token"))
    site = about(site_named(inputs.line(fields, "site", limit=Site.KEY_LENGTH)))
    ensure_origin(site)
    moment, signed = now(), fields.get("token")
    lasts = SIGNED_ON_FOR if signed else readers.KNOWN_FOR
    # Before the transaction: the publisher's keys may have to be asked for.
    allowed = house().outgoing_allowed
    claims = sign_on.read(site, signed, keys=keys(), allowed=allowed, now=moment) if signed else None
    with unit_of_work():
        if claims:
            reader = sign_on.sign_on(site, claims, keys=keys(), now=moment)
        else:
            reader = readers.change_code(site.id, fields.get("code", ""), reader_network(), now=moment)
        token = readers.know_browser(reader, now=moment, lasts=lasts)
        newest, _ = own.page_of_own(reader, after=None)
    return answer(
        {
            "token": token,
            "expires_at": rfc3339(moment + lasts),
            "name": reader.name,
            "comments": [str(each.comment.id) for each in newest],
        },
        201,
    )


@bp.get("/sessions")
def known_as() -> Response:
    """Who the token shows, if it still does: it may have ended, or been ended elsewhere."""
    site = requested_site()
    ensure_origin(site)
    return answer({"name": _reader(site).name})


@bp.delete("/sessions")
def close_session() -> Response:
    """The token works no more; one that never did is gone as well."""
    site = requested_site()
    ensure_origin(site)
    with unit_of_work():
        readers.forget_browser(bearer() or "")
    return answer({"known": False})


@bp.get("/me/comments")
def my_comments() -> Response:
    site, show = requested_site(), inputs.choice(request.args, "format", FORMATS, "tree")
    ensure_origin(site)
    reader = _reader(site)
    found, following = own.page_of_own(reader, after=read_cursor(request.args.get("cursor")))
    presenter = Presenter(site, links(), show)
    return answer(
        {
            "comments": [_one(each, site, presenter) for each in found],
            "next_cursor": str(following) if following else None,
        }
    )


def _reader(site: Site) -> Author:
    reader = readers.reader_of(bearer(), site.id, now=now())
    if reader is None:
        raise Unauthorized("Show the token of a confirmed reader.")
    return reader


def _one(each: Own, site: Site, presenter: Presenter) -> dict[str, Any]:
    comment, story = each.comment, each.comment.story
    return {
        **presenter.in_full(comment, story),
        "status": each.status,
        "reason": said_reason(each.refused, words_of(site)) if each.refused else None,
        "editable_until": rfc3339(comment.editable_until),
        "story": {"id": story.external_id, "title": story.shown_title, "url": story.shown_url},
        "replies": [presenter.comment(reply, story) for reply in each.replies],
    }
