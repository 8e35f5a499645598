"""Atom feeds of a site's and a story's newest comments (RFC 4287), with what answers what (RFC 4685).

The document is made of elements and written by the standard library, which escapes; what XML cannot hold is left out.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from ..authors.models import Author
from ..core import inputs
from ..core.clock import rfc3339
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import EPOCH
from ..core.web import links, revalidated
from ..sites.models import Site
from ..sites.web import about, named_site
from ..stories.models import Story
from ..stories.modes import is_hidden
from ..stories.queries import find_story, shown_to_readers
from .models import Comment, Status
from .page_words import WORDS
from .present import Presenter
from .queries import lists_comments, public_author
from .routes import story_name

bp = Blueprint("feeds", __name__)

ENTRIES = 50
ATOM, THREADING = "http://www.w3.org/2005/Atom", "http://purl.org/syndication/thread/1.0"
MEDIA_TYPE = "application/atom+xml"
# XML 1.0, production 2: what no document may hold, not even escaped.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ET.register_namespace("", ATOM)
ET.register_namespace("thr", THREADING)

Entry = tuple[Comment, datetime | None]  # a comment, and when the one it answers was made


@bp.get("/feeds/<key>.atom")
def of_site(key: str) -> Response:
    """The newest comments of a site, whatever their story."""
    site = about(named_site(key))
    if site.settings.mode == "hidden":
        raise NotFound("There is no feed here.")
    title = WORDS["feed_of_site"].format(title=site.name)
    page = site.origins[0].origin if site.origins else None
    return _answer(site, site.key, title, links().feed(site.key), page, _newest(site))


@bp.get("/feeds/<key>/story.atom")
def of_story(key: str) -> Response:
    """The newest comments of one story; a story nobody knows yet has an empty one."""
    site, name = about(named_site(key)), story_name()
    story = find_story(site.id, name)
    if is_hidden(site, story):
        raise NotFound("There is no feed here.")
    named = {"story": name.id, "url": None if name.id else name.url}
    title = (story.shown_title if story else "") or WORDS["an_article"]
    page = (story.shown_url if story else None) or links().thread(site.key, **named)
    place = links().story_feed(site.key, **named)
    entries = _newest(site, story=story) if story else []
    said = WORDS["feed_of_story"].format(title=title)
    return _answer(site, f"{site.key} {name.id or name.url_key}", said, place, page, entries)


@bp.get("/feeds/<key>/authors/<slug>.atom")
def of_author(key: str, slug: str) -> Response:
    """The newest comments of one author, where the author's page lists them."""
    site = about(named_site(key))
    author, _ = public_author(site, inputs.line({"slug": slug}, "slug") or "")
    if not lists_comments(author, site):
        raise NotFound("There is no feed here.")
    title, page = WORDS["feed_of_author"].format(name=author.name), links().author(site.key, author.slug)
    named = f"author {author.id} {rfc3339(author.created_at)}"
    return _answer(site, named, title, links().author_feed(site.key, author.slug), page, _newest(site, author=author))


def _newest(site: Site, *, story: Story | None = None, author: Author | None = None) -> Sequence[Entry]:
    """The newest visible comments, of one story, of one author or of all that readers see, in one statement."""
    parent = aliased(Comment)
    rows = select(Comment, parent.created_at).outerjoin(parent, parent.id == Comment.parent_id)
    rows = rows.join(Story, Story.id == Comment.story_id).where(shown_to_readers())
    rows = rows.where(Comment.site_id == site.id, Comment.status == Status.APPROVED, Comment.retracted_at.is_(None))
    if story:
        rows = rows.where(Comment.story_id == story.id)
    if author:
        rows = rows.where(Comment.author_id == author.id)
    rows = rows.options(contains_eager(Comment.story), joinedload(Comment.author))
    newest = rows.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(ENTRIES)
    return [(comment, above) for comment, above in db.session.execute(newest)]


def _answer(site: Site, named: str, title: str, place: str, page: str | None, entries: Sequence[Entry]) -> Response:
    changed = max((_changed(comment) for comment, _ in entries), default=EPOCH)
    feed = ET.Element(_in_atom("feed"))
    _add(feed, "id", _urn(site, f"feed {named}"))
    _add(feed, "title", title)
    _add(feed, "updated", rfc3339(changed) or "")
    _add(feed, "link", rel="self", type=MEDIA_TYPE, href=place)
    if page:
        _add(feed, "link", rel="alternate", type="text/html", href=page)
    _add(_add(feed, "author"), "name", site.name)
    show = Presenter(site, links())
    for comment, above in entries:
        feed.append(_entry(show, comment, above))
    document = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    response = revalidated(Response(document, mimetype=MEDIA_TYPE))
    # Added after the question about 304 is settled by the ETag alone: a comment that goes away makes a feed older.
    response.last_modified = changed if entries else None
    return response


def _entry(show: Presenter, comment: Comment, above: datetime | None) -> ET.Element:
    entry, place = ET.Element(_in_atom("entry")), show.place(comment, comment.story)
    title = WORDS["comment_on"].format(name=comment.author_name, title=comment.story.title or WORDS["an_article"])
    _add(entry, "id", _urn_of(show.site, comment.id, comment.created_at))
    _add(entry, "title", title)
    _add(entry, "published", rfc3339(comment.created_at) or "")
    _add(entry, "updated", rfc3339(_changed(comment)) or "")
    _add(entry, "link", rel="alternate", type="text/html", href=place)
    author = _add(entry, "author")
    _add(author, "name", comment.author_name)
    if page := show.author(comment)["url"]:
        _add(author, "uri", page)
    _add(entry, "content", comment.html, type="html")
    if comment.parent_id and above:
        answered = ET.SubElement(entry, f"{{{THREADING}}}in-reply-to")
        answered.set("ref", _urn_of(show.site, comment.parent_id, above))
    return entry


def _in_atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(to: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    kept = {each: NOT_XML.sub("", value) for each, value in attributes.items()}
    element = ET.SubElement(to, _in_atom(name), kept)
    element.text = None if text is None else NOT_XML.sub("", text)
    return element


def _changed(comment: Comment) -> datetime:
    return comment.edited_at or comment.created_at


def _urn_of(site: Site, comment_id: int, created_at: datetime) -> str:
    """The name of a comment for ever, whatever its address; its time sets it apart from another installation's."""
    return _urn(site, f"comment {comment_id} {rfc3339(created_at)}")


def _urn(site: Site, what: str) -> str:
    return uuid5(NAMESPACE_URL, f"commentsvc {site.key} {what}").urn


@bp.after_request
def _read_by_any_page(response: Response) -> Response:
    if request.method in ("GET", "HEAD"):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")  # the same for everybody, and public
    return response
