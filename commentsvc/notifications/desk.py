"""The newsroom's pages about what goes out, and the page a link in a letter leads to."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import EmailField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors import queries as authors
from ..authors.models import Author
from ..authors.routes import managed_site
from ..authors.service import address_of, give_byline_address
from ..comments.models import Decision
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict, NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.mail_address import MAX_LENGTH
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, links
from ..moderation.desk import chosen_site, page
from ..moderation.queue import marked
from ..outbox.models import Delivery, Lane
from ..sites.models import Site
from ..sites.web import about
from . import chat, decide_by_mail, newsroom
from .newsroom_models import BylineChoice, ChatTarget, How

desk_pages = Blueprint("notices", __name__)
decide_pages = Blueprint("decide_by_mail", __name__)

EVERY = [(How.OFF, "Off"), (How.AT_ONCE, "At once"), (How.DAILY, "Once a day")]
KINDS = {"queue": EVERY, "held": EVERY[:2]}


class NoticesForm(FlaskForm):
    queue = RadioField("The queue has grown too long", choices=KINDS["queue"])
    held = RadioField("A comment waits for a decision", choices=KINDS["held"])


class BylineForm(FlaskForm):
    address = EmailField("Email", [Length(max=MAX_LENGTH)], description="Where the letters go. Empty: nowhere.")
    comments = RadioField("Comments", choices=EVERY)
    questions = RadioField("Questions", choices=EVERY)


class Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ChatForm(FlaskForm):
    name = StringField(
        "Name", [InputRequired("Enter a name."), Length(max=ChatTarget.NAME_LENGTH)], description="For this page."
    )
    url = StringField("Address", [InputRequired("Enter the chat’s address."), Length(max=chat.URL_LENGTH)])
    events = Ticks("Messages", [InputRequired("Tick at least one.")], choices=list(chat.EVENTS.items()))


# The signed-in account's own letters


@desk_pages.get("/desk/notices")
def notices() -> str:
    site = chosen_site()
    return _notices_page(site, NoticesForm(data=_choices(site)))


def _choices(site: Site) -> dict[str, How]:
    return {kind: newsroom.choice_of(actor().account_id or 0, site.id, kind) for kind in newsroom.KINDS}


def _notices_page(site: Site, form: NoticesForm) -> str:
    server = current_app.config["COMMENTSVC"].mail_url
    may_chat = actor().may(Permission.MANAGE_SITE)
    return page("desk/notices.html", site, form=form, has_mail=bool(server), may_chat=may_chat)


@desk_pages.post("/desk/notices")
def choose() -> str | tuple[str, int] | Response:
    site = chosen_site()
    form = NoticesForm()
    if not form.validate():
        return _notices_page(site, form), 422
    with unit_of_work():
        for kind in newsroom.KINDS:
            newsroom.choose(actor().account_id or 0, site.id, kind, How(form[kind].data), now=now())
    flash("Saved.")
    return redirect(url_for("notices.notices", site=site.key))


# A byline's letters


@desk_pages.get("/admin/authors/<author_id>/mail")
def byline(author_id: str) -> str:
    found, site = _byline(author_id)
    choice = db.session.get(BylineChoice, found.id)
    data = {
        "address": address_of(found, actor=actor(), keys=keys()),
        "comments": choice.comments if choice else How.OFF,
        "questions": choice.questions if choice else How.OFF,
    }
    return page("desk/byline_mail.html", site, author=found, form=BylineForm(data=data))


def _byline(author_id: str) -> tuple[Author, Site]:
    found = authors.author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)
    if not found.is_byline:
        raise Conflict("Only who signs articles is mailed about comments on them.")
    return found, about(db.session.get_one(Site, found.site_id))


@desk_pages.post("/admin/authors/<author_id>/mail")
def save_byline(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _byline(author_id)
    form = BylineForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            typed = (form.address.data or "").strip()
            if typed != (address_of(found, actor=actor(), keys=keys()) or ""):
                give_byline_address(found, typed, actor=actor(), keys=keys(), now=now())
            comments, questions = How(form.comments.data), How(form.questions.data)
            newsroom.choose_for_byline(found, comments=comments, questions=questions, now=now())
    except ValidationFailed as error:
        form.address.errors = [*form.address.errors, *error.fields.get("address", [])]
        return page("desk/byline_mail.html", site, author=found, form=form), 422
    flash("Saved.")
    return redirect(url_for("desk.author", author_id=found.id))


# Chats


@desk_pages.get("/admin/chat")
def chats() -> str:
    return _chats_page(_chat_site(), ChatForm())


def _chat_site() -> Site:
    """The site in the query, or the actor's first, if the actor may manage its chats."""
    key = inputs.line(request.args, "site") or chosen_site().key
    return about(managed_site(key, Permission.MANAGE_SITE))


