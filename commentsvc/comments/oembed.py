"""One comment for whoever quotes it elsewhere (oEmbed 1.0): a quotation that needs no script."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, render_template, request

from ..core import inputs
from ..core.errors import NotFound, ValidationFailed
from ..core.html import text_of
from ..core.ids import read_id
from ..core.urls import WrongUrl, origin_of
from ..core.web import house, links, revalidated
from ..sites.models import Site
from ..sites.web import about
from ..stories.models import Story
from ..stories.queries import StoryName, find_story
from .feeds import NOT_XML
from .models import Comment
from .page_words import say
from .present import Presenter
from .queries import public_comment

bp = Blueprint("oembed", __name__)

MEDIA_TYPES = {"json": "application/json+oembed", "xml": "text/xml+oembed"}
ANSWERS = {"json": "application/json", "xml": "text/xml"}
WIDTH, LEAST, MOST = 600, 1, 10_000  # pixels
LINE, LETTER, FRAME = 24, 8, 96  # pixels: of a line, of a letter in it, of what stands around the words
KEPT = 3600  # seconds others may keep the answer; a comment that is removed is gone everywhere after that

_OWN = re.compile(r"/c/(\d+)|/thread/[^/]+/replies/(\d+)")
_IN_PAGE = re.compile(r"comment-(\d+)")


@bp.get("/oembed")
def oembed() -> Response:
    """The comment at an address: its permalink, its page here, or an article with `#comment-ID`."""
    format = request.args.get("format") or "json"
    if format not in ANSWERS:
        abort(501)  # what the specification asks for
    url = inputs.line(request.args, "url", limit=Story.URL_LENGTH)
    if not url:
        raise ValidationFailed({"url": ["Say which comment, by its address."]})
    comment, site = _comment_at(url)
    about(site)
    width, height = _size(comment)
    answer = _described(comment, site, width, height)
    body = json.dumps(answer, ensure_ascii=False) if format == "json" else _as_xml(answer)
    response = revalidated(Response(body, mimetype=ANSWERS[format]))
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _comment_at(url: str) -> tuple[Comment, Site]:
    """The visible comment an address names. Raises NotFound for every other address."""
    nothing = NotFound("There is no comment at this address.")
    own, in_page = _own_path(url), _IN_PAGE.fullmatch(url.partition("#")[2])
    found = _OWN.fullmatch(own) if own is not None else None
    number = found[1] or found[2] if found else in_page[1] if in_page else None
    if number is None:
        raise nothing
    comment, site = public_comment(read_id(number))
    if not comment.is_visible or not (found or _is_of_article(url, comment, site)):
        raise nothing
    return comment, site


def _own_path(url: str) -> str | None:
    """The path below this service, if the address is one of its own."""
    base = house().base_url or request.host_url.rstrip("/") + request.script_root
    address, _, _ = url.partition("#")
    path = address.partition("?")[0]
    return path.removeprefix(base) if path.startswith(f"{base}/") else None


def _is_of_article(url: str, comment: Comment, site: Site) -> bool:
    """Whether it is an address of the very article the comment stands under."""
    try:
        if not site.allows(origin_of(url)):
            return False
        story = find_story(site.id, StoryName(None, url))
    except (WrongUrl, ValidationFailed):
        return False
    return story is not None and story.id == comment.story_id


def _size(comment: Comment) -> tuple[int, int]:
    """Width and height in pixels, within what was asked for; the height is a guess from the length of the text."""
    width = min(WIDTH, inputs.whole_number(request.args, "maxwidth", WIDTH, low=LEAST, high=MOST))
    most = inputs.whole_number(request.args, "maxheight", MOST, low=LEAST, high=MOST)
    lines = 1 + len(text_of(comment.content)) * LETTER // width
    return width, min(most, FRAME + lines * LINE)


def _described(comment: Comment, site: Site, width: int, height: int) -> dict[str, Any]:
    show = Presenter(site, links())
    place, title = show.place(comment, comment.story), comment.story.title or say("an_article")
    author = show.author(comment)
    return {
        "type": "rich",
        "version": "1.0",
        "title": say("comment_on", name=comment.author_name, title=title).unescape(),
        "author_name": comment.author_name,
        **({"author_url": author["url"]} if author["url"] else {}),
        "provider_name": site.name,
        "provider_url": site.origins[0].origin if site.origins else links().thread(site.key),
        "cache_age": KEPT,
        "html": render_template("comments/oembed.html", comment=comment, site=site, place=place),
        "width": width,
        "height": height,
    }


def _as_xml(answer: dict[str, Any]) -> bytes:
    root = ET.Element("oembed")
    for name, value in answer.items():
        ET.SubElement(root, name).text = NOT_XML.sub("", str(value))
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
