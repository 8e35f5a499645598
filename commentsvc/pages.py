"""What all pages share: the entrance, health, security headers, the words templates know."""

import logging
import re
from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from markupsafe import Markup
from sqlalchemy import text

from .core.clock import now, rfc3339
from .core.database import db
from .core.text import direction
from .core.web import links, public_answer
from .schema import is_current

logger = logging.getLogger(__name__)

bp = Blueprint("pages", __name__)

_INDENTATION = re.compile(r"\n\s*(?=<(?!/?mark|/p|/textarea))")


def install(app: Flask) -> None:
    app.after_request(_secure)
    app.jinja_env.globals.update(links=links)
    app.jinja_env.filters.update(rfc3339=rfc3339, direction=direction, unindented=unindented)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def unindented(html: str) -> Markup:
    """A long page without the indentation between its tags: of 25 cards a fifth. What people typed stays as it is.

    Their "<" are escaped, so that one is a tag's; tags that stand within or end a typed text keep what is before them.
    """
    return Markup(_INDENTATION.sub("\n", html))  # noqa: S704 - it is the page's own, and only loses blanks


@bp.get("/")
def home() -> str:
    return render_template("home.html")


@bp.get("/api/v1/openapi.json")
def document() -> Response:
    """The description of the API."""
    from .openapi import described  # a long text, read when somebody asks for it

    return public_answer(described(links().base))


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "time": rfc3339(now()) or ""}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, object], int]:
    """The process can serve: database, schema, and Redis if one is configured."""
    checks = {"database": _answers(_ask_database), "schema": _answers(is_current)}
    if _redis_url():
        checks["redis"] = _answers(ask_redis)
    ready = all(checks.values())
    return {"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # whatever is wrong with it, the answer is the same: not ready
        logger.warning("not ready: %s", type(error).__name__)
        return False


def _ask_database() -> bool:
    return db.session.scalar(text("SELECT 1")) == 1


def _redis_url() -> str | None:
    url: str | None = current_app.config["COMMENTSVC"].redis_url
    return url


def ask_redis() -> bool:
    """Whether the configured Redis answers; raises what goes wrong."""
    import redis  # only where it is configured is it installed

    return bool(redis.Redis.from_url(_redis_url() or "", socket_timeout=1, socket_connect_timeout=1).ping())


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
