"""The person's side: a link in their mail leads here. Reading the page does nothing; its buttons do.

Whoever has the link reads the mailbox; there is no session, no cookie, and so nothing to forge.
"""

from typing import Any

from flask import Blueprint, Response, request

from ..authors.models import Author
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound
from ..core.unit_of_work import unit_of_work
from ..core.web import keys
from ..notifications import tokens
from ..notifications.page import page
from ..sites.models import Site
from . import erasing, exporting
from .routes import as_file

bp = Blueprint("mine", __name__, url_prefix="/mail/mine")

DOES = ("export", "erase", "cancel")


@bp.after_request
def for_one_pair_of_eyes(response: Response) -> Response:
    """Kept nowhere on the way, told to nobody by a link on the page, found by no search engine."""
    response.headers.update(
        {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
    )
    return response


def _whose(token: str) -> Author:
    """Raises NotFound where the address was never confirmed: anybody can type one."""
    author, _ = tokens.read("mine", token, keys())
    if author.confirmed_at is None:
        raise NotFound("This link leads nowhere any more.")
    return author


@bp.get("/<token>")
def show(token: str) -> Response:
    return _page(_whose(token))


@bp.post("/<token>")
def act(token: str) -> Response:
    author, wanted, moment = _whose(token), inputs.choice(request.form, "do", DOES, ""), now()
    with unit_of_work():
        if wanted == "export":
            exporting.remember(author, actor=None, now=moment)
        elif wanted == "erase":
            erasing.ask(author, actor=None, now=moment)
        elif running := erasing.running_of(author):
            erasing.cancel(running, actor=None, now=moment)
    return as_file(author) if wanted == "export" else _page(author, cancelled=wanted == "cancel")


def _page(author: Author, **more: Any) -> Response:
    site = db.session.get_one(Site, author.site_id)
    shown = {"cancelled": False, **more, "running": erasing.running_of(author), "nameless": erasing.nameless(site)}
    return page("privacy/mine", site, author=author, **shown)
