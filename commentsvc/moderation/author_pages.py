"""The desk's pages about authors: the list, and one person on one page."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response as FlaskResponse
from flask import flash, redirect, request, stream_with_context, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from ..accounts.guards import actor, confirmed, ensure_confirmed
from ..accounts.permissions import Permission
from ..authors import acts, listing, notes, standings
from ..authors import queries as authors
from ..authors.forms import AS_TYPED, AuthorForm, StandingForm, links_as_lines
from ..authors.models import RESTRAINTS, SHARES, Author, AuthorNote, Standing, StandingChange
from ..authors.pictures import is_brought, picture_of
from ..authors.routes import asked, hashes_typed, managed_site
from ..authors.service import new_byline, reveal_address
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict, DomainError, NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, links
from ..sites.models import Site
from ..sites.web import about
from . import merging, sanctions, undoing
from .desk import admin_pages, chosen_site, desk_pages, page
from .log_pages import MOST_AT_A_PRESS, tell_of_undoing
from .models import TransferKind
from .person import MOST, person
from .sanctions import to_give_back

__all__ = ["admin_pages", "desk_pages"]

NUMBER = re.compile("[1-9][0-9]{0,17}")
FILTERS = ("q", "kind", "standing", "confirmed", "rejected", "since", "until", "sort")


class NewBylineForm(FlaskForm):
    name = StringField("Name", [Length(min=1, max=Author.NAME_LENGTH, message="Enter a name, 80 characters at most.")])


@desk_pages.get("/authors")
def author_list() -> str | tuple[str, int]:
    """The list; where a filter makes no sense, what was typed with what is wrong with it, and nobody."""
    site = chosen_site()
    try:
        return _list_page(site, asked(site, request.args), request.args)
    except ValidationFailed as error:
        if "cursor" in error.fields:
            raise
        return _list_page(site, None, request.args, error.fields), 422


def _list_page(
    site: Site, wanted: listing.Asked | None, typed: Mapping[str, str], wrong: Mapping[str, Any] | None = None
) -> str:
    moment = now()
    shown = listing.Page((), None, "newest")
    if wanted:
        shown = listing.page(wanted, now=moment, after=listing.read_place(request.args.get("cursor")))
    filters = {name: typed[name] for name in FILTERS if typed.get(name)}
    return page(
        "desk/authors.html",
        site,
        shown=shown,
        count=listing.count(wanted, now=moment) if wanted else 0,
        most=listing.COUNTED,
        most_of_each=listing.COUNTED_OF_EACH,
        few=listing.FEW,
        counted=listing.choices(site.id, now=moment),
        filters=filters,
        is_narrowed=bool(wanted is None or wanted.is_narrowed),
        by_address=bool(wanted and wanted.hashes is not None),
        following=urlencode({"site": site.key, **filters, "cursor": str(shown.following)}) if shown.following else "",
        wrong=wrong or {},
        standings=list(Standing),
        shares=SHARES,
        lasts=standings.LASTS,
        most_at_once=standings.MOST_AT_ONCE,
        form=NewBylineForm(formdata=None),
        now=moment,
    )


@desk_pages.post("/authors/find")
def find_author() -> str | tuple[str, int]:
    """Those who typed an address. Sent as a form: an address in a query would stand in logs."""
    site = about(managed_site(inputs.line(request.args, "site"), Permission.SEE_ADDRESSES))
    try:
        hashes = hashes_typed(site, request.form.get("address"))
    except ValidationFailed as error:
        return _list_page(site, None, {}, error.fields), 422
    return _list_page(site, listing.Asked(site.id, hashes=hashes), {})


@desk_pages.get("/authors.csv")
def authors_csv() -> FlaskResponse:
    """The list as a file, with the filters of the page; without an address."""
    site = chosen_site(Permission.MANAGE_AUTHORS)
    lines = stream_with_context(listing.csv_lines(asked(site, request.args), now=now()))
    answer = FlaskResponse(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="authors-{site.key}.csv"'
    return answer


@admin_pages.post("/authors/standing")
def change_standings() -> str | Response:
    """The ticked authors get a standing; what came of it, with the way back."""
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MANAGE_AUTHORS))
    try:
        outcome = _given(site)
    except ValidationFailed as error:
        flash(f"No standing was changed. {error}", "conflict")
        return redirect(_back_to_list(site))
    return _outcome_page(site, outcome, can_undo=True)


def _given(site: Site) -> standings.Outcome:
    form = request.form
    standing = Standing(inputs.choice(form, "standing", list(Standing), ""))
    until = standings.read_end(form, inputs.moment(form, "until"), now=now())
    reason = inputs.line(form, "reason", limit=StandingChange.REASON_LENGTH) or ""
    ids = [read_id(each) for each in dict.fromkeys(form.getlist("author"))]
    with unit_of_work():
        return standings.give_many(ids, standing, site_id=site.id, reason=reason, until=until, actor=actor(), now=now())


@admin_pages.post("/authors/standing/undo")
def undo_standings() -> str:
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MANAGE_AUTHORS))
    with unit_of_work():
        outcome = standings.undo(request.form.get("batch", ""), site_id=site.id, actor=actor(), now=now())
    return _outcome_page(site, outcome, can_undo=False)


def _outcome_page(site: Site, outcome: standings.Outcome, *, can_undo: bool) -> str:
    left = {author.id: author for author in db.session.scalars(select(Author).where(Author.id.in_(outcome.skipped)))}
    return page(
        "desk/standings.html",
        site,
        outcome=outcome,
        left=left,
        why=standings.WHY,
        can_undo=can_undo,
        back=_back_to_list(site),
        now=now(),
    )


def _back_to_list(site: Site) -> str:
    """The list with the filters that the form was on."""
    kept = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for("desk.author_list") + "?" + urlencode({"site": site.key, **kept})


@admin_pages.post("/authors")
def add_byline() -> str | Response:
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MANAGE_AUTHORS))
    form = NewBylineForm()
    name = inputs.line({"name": form.name.data or ""}, "name") or ""
    if not form.validate() or not name:
        flash("Enter a name for the new byline, 80 characters at most.", "conflict")
        return redirect(url_for("desk.author_list", site=site.key))
    with unit_of_work():
        author = new_byline(site.id, name=name, now=now())
    return redirect(url_for("desk.author", author_id=author.id))


@desk_pages.get("/authors/<author_id>")
def author(author_id: str) -> str:
    found, site = _author(author_id, Permission.MODERATE)
    return _author_page(found, site)


def _author(author_id: str, permission: Permission) -> tuple[Author, Site]:
    found = authors.author_for(actor(), read_id(author_id), permission)
    return found, about(db.session.get_one(Site, found.site_id))


def _author_form(author: Author, site: Site) -> AuthorForm:
    origins = [origin.origin for origin in site.origins]
    data = {"name": author.name, "slug": author.slug, "bio": author.bio, "avatar": author.avatar}
    data |= {"website": author.website, "links": links_as_lines(author)}
    data |= {"shows_comments": AS_TYPED[author.shows_comments]}
    return AuthorForm(origins=origins, data=data)


def _standing_form(author: Author) -> StandingForm:
    until = author.standing_until.replace(tzinfo=None) if author.standing_until else None
    return StandingForm(data={"standing": author.standing, "reason": author.standing_reason, "until": until})


def _author_page(
    found: Author,
    site: Site,
    form: AuthorForm | None = None,
    standing_form: StandingForm | None = None,
    **more: Any,
) -> str:
    """One person: as readers see them, beside what staff know. `more` is an address that was revealed, a wrong note."""
    moment = now()
    return page(
        "desk/author.html",
        site,
        **{"address": None, "note": "", "wrong_note": "", **more},
        author=found,
        form=form or _author_form(found, site),
        standing_form=standing_form or _standing_form(found),
        person=person(found, actor=actor(), keys=keys(), now=moment),
        merged_into=db.session.get(Author, found.merged_into_id) if found.merged_into_id else None,
        to_give_back=to_give_back(found, actor=actor()),
        transfers=merging.transfers_of(found),
        has_own_picture=is_brought(found),
        picture=picture_of(found, links()),
        note_length=AuthorNote.TEXT_LENGTH,
        most=MOST,
        now=moment,
    )


@admin_pages.post("/authors/<author_id>")
def edit_author(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _author(author_id, Permission.MANAGE_AUTHORS)
    form = _author_form(found, site)
    if not form.validate():
        return _author_page(found, site, form), 422
    try:
        with unit_of_work(), acts.changes_noted(found, actor=actor(), now=now()):
            form.fill(found, now=now())
    except ValidationFailed as error:
        form.slug.errors = [str(error)]
        return _author_page(found, site, form), 422
    flash("Saved.")
    return redirect(url_for("desk.author", author_id=found.id))


@admin_pages.post("/authors/<author_id>/address")
@confirmed
def reveal(author_id: str) -> tuple[str, int, dict[str, str]]:
    """The page with the address. A click of its own, so that the log says who saw it and when."""
    found, site = _author(author_id, Permission.SEE_ADDRESSES)
    with unit_of_work():
        address = reveal_address(found, actor=actor(), keys=keys(), now=now())
    return _author_page(found, site, address=address), 200, {"Cache-Control": "no-store"}


@desk_pages.post("/authors/<author_id>/notes")
def note_author(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _author(author_id, Permission.MODERATE)
    typed = request.form.get("text", "")
    try:
        with unit_of_work():
            notes.add_note(found, typed, actor=actor(), now=now())
    except ValidationFailed as error:
        return _author_page(found, site, note=typed, wrong_note=str(error)), 422
    return redirect(url_for("desk.author", author_id=found.id, _anchor="notes"))


@admin_pages.post("/authors/<author_id>/standing")
def change_standing(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _author(author_id, Permission.MANAGE_AUTHORS)
    form = _standing_form(found)
    if form.scope.data == sanctions.EVERYWHERE:
        ensure_confirmed()
    back = to_give_back(found, actor=actor())
    try:
        if not form.validate():
            raise ValidationFailed({})
        wanted = _wanted(form, found)
        with unit_of_work():
            change = sanctions.give(found, wanted, actor=actor(), keys=keys(), now=now())
    except DomainError as error:
        _say_where(form, error)
        return _author_page(found, site, standing_form=form), 422
    flash(f"{found.name} is now {found.standing.lower()}.")
    if wanted.comments:
        _tell_of_comments(change.id, sanctions.go_on(change.id, actor=actor()))
    if form.restore.data and back and wanted.standing not in RESTRAINTS:
        selection = undoing.Selection(site.id, batch=back[0])
        tell_of_undoing(undoing.undo_all(selection, actor=actor(), most=MOST_AT_A_PRESS))
    return redirect(url_for("desk.author", author_id=found.id))


def _wanted(form: StandingForm, author: Author) -> sanctions.Wanted:
    return sanctions.Wanted(
        standing=Standing(form.standing.data),
        reason=form.reason.data,
        until=form.end(author.standing_until, now()),
        message=standings.read_message(form.message.data or ""),
        comments=form.comments.data or None,
        since=form.begin,
        everywhere=form.scope.data == sanctions.EVERYWHERE,
    )


def _say_where(form: StandingForm, error: DomainError) -> None:
    """What is wrong stands at its field."""
    named = error.fields if isinstance(error, ValidationFailed) else {"standing": [str(error)]}
    for name, messages in named.items():
        form[name].errors = [*form[name].errors, *messages]


def _tell_of_comments(change_id: int, done: int) -> None:
    flash(f"{done} {'comment' if done == 1 else 'comments'} went with it.", "decided")
    if db.session.get_one(StandingChange, change_id).is_at_work:
        flash("There are more: the rest follows by itself, some every minute.", "conflict")


@desk_pages.get("/authors/<author_id>/merge")
@confirmed
def preview_merge(author_id: str) -> str | Response:
    """What merging another author into this one would do."""
    found, site = _author(author_id, Permission.MANAGE_AUTHORS)
    try:
        other = _other(found, request.args.get("with", ""))
        planned = merging.preview(found, other, actor=actor(), now=now())
    except (Conflict, NotFound) as error:
        flash(f"They cannot be merged. {error}", "conflict")
        return redirect(url_for("desk.author", author_id=found.id, _anchor="merge"))
    days = merging.UNDONE_WITHIN.days
    return page("desk/merge.html", site, author=found, planned=planned, days=days, now=now())


def _other(author: Author, typed: str) -> Author:
    """The other author as named: by number, slug or the address of their page. Raises NotFound."""
    name = typed.strip().rstrip("/").rpartition("/")[2]
    rows = select(Author).where(Author.site_id == author.site_id)
    is_named = Author.slug == name
    if NUMBER.fullmatch(name):
        is_named |= Author.id == int(name)
    found = db.session.scalars(rows.where(is_named).order_by(Author.slug != name)).first()
    if found is None:
        raise NotFound("There is no author of this slug or number here.")
    return found


@admin_pages.post("/authors/<author_id>/merge")
@confirmed
def merge(author_id: str) -> Response:
    found, _ = _author(author_id, Permission.MANAGE_AUTHORS)
    try:
        other = authors.author_for(actor(), read_id(request.form.get("with", "")), Permission.MANAGE_AUTHORS)
        with unit_of_work():
            transfer = merging.merge(found, other, actor=actor(), now=now())
        flash(f"{other.name} is merged into {found.name}. {transfer.comments} comments went along.", "decided")
    except Conflict as error:
        flash(f"They were not merged. {error}", "conflict")
    return redirect(url_for("desk.author", author_id=found.id, _anchor="merge"))


@admin_pages.post("/authors/<author_id>/split")
def split(author_id: str) -> Response:
    """The comments written under the ticked names become somebody else's."""
    found, _ = _author(author_id, Permission.MANAGE_AUTHORS)
    try:
        with unit_of_work():
            transfer = merging.split(found, request.form.getlist("name"), actor=actor(), now=now())
        flash(f"{transfer.comments} comments are somebody else’s now.", "decided")
    except (ValidationFailed, Conflict) as error:
        flash(f"The author was not split. {error}", "conflict")
        return redirect(url_for("desk.author", author_id=found.id, _anchor="merge"))
    return redirect(url_for("desk.author", author_id=transfer.to_id, _anchor="merge"))


@admin_pages.post("/transfers/<transfer_id>/undo")
def undo_transfer(transfer_id: str) -> Response:
    transfer = merging.transfer_for(actor(), read_id(transfer_id))
    try:
        with unit_of_work():
            merging.undo(transfer, actor=actor(), now=now())
        flash("Undone. What was written since stays where it is.", "decided")
    except Conflict as error:
        flash(f"It was not undone. {error}", "conflict")
    stays = transfer.from_id if transfer.kind == TransferKind.SPLIT else transfer.to_id
    return redirect(url_for("desk.author", author_id=stays, _anchor="merge"))
