"""What `commentsvc doctor` looks at: whether an installation is set up so that it works, and its logs are whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from .comments.log import examine
from .comments.models import Comment
from .config import Settings
from .core.clock import now, rfc3339
from .core.database import db
from .notifications.mail import MailServer
from .pages import ask_redis
from .schema import is_current, newest, present
from .sites.service import all_sites

CLOCKS_MAY_DIFFER = timedelta(seconds=5)  # this machine's and the database's
WRITTEN_AHEAD = timedelta(minutes=1)  # a comment from further in the future says that a clock was wrong


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and a sentence about it."""

    about: str
    is_well: bool
    said: str


def examine_all(app: Flask) -> Iterator[Finding]:
    """Look at everything; what needs the database is left out where there is none."""
    settings: Settings = app.config["COMMENTSVC"]
    yield _configuration(settings)
    with app.app_context():
        database = _carefully("database", _database)
        yield database
        if database.is_well:
            schema = _schema()
            yield schema
            yield _carefully("clock", _clock)
            if schema.is_well:
                yield from _sites()
    yield _carefully("redis", lambda: _redis(app, settings))
    yield _carefully("mail", lambda: _mail(settings))


def _carefully(about: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error)
    except Exception as error:  # whatever it is, it is what is wrong
        said = f"{type(error).__name__}: {error}"
    return Finding(about, False, said.splitlines()[0])


def _configuration(settings: Settings) -> Finding:
    kind = make_url(settings.database_url).get_backend_name()
    public = settings.base_url or "none: letters and feeds need COMMENTSVC_BASE_URL"
    return Finding("configuration", True, f"data in {settings.data_dir}, database {kind}, public address {public}.")


def _database() -> Finding:
    began = now()
    answers = db.session.scalar(text("SELECT 1")) == 1
    took = (now() - began) / timedelta(milliseconds=1)
    return Finding("database", answers, f"{db.engine.dialect.name} answers in {took:.0f} ms.")


def _schema() -> Finding:
    if is_current():
        return Finding("schema", True, f"at {present()}, which is what this version needs.")
    return Finding(
        "schema", False, f"at {present() or 'nothing'}, this version needs {newest()}: commentsvc db upgrade"
    )


def _clock() -> Finding:
    """SQLite has no clock but this machine's; there only what was written tells."""
    difference = timedelta()
    if db.engine.dialect.name == "postgresql":
        theirs: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
        difference = abs(theirs - now())
    if difference > CLOCKS_MAY_DIFFER:
        return Finding("clock", False, f"{difference.total_seconds():.0f} s away from the database's clock.")
    newest_comment = db.session.scalar(select(func.max(Comment.created_at))) if is_current() else None
    if newest_comment and newest_comment > now() + WRITTEN_AHEAD:
        return Finding("clock", False, f"a comment was written in the future, {rfc3339(newest_comment)}.")
    return Finding("clock", True, f"it is {rfc3339(now())}.")


def _sites() -> Iterator[Finding]:
    for site in all_sites():
        origins = [each.origin for each in site.origins]
        said = ", ".join(origins) or "no origin: no page may embed its threads. Nobody can write there."
        yield Finding(f"origins of {site.key}", bool(origins), said)
        yield _carefully(f"log of {site.key}", lambda site=site: _log(site.key, site.id))  # type: ignore[misc]


def _log(key: str, site_id: int) -> Finding:
    found = examine(site_id)
    if found.wrong is None:
        return Finding(f"log of {key}", True, f"{found.decisions:,} decisions, as they were written.")
    return Finding(f"log of {key}", False, f"changed behind its back: {found.wrong}.")


def _redis(app: Flask, settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("redis", True, "not configured: limits hold for each process by itself.")
    with app.app_context():
        return Finding("redis", ask_redis(), "answers.")


def _mail(settings: Settings) -> Finding:
    if not settings.mail_url:
        return Finding("mail", True, "not configured: no letter goes out.")
    answer = MailServer.at(settings.mail_url).greet()
    return Finding("mail", answer.succeeded, answer.text)
