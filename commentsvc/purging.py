"""Telling a cache in front what changed, so that it may keep public answers for long and show a decision in a second.

The changes are those the database notes by itself (`core/changes.py`): no way of writing is missed, writing does not
know of it, and a call never takes a request's time. One worker tells of them, directly: as deliveries of the outbox
they would come a second later, be three more writes for every like, and stand in every newsroom's log.

No place in the changes is kept. Who begins tells of all that are still noted, which go back farther than any cache
keeps an answer: whatever its predecessor died with is among them, and what was told before costs a cache one question.
"""

import logging
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit, urlunsplit

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from .core import http_out
from .core.alone import Taken, alone
from .core.changes import TooMany, Watcher, noted
from .core.clock import now
from .core.http_out import NotAllowed, Unreachable
from .core.metrics import metrics
from .core.published import LONG, LOOK, WHILE_AWAY, Place, key_of
from .outbox.engine import Engine
from .outbox.lanes import BACK_OFF

logger = logging.getLogger(__name__)

NAME, NUMBER = "purge", 7_233_402  # any number: the lock under which PostgreSQL lets one worker tell
# Seconds between seeing a change and telling of it. Every process has seen it by then (published.OLDEST), and what one
# sent before that has reached the cache: an answer that comes after the call would be kept for long. Called at once, a
# busy Varnish before two processes was left with the old thread after six of ten decisions; with the wait, after none.
REST = 0.8
MOST_KEYS = 256  # in one call, as Fastly takes them
MOST_CALLS = 10  # for what is told together; more of it is told as whole sites
PATIENCE = 5.0  # seconds for the cache's answer
# The house's, but no longer than half a minute: readers see what was taken down meanwhile.
WAITS = tuple(wait.total_seconds() for wait in BACK_OFF[:2])
OVER = LONG + WHILE_AWAY  # seconds after which no cache sends on what it was not told to forget
STAND_BY = 5.0  # seconds between two looks whether the worker that tells is gone
SAID_AGAIN = 30.0  # seconds after which the worker says that it is still at it
UNHEARD = timedelta(minutes=2)  # after which nobody is
EXAMPLE = "https://Fastly-Key:TOKEN@api.fastly.com/service/ID/purge"
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a name (RFC 9110, 5.6.2)
WORTH = re.compile(r"[!-~]([ -~]*[!-~])?")  # its value


@dataclass(frozen=True)
class Cache:
    """Where a cache hears what to forget, and the header that opens it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, address: str) -> "Cache":
        """The cache at `https://NAME:VALUE@host/path`; what stands before the @ is sent as a header.

        Raises ValueError, which quotes nothing of an address that may hold a token.
        """
        try:
            parts = urlsplit(address)
            before, _, host = parts.netloc.rpartition("@")
            url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
            http_out.check(url, _opening(url))
        except (NotAllowed, ValueError):
            raise ValueError(f"It must look like {EXAMPLE}.") from None
        return cls(url, _header(before))

    def forget(self, keys: Sequence[str]) -> None:
        """Tell it to forget everything under these keys. Raises Unreachable, NotAllowed."""
        headers = {**self.headers, "Surrogate-Key": " ".join(keys)}
        reply = http_out.post(self.url, b"", headers=headers, timeout=PATIENCE, allowed=_opening(self.url))
        if not 200 <= reply.status < 300:
            raise Unreachable(f"It answered {reply.status}.")


def _opening(url: str) -> tuple[str]:
    """Whoever configures the installation may well mean a private address: it is opened by that."""
    parts = urlsplit(url)
    return (parts.netloc if parts.port else f"{parts.netloc}:{http_out.PORTS.get(parts.scheme, 0)}",)


def _header(before: str) -> dict[str, str]:
    if not before:
        return {}
    name, _, value = before.partition(":")
    if not HEADER.fullmatch(unquote(name)) or not WORTH.fullmatch(unquote(value)):
        raise ValueError(f"What stands before the @ is a header, NAME:VALUE, as in {EXAMPLE}.")
    return {unquote(name): unquote(value)}


@dataclass
class Record:
    """How it goes, for `commentsvc doctor`: when the worker looked last, when a call succeeded, why none does now."""

    looked_at: datetime
    succeeded_at: datetime | None = None
    failure: str = ""


def keys_of(places: Collection[Place]) -> list[str]:
    """What a cache is to forget when these sites and stories changed: a site's key stands for all of its stories."""
    whole = {site for site, story in places if story is None}
    single = sorted((site, story) for site, story in places if story is not None and site not in whole)
    if len(single) > MOST_KEYS * MOST_CALLS:
        return keys_of({(site, None) for site, _ in places})
    return [*(key_of((site, None)) for site in sorted(whole)), *map(key_of, single)]


