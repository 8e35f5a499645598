"""Bugs told to a Sentry of the house's choosing (`COMMENTSVC_SENTRY_DSN`): the kind of error and its lines of code.

The report is made here of what is known to be no person's, and nothing else is sent: no message (messages quote what
was sent), no variable, no address, header, cookie or body. The library only carries it; it hooks into nothing, so an
application the service lives in keeps its own.
"""

import logging
import traceback
from typing import Any, cast

from flask import has_request_context, request
from structlog.contextvars import get_contextvars

from .config import Misconfigured, Settings

MOST_FRAMES = 50
SENT = {"event_id", "timestamp", "platform", "level", "logger", "logentry", "exception", "tags", "transaction", "sdk"}
SENT |= {"release", "environment"}


def install(settings: Settings) -> None:
    """Every error our own code logs is reported. Raises Misconfigured for an address that is none."""
    ours = logging.getLogger("commentsvc")
    for old in [each for each in ours.handlers if isinstance(each, Reports)]:
        ours.removeHandler(old)
    if settings.sentry_dsn:
        ours.addHandler(Reports(settings.sentry_dsn))


class Reports(logging.Handler):
    def __init__(self, dsn: str) -> None:
        super().__init__(logging.ERROR)
        import sentry_sdk
        from sentry_sdk.utils import BadDsn

        try:
            self.client = sentry_sdk.Client(
                dsn, default_integrations=False, auto_enabling_integrations=False, before_send=only_what_is_nobodys
            )
        except BadDsn as error:
            raise Misconfigured("COMMENTSVC_SENTRY_DSN is not the address of a Sentry project.") from error

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.client.capture_event(cast(Any, report(record)))
        except Exception:
            self.handleError(record)


def report(record: logging.LogRecord) -> dict[str, Any]:
    """What is told of a line of the log: its words before anything was put into them."""
    error = record.exc_info[1] if record.exc_info else getattr(record, "error", None)
    told: dict[str, Any] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        "logentry": {"message": str(record.msg)},
        "tags": {name: str(value) for name, value in get_contextvars().items() if name == "request_id"},
    }
    if has_request_context() and request.url_rule:
        told["transaction"] = request.url_rule.endpoint
    if error is not None:
        told["exception"] = {"values": [{"type": type(error).__name__, "stacktrace": {"frames": _frames(error)}}]}
    return told


def _frames(error: BaseException) -> list[dict[str, Any]]:
    steps = ((frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__))
    frames = [{"filename": code.co_filename, "function": code.co_name, "lineno": line} for code, line in steps]
    return frames[-MOST_FRAMES:]


def only_what_is_nobodys(event: Any, _hint: Any) -> Any:
    """The last door: whatever a version of the library adds to an event by itself stays here."""
    return {name: value for name, value in event.items() if name in SENT}
