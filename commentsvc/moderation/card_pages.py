"""Around a card of the queue: its context, the team's notes, who is looking, what each moderator set for themselves."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Redirect
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import Length, NumberRange

from ..accounts.guards import actor, own_account
from ..accounts.models import Account
from ..accounts.preferences import (
    KEY_WORDS,
    KEYS,
    LONGEST_BREAK,
    Preferences,
    keep,
    preferences_of,
    read_keys,
    rename,
)
from ..comments.models import Comment
from ..comments.queries import comment_for
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import DomainError, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import answer
from ..sites.models import Site
from ..sites.web import about
from . import leases
from .context import context_of
from .desk import back_to_the_desk, chosen_site, fragment, page, said_plainly, wants_fragment
from .notes import add_note

bp = Blueprint("card", __name__, url_prefix="/desk")


# The context of a comment


@bp.get("/comments/<comment_id>/context")
def context(comment_id: str) -> str:
    """The drawer: what the page of the comment shows around its card, to be put beside the queue."""
    return _context(comment_for(actor(), read_id(comment_id)))


def _context(comment: Comment) -> str:
    site = about(db.session.get_one(Site, comment.site_id))
    around = context_of(comment, actor=actor())
    return fragment("desk/_context.html", site, comment=comment, around=around)


@bp.post("/comments/<comment_id>/notes")
def note(comment_id: str) -> str | Redirect:
    """With the field `fragment` the answer is the context anew."""
    found = comment_for(actor(), read_id(comment_id))
    try:
        with unit_of_work():
            add_note(found, request.form.get("text", ""), actor=actor(), now=now())
    except DomainError as error:
        if wants_fragment():
            return said_plainly(error)
        raise
    return _context(found) if wants_fragment() else redirect(url_for("desk.comment", comment_id=found.id) + "#notes")


# Who is looking


@bp.post("/leases")
def look() -> tuple[str, int]:
    """Say that one is looking at the comment in the field `comment`."""
    found = comment_for(actor(), read_id(request.form.get("comment", "")))
    with unit_of_work():
        leases.take(found, actor=actor(), now=now())
    return "", 204


@bp.get("/leases")
def looking() -> Response:
    """Which colleagues look at which of the comments in `ids`: {"leases": [{"comment", "name"}]}."""
    site = chosen_site()
    ids = [read_id(each) for each in request.args.get("ids", "").split(",") if each]
    if len(ids) > leases.MOST_ASKED:
        raise ValidationFailed({"ids": [f"Ask about at most {leases.MOST_ASKED} comments at once."]})
    found = leases.colleagues_at(site.id, ids, actor=actor(), now=now())
    return answer({"leases": [{"comment": str(comment), "name": name} for comment, name in found]})


# What somebody set for themselves


class MeForm(FlaskForm):
    """The fields named like an action hold its key."""

    alias = StringField(
        "Name colleagues and readers see",
        [Length(max=Account.NAME_LENGTH, message=f"Use at most {Account.NAME_LENGTH} characters.")],
        description="Empty: the name of your account.",
    )
    keys = BooleanField("Decide with single keys")
    veils = BooleanField("Blur severe comments until I look at them")
    break_after = IntegerField(
        "Remind me to take a break after",
        [NumberRange(0, LONGEST_BREAK, message=f"Use a whole number of minutes from 0 to {LONGEST_BREAK}.")],
        description="In minutes; 0 never does.",
    )


for _action in KEYS:
    setattr(MeForm, _action, StringField(KEY_WORDS[_action]))


@bp.get("/me")
def me() -> str:
    site = chosen_site()
    set_before = preferences_of(own_account())
    flags = {"keys": set_before.keys, "veils": set_before.veils, "break_after": set_before.break_after}
    return _me_page(site, MeForm(data={"alias": own_account().alias, **flags, **set_before.key_map}))


def _me_page(site: Site, form: MeForm) -> str:
    return page("desk/me.html", site, form=form, key_names=list(KEYS), account=own_account())


@bp.post("/me")
def save_me() -> str | tuple[str, int] | Redirect:
    site, form = chosen_site(), MeForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            _keep(form)
    except ValidationFailed as error:
        for name, said in error.fields.items():
            form[name].errors = [*form[name].errors, *said]
        return _me_page(site, form), 422
    flash("Saved.")
    return redirect(url_for("card.me", site=site.key))


def _keep(form: MeForm) -> None:
    account = own_account()
    chosen = read_keys({action: form[action].data or "" for action in KEYS})
    rename(account, form.alias.data or "")
    keep(account, Preferences(form.keys.data, chosen, form.veils.data, form.break_after.data or 0))


@bp.post("/me/keys")
def choose_keys() -> Redirect:
    """The answer to the offer at the first visit."""
    chosen_site()
    on = inputs.choice(request.form, "keys", ("on", "off"), "off") == "on"
    with unit_of_work():
        account = own_account()
        set_before = preferences_of(account)
        keep(account, Preferences(on, set_before.chosen_keys, set_before.veils, set_before.break_after))
    return back_to_the_desk()
