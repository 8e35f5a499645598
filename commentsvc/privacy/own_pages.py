"""A reader whom no browser knows asks for a link to their data. Opening it does nothing, its page's button does."""

from typing import Any

from flask import Blueprint, Response, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField

from ..authors.models import Author
from ..core.clock import now
from ..core.database import db
from ..core.limits import letters_asked
from ..core.unit_of_work import unit_of_work
from ..core.web import house, reader_network
from ..notifications.letters import words_of
from ..notifications.own_pages import AddressForm
from ..notifications.page import page
from ..notifications.words import Words
from ..sites.models import Site
from ..sites.web import ensure_own_page, named_site
from . import erasing, exporting, requests
from .models import DataRequest, Wish
from .pages import for_one_pair_of_eyes
from .routes import as_file

bp = Blueprint("my_data", __name__)
bp.after_request(for_one_pair_of_eyes)


class AskForm(AddressForm):
    """Where the link goes, and what it does."""

    wish = RadioField(choices=[(str(each), "") for each in Wish], default=str(Wish.COPY))

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.wish.label.text = words("data_wish")
        self.wish.choices = [(str(each), words(f"data_wish_{each}")) for each in Wish]


def _page(template: str, site: Site, status: int = 200, **context: Any) -> Response:
    return page(f"privacy/{template}", site, status, **context)


@bp.get("/my-data/<key>")
def ask_page(key: str) -> Response:
    site = named_site(key)
    return _ask(site, AskForm(None, words=words_of(site)))


def _ask(site: Site, form: FlaskForm, *, asked: bool = False) -> Response:
    return _page("ask", site, 422 if form.errors else 200, form=form, asked=asked, offers_mail=house().sends_mail)


@bp.post("/my-data/<key>")
@letters_asked
def ask(key: str) -> Response:
    """The same answer, and the same work, whether anybody ever wrote under the address."""
    ensure_own_page()
    site = named_site(key)
    form = AskForm(MultiDict(request.form), words=words_of(site))
    if not form.validate():
        return _ask(site, form)
    if house().sends_mail:
        with unit_of_work():
            wish = Wish(form.wish.data)
            requests.ask(site, form.email.data or "", wish, network_hash=reader_network(), now=now())
    return _ask(site, form, asked=house().sends_mail)


@bp.get("/mail/<any(copy, erase):wish>/<token>")
def follow(wish: str, token: str) -> Response:
    author, asked = requests.asked_by(Wish(wish), token)
    return _used(author) if asked.used_at else _act_page(author, asked)


@bp.post("/mail/<any(copy, erase):wish>/<token>")
def act(wish: str, token: str) -> Response:
    author, asked = requests.asked_by(Wish(wish), token)
    moment = now()
    with unit_of_work():
        if not requests.use(asked, now=moment):
            return _used(author)
        if asked.wish == Wish.COPY:
            exporting.remember(author, actor=None, now=moment)
        else:
            erasing.ask(author, actor=None, now=moment)
    return as_file(author) if asked.wish == Wish.COPY else _act_page(author, asked)


def _act_page(author: Author, asked: DataRequest) -> Response:
    site = db.session.get_one(Site, author.site_id)
    running, nameless = erasing.running_of(author), erasing.nameless(site)
    return _page("act", site, wish=asked.wish, running=running, nameless=nameless)


def _used(author: Author) -> Response:
    return _page("used", db.session.get_one(Site, author.site_id), 410)
