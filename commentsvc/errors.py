"""What went wrong, said to the outside once and in one shape: problem+json under /api, a page elsewhere."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, NotFound

from .core.errors import DomainError, Overloaded, StorageAway, TooFast, ValidationFailed
from .core.logs import where

logger = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_fast",
    503: "unavailable",
}


def install(app: Flask) -> None:
    """Every error of the service leaves through here."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(RateLimitExceeded, _rate_limited)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    """The one shape of an error (RFC 9457); a page for people where a page was asked for."""
    if request.path.startswith("/api/"):
        said = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **more}
        return Response(json.dumps(said, ensure_ascii=False), status, mimetype="application/problem+json")
    told = "" if detail == NotFound.description else detail  # our own advice says it better
    page = render_template("problem.html", status=status, title=title, detail=told, request_id=g.get("request_id"))
    return Response(page, status, mimetype="text/html")


def _uncached(response: Response, headers: Mapping[str, str] | None = None) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def _domain_error(error: DomainError) -> Response:
    more = {"fields": error.fields} if isinstance(error, ValidationFailed) else dict(error.more)
    headers = {}
    if isinstance(error, TooFast | Overloaded | StorageAway):
        headers["Retry-After"] = str(error.retry_after)
    if error.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _uncached(problem(error.http_status, error.code, error.title, str(error), **more), headers)


def _rate_limited(error: RateLimitExceeded) -> Response:
    seconds = error.limit.limit.get_expiry() if error.limit else 60
    detail = "Too many attempts. Please wait a little."
    return _uncached(problem(429, "too_fast", "Too fast", detail), {"Retry-After": str(seconds)})


def _csrf_error(error: CSRFError) -> Response:
    detail = "This page was open for too long or came from elsewhere. Go back, reload it and try again."
    return _uncached(problem(400, "csrf", "The form has expired", detail))


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    status = error.code or 500
    answer = problem(status, CODES.get(status, "error"), error.name, error.description or error.name)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return _uncached(answer, kept)


def _database_away(error: OperationalError) -> Response:
    logger.error("request %s: the database did not answer: %s", g.get("request_id"), type(error.orig).__name__)
    detail = "The service cannot reach its database just now. Nothing was stored; please try again."
    return _uncached(problem(503, "unavailable", "Unavailable", detail), {"Retry-After": "5"})


def _unexpected(error: Exception) -> Response:
    """A bug. The log says where, under a request id that the reader sees too; it says nothing the request carried."""
    logger.error("request %s failed at %s", g.get("request_id"), where(error), extra={"error": error})
    detail = f"This is our fault and has been noted. Request {g.get('request_id')}."
    return _uncached(problem(500, "internal_error", "Something went wrong", detail, request_id=g.get("request_id")))