class Telling:
    """What is told together. While that waits for its time, what changes is gathered for the next time."""

    def __init__(self, cache: Cache, record: Record) -> None:
        self._cache, self._record = cache, record
        self._heard: set[Place] = set()
        self._keys: list[str] = []
        self._since = self._due = 0.0
        self._failures = 0

    def go_on(self, changed: Collection[Place], moment: float) -> None:
        """Hear of changes, and tell what is due at that moment."""
        self._heard |= set(changed)
        if self._heard and not self._keys:
            self._begin(moment)
        if self._keys and moment >= self._due:
            self._tell(moment)

    def _begin(self, moment: float) -> None:
        self._keys, self._heard = keys_of(self._heard), set()
        self._since, self._due, self._failures = moment, moment + REST, 0

    def _tell(self, moment: float) -> None:
        began = monotonic()
        try:
            while self._keys:
                self._cache.forget(self._keys[:MOST_KEYS])
                metrics().purges.labels("sent").inc()
                del self._keys[:MOST_KEYS]
        except (Unreachable, NotAllowed) as error:
            self._failed(str(error), moment + monotonic() - began)
        else:
            self._record.succeeded_at, self._record.failure = now(), ""

    def _failed(self, why: str, moment: float) -> None:
        metrics().purges.labels("failed").inc()
        if not self._failures:
            logger.warning("the cache in front was not told what changed: %s It is tried again.", why)
        self._record.failure = why
        self._due = moment + WAITS[min(self._failures, len(WAITS) - 1)]
        self._failures += 1
        if self._due > self._since + OVER:
            self._give_up()

    def _give_up(self) -> None:
        metrics().purges.labels("given_up").inc()
        logger.error("the cache in front was never told of %d changes; by now it asks anew by itself", len(self._keys))
        self._keys = []


class Purger:
    """The worker's part: looks at what changed and tells the cache, as long as no other worker does."""

    def __init__(self, app: Flask, cache: Cache, engine: Engine, data_dir: Path) -> None:
        self.app, self.cache, self.engine, self.data_dir = app, cache, engine, data_dir
        self._said: Record | None = None
        self._said_at = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Be at it, or stand by, until told to stop."""
        while not stopping.is_set():
            try:
                self._alone(stopping)
            except Taken:
                logger.debug("another worker tells the cache in front")
            except SQLAlchemyError as error:
                logger.warning("what changed is told later: the database did not answer (%s)", type(error).__name__)
            except Exception:
                logger.exception("telling the cache in front failed; it begins anew")
            stopping.wait(STAND_BY)

    def _alone(self, stopping: threading.Event) -> None:
        with self.app.app_context(), alone(NAME, NUMBER, self.data_dir) as ensure_alone:
            record, watcher = self._record(), Watcher()
            telling = Telling(self.cache, record)
            while not stopping.wait(LOOK):
                ensure_alone()
                telling.go_on(self._changed(watcher), monotonic())
                self._leave_word(record)

    def _changed(self, watcher: Watcher) -> set[Place]:
        with self.app.app_context():
            try:
                return watcher.look()
            except TooMany:
                return noted()

    def _record(self) -> Record:
        """A new one, but for when a call succeeded last."""
        last = None
        with suppress(Exception):  # it may be lost; what changed is told all the same
            last = recorded(self.engine)
        return Record(now(), last.succeeded_at if last else None)

    def _leave_word(self, record: Record) -> None:
        """When there is news, and now and then."""
        record.looked_at = now()
        news = self._said is None or replace(self._said, looked_at=record.looked_at) != record
        if not news and monotonic() < self._said_at + SAID_AGAIN:
            return
        self._said, self._said_at = replace(record), monotonic()
        try:
            self.engine.remember(NAME, asdict(record))
        except Exception as error:
            logger.debug("nobody hears how purging goes: %s", type(error).__name__)


def recorded(engine: Engine) -> Record | None:
    """What the worker that tells the cache left word of last; None where there is no such word."""
    said = engine.remembered(NAME)
    return None if said is None else Record(**said)
