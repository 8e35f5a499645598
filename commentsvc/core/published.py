"""Public answers, written once per change and sent many times: a thin layer in front of Flask.

The layer asks the application itself for an answer, with a request that has nothing of any reader's in it: whatever
it keeps is the same for everybody. It keeps the bytes, ready in every encoding, until what they say has changed. A hit
touches neither Flask nor the database, but for one look at the changes every `LOOK` seconds.
"""

import itertools
import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from cachetools import LRUCache
from flask import Flask, current_app, has_app_context, request
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers
from werkzeug.http import parse_etags
from werkzeug.test import create_environ, run_wsgi_app

from .changes import TooMany, Watcher
from .clock import now
from .database import db
from .encodings import Encoding, encoded, preferred
from .metrics import metrics
from .web import readable_by

logger = logging.getLogger(__name__)

EXTENSION = "commentsvc published"
NOTE = "commentsvc.published"  # in the environment of the layer's own requests

LOOK = 0.2  # seconds between two looks at the changes
OLDEST = 0.65  # seconds without a look after which nothing is sent before the next one has ended
# One answer is written anew at once, but so many times in a row only; then with this pause between, while changes go on
# coming. Without it every comment into a thread that thousands read costs another writing of the thread. The pause and
# OLDEST together stay below the second after which nothing that was taken down is sent.
IN_A_ROW, PAUSE = 8, 0.3  # seconds
LIFE = timedelta(seconds=60)  # of an answer that nothing changes
WITHOUT_DATABASE = 60.0  # seconds for which what is kept is sent on while the database cannot be asked
MEMORY = 12 * 1024 * 1024  # bytes of answers one process keeps: some four hundred first pages, in all encodings
MOST_PLACES = 100_000  # whose last change one process remembers
LONGEST_QUERY = 2048  # bytes; a hundred stories by id fit
PATIENCE = 10.0  # seconds for which one waits for an answer that another request is writing

SHORT = 1  # seconds for which caches between us and the readers keep an answer
LONG = 600  # and where they are told of changes; should one not be told, for so long somebody sees what is gone
WHILE_ASKING = 30  # seconds after that in which they may send it on while they ask anew
WHILE_AWAY = 600  # and while nobody answers
# A change reaches all processes within a moment, and caches hear of it some time after that (purging.REST). Whoever
# looked at the changes longer ago than this sends nothing that may be kept for long: it could reach a cache after the
# cache was told to forget it.
SURE = 0.4  # seconds

Start = Callable[..., Any]
Place = tuple[int, int | None]  # a site and one of its stories; None: all of them
WRITTEN_ANEW = frozenset(("content-length", "date", "etag", "vary", "x-request-id"))


def for_caches(seconds: int) -> str:
    """What caches between us and the readers are told (RFC 9213): browsers always ask, and mostly hear 304."""
    return f"public, max-age={seconds}, stale-while-revalidate={WHILE_ASKING}, stale-if-error={WHILE_AWAY}"


FOR_CACHES = for_caches(SHORT)


def key_of(place: Place) -> str:
    """By what a cache is told to forget all about a story, or about a whole site."""
    site, story = place
    return f"site-{site}" if story is None else f"story-{story}"


@dataclass
class Note:
    """What a view says of the answer it writes; without `places` it is not kept."""

    places: tuple[Place, ...] = ()
    origins: frozenset[str] = frozenset()
    until: datetime | None = None

    @property
    def keys(self) -> str:
        """By what a cache outside may be told to forget it: the site, and the story."""
        sites = dict.fromkeys((site, None) for site, _ in self.places)
        return " ".join(map(key_of, dict.fromkeys([*sites, *self.places])))

    @property
    def names_its_stories(self) -> bool:
        """Whether its keys tell of every change of it: what any story of a site may change has the site's alone."""
        return all(story is not None for _, story in self.places)


def publish(
    site_id: int, stories: Collection[int] | None, origins: Iterable[str], until: datetime | None = None
) -> None:
    """Say that the answer of this request may be kept.

    It holds until something changes of these stories, or, with None, of any story of the site; until its settings
    change, and until the moment when the clock changes it. Pages of `origins` may read it.
    """
    note: Note | None = request.environ.get(NOTE)
    if note is not None:
        note.places = tuple((site_id, story) for story in stories) if stories else ((site_id, None),)
        note.origins, note.until = frozenset(origins), until


