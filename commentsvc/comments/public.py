"""The readers' calls that show comments beside authors and stories: counts, profiles, related, bylines."""

from flask import Blueprint, Response, redirect, request, url_for

from ..authors.present import profile_json
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.errors import NotFound, ValidationFailed
from ..core.paging import read_cursor
from ..core.web import links, many, public_answer
from ..sites.web import answers_pages, requested_site
from ..stories.forms import MOST_EXCLUDED
from ..stories.models import Story
from ..stories.queries import counts_by_id, counts_by_url, find_story, stories_signed_by
from . import queries
from .present import FORMATS, Presenter
from .related import related_stories
from .routes import keep_ready, story_name

bp = answers_pages(Blueprint("public_api", __name__, url_prefix="/api/v1"))

MOST_COUNTS = 100


@bp.get("/counts")
def counts() -> Response:
    site = requested_site()
    ids, urls = _lines("story", Story.ID_LENGTH), _lines("url", Story.URL_LENGTH)
    if not ids and not urls:
        raise ValidationFailed({"story": ["Name at least one story."]})
    if len(ids) + len(urls) > MOST_COUNTS:
        raise ValidationFailed({"story": [f"Ask for at most {MOST_COUNTS} stories at once."]})
    by_id = counts_by_id(site.id, ids) if ids else {}
    by_url = counts_by_url(site.id, urls) if urls else {}
    counted = {**by_id, **by_url}
    if site.settings.mode == "hidden":
        counted = dict.fromkeys(counted, 0)
    keep_ready(site, None, now())
    return public_answer({"counts": counted})


def _lines(name: str, limit: int) -> list[str]:
    """Every value of a repeated parameter, cleaned, without blanks and repetitions."""
    cleaned = (inputs.line({name: value}, name, limit=limit) for value in many(name))
    return list(dict.fromkeys(line for line in cleaned if line))


@bp.get("/authors/<slug>")
def author(slug: str) -> Response:
    site = requested_site()
    slug = inputs.line({"slug": slug}, "slug") or ""
    try:
        author, count = queries.public_author(site, slug)
    except NotFound:
        author = queries.public_author_moved(site, slug)
        asked = {name: request.args[name] for name in ("site", "cursor", "format") if request.args.get(name)}
        return redirect(url_for("public_api.author", slug=author.slug, **asked))  # type: ignore[return-value,arg-type]
    cursor = read_cursor(request.args.get("cursor"))
    show = Presenter(site, links(), inputs.choice(request.args, "format", FORMATS, "tree"))
    comments, following = queries.visible_by(author, site, after=cursor)
    above, lists = queries.answered_by(comments), queries.lists_comments(author, site)
    stories = stories_signed_by(author.id)
    return public_answer(
        {
            "author": {
                **profile_json(author, site.key, links()),
                "since": rfc3339(author.created_at),
                "comment_count": count,
                "lists_comments": lists,
                "feed": links().author_feed(site.key, author.slug) if lists else None,
                "stories": [show.related(story) for story in stories],
            },
            "comments": [show.with_context(comment, above.get(comment.parent_id or 0)) for comment in comments],
            "next_cursor": str(following) if following else None,
        }
    )


@bp.get("/related")
def related() -> Response:
    site = requested_site()
    limit = inputs.whole_number(request.args, "limit", 4, low=1, high=20)
    named, show = _lines("exclude", Story.URL_LENGTH), Presenter(site, links())
    if len(named) > MOST_EXCLUDED:
        raise ValidationFailed({"exclude": [f"Leave out at most {MOST_EXCLUDED} stories."]})
    story, moment = find_story(site.id, story_name()), now()
    found = related_stories(site.id, story, limit, without=named, now=moment)
    keep_ready(site, None, moment)  # the box shows other stories
    return public_answer({"stories": [show.related(each) for each in found]})


@bp.get("/stories/about")
def about_story() -> Response:
    site, name, moment = requested_site(), story_name(), now()
    story = find_story(site.id, name)
    shown = Presenter(site, links()).story(story, name, moment)
    keep_ready(site, story, moment)
    return public_answer(
        {
            "story": {key: shown[key] for key in ("id", "url", "title")},
            **{key: shown[key] for key in ("authors", "guests")},
        }
    )
