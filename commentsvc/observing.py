"""What can be seen of each request from outside: its id, one line in the log, its time. Nothing about who asked."""

import re
import secrets
import time

from flask import Flask, Response, current_app, g, request
from structlog.contextvars import bind_contextvars, reset_contextvars

from .core.logs import structured
from .core.metrics import metrics

HEADER = "X-Request-Id"
# A UUID or a long hexadecimal number, as proxies make them: nothing else can be smuggled into the log as one.
_ID = re.compile(r"[0-9a-fA-F]{8}[0-9a-fA-F-]{8,56}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNKNOWN = "none"  # the route of what no route answers

log = structured("commentsvc.requests")


def install(app: Flask) -> None:
    """Before everything else of the application, so that its time is all of it."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = _given_id() or secrets.token_hex(8)
    g.bound = bind_contextvars(request_id=g.request_id)


def _given_id() -> str | None:
    """The id a trusted proxy gave the request. Without one in front, anybody could have written it."""
    given = request.headers.get(HEADER, "")
    trusted = current_app.config["COMMENTSVC"].trusted_proxies > 0
    return given if trusted and _ID.fullmatch(given) else None


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.get("request_id", "")
    if "began" not in g:
        return response
    took = time.perf_counter() - g.began
    method = request.method if request.method in METHODS else "OTHER"
    route = request.url_rule.endpoint if request.url_rule else UNKNOWN
    metrics().requests.labels(method, route, str(response.status_code)).inc()
    metrics().seconds.labels(method, route).observe(took)
    if _wants_lines():
        log.info("request", method=method, route=route, status=response.status_code, ms=round(took * 1000, 1))
    return response


def _wants_lines() -> bool:
    settings = current_app.config["COMMENTSVC"]
    return bool(settings.log_requests and not settings.demo)


def _forget(_error: BaseException | None) -> None:
    if bound := g.pop("bound", None):
        reset_contextvars(**bound)
