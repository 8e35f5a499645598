"""The files of the embeddable widget: `/embed.js` and the modules it imports."""

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

FILES = Path(__file__).parent / "static"
KEPT = 600  # seconds a browser may use them without asking again

bp = Blueprint("widget", __name__)


@bp.get("/embed.js")
def entry() -> Response:
    return _file("embed.js")


@bp.get("/embed/<name>")
def module(name: str) -> Response:
    return _file(name)


def _file(name: str) -> Response:
    """Module scripts are always fetched with CORS, and any page may load them: they hold no secret."""
    response = send_from_directory(FILES, name, mimetype="text/javascript", max_age=KEPT)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
