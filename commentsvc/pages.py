"""What all pages share: the entrance, security headers, the words templates know."""

import re

from flask import Blueprint, Flask, Response, g, render_template, request
from markupsafe import Markup

from .core.clock import rfc3339
from .core.text import direction
from .core.web import links, public_answer

bp = Blueprint("pages", __name__)

_INDENTATION = re.compile(r"\n\s*(?=<(?!/?mark|/p|/textarea))")
_PLAIN_VALUE = re.compile(r'( [a-z-]+=)"([\w:/.-]*\w)"(?=[ >])')


def install(app: Flask) -> None:
    app.after_request(_secure)
    app.jinja_env.globals.update(links=links)
    app.jinja_env.filters.update(rfc3339=rfc3339, direction=direction, unindented=unindented)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def unindented(html: str) -> Markup:
    """A long page without the indentation between its tags, and without quotes that HTML does not need: of 25 cards a
    quarter. What people typed stays as it is.

    Their "<" and quotes are escaped, so that one is a tag's; tags that stand within or end a typed text keep what is
    before them.
    """
    close = _INDENTATION.sub("\n", html)
    return Markup(_PLAIN_VALUE.sub(r"\1\2", close))  # noqa: S704 - it is the page's own, and means the same


@bp.get("/")
def home() -> str:
    return render_template("home.html")


@bp.get("/api/v1/openapi.json")
def document() -> Response:
    """The description of the API."""
    from .openapi import described  # a long text, read when somebody asks for it

    return public_answer(described(links().base))


def _secure(response: Response) -> Response:
    """Every answer: no sniffing, no referrer; every page: only what this service itself serves."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy())
    if "actor" in g:  # what staff may see stays on no computer that others use too
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    site = g.get("site")
    origins = " ".join(origin.origin for origin in site.origins) if site else ""
    framing = f"'self' {origins}" if request.path.startswith("/thread/") and origins else "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        f"img-src 'self' {origins}; base-uri 'none'; frame-ancestors {framing}"
    ).replace(" ;", ";")