def _chats_page(site: Site, form: ChatForm) -> str:
    targets = chat.targets_of(site.id)
    lanes, last = _lanes(targets), _last_deliveries(targets)
    hosts = {each.id: chat.place_of(each, keys()) for each in targets}
    shown = {"targets": targets, "lanes": lanes, "last": last, "hosts": hosts, "events": chat.EVENTS}
    return page("desk/chats.html", site, form=form, has_base=bool(links().base), now=now(), **shown)


def _lanes(targets: Sequence[ChatTarget]) -> dict[int, Lane]:
    """Of those that have one, by the chat's id."""
    rows = select(Lane).where(Lane.key.in_([chat.lane_of(each.id) for each in targets]))
    found = {lane.key: lane for lane in db.session.scalars(rows)}
    return {each.id: found[key] for each in targets if (key := chat.lane_of(each.id)) in found}


def _last_deliveries(targets: Sequence[ChatTarget]) -> dict[int, Delivery]:
    """Of those that were ever sent anything, with its tries, by the chat's id."""
    keys_of = {chat.lane_of(each.id): each.id for each in targets}
    newest = select(func.max(Delivery.id)).where(Delivery.lane_key.in_(keys_of)).group_by(Delivery.lane_key)
    rows = select(Delivery).where(Delivery.id.in_(newest)).options(selectinload(Delivery.tries))
    return {keys_of[delivery.lane_key]: delivery for delivery in db.session.scalars(rows)}


@desk_pages.post("/admin/chat")
def add_chat() -> str | tuple[str, int] | Response:
    site, form = _chat_site(), ChatForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            chat.add_target(
                site.id,
                name=inputs.line({"name": form.name.data}, "name", limit=ChatTarget.NAME_LENGTH) or "",
                url=form.url.data.strip(),
                events=form.events.data,
                keys=keys(),
                allowed=current_app.config["COMMENTSVC"].outgoing_allowed,
                now=now(),
            )
    except ValidationFailed as error:
        for name, sentences in error.fields.items():
            form[name].errors = [*form[name].errors, *sentences]
        return _chats_page(site, form), 422
    flash("Added. Send a test message to see whether it arrives.")
    return redirect(url_for("notices.chats", site=site.key))


@desk_pages.post("/admin/chat/<target_id>/<verb>")
def change_chat(target_id: str, verb: str) -> Response:
    site = _chat_site()
    target = chat.target_of(site.id, read_id(target_id))
    with unit_of_work():
        flash(_do(target, verb))
    return redirect(url_for("notices.chats", site=site.key))


def _do(target: ChatTarget, verb: str) -> str:
    """Do it, and say what was done. Raises NotFound for what cannot be done to a chat."""
    if verb == "test":
        chat.send_test(target, now=now())
        return "A test message is on its way. Reload this page in a moment to see what came of it."
    if verb == "remove":
        chat.remove(target, now=now())
        return f"{target.name} was removed."
    if verb not in ("on", "off"):
        raise NotFound("There is nothing here by that name.")
    chat.switch(target, on=verb == "on", now=now())
    return f"{target.name} is switched {verb}."


# From a letter: no session, no cookie; the link says who decides what


@decide_pages.get("/mail/decide/<token>")
def see(token: str) -> Response:
    return _sight(decide_by_mail.look(token, keys(), now=now()), token)


@decide_pages.post("/mail/decide/<token>")
def decide(token: str) -> Response:
    with unit_of_work():
        reason = inputs.line(request.form, "reason", limit=Decision.REASON_LENGTH) or ""
        done = decide_by_mail.decide(token, keys(), now=now(), reason=reason)
    return _sight(decide_by_mail.look(token, keys(), now=now()), token, done=done, status=200 if done else 409)


def _sight(sight: decide_by_mail.Sight, token: str, *, done: bool = False, status: int = 200) -> Response:
    site = db.session.get_one(Site, sight.card.comment.site_id)
    shown: dict[str, Any] = {"sight": sight, "card": sight.card, "site": site, "token": token, "done": done}
    return _kept_nowhere(make_response(render_template("mail/decide.html", marked=marked, **shown), status))


@decide_pages.errorhandler(decide_by_mail.Ended)
def ended(error: decide_by_mail.Ended) -> Response:
    words = {"status": 410, "title": "This link is too old", "detail": str(error)}
    return _kept_nowhere(make_response(render_template("problem.html", **words), 410))


@decide_pages.get("/mail/byline/<token>")
def ask_to_stop(token: str) -> Response:
    author = newsroom.byline_of(token, keys())
    return _kept_nowhere(make_response(render_template("mail/stop.html", author=author, token=token, done=False)))


@decide_pages.post("/mail/byline/<token>")
def stop(token: str) -> Response:
    """By the button on the page, or by a mail program's own (RFC 8058)."""
    with unit_of_work():
        author = newsroom.byline_of(token, keys())
        newsroom.choose_for_byline(author, comments=How.OFF, questions=How.OFF, now=now())
    return _kept_nowhere(make_response(render_template("mail/stop.html", author=author, token=token, done=True)))


def _kept_nowhere(response: Response) -> Response:
    # The address is a key: it is kept by nobody on the way and told to nobody by a link on the page.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
