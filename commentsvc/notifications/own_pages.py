"""My comments: what a confirmed reader finds of their own, without JavaScript. Known by a cookie of these pages."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, ValidationError

from ..authors import readers
from ..authors.models import Author
from ..comments import asking, cookies, lifecycle, own, posting
from ..comments.forms import EditForm
from ..comments.models import Comment, Decision
from ..comments.routes import sender
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import DomainError, Unauthorized, ValidationFailed
from ..core.ids import read_id
from ..core.limits import letters_asked
from ..core.mail_address import WrongAddress, read_address
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import form_encoding_error, house, keys, links, reader_network, reader_networks
from ..sites.models import Site
from ..sites.web import ensure_own_page, named_site
from . import choices, tokens
from .letters import story_name, words_of
from .news import reason_of
from .page import page
from .words import Words

bp = Blueprint("me_pages", __name__, url_prefix="/me")

DONE = ("", "edited", "held", "retracted")


class AddressForm(FlaskForm):
    """Where the link goes."""

    class Meta:
        csrf = False

    email = EmailField(render_kw={"autocomplete": "email", "required": True})

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email.label.text = words("me_email")
        self.words = words

    def validate_email(self, field: Any) -> None:
        try:
            field.data = read_address((field.data or "").strip())
        except WrongAddress as error:
            raise ValidationError(self.words("me_wrong_email")) from error


@bp.before_request
def _own_pages_only() -> None:
    if request.method == "POST":
        ensure_own_page()


@bp.after_request
def _for_one_pair_of_eyes(response: Response) -> Response:
    response.headers.update(
        {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow"}
    )
    return response


def _reader(site: Site) -> Author:
    """Raises Unauthorized for a browser that is not known."""
    reader = readers.reader_of(cookies.shown(site), site.id, now=now())
    if reader is None:
        raise Unauthorized("This browser is not known any more. Ask for a link on the page of your comments.")
    return reader


def _page(template: str, site: Site, status: int = 200, **context: Any) -> Response:
    return page(f"me/{template}", site, status, **context)


@bp.get("/<key>")
def me(key: str) -> Response:
    site = named_site(key)
    reader = readers.reader_of(cookies.shown(site), site.id, now=now())
    if reader is None:
        return _ask(site)
    found, following = own.page_of_own(reader, after=read_cursor(request.args.get("cursor")))
    return _page(
        "comments",
        site,
        own=found,
        done=inputs.choice(request.args, "done", DONE, ""),
        reason=lambda refused: said_reason(refused, words_of(site)),
        story_name=story_name,
        next_cursor=following,
        preferences=links().mail("preferences", tokens.make("preferences", reader, keys())),
        mine=links().mail("mine", tokens.make("mine", reader, keys())) if reader.confirmed_at else None,
        now=now(),
    )


def said_reason(refused: Decision, words: Words) -> str:
    """The reason of a rejection as readers may know it."""
    return reason_of({"rule": refused.rule, "reason": refused.reason, "action": refused.action}, words)


def _ask(site: Site, form: AddressForm | None = None, *, asked: bool = False) -> Response:
    form = form or AddressForm(None, words=words_of(site))
    status = 422 if form.errors else 200
    return _page("ask", site, status, form=form, asked=asked, offers_mail=house().sends_mail)


@bp.post("/<key>/link")
@letters_asked
def send_link(key: str) -> Response:
    """The same answer whether anybody ever wrote under the address."""
    site = named_site(key)
    form = AddressForm(MultiDict(request.form), words=words_of(site))
    if not form.validate():
        return _ask(site, form)
    if house().sends_mail:
        with unit_of_work():
            choices.send_way_in(site, form.email.data or "", network_hash=reader_network(), now=now())
    return _ask(site, asked=house().sends_mail)


@bp.post("/<key>/comments/<comment_id>/editor")
def open_editor(key: str, comment_id: str) -> Response:
    site, comment = _own_comment(key, comment_id)
    with unit_of_work():
        text, _ = posting.open_editor(site, comment, now=now())
    return _editor(site, comment, EditForm(MultiDict({"text": text}), settings=site.settings))


@bp.post("/<key>/comments/<comment_id>/edit")
def edit(key: str, comment_id: str) -> Response:
    """What was typed is never lost: it stands in the form again, with what was wrong."""
    encoding = form_encoding_error()  # before anything else reads the body
    site, comment = _own_comment(key, comment_id)
    form = EditForm(MultiDict(request.form), settings=site.settings)
    try:
        if encoding:
            raise encoding
        text = form.new_text()
        with unit_of_work():
            posted = posting.edit(
                site, comment, text, keys=keys(), now=now(), sender=sender(), networks=reader_networks()
            )
    except DomainError as error:
        db.session.rollback()
        failure = None if isinstance(error, ValidationFailed) else str(error)
        return _editor(site, comment, form, status=error.http_status, failure=failure)
    asking.finish(posted)
    return _back(site, "edited" if posted.comment.is_visible else "held", posted.comment)


def _editor(site: Site, comment: Comment, form: EditForm, *, status: int = 200, failure: str | None = None) -> Response:
    form.text.label.text = words_of(site)("me_text")
    return _page("edit", site, status, comment=comment, form=form, failure=failure)


@bp.post("/<key>/comments/<comment_id>/retract")
def retract(key: str, comment_id: str) -> Response:
    site, comment = _own_comment(key, comment_id)
    with unit_of_work():
        lifecycle.retract(comment, now=now())
    return _back(site, "retracted", comment)


@bp.post("/<key>/forget")
def forget(key: str) -> Response:
    """This browser is nobody's any more."""
    site = named_site(key)
    with unit_of_work():
        readers.forget_browser(cookies.shown(site) or "")
    return cookies.drop(make_response(redirect(links().me(site.key), 303)), site)


def _own_comment(key: str, comment_id: str) -> tuple[Site, Comment]:
    """Raises Unauthorized, NotFound."""
    site = named_site(key)
    return site, own.own_comment(_reader(site), read_id(comment_id))


def _back(site: Site, done: str, comment: Comment) -> Response:
    return make_response(redirect(f"{links().me(site.key)}?done={done}#comment-{comment.id}", 303))
