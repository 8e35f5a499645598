"""The embeddable widget as it is fetched: `/embed.js`, `/count.js`, and under `/embed/` the modules it loads."""

from typing import cast

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from ..core.encodings import preferred
from .files import File, release

ENTRY_KEPT = "public, max-age=600"  # ten minutes after an upgrade every page has the new release
FOR_EVER = "public, max-age=31536000, immutable"
AS_LONG_AS_IT_IS_THE_SAME = "public, no-cache"

bp = Blueprint("widget", __name__)


@bp.get("/embed.js")
def entry() -> Response:
    return _sent(release().entry, ENTRY_KEPT)


@bp.get("/count.js")
def count() -> Response:
    """All that a page needs which has nothing but `<comment-count>`."""
    return _sent(release().files["count.js"], ENTRY_KEPT)


@bp.get("/embed/<path:name>")
def module(name: str) -> Response:
    """A file of this release. Under another release's address it is this one's all the same, but is not kept.

    A page that was open during an upgrade may still load what it lacks; a pinned entry is stopped by its `integrity`.
    """
    present = release()
    folder, _, rest = name.partition("/")
    found = present.files.get(rest) if folder == present.name else present.files.get(rest) or present.files.get(name)
    if found is None:
        raise NotFound()
    return _sent(found, FOR_EVER if folder == present.name else AS_LONG_AS_IT_IS_THE_SAME)


def _sent(file: File, kept: str) -> Response:
    """Module scripts are always fetched with CORS, and any page may load them: they hold no secret."""
    encoding = preferred(request.headers.get("Accept-Encoding", ""))
    response = Response(file.encoded(encoding), mimetype="text/javascript")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{file.digest}-{encoding}")
    response.headers["Cache-Control"] = kept
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Encoding")
    return cast(Response, response.make_conditional(request))
