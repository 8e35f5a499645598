"""The pages of a site's rulebook: word lists, rules, bans."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..comments.queries import comment_for
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.text import Unreadable, clean_text
from ..core.unit_of_work import unit_of_work
from ..core.web import keys
from ..rulebook import bans, lists, modes
from ..rulebook.models import Ban, BanKind, ListMode, Silence, WordList
from ..screening import Kind
from ..sites.models import Site
from ..sites.settings import LANGUAGES, limits_of
from ..sites.web import about
from .desk import chosen_site, page
from .networks import ban_network_of

desk_bp = Blueprint("words", __name__, url_prefix="/desk/words")
words_bp = Blueprint("words_admin", __name__, url_prefix="/admin/words")
rules_bp = Blueprint("rules", __name__, url_prefix="/admin/rules")
bans_bp = Blueprint("bans", __name__, url_prefix="/admin/bans")

KINDS = {Kind.HOLD: "Hold the comment", Kind.REJECT: "Reject the comment", Kind.MARK: "Only mark the word"}
LIST_MODES = {
    ListMode.LIVE: "In use",
    ListMode.SHADOW: "In shadow: it speaks, nothing comes of it",
    ListMode.OFF: "Off",
}
NAMES_OF_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "tr": "Turkish", "ar": "Arabic"}
LONGEST_TRIED = 10_000  # characters, as the longest comment
_LONG = re.compile(r"/(desk/words/try|(api/v1/)?admin/(words|rules|trial))(/|$)")


def install(app: Flask) -> None:
    """Let a request that brings a list, or a text to try, be longer than others; before anything reads it."""
    app.before_request(_allow_long_lists)


def _allow_long_lists() -> None:
    if _LONG.match(request.path):
        request.max_content_length = request.max_form_memory_size = lists.BODY_LIMIT


class WordListForm(FlaskForm):
    """A list as typed; what is wrong with it is found by the list itself, so that page and API refuse the same."""

    name = StringField("Name", render_kw={"maxlength": WordList.NAME_LENGTH, "required": True})
    kind = SelectField("A word of this list", choices=list(KINDS.items()), validate_choice=False)
    language = SelectField(
        "In comments written in",
        choices=[("", "Any language"), *((each, NAMES_OF_LANGUAGES[each]) for each in LANGUAGES)],
        validate_choice=False,
    )
    mode = SelectField("This list is", choices=list(LIST_MODES.items()), validate_choice=False)
    entries = TextAreaField(
        "Words and phrases",
        description="One a line, whole words. A * at the end finds whatever begins so: swindle* finds swindler.",
    )

    def wanted(self) -> lists.Wanted:
        return lists.Wanted(**{name: self[name].data or "" for name in vars(lists.Wanted("", "", "", "", ""))})

    def blame(self, error: ValidationFailed) -> None:
        for name, messages in error.fields.items():
            field = self[name] if name in self else self.entries  # noqa: SIM401 - a form has no `get`
            field.errors = messages


class ImportForm(FlaskForm):
    pasted = TextAreaField("Paste words", description="One a line; those the list has already are passed over.")


class TryForm(FlaskForm):
    text = TextAreaField("Text", description="Nothing is stored.")


# Word lists


def _words_page(site: Site, form: WordListForm | None = None, trial: TryForm | None = None, **more: Any) -> str:
    shown = {"pieces": None, "hits": [], **more}
    return page(
        "desk/words.html",
        site,
        lists=lists.lists_of(site),
        form=form or WordListForm(formdata=None),
        trial=trial or TryForm(formdata=None),
        kinds=KINDS,
        languages=NAMES_OF_LANGUAGES,
        may_edit=actor().may(Permission.MANAGE_SITE),
        **shown,
    )


@desk_bp.get("")
def show() -> str:
    return _words_page(chosen_site())


@desk_bp.post("/try")
def try_text() -> str | tuple[str, int]:
    """A text against every list, those that are off and in shadow too."""
    site, form = chosen_site(), TryForm()
    try:
        text = clean_text((form.text.data or "")[: LONGEST_TRIED + 1])
    except Unreadable as error:
        form.text.errors = [str(error)]
        return _words_page(site, trial=form), 422
    if not form.validate() or len(text) > LONGEST_TRIED:
        form.text.errors = [f"Use at most {LONGEST_TRIED:,} characters."]
        return _words_page(site, trial=form), 422
    hits = lists.try_lists(lists.lists_of(site), text)
    return _words_page(site, trial=form, pieces=lists.pieces(text, hits), hits=hits)


@desk_bp.get("/<list_id>")
def show_list(list_id: str) -> str:
    row, site = _list(list_id, Permission.MODERATE)
    return _list_page(row, site)


def _list(list_id: str, permission: Permission) -> tuple[WordList, Site]:
    row = lists.list_for(actor(), read_id(list_id), permission)
    return row, about(db.session.get_one(Site, row.site_id))


def _list_page(row: WordList, site: Site, form: WordListForm | None = None, pasting: ImportForm | None = None) -> str:
    return page(
        "desk/word_list.html",
        site,
        list=row,
        form=form or WordListForm(formdata=None, data=vars(lists.as_wanted(row))),
        pasting=pasting or ImportForm(formdata=None),
        kinds=KINDS,
        languages=NAMES_OF_LANGUAGES,
        modes=LIST_MODES,
        may_edit=actor().may(Permission.MANAGE_SITE),
    )


@words_bp.post("")
def add_list() -> Response | tuple[str, int]:
    site, form = _managed(), WordListForm()
    try:
        with unit_of_work():
            row = lists.add_list(site, form.wanted(), actor=actor(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _words_page(site, form), 422
    flash(f"The list {row.name} is there.")
    return redirect(url_for("words.show", site=site.key))


@words_bp.post("/<list_id>")
def change_list(list_id: str) -> Response | tuple[str, int]:
    row, site = _list(list_id, Permission.MANAGE_SITE)
    form = WordListForm()
    try:
        with unit_of_work():
            lists.change_list(row, form.wanted(), actor=actor(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _list_page(row, site, form), 422
    flash("Saved.")
    return redirect(url_for("words.show_list", list_id=row.id))


@words_bp.post("/<list_id>/import")
def import_list(list_id: str) -> Response | tuple[str, int]:
    row, site = _list(list_id, Permission.MANAGE_SITE)
    form = ImportForm()
    try:
        with unit_of_work():
            added = lists.import_entries(row, form.pasted.data or "", actor=actor(), now=now())
    except ValidationFailed as error:
        form.pasted.errors = error.fields["pasted"]
        return _list_page(row, site, pasting=form), 422
    flash(f"{added:,} new {'entry' if added == 1 else 'entries'}.")
    return redirect(url_for("words.show_list", list_id=row.id))


@words_bp.post("/<list_id>/delete")
def delete_list(list_id: str) -> Response:
    row, site = _list(list_id, Permission.MANAGE_SITE)
    with unit_of_work():
        lists.delete_list(row, actor=actor())
    flash(f"The list {row.name} is deleted.")
    return redirect(url_for("words.show", site=site.key))


# Rules


def _managed() -> Site:
    return chosen_site(Permission.MANAGE_SITE)


@rules_bp.get("")
def show_rules() -> str:
    return _rules_page(_managed())


def _rules_page(site: Site, wrong: dict[str, list[str]] | None = None) -> str:
    """Every rule with what was typed, or else with what the site has."""
    states = modes.rules_of(site)
    typed = request.form if wrong else {}
    return page(
        "desk/rules.html",
        site,
        rules=[_shown(site, state, typed) for state in states],
        wrong=wrong or {},
        silences=list(Silence),
        settings=site.settings,
    )


def _shown(site: Site, state: modes.RuleState, typed: Any) -> dict[str, Any]:
    rule = state.about.rule
    settings = [
        {"name": name, "limits": limits_of(name), "value": typed.get(name, getattr(site.settings, name))}
        for name in state.about.settings
    ]
    mode = typed.get(f"{rule}.mode", state.mode)
    when_silent = typed.get(f"{rule}.when_silent", state.when_silent)
    return {"about": state.about, "mode": mode, "when_silent": when_silent, "settings": settings}


@rules_bp.post("")
def save_rules() -> Response | tuple[str, int]:
    site = _managed()
    try:
        with unit_of_work():
            modes.change_rules(site, list(_changes(modes.rules_of(site))), actor=actor())
    except ValidationFailed as error:
        return _rules_page(site, error.fields), 422
    flash("Saved.")
    return redirect(url_for("rules.show_rules", site=site.key))


def _changes(states: Iterable[modes.RuleState]) -> Iterator[modes.Change]:
    """What the form says of each rule; what it does not say stays as it is."""
    for state in states:
        rule, form = state.about.rule, request.form
        thresholds = {name: form[name].replace("\r\n", "\n") for name in state.about.settings if name in form}
        yield modes.Change(rule, form.get(f"{rule}.mode"), form.get(f"{rule}.when_silent"), thresholds)


# Bans


class BanForm(FlaskForm):
    value = StringField("E-mail address or domain", description="An address is kept as a keyed hash and never shown.")
    reason = StringField("Reason", description="For the staff.", render_kw={"maxlength": Ban.REASON_LENGTH})
    days = StringField("For how many days", description="Empty: until it is lifted.")
    confirm = BooleanField("Even the domain of a large provider: I mean everybody there")


@bans_bp.get("")
def show_bans() -> str:
    return _bans_page(_managed(), BanForm(formdata=None))


def _bans_page(site: Site, form: BanForm) -> str:
    found, following = bans.page_of_bans(site, after=read_cursor(request.args.get("cursor")))
    return page("desk/bans.html", site, bans=found, next_cursor=following, form=form, now=now(), BanKind=BanKind)


@bans_bp.post("")
def add_ban() -> Response | tuple[str, int]:
    site, form = _managed(), BanForm()
    typed = {name: form[name].data or "" for name in ("value", "reason", "days")}
    try:
        days = inputs.whole_number(typed, "days", 0, low=1, high=bans.MOST_DAYS)
        reason = inputs.line(typed, "reason", limit=Ban.REASON_LENGTH) or ""
        value = inputs.line(typed, "value", limit=300) or ""
        with unit_of_work():
            until = bans.after(days, now())
            whose: dict[str, Any] = {"actor": actor(), "keys": keys(), "now": now(), "is_sure": bool(form.confirm.data)}
            bans.ban_typed(site, value, reason=reason, until=until, **whose)
    except ValidationFailed as error:
        for name, messages in error.fields.items():
            form[name].errors = messages
        return _bans_page(site, form), 422
    flash("The ban is in force.")
    return redirect(url_for("bans.show_bans", site=site.key))


@bans_bp.post("/network")
def ban_network() -> Response:
    """The network of a comment, from that comment's page."""
    comment = comment_for(actor(), read_id(request.form.get("comment", "")))
    site = about(db.session.get_one(Site, comment.site_id))
    try:
        days = inputs.whole_number(request.form, "days", bans.NETWORK_DAYS, low=1, high=bans.MOST_NETWORK_DAYS)
        reason = inputs.line(request.form, "reason", limit=Ban.REASON_LENGTH) or ""
        with unit_of_work():
            whose: dict[str, Any] = {"actor": actor(), "now": now(), "is_sure": request.form.get("confirm") == "1"}
            ban_network_of(comment, site, days=days, reason=reason, **whose)
        flash(f"Nothing is taken from this network for {days} days.")
    except ValidationFailed as error:
        flash(str(error), "conflict")
    return redirect(url_for("desk.comment", comment_id=comment.id))


@bans_bp.post("/<ban_id>/lift")
def lift_ban(ban_id: str) -> Response:
    ban = bans.ban_for(actor(), read_id(ban_id))
    site = about(db.session.get_one(Site, ban.site_id))
    with unit_of_work():
        bans.lift(ban, actor=actor(), now=now())
    flash("The ban is lifted.")
    return redirect(url_for("bans.show_bans", site=site.key))
