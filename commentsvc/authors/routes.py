"""What admins can do with authors, for scripts (CONTRACT section 4)."""

from collections.abc import Mapping
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
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body, keys, links
from ..sites.models import Site
from ..sites.service import site_named
from . import acts, listing, queries, service, standings
from .forms import AS_TYPED, AuthorForm, links_as_lines
from .models import SHARES, Author, Standing, StandingChange
from .pictures import picture_of
from .present import profile_json, record_json

bp = Blueprint("author_api", __name__, url_prefix="/api/v1/admin/authors")

FIELDS = ("name", "slug", "bio", "avatar", "website")


def managed_site(key: str | None, permission: Permission = Permission.MANAGE_AUTHORS) -> Site:
    """The site of this key, if the actor may do this there. Raises ValidationFailed, UnknownSite, Forbidden."""
    site = site_named(key)
    try:
        ensure(actor(), permission, site.id)
    except NotFound as error:
        raise UnknownSite("There is no site of this name here.") from error
    return site


def full_json(author: Author, site: Site) -> dict[str, Any]:
    """Everything staff may see of an author but the address, which is shown by a call of its own that is logged."""
    return {
        "id": str(author.id),
        **profile_json(author, site.key, links()),
        "bio_text": author.bio,
        "byline": author.is_byline,
        "lists_comments": author.shows_comments,
        "last_seen": rfc3339(author.last_seen_at),
        "record": record_json(author, now()),
        "standing": {
            "standing": author.standing_at(now()),
            "reason": author.standing_reason,
            "until": rfc3339(author.standing_until),
        },
        "confirmed": author.confirmed_at is not None,
        "has_address": author.email_hash is not None,
    }


def asked(site: Site, given: Mapping[str, str]) -> listing.Asked:
    """What a query asks of the list; the same for the page, the file and the call. Raises ValidationFailed."""
    share = inputs.choice(given, "rejected", ("", *map(str, SHARES)), "")
    confirmed = inputs.choice(given, "confirmed", ("", *listing.CONFIRMED), "")
    return listing.Asked(
        site.id,
        search=inputs.line(given, "q", limit=80),
        standing=inputs.choice(given, "standing", ("", *Standing), "") or None,
        kind=inputs.choice(given, "kind", listing.KINDS, "all"),
        confirmed=confirmed == "yes" if confirmed else None,
        rejected=int(share) if share else None,
        since=inputs.moment(given, "since"),
        until=inputs.moment(given, "until"),
        sort=inputs.choice(given, "sort", listing.SORTS, "newest"),
    )


def hashes_typed(site: Site, typed: str | None) -> tuple[str, ...]:
    """What an address may be kept under, for who may see addresses. Raises ValidationFailed, Forbidden."""
    ensure(actor(), Permission.SEE_ADDRESSES, site.id)
    try:
        address = read_address(typed or "")
    except WrongAddress as error:
        raise ValidationFailed({"address": [str(error)]}) from error
    return tuple(address_hashes(address, f"site {site.id}", keys()))


@bp.get("")
def list_authors() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MODERATE)
    wanted, moment = asked(site, request.args), now()
    shown = listing.page(wanted, now=moment, after=listing.read_place(request.args.get("cursor")))
    number = listing.count(wanted, now=moment)
    return answer(
        {
            "authors": [full_json(author, site) for author in shown.authors],
            "count": number,
            "count_is_capped": number >= listing.COUNTED,
            "sort": shown.sort,
            "next_cursor": str(shown.following) if shown.following else None,
        }
    )


@bp.post("/find")
def find_by_address() -> Response:
    """Those who typed an address; in the body of a call, because an address in a query would stand in logs."""
    fields = inputs.strings(json_body(), ("site", "address"))
    site = managed_site(inputs.line(fields, "site"), Permission.SEE_ADDRESSES)
    wanted = listing.Asked(site.id, hashes=hashes_typed(site, fields.get("address")))
    shown = listing.page(wanted, now=now(), after=None)
    return answer({"authors": [full_json(author, site) for author in shown.authors]})


@bp.post("/standing")
def change_standings() -> Response:
    """One stroke: the same standing for several authors."""
    payload = json_body()
    fields = inputs.strings(payload, ("site", "standing", "reason", "until", "lasts"))
    site = managed_site(inputs.line(fields, "site"))
    listed = payload.get("authors")
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ValidationFailed({"authors": ["Send a list of ids."]})
    standing, reason, until = standing_asked(fields)
    with unit_of_work():
        outcome = standings.give_many(
            [read_id(each) for each in listed],
            standing,
            site_id=site.id,
            reason=reason,
            until=until,
            actor=actor(),
            now=now(),
        )
    return answer(outcome_json(outcome))


@bp.post("/standing/undo")
def undo_standings() -> Response:
    fields = inputs.strings(json_body(), ("site", "batch"))
    site = managed_site(inputs.line(fields, "site"))
    batch = inputs.line(fields, "batch", limit=32)
    if batch is None:
        raise ValidationFailed({"batch": ["Say which stroke."]})
    with unit_of_work():
        outcome = standings.undo(batch, site_id=site.id, actor=actor(), now=now())
    return answer(outcome_json(outcome))


