"""Pictures of authors as readers' browsers fetch them, and as an admin's script brings one."""

import base64
import binascii
from typing import cast

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.ids import read_id
from ..core.pictures import MOST_BYTES
from ..core.storage import storage
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body
from ..sites.models import Site
from .acts import changes_noted
from .models import Author
from .pictures import FOLDER, drop_picture, file_named, put_picture
from .queries import author_for
from .routes import full_json

files_bp = Blueprint("avatars", __name__)
api = Blueprint("author_pictures_api", __name__, url_prefix="/api/v1/admin/authors")

FOR_EVER = "public, max-age=31536000, immutable"
BODY_LIMIT = MOST_BYTES * 4 // 3 + 10_000  # as base64, and what a form or JSON puts around it


@files_bp.get(f"{FOLDER}<name>")
def file(name: str) -> Response:
    """A file whose name says what is in it, so that nobody has to ask for it twice."""
    found = file_named(name, storage())
    if found is None:
        raise NotFound()
    response = Response(found.body, mimetype=found.media_type)
    response.set_etag(name)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the pages of a newspaper show it
    return cast(Response, response.make_conditional(request))


@api.put("/<author_id>/picture")
def bring_picture(author_id: str) -> Response:
    """The file in base64. Nobody says what it is: that is found out by reading it."""
    author, site = _author(author_id)
    sent = inputs.strings(json_body(BODY_LIMIT), ("picture",)).get("picture", "")
    try:
        picture = base64.b64decode(sent, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationFailed({"picture": ["Send the file in base64."]}) from error
    kept = put_picture(picture, storage())
    with unit_of_work(), changes_noted(author, actor=actor(), now=now()):
        author.avatar = kept
    return answer({"author": full_json(author, site)})


@api.delete("/<author_id>/picture")
def take_picture_away(author_id: str) -> Response:
    author, site = _author(author_id)
    with unit_of_work(), changes_noted(author, actor=actor(), now=now()):
        drop_picture(author)
    return answer({"author": full_json(author, site)})


def _author(author_id: str) -> tuple[Author, Site]:
    author = author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)
    return author, db.session.get_one(Site, author.site_id)
