"""What admins can do with stories, for scripts (CONTRACT section 4)."""

from datetime import UTC
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.routes import managed_site, read_moment
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body
from ..sites.models import Site
from . import queries, service
from .acts import mode_before, note_mode
from .forms import MOST_EXCLUDED, MOST_GUESTS, MOST_PINS, StoryForm
from .models import MODE_OF, Story, StoryState
from .modes import mode_in_force
from .queries import StoryName

bp = Blueprint("story_api", __name__, url_prefix="/api/v1/admin/stories")

FIELDS = ("title", "url", "category", "excerpt", "image", "mode")
LISTS = (("guests", "names", MOST_GUESTS), ("pinned", "stories", MOST_PINS), ("excluded", "stories", MOST_EXCLUDED))


def story_json(story: Story) -> dict[str, Any]:
    return {
        "number": str(story.id),
        "id": story.external_id,
        "url": story.url,
        "title": story.title,
        "category": story.category,
        "excerpt": story.excerpt,
        "image": story.image,
        "published_at": rfc3339(story.published_at),
        "state": story.state,
        "mode": story.mode,
        "in_force": in_force_json(story),
        "bylines": [author.slug for author in story.authors],
        "guests": story.guest_bylines or [],
        "pinned": [other.name for other in story.picked("pin")],
        "excluded": [other.name for other in story.picked("exclude")],
        "suggested": story.suggested,
        "comment_count": story.comment_count,
    }


def in_force_json(story: Story) -> dict[str, Any]:
    """What the story takes now, and where that comes from."""
    found = mode_in_force(db.session.get_one(Site, story.site_id), story, now())
    return {"mode": found.mode, "source": found.source, "until": rfc3339(found.until)}


@bp.get("")
def list_stories() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MODERATE)
    found, following = queries.page_of_stories(
        site.id,
        search=inputs.line(request.args, "q", limit=200),
        after=read_cursor(request.args.get("cursor")),
        sections=actor().sections_of(site.id),
    )
    return answer(
        {"stories": [story_json(story) for story in found], "next_cursor": str(following) if following else None}
    )


@bp.post("")
def add_story() -> Response:
    payload = json_body()
    site = managed_site(inputs.line(inputs.strings(payload, ("site",)), "site"), Permission.MANAGE_STORIES)
    fields = inputs.strings(payload, ("id", "url"))
    name = StoryName(inputs.line(fields, "id", limit=Story.ID_LENGTH), inputs.line(fields, "url"))
    if queries.find_story(site.id, name):
        raise ValidationFailed({"id": ["There is a story of this name already."]})
    form = _form(payload, site, current={"mode": "", "suggested": "y"})
    with unit_of_work():
        story = service.new_story(site, name, title=form.title.data, now=now())
        form.fill(story)
        note_mode(story, None, actor=actor(), now=now())
    db.session.refresh(story, ["section"])
    return answer({"story": story_json(story)}, 201)


@bp.get("/<number>")
def show_story(number: str) -> Response:
    return answer({"story": story_json(queries.story_for(actor(), read_id(number)))})


@bp.patch("/<number>")
def edit_story(number: str) -> Response:
    story = queries.story_for(actor(), read_id(number), Permission.MANAGE_STORIES)
    site = db.session.get_one(Site, story.site_id)
    form = _form(json_body(), site, current=as_typed(story), story=story)
    with unit_of_work():
        before = mode_before(story)
        form.fill(story)
        note_mode(story, before, actor=actor(), now=now())
    db.session.refresh(story, ["section"])
    return answer({"story": story_json(story)})


def as_typed(story: Story) -> dict[str, str]:
    """What the story's form would show."""
    moment = story.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if story.published_at else ""
    return {
        **{name: getattr(story, name) or "" for name in FIELDS},
        "own_id": story.external_id or "",
        "published_at": moment,
        "bylines": ", ".join(author.slug for author in story.authors),
        "guests": "\n".join(story.guest_bylines or []),
        "pinned": "\n".join(other.name for other in story.picked("pin")),
        "excluded": "\n".join(other.name for other in story.picked("exclude")),
        "suggested": "y" if story.suggested else "",
    }


def _form(payload: dict[str, Any], site: Site, current: dict[str, str], story: Story | None = None) -> StoryForm:
    """The fields sent, over what is there. Raises ValidationFailed."""
    given = {name: "" for name in FIELDS if name in payload and payload[name] is None}
    given |= inputs.strings(payload, FIELDS)
    if "state" in payload:
        given = {"mode": _mode_of(payload, story), **given}  # the older word, which `mode` goes before
    if own_id := inputs.strings(payload, ("id",)).get("id"):
        given["own_id"] = own_id
    if "published_at" in payload:
        moment = read_moment(inputs.strings(payload, ("published_at",)).get("published_at"), "published_at")
        given["published_at"] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if moment else ""
    if "bylines" in payload:
        given["bylines"] = ", ".join(_names(payload, "bylines", "slugs"))
    for field, what, most in LISTS:
        if field in payload:
            given[field] = "\n".join(_names(payload, field, what, most))
    if "suggested" in payload:
        if not isinstance(payload["suggested"], bool):
            raise ValidationFailed({"suggested": ["This must be true or false."]})
        given["suggested"] = "y" if payload["suggested"] else ""
    form = StoryForm(MultiDict({**current, **given}), site=site, story=story, meta={"csrf": False})
    if not form.validate():
        wrong = {str(name): list(messages) for name, messages in form.errors.items()}
        raise ValidationFailed({"id" if name == "own_id" else name: messages for name, messages in wrong.items()})
    return form


def _mode_of(payload: dict[str, Any], story: Story | None) -> str:
    """The mode an older caller means by a state; who sends the state that is there changes no mode.

    Raises ValidationFailed.
    """
    sent = {"state": payload["state"]}
    if not sent["state"]:
        raise ValidationFailed({"state": [f"Use one of: {', '.join(StoryState)}."]})
    state = StoryState(inputs.choice(inputs.strings(sent, sent), "state", StoryState, ""))
    kept = story.mode if story and story.state == state else MODE_OF[state]
    return kept or ""


def _names(payload: dict[str, Any], field: str, what: str, most: int | None = None) -> list[str]:
    """Raises ValidationFailed for anything but a list of lines, of so many at most."""
    listed = payload[field]
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise ValidationFailed({field: [f"Send a list of {what}."]})
    if any(len(name.splitlines()) > 1 or not name.strip() for name in listed):
        raise ValidationFailed({field: ["A name is one line, and not an empty one."]})
    if most is not None and len(listed) > most:
        raise ValidationFailed({field: [f"Name at most {most} {what}."]})
    return listed
