"""How this service writes its log: one JSON object a line, or readable lines where a terminal is looking.

Code says what happened with `logging.getLogger(__name__)` as everywhere. A line knows the request it belongs to, and
never quotes what an exception says: those words quote what people typed.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from .imports import as_if_missing

with as_if_missing("rich"):  # for tracebacks in colour, which no line of ours has
    import structlog
    from structlog.stdlib import ProcessorFormatter
    from structlog.types import EventDict, Processor

FRAMES = 12  # of a failure: from where it was raised back to our own code


def where(error: BaseException) -> str:
    """The kind of an error and the lines it came through, without its message: messages quote what was sent."""
    steps = traceback.walk_tb(error.__traceback__)
    frames = [f"{frame.f_code.co_filename.rpartition('/')[2]}:{line}" for frame, line in steps]
    return f"{type(error).__name__} {' > '.join(frames[-FRAMES:])}"


def _where_it_failed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """In the place of a traceback; each error with the one that caused it."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["failed"] = [where(each) for each in _with_causes(error)]
    return event


def _with_causes(error: BaseException | None) -> Iterable[BaseException]:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return seen


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _where_it_failed,
)


def formatter() -> ProcessorFormatter:
    """JSON, or readable lines if standard error is a terminal."""
    readable = sys.stderr.isatty()
    last: Processor = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    return ProcessorFormatter(
        processors=[ProcessorFormatter.remove_processors_meta, last],
        foreign_pre_chain=SHARED,
    )


def configuration() -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to standard error; of other people's code, what is amiss."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": {"()": f"{__name__}.formatter"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structured", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "commentsvc": {"level": "INFO"},
            "_granian": {"level": "INFO"},
        },
    }


def configure() -> None:
    """For a process of our own. An application the service lives in, and tests, keep their own way of logging."""
    logging.config.dictConfig(configuration())


def structured(name: str) -> Any:
    """A logger whose lines have fields: `structured(__name__).info("request", status=200)`."""
    processors = [*SHARED, ProcessorFormatter.wrap_for_formatter]
    return structlog.wrap_logger(
        logging.getLogger(name), processors=processors, wrapper_class=structlog.stdlib.BoundLogger, context_class=dict
    )
