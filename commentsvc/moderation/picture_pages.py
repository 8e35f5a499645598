"""An author's picture, as an admin brings one on the author's page."""

import re

from flask import Blueprint, Flask, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.acts import changes_noted
from ..authors.models import Author
from ..authors.picture_routes import BODY_LIMIT
from ..authors.pictures import drop_picture, put_picture
from ..authors.queries import author_for
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.storage import storage
from ..core.unit_of_work import unit_of_work

bp = Blueprint("author_pictures", __name__, url_prefix="/admin/authors")

_LONG = re.compile(r"/(api/v1/)?admin/authors/[^/]+/picture$")


def install(app: Flask) -> None:
    """Let a request that brings a picture be longer than others; before anything reads it."""
    app.before_request(_allow_pictures)


def _allow_pictures() -> None:
    if _LONG.match(request.path):
        request.max_content_length = BODY_LIMIT


@bp.post("/<author_id>/picture")
def bring(author_id: str) -> Response:
    author = _author(author_id)
    sent = request.files.get("picture")
    try:
        picture = put_picture(sent.read() if sent else b"", storage())
        with unit_of_work(), changes_noted(author, actor=actor(), now=now()):
            author.avatar = picture
        flash("The picture is saved.")
    except ValidationFailed as error:
        flash(str(error), "conflict")
    return _back(author)


@bp.post("/<author_id>/picture/delete")
def take_away(author_id: str) -> Response:
    author = _author(author_id)
    with unit_of_work(), changes_noted(author, actor=actor(), now=now()):
        drop_picture(author)
    flash("The picture is gone; a drawn one takes its place.")
    return _back(author)


def _author(author_id: str) -> Author:
    return author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)


def _back(author: Author) -> Response:
    return redirect(url_for("desk.author", author_id=author.id))
