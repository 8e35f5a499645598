"""What admins can do with authors, for scripts (CONTRACT section 4)."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from ..accounts.guards import actor
from ..accounts.permissions import Permission, ensure
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import NotFound, UnknownSite, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys, links
from ..sites.models import Site
from ..sites.service import site_named
from . import queries, service
from .forms import AuthorForm, links_as_lines
from .models import Author, Standing, StandingChange
from .present import profile_json, record_json

bp = Blueprint("author_api", __name__, url_prefix="/api/v1/admin/authors")

FIELDS = ("name", "bio", "avatar", "website")


def managed_site(key: str | None, permission: Permission = Permission.MANAGE_AUTHORS) -> Site:
    """The site of this key, if the actor may do this there. Raises ValidationFailed, UnknownSite, Forbidden."""
    site = site_named(key)
    try:
        ensure(actor(), permission, site.id)
    except NotFound as error:
        raise UnknownSite("There is no site of this name here.") from error
    return site


def full_json(author: Author, site: Site) -> dict[str, Any]:
    """Everything staff may see of an author; the address only where the role allows it."""
    may_see = actor().may(Permission.SEE_ADDRESSES)
    return {
        "id": str(author.id),
        **profile_json(author, site.key, links()),
        "bio_text": author.bio,
        "byline": author.is_byline,
        "record": record_json(author, now()),
        "standing": {
            "standing": author.standing_at(now()),
            "reason": author.standing_reason,
            "until": rfc3339(author.standing_until),
        },
        "confirmed": author.confirmed_at is not None,
        "email": service.address_of(author, actor=actor(), keys=keys()) if may_see else None,
    }


@bp.get("")
def list_authors() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MODERATE)
    standing = inputs.choice(request.args, "standing", ("", *Standing), "")
    found, following = queries.page_of_authors(
        site.id,
        search=inputs.line(request.args, "q", limit=80),
        standing=standing or None,
        now=now(),
        bylines=None,
        after=read_cursor(request.args.get("cursor")),
    )
    return answer(
        {
            "authors": [full_json(author, site) for author in found],
            "next_cursor": str(following) if following else None,
        }
    )


@bp.post("")
def add_byline() -> Response:
    """A byline: an author who needs neither account nor address."""
    payload = json_body()
    site = managed_site(inputs.line(inputs.strings(payload, ("site",)), "site"))
    slug = inputs.strings(payload, ("slug",)).get("slug")
    form = _form(payload, site, current={})
    with unit_of_work():
        author = service.new_byline(site.id, name=form.name.data, slug=slug, now=now())
        form.fill(author)
    return answer({"author": full_json(author, site)}, 201)


@bp.get("/<author_id>")
def show_author(author_id: str) -> Response:
    author, site = _author(author_id, Permission.MODERATE)
    history = db.session.scalars(
        select(StandingChange).where(StandingChange.author_id == author.id).order_by(StandingChange.id.desc())
    )
    changes = [
        {"standing": each.standing, "reason": each.reason, "until": rfc3339(each.until), "at": rfc3339(each.created_at)}
        for each in history
    ]
    return answer({"author": full_json(author, site), "standing_history": changes})


@bp.patch("/<author_id>")
def edit_author(author_id: str) -> Response:
    author, site = _author(author_id, Permission.MANAGE_AUTHORS)
    form = _form(json_body(), site, current=_as_typed(author))
    with unit_of_work():
        form.fill(author)
    return answer({"author": full_json(author, site)})


@bp.post("/<author_id>/standing")
def change_standing(author_id: str) -> Response:
    author, site = _author(author_id, Permission.MANAGE_AUTHORS)
    fields = inputs.strings(json_body(), ("standing", "reason", "until"))
    if not fields.get("standing"):
        raise ValidationFailed({"standing": ["Say which standing."]})
    standing = Standing(inputs.choice(fields, "standing", list(Standing), ""))
    reason = inputs.line(fields, "reason", limit=500) or ""
    with unit_of_work():
        service.give_standing(
            author, standing, reason=reason, until=read_moment(fields.get("until")), actor=actor(), now=now()
        )
    return answer({"author": full_json(author, site)})


def read_moment(text: str | None, field: str = "until") -> datetime | None:
    """A moment as RFC 3339, in four-digit years. Raises ValidationFailed: an unreadable end is never "for ever"."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1000 < moment.year < 9999:
        raise ValidationFailed({field: ["Use a time with its zone, like 2026-01-20T08:30:00Z."]})
    return moment


def _author(author_id: str, permission: Permission) -> tuple[Author, Site]:
    author = queries.author_for(actor(), read_id(author_id), permission)
    return author, db.session.get_one(Site, author.site_id)


def _as_typed(author: Author) -> dict[str, str]:
    return {
        "name": author.name,
        "bio": author.bio,
        "avatar": author.avatar or "",
        "website": author.website or "",
        "links": links_as_lines(author),
    }


def _form(payload: dict[str, Any], site: Site, current: dict[str, str]) -> AuthorForm:
    """The fields sent, over what is there. Raises ValidationFailed."""
    given = {name: "" for name in FIELDS if name in payload and payload[name] is None}
    given |= inputs.strings(payload, FIELDS)
    if "links" in payload:
        given["links"] = _links_as_lines(payload["links"])
    origins = [origin.origin for origin in site.origins]
    form = AuthorForm(MultiDict({**current, **given}), origins=origins, meta={"csrf": False})
    if not form.validate():
        raise ValidationFailed({str(name): list(messages) for name, messages in form.errors.items()})
    return form


def _links_as_lines(listed: Any) -> str:
    if not isinstance(listed, list) or not all(_is_link(each) for each in listed):
        raise ValidationFailed({"links": ['Send a list of {"label": "…", "url": "…"}.']})
    return "\n".join(" ".join(f"{each['label']} {each['url']}".split()) for each in listed)


def _is_link(sent: Any) -> bool:
    """A label and one address: no blanks inside, where a line of the form would be split."""
    is_text = isinstance(sent, dict) and all(isinstance(sent.get(part), str) for part in ("label", "url"))
    return is_text and len(sent["url"].split()) == 1