class Ready(NamedTuple):
    """An answer in one encoding: what is sent with a 304 and with a 200, all but who may read it."""

    body: bytes
    tag: str
    unchanged: list[tuple[str, str]]
    headers: list[tuple[str, str]]


@dataclass
class Answer:
    """One answer as it is sent: its bytes in every encoding that was asked for, and until when they hold."""

    body: bytes
    tag: str
    headers: list[tuple[str, str]]
    note: Note
    born: int  # the number of the last look before it was written
    since: datetime
    until: datetime
    by_origin: bool
    busy: float = 0.0  # until when the pauses between the writings so far would reach, by the clock of `monotonic`
    late: bool = False  # something changed, and it is sent on all the same
    ready: dict[Encoding, "Ready"] = field(default_factory=dict)

    def in_encoding(self, encoding: Encoding) -> "Ready":
        if encoding not in self.ready:
            self.ready[encoding] = self._written(encoding)
        return self.ready[encoding]

    def _written(self, encoding: Encoding) -> "Ready":
        body, is_plain = encoded(self.body, encoding, quick=True), encoding == "identity"
        tag = f'"{self.tag}"' if is_plain else f'"{self.tag}-{encoding}"'
        vary = "Accept-Encoding, Origin" if self.by_origin else "Accept-Encoding"
        headers = [
            *self.headers,
            ("ETag", tag),
            ("Vary", vary),
            *([] if is_plain else [("Content-Encoding", encoding)]),
        ]
        return Ready(body, tag, headers, [*headers, ("Content-Length", str(len(body)))])

    def for_origin(self, origin: str) -> list[tuple[str, str]]:
        """What lets the pages of a registered origin read it."""
        return readable_by(origin) if self.by_origin and origin in self.note.origins else []

    def is_sent_on(self) -> bool:
        """Whether it was written so often of late that it goes on for a moment though something changed."""
        waits = self.busy - monotonic() > (IN_A_ROW - 1) * PAUSE
        self.late = self.late or waits  # whoever sends it just now goes by that, so it stays said
        return waits

    @property
    def size(self) -> int:
        """Bytes in memory, about: in all encodings together text takes half as much again."""
        return len(self.body) * 3 // 2 + 2000


