"""What `commentsvc doctor` looks at: whether an installation is set up so that it works, and its logs are whole."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from . import rotation
from .comments.log import examine
from .comments.models import Comment
from .config import Settings
from .core.clock import now, rfc3339
from .core.database import db
from .core.errors import StorageAway
from .core.storage import storage
from .core.web import house, links
from .health import ask_redis
from .notifications.mail import MailServer
from .outbox.engine import engine
from .privacy import retention
from .purging import UNHEARD, recorded
from .schema import is_behind, is_current, newest, present
from .sites.logins import provider_of
from .sites.models import Site
from .sites.service import all_sites
from .stories.acts import examine as examine_acts

CLOCKS_MAY_DIFFER = timedelta(seconds=5)  # this machine's and the database's
TRIED = "doctor.txt"  # the file it keeps for a moment
WRITTEN_AHEAD = timedelta(minutes=1)  # a comment from further in the future says that a clock was wrong


# Two processes that reset the write-ahead log at the same moment can lose a commit (https://sqlite.org/wal.html,
# "the WAL-reset bug"): mended in 3.51.3, and in these lines from the version named on.
WAL_RESET_MENDED = {(3, 44): 6, (3, 50): 7, (3, 51): 3}


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and a sentence about it.

    What works and should be looked after all the same `is_warning`.
    """

    about: str
    is_well: bool
    said: str
    is_warning: bool = False


def examine_all(app: Flask) -> Iterator[Finding]:
    """Look at everything; what needs the database is left out where there is none."""
    settings: Settings = app.config["COMMENTSVC"]
    yield _configuration(settings)
    with app.app_context():  # left before anything of it is told: who stops listening would leave it open
        found = list(_examine_inside(settings))
    yield from found
    yield _carefully("redis", lambda: _redis(app, settings))
    yield _carefully("mail", lambda: _mail(settings))
    yield _carefully("purge", lambda: _purge(app, settings))


def _examine_inside(settings: Settings) -> Iterator[Finding]:
    database = _carefully("database", _database)
    yield database
    if database.is_well:
        if db.engine.dialect.name == "sqlite":
            yield _sqlite(sqlite3.sqlite_version)
        schema = _schema()
        yield schema
        yield _carefully("clock", _clock)
        if schema.is_well:
            yield _carefully("keys", _keys)
            yield _carefully("retention", _retention)
            yield from _sites()
    yield _carefully("files", lambda: _files(settings))


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


def _sqlite(version: str) -> Finding:
    """Distributions mend libraries without another number, so an old number is a warning and no more."""
    if not loses_commits(version):
        return Finding("sqlite", True, f"{version}.")
    said = (
        f"{version} has a defect, unless your system's maintainers mended it: two processes that reset the write-ahead "
        "log at the same moment can lose a commit. Upgrade SQLite to 3.51.3, 3.50.7 or 3.44.6, or use PostgreSQL."
    )
    return Finding("sqlite", True, said, is_warning=True)


def loses_commits(version: str) -> bool:
    """Whether a version of SQLite has the WAL-reset defect."""
    major, minor, patch = (int(part) for part in version.split("."))
    mended = WAL_RESET_MENDED.get((major, minor))
    return patch < mended if mended is not None else (major, minor) < (3, 51)


def _schema() -> Finding:
    if is_current():
        return Finding("schema", True, f"at {present()}, which is what this version needs.")
    if not is_behind():
        return Finding("schema", True, f"at {present()}, a newer version's. This one needs {newest()} and works on it.")
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
    newest_comment = db.session.scalar(select(func.max(Comment.created_at))) if not is_behind() else None
    if newest_comment and newest_comment > now() + WRITTEN_AHEAD:
        return Finding("clock", False, f"a comment was written in the future, {rfc3339(newest_comment)}.")
    return Finding("clock", True, f"it is {rfc3339(now())}.")


def _keys() -> Finding:
    """Where several are configured, whether the older ones are still needed: it is said, and nothing is wrong."""
    keys = house().keys
    if len(keys) == 1:
        return Finding("keys", True, "one.")
    if rotation.is_up_to_date(keys):
        return Finding("keys", True, f"{len(keys)}; everything is under the first.")
    return Finding("keys", True, f"{len(keys)}; some secrets are under an older one: commentsvc keys rotate")


def _retention() -> Finding:
    late = list(retention.overdue(now()))
    if late:
        return Finding("retention", False, f"overdue: {', '.join(late)}. Is a worker running? commentsvc worker")
    return Finding("retention", True, "whatever is due has been forgotten.")


def _sites() -> Iterator[Finding]:
    for site in all_sites():
        origins = [each.origin for each in site.origins]
        said = ", ".join(origins) or "no origin: no page may embed its threads. Nobody can write there."
        yield Finding(f"origins of {site.key}", bool(origins), said)
        if site.settings.login:
            yield _login(site)
        yield _carefully(f"log of {site.key}", lambda site=site: _log(site.key, site.id))  # type: ignore[misc]


def _login(site: Site) -> Finding:
    about, name = f"login of {site.key}", site.settings.login_name
    if not house().base_url:
        return Finding(about, False, "needs COMMENTSVC_BASE_URL; nobody is offered to sign in.")
    if provider_of(site, keys=house().keys) is None:
        again = f"commentsvc site login-secret {site.key}"
        return Finding(about, False, f"the client secret is there under a key that is not: {again}")
    return Finding(about, True, f"with {name}, which sends readers back to {links().sign_in_back(site.key)}.")


def _log(key: str, site_id: int) -> Finding:
    found, (acts, wrong_act) = examine(site_id), examine_acts(site_id)
    wrong = found.wrong or wrong_act
    if wrong is not None:
        return Finding(f"log of {key}", False, f"changed behind its back: {wrong}.")
    with_acts = f" and {acts:,} acts on whole stories" if acts else ""
    return Finding(f"log of {key}", True, f"{found.decisions:,} decisions{with_acts}, as they were written.")


def _files(settings: Settings) -> Finding:
    """A folder is left alone: made by whoever looks, it would be closed to the service."""
    if not settings.storage_url:
        return Finding("files", True, f"in {settings.data_dir / 'pictures'}.")
    began = now()
    try:
        _try_files()
    except StorageAway as error:
        return Finding("files", False, f"the storage cannot be used: {error.reason}.")
    took = (now() - began) / timedelta(milliseconds=1)
    return Finding("files", True, f"the storage kept, listed and forgot one in {took:.0f} ms.")


def _try_files() -> None:
    """Everything the service asks of a storage. Raises StorageAway."""
    files, word = storage(), secrets.token_bytes(8)
    files.put(TRIED, word)
    if files.get(TRIED) != word:
        raise StorageAway("it does not give back what it was given")
    next(files.names(), None)
    files.remove(TRIED)


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


def _purge(app: Flask, settings: Settings) -> Finding:
    if not settings.purge_url:
        return Finding("purge", True, "not configured: caches in front keep public answers for a second.")
    with app.app_context():
        word = recorded(engine())
    if word is None or abs(now() - word.looked_at) > UNHEARD:  # a clock set back is no news either
        since = f" since {rfc3339(word.looked_at)}" if word else ""
        return Finding("purge", False, f"nobody tells the cache what changes{since}. Start: commentsvc worker")
    last = f"the last call succeeded at {rfc3339(word.succeeded_at)}" if word.succeeded_at else "no call succeeded yet"
    return Finding("purge", not word.failure, f"{last}. {word.failure}".rstrip())
