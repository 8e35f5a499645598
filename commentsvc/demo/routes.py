"""The newspaper's own pages: what a publisher's site would be."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, render_template, request
from markupsafe import Markup

from ..comments.pages import thread_fragment
from ..core.web import links
from ..sites.service import site_named
from ..sites.web import about
from ..stories.queries import StoryName, counts_by_id, find_story
from .newsroom import KEY, content, story_path

DRESSED = "2026-01-20-hasaka"  # the story whose thread is shown in every theme
_DRESS = re.compile(r"/\* dress: ([a-z -]+) \*/\n(.+?\n})", re.DOTALL)

bp = Blueprint("demo", __name__, static_folder="static", static_url_path="/demo/static")


def install(app: Flask) -> None:
    app.register_blueprint(bp)


def sections() -> list[str]:
    return list(dict.fromkeys(story["category"] for story in content()["stories"]))


def edition() -> datetime:
    """The day of the newspaper: its newest story's."""
    return max(datetime.fromisoformat(story["published_at"]) for story in content()["stories"])


def _signed(story: dict[str, Any]) -> dict[str, Any]:
    """A story with its address and the people who signed it."""
    found = find_story(about(site_named(KEY)).id, StoryName(story["id"], None))
    signers = found.authors if found else []
    bylines = [{"name": author.name, "url": links().author(KEY, author.slug)} for author in signers]
    return {**story, "url": links().base + story_path(story["id"]), "bylines": bylines}


@bp.get("/news")
def front() -> str:
    section = request.args.get("section")
    stories = [story for story in content()["stories"] if section in (None, story["category"])]
    if not stories:
        abort(404)
    counts = counts_by_id(about(site_named(KEY)).id, [story["id"] for story in stories])
    return _page(
        "demo/front.html",
        stories=[{**_signed(story), "comment_count": counts[story["id"]]} for story in stories],
        section=section,
        date=edition(),
    )


@bp.get("/news/themes")
def themes_page() -> str:
    """The same thread in several themes, each by custom properties alone."""
    return _page("demo/themes.html", themes=themes(), date=edition())


@cache
def themes() -> list[dict[str, str]]:
    """The themes of the style sheet, each with the rule that makes it."""
    sheet = (Path(__file__).parent / "static" / "themes.css").read_text(encoding="utf-8")
    return [
        {"name": title.replace(" ", "-"), "title": title.capitalize(), "rule": rule, "story": DRESSED}
        for title, rule in _DRESS.findall(sheet)
    ]


@bp.get("/news/<story_id>")
def article(story_id: str) -> str:
    story = next((each for each in content()["stories"] if each["id"] == story_id), None)
    if story is None:
        abort(404)
    fallback: Markup = thread_fragment(KEY, StoryName(story_id, None))
    return _page("demo/article.html", story=_signed(story), fallback=fallback, today=edition())


def _page(template: str, **context: Any) -> str:
    shared = {"paper": content()["site"]["name"], "service": links().base, "site": KEY, "sections": sections()}
    return render_template(template, **shared, **context)