class Answers:
    """What is kept, by key. What was asked for once makes room first: a walk through all old threads moves nothing
    that is asked for again and again."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._lock = Lock()
        self._once: LRUCache[Any, Answer] = LRUCache(memory // 4, getsizeof=lambda answer: answer.size)
        self._often: LRUCache[Any, Answer] = LRUCache(memory - memory // 4, getsizeof=lambda answer: answer.size)

    def get(self, key: Any) -> Answer | None:
        with self._lock:
            found = self._often.get(key)
            if found is None and (found := self._once.pop(key, None)):
                self._keep(self._often, key, found)
            return found

    def put(self, key: Any, answer: Answer) -> None:
        """In the place of what was kept, unless that was begun later."""
        with self._lock:
            kept = self._often.get(key) or self._once.get(key)
            if kept is not None and kept.born > answer.born:
                return
            self._keep(self._often if key in self._often else self._once, key, answer)

    def _keep(self, where: "LRUCache[Any, Answer]", key: Any, answer: Answer) -> None:
        where.pop(key, None)
        if answer.size <= where.maxsize:
            where[key] = answer

    def clear(self) -> None:
        with self._lock:
            self._once.clear()
            self._often.clear()

    @property
    def size(self) -> int:
        return int(self._once.currsize + self._often.currsize)


class Changes:
    """When which place changed last, in numbers of looks.

    `recent` has the answers that were found to hold since the last look: until the next they need no second thought,
    but for those that are sent on although something changed, which say themselves until when.
    Whoever puts one in took the dictionary before finding that it holds; with each look there is a new one.
    """

    def __init__(self) -> None:
        self.number = 1
        self._watcher, self._looking = Watcher(), Lock()
        self._last: dict[Place, int] = {}
        self._all_of: dict[int, int] = {}
        self._everything = 0
        self.recent: dict[Any, Answer] = {}
        self._tellings = 0
        self._looked = self._succeeded = float("-inf")

    @property
    def seen(self) -> float:
        """Until when all changes are known, by the clock of `monotonic`."""
        return self._succeeded

    def told(self) -> None:
        """Something was written in this very process: the next request looks first."""
        self._tellings += 1
        self._looked = float("-inf")

    def forget(self) -> None:
        """Nothing that was written before holds any more."""
        self._watcher, self.recent = Watcher(), {}
        self._mark_everything()

    def _mark_everything(self) -> None:
        self._everything = self.number = self.number + 1
        self._last.clear()
        self._all_of.clear()

    def is_known(self, app: Flask) -> bool:
        """Look if it is time. False where nothing is known of the present: the database did not answer for long."""
        moment = monotonic()
        if moment - self._looked > LOOK:
            self._look_if_nobody_does(app, moment - self._looked > OLDEST)
        return moment - self._succeeded < WITHOUT_DATABASE

    def _look_if_nobody_does(self, app: Flask, has_to_wait: bool) -> None:
        if self._looking.acquire(blocking=has_to_wait):
            try:
                if monotonic() - self._looked > LOOK:  # nobody else did while this one waited
                    self._look(app)
            finally:
                self._looking.release()

    def _look(self, app: Flask) -> None:
        began, tellings = monotonic(), self._tellings
        try:
            with app.app_context():
                changed = self._watcher.look()
        except TooMany:
            self._mark_everything()
        except SQLAlchemyError as error:
            logger.warning("what is kept is sent on unseen: the database did not answer (%s)", type(error).__name__)
            self._looked = began
            return
        else:
            self._note(changed)
        self.recent, self._succeeded = {}, began
        # Not before: who comes during the look and knows of a change has to wait for it.
        self._looked = began
        if tellings != self._tellings:  # of what was written meanwhile this look may know nothing
            self._looked = float("-inf")

    def _note(self, changed: Collection[Place]) -> None:
        if not changed:
            return
        if len(self._last) > MOST_PLACES:
            self._mark_everything()
        number = self.number + 1
        for site, story in changed:
            self._last[site, story] = self._last[site, None] = number
            if story is None:
                self._all_of[site] = number
        self.number = number  # last: what is written meanwhile is older than these changes

    def holds(self, answer: Answer) -> bool:
        born = answer.born
        if born < self._everything:
            return False
        return all(
            self._last.get(place, 0) <= born and self._all_of.get(place[0], 0) <= born for place in answer.note.places
        )


class Published:
    """The layer itself: a WSGI application around another. `purged`: caches outside are told what changed."""

    def __init__(self, app: Flask, paths: Collection[str], *, purged: bool = False) -> None:
        self.app, self.inner, self.paths, self.purged = app, app.wsgi_app, frozenset(paths), purged
        self.answers, self.changes = Answers(), Changes()
        self._writing: dict[Any, Future[Answer | None]] = {}
        self._lock, self._from = Lock(), token_hex(4)
        self._numbers, self._hits = itertools.count(), 0

    def forget(self) -> None:
        """Nothing is kept, and whatever the database holds now is the beginning."""
        self.answers.clear()
        self.changes.forget()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if not (self._may_be_published(environ) and self.changes.is_known(self.app)):
            return self.inner(environ, start)
        seen = self.changes.seen  # first: of what is seen from here on the answer may know, but need not
        answer = self._answer(environ)
        return self.inner(environ, start) if answer is None else self._sent(answer, seen, environ, start)

    def _may_be_published(self, environ: dict[str, Any]) -> bool:
        return (
            environ["PATH_INFO"] in self.paths
            and environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and len(environ["QUERY_STRING"]) <= LONGEST_QUERY
        )

    def _answer(self, environ: dict[str, Any]) -> Answer | None:
        key, recent = (environ["PATH_INFO"], environ["QUERY_STRING"], environ["SCRIPT_NAME"]), self.changes.recent
        answer = recent.get(key)
        if answer is not None and (not answer.late or answer.is_sent_on()):
            self._hits += 1  # for the figures: one lost between two threads is nothing
            return answer
        answer = self._kept(key)
        if answer is not None:
            recent[key] = answer
        return answer

    def _kept(self, key: tuple[str, str, str]) -> Answer | None:
        """What is kept and holds, else what is written now."""
        counted, hits = metrics().published, self._hits
        self._hits -= hits
        found = self.answers.get(key)
        timely = found is not None and found.since <= now() < found.until
        is_ready = found is not None and timely and (self.changes.holds(found) or found.is_sent_on())
        counted.labels("ready").inc(hits + is_ready)
        if is_ready:
            return found
        counted.labels("anew").inc()
        written = self._written_once(key, self.changes.number)
        if written is not None:
            written.busy = max(monotonic(), found.busy if found else 0.0) + PAUSE
        return written

    def _written_once(self, key: tuple[str, str, str], number: int) -> Answer | None:
        """A hundred requests for the same answer at the same moment are one question to the application.

        Nobody waits for an answer that was begun before a change they know of.
        """
        place = (key, number)
        with self._lock:
            under_way = self._writing.get(place)
            mine = self._writing.setdefault(place, Future())
        if under_way is not None:
            return _result_of(under_way)
        try:
            answer = self._write(*key)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(answer)
            if answer:
                self.answers.put(key, answer)
            return answer
        finally:
            with self._lock:
                del self._writing[place]

    def _write(self, path: str, query: str, root: str) -> Answer | None:
        """Ask the application, as nobody in particular. None where it does not let the answer be kept."""
        born, moment, note = self.changes.number, now(), Note()
        environ = create_environ(path, "http://localhost/", query_string=query)
        environ.update({"PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": root, NOTE: note})
        body, status, headers = run_wsgi_app(self.inner, environ, buffered=True)
        if not (status.startswith("200 ") and note.places) or "Set-Cookie" in headers:
            return None
        until = moment + LIFE
        return Answer(
            body=b"".join(body),
            tag=headers["ETag"].strip('"'),
            headers=[*_plain(headers), ("Surrogate-Key", note.keys)],
            note=note,
            born=born,
            since=moment,
            until=min(until, note.until or until),
            by_origin="Origin" in headers.get("Vary", ""),
        )

    def _sent(self, answer: Answer, seen: float, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        ready = answer.in_encoding(preferred(environ.get("HTTP_ACCEPT_ENCODING", "")))
        more = [("X-Request-Id", f"{self._from}{next(self._numbers):08x}"), *self._for_caches(answer, seen)]
        if "HTTP_ORIGIN" in environ:
            more += answer.for_origin(environ["HTTP_ORIGIN"])
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (known == ready.tag or parse_etags(known).contains_weak(ready.tag.strip('"'))):
            start("304 NOT MODIFIED", ready.unchanged + more)
            return [b""]
        start("200 OK", ready.headers + more)
        # A list of one: Granian hands it on in one piece, and asks of anything else for the next piece and the end.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [ready.body]

    def _for_caches(self, answer: Answer, seen: float) -> tuple[tuple[str, str], ...]:
        if not self.purged:
            return (("CDN-Cache-Control", FOR_CACHES),)
        said = f"public, max-age={SHORT}" if answer.late else for_caches(_seconds_for_caches(answer, seen))
        return ("CDN-Cache-Control", said), ("Surrogate-Control", said)  # the second is what Fastly reads


def _seconds_for_caches(answer: Answer, seen: float) -> int:
    """How long a cache may keep an answer, if it is told what changes after `seen`; what the clock changes it is not
    told."""
    if not answer.note.names_its_stories or monotonic() - seen > SURE:
        return SHORT
    until = answer.note.until
    return LONG if until is None else max(SHORT, min(LONG, int((until - now()).total_seconds())))


def _plain(headers: Headers) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in WRITTEN_ANEW]


def _result_of(under_way: "Future[Answer | None]") -> Answer | None:
    """What the other request got. None where it failed or takes too long: then this one asks for itself."""
    done, _ = wait([under_way], PATIENCE)
    return under_way.result() if done and not under_way.exception() else None


def install(app: Flask, paths: Collection[str], *, purged: bool = False) -> None:
    """Put the layer in front of an application that is complete. `purged`: caches outside are told what changed."""
    layer = app.extensions[EXTENSION] = Published(app, paths, purged=purged)
    app.wsgi_app = layer  # type: ignore[assignment,method-assign]


@event.listens_for(db.session, "after_commit")
def _told(_session: Any) -> None:
    layer: Published | None = current_app.extensions.get(EXTENSION) if has_app_context() else None
    if layer is not None:
        layer.changes.told()
