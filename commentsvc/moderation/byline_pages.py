"""The desk of a byline who signs in: what readers asked, what the page shows, and what the person is shielded from."""

from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField

from ..accounts.guards import actor, own_account
from ..accounts.permissions import Permission
from ..authors.acts import changes_noted
from ..authors.forms import CHOICES
from ..authors.models import Author, ShieldRule
from ..authors.queries import author_for, bylines_of, shielded_as
from ..authors.service import choose_to_show_comments
from ..comments import shields
from ..comments.present import Presenter
from ..comments.questions import ASKED_WITHIN, open_questions
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, links
from ..sites.models import Site
from ..sites.web import about
from .desk import chosen_site, page

bp = Blueprint("bylines", __name__, url_prefix="/desk/questions")
admin_bp = Blueprint("shields", __name__, url_prefix="/admin/authors")

SHIELD_CHOICES = [
    ("", "Not shielded"),
    (ShieldRule.ANY, "Hold any comment on their stories that uses one of the words"),
    (ShieldRule.AIMED, "Hold it only if it names them or answers one of their comments"),
]


def install(app: Flask) -> None:
    """Whoever is shielded sees at no door of the newsroom what attacks them."""
    app.before_request(_look_away)
    app.teardown_request(lambda _error: shields.shield_for_request())


def _look_away() -> None:
    shields.shield_for_request(_whoever_acts)


def _whoever_acts() -> tuple[int, ...]:
    """The shielded bylines somebody of the staff is; nobody where no door of the newsroom was passed."""
    account_id = actor().account_id if "actor" in g else None
    return shielded_as(account_id, keys()) if account_id is not None else ()


class ShieldForm(FlaskForm):
    rule = SelectField("Shield", choices=SHIELD_CHOICES, validate_choice=False)
    words = TextAreaField(
        "Words and phrases",
        description="One a line, whole words. A * at the end finds whatever begins so: swindle* finds swindler.",
    )


def shield_form(author: Author, **changes: Any) -> ShieldForm:
    """The shield of a byline as it would be typed."""
    return ShieldForm(None, data={"rule": author.shield or "", "words": author.shield_words, **changes})


@bp.get("")
def questions() -> str:
    site = chosen_site()
    mine = bylines_of(own_account(), site.id, keys())
    found, following = open_questions(mine, now=now(), after=read_cursor(request.args.get("cursor")))
    return page(
        "desk/questions.html",
        site,
        mine=mine,
        questions=found,
        next_cursor=following,
        days=ASKED_WITHIN.days,
        show=Presenter(site, links(), "html"),
        choices={"": "As usual on this site", "yes": "Listed", "no": "Not listed"},
        chosen={author.id: {None: "", True: "yes", False: "no"}[author.shows_comments] for author in mine},
    )


@bp.post("/comments-listed/<author_id>")
def choose_listing(author_id: str) -> Response:
    """Whether the person's own public page lists their comments."""
    site = chosen_site()
    author = next((each for each in bylines_of(own_account(), site.id, keys()) if each.id == read_id(author_id)), None)
    if author is None:
        raise NotFound("There is nothing here by that name.")
    wanted = inputs.choice(request.form, "listed", CHOICES, "")
    with unit_of_work(), changes_noted(author, actor=actor(), now=now()):
        choose_to_show_comments(author, CHOICES[wanted])
    flash("Saved.")
    return redirect(url_for(".questions", site=site.key))


@admin_bp.get("/<author_id>/shield")
def show_shield(author_id: str) -> str:
    author, site = _author(author_id)
    return _shield_page(author, site, shield_form(author))


@admin_bp.post("/<author_id>/shield")
def give_shield(author_id: str) -> str | tuple[str, int] | Response:
    author, site = _author(author_id)
    form = ShieldForm()
    try:
        with unit_of_work():
            shields.give_shield(author, form.rule.data or "", form.words.data or "", actor=actor())
    except ValidationFailed as error:
        for name, messages in error.fields.items():
            form[name].errors = messages
        return _shield_page(author, site, form), 422
    flash(f"{author.name} is shielded." if author.shield else f"{author.name} is not shielded.")
    return redirect(url_for(".show_shield", author_id=author.id))


def _shield_page(author: Author, site: Site, form: ShieldForm) -> str:
    return page("desk/shield.html", site, author=author, form=form, most=shields.MOST_WORDS)


def _author(author_id: str) -> tuple[Author, Site]:
    author = author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)
    if not author.is_byline:
        raise NotFound("There is nothing here by that name.")
    return author, about(db.session.get_one(Site, author.site_id))