def standing_asked(fields: Mapping[str, str]) -> tuple[Standing, str, datetime | None]:
    """Which standing, why and until when. Raises ValidationFailed."""
    if not fields.get("standing"):
        raise ValidationFailed({"standing": ["Say which standing."]})
    standing = Standing(inputs.choice(fields, "standing", list(Standing), ""))
    reason = inputs.line(fields, "reason", limit=StandingChange.REASON_LENGTH) or ""
    return standing, reason, standings.read_end(fields, read_moment(fields.get("until")), now=now())


def outcome_json(outcome: standings.Outcome) -> dict[str, Any]:
    return {
        "batch": outcome.batch,
        "done": [str(author.id) for author in outcome.done],
        "skipped": [{"id": str(id), "reason": why} for id, why in outcome.skipped.items()],
        "failed": [{"id": str(id), "reason": why} for id, why in outcome.failed.items()],
    }


@bp.post("")
def add_byline() -> Response:
    """A byline: an author who needs neither account nor address."""
    payload = json_body()
    site = managed_site(inputs.line(inputs.strings(payload, ("site",)), "site"))
    slug = inputs.strings(payload, ("slug",)).get("slug")
    form = _form({name: value for name, value in payload.items() if name != "slug"}, site, current={})
    with unit_of_work():
        author = service.new_byline(site.id, name=form.name.data, slug=slug, now=now())
        form.fill(author, now=now())
    return answer({"author": full_json(author, site)}, 201)


@bp.get("/<id:author_id>")
def show_author(author_id: str) -> Response:
    author, site = author_named(author_id, Permission.MODERATE)
    history = db.session.scalars(
        select(StandingChange).where(StandingChange.author_id == author.id).order_by(StandingChange.id.desc())
    )
    changes = [
        {"standing": each.standing, "reason": each.reason, "until": rfc3339(each.until), "at": rfc3339(each.created_at)}
        for each in history
    ]
    return answer({"author": full_json(author, site), "standing_history": changes})


@bp.patch("/<id:author_id>")
def edit_author(author_id: str) -> Response:
    author, site = author_named(author_id, Permission.MANAGE_AUTHORS)
    payload = json_body()
    if payload.get("avatar") == picture_of(author, links()):
        del payload["avatar"]  # what was read is sent back: a drawing, or an address of this service, in full
    form = _form(payload, site, current=_as_typed(author))
    with unit_of_work(), acts.changes_noted(author, actor=actor(), now=now()):
        form.fill(author, now=now())
    return answer({"author": full_json(author, site)})


@bp.post("/<author_id>/address")
def reveal(author_id: str) -> Response:
    """The address, by a call of its own: the log says who saw it and when."""
    author, _ = author_named(author_id, Permission.SEE_ADDRESSES)
    with unit_of_work():
        address = service.reveal_address(author, actor=actor(), keys=keys(), now=now())
    return answer({"address": address})


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


def author_named(author_id: str, permission: Permission) -> tuple[Author, Site]:
    author = queries.author_for(actor(), read_id(author_id), permission)
    return author, db.session.get_one(Site, author.site_id)


def _as_typed(author: Author) -> dict[str, str]:
    return {
        "name": author.name,
        "slug": author.slug,
        "bio": author.bio,
        "avatar": author.avatar or "",
        "website": author.website or "",
        "links": links_as_lines(author),
        "shows_comments": AS_TYPED[author.shows_comments],
    }


def _form(payload: dict[str, Any], site: Site, current: dict[str, str]) -> AuthorForm:
    """The fields sent, over what is there. Raises ValidationFailed."""
    given = {name: "" for name in FIELDS if name in payload and payload[name] is None}
    given |= inputs.strings(payload, FIELDS)
    if "links" in payload:
        given["links"] = _links_as_lines(payload["links"])
    if "lists_comments" in payload:
        given["shows_comments"] = _choice(payload["lists_comments"])
    origins = [origin.origin for origin in site.origins]
    form = AuthorForm(MultiDict({"shows_comments": "", **current, **given}), origins=origins, meta={"csrf": False})
    if not form.validate():
        raise ValidationFailed({str(name): list(messages) for name, messages in form.errors.items()})
    return form


def _choice(sent: Any) -> str:
    """Raises ValidationFailed for anything but true, false and null."""
    if sent is not None and not isinstance(sent, bool):
        raise ValidationFailed({"lists_comments": ["This must be true, false or null."]})
    return AS_TYPED[sent]


def _links_as_lines(listed: Any) -> str:
    if not isinstance(listed, list) or not all(_is_link(each) for each in listed):
        raise ValidationFailed({"links": ['Send a list of {"label": "…", "url": "…"}.']})
    return "\n".join(" ".join(f"{each['label']} {each['url']}".split()) for each in listed)


def _is_link(sent: Any) -> bool:
    """A label and one address: no blanks inside, where a line of the form would be split."""
    is_text = isinstance(sent, dict) and all(isinstance(sent.get(part), str) for part in ("label", "url"))
    return is_text and len(sent["url"].split()) == 1
