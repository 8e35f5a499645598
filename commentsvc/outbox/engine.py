"""The engine: Huey runs what is due. The rows of the outbox are the truth; a job that is lost is only late.

Jobs live in a SQLite file in the data directory, or in Redis where one is configured.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask

from ..core.clock import now
from ..core.errors import DomainError
from ..core.web import installed
from . import lanes, work

logger = logging.getLogger(__name__)

EXTENSION = "commentsvc engine"
THREADS = 4
ENOUGH_JOBS = 16  # jobs that wait for a thread; more of the same would find nothing left to do
REQUESTS_PATIENCE = 0.2  # seconds a request may wait for Redis
WORKERS_PATIENCE = 5.0  # longer than a thread waits for a job
PAUSE = 10.0  # seconds in which nobody tries to wake the worker after it could not be done
BREATH = 0.5  # seconds between a commit and the worker's look: one look serves every commit of that time


class NoEngine(DomainError):
    """The worker cannot reach the place where its jobs are."""

    http_status, code, title = 503, "unavailable", "Unavailable"


class Engine:
    """The jobs of one application. Made with the application, opened at its first use.

    There are two kinds: `release` says what is due, and `pull` sends, from one lane to the next. However much waits,
    there are never more pulls than threads: lanes are not jobs, and cannot pile up as such.
    """

    def __init__(self, app: Flask, *, redis_url: str | None, data_dir: Path) -> None:
        from . import jobs  # not before the drivers this application uses are loaded, and not in a request's thread

        self.app, self._where, self._jobs = app, (redis_url, data_dir), jobs
        self.every_minute: list[Callable[[], None]] = [work.keep_house]
        self.aside: list[Callable[[], None]] = []  # whenever woken and every minute; may take long, so by themselves
        self.every_hour: list[Callable[[], None]] = [work.clean_up]
        self.beside: list[Callable[[threading.Event], None]] = []  # each in a thread of its own until it is set
        self._lock, self._awake_at, self._opened_by = threading.Lock(), 0.0, 0
        self._next_look: datetime | None = None
        self._patience, self._stopping = REQUESTS_PATIENCE, threading.Event()
        # One thread releases, and one may wait for its turn: more of them would make the same events ready once more.
        self._releasing, self._next_in_line = threading.Lock(), threading.Semaphore()
        self.use(THREADS)
        app.extensions[EXTENSION] = self

    def use(self, threads: int) -> None:
        """How many threads this process works with. One of them is always left for receivers that answer quickly."""
        self.threads = threads
        self._steady = threading.Semaphore(max(1, threads - 1))

    def _open(self) -> None:
        # A forked server process must not share its parent's connection.
        if self._opened_by == os.getpid():
            return
        self.huey = self._jobs.place(*self._where, self._patience)
        self._release = self.huey.task(name="release")(self._inside(self._release_and_send))
        self._pull = self.huey.task(name="pull")(self._inside(self._pull_and_look_again))
        self._aside = self.huey.task(name="aside")(self._inside(self._all_aside))
        self.huey.periodic_task(self._jobs.EVERY_MINUTE, name="every minute")(self._inside(self._minutely))
        self.huey.periodic_task(self._jobs.EVERY_HOUR, name="every hour")(self._inside(self._hourly))
        self._opened_by = os.getpid()

    def _inside(self, job: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            with self.app.app_context():
                job(*arguments)

        return run

    def wake(self) -> None:
        """Something was committed that must go out. Never fails: what is not heard of now is found within a minute."""
        with self._lock:
            if time.monotonic() < self._awake_at:
                return
            self._awake_at = time.monotonic() + BREATH
        try:
            self._open()
            if self.huey.pending_count() < ENOUGH_JOBS:  # else a look is on its way that will see it too
                self._release.schedule(delay=BREATH)
        except Exception as error:
            self._awake_at = time.monotonic() + PAUSE  # requests must not wait for this again and again
            logger.warning("The worker could not be woken (%s); it looks by itself every minute.", type(error).__name__)

    def _release_and_send(self) -> None:
        if not self._next_in_line.acquire(blocking=False):
            return  # whoever is next will see all there is
        with self._releasing:
            self._next_in_line.release()
            again = work.release(self._goes_on)
        self._call_for_hands()
        self._look_again_at(again)

    def _call_for_hands(self) -> None:
        if self.huey.pending_count() >= ENOUGH_JOBS:
            return
        self._aside()
        if lanes.due(now=now(), brisk=True, limit=1):
            self._pull(True)
        for _ in lanes.due(now=now(), limit=self.threads - 1):
            self._pull(False)

    def _pull_and_look_again(self, brisk: bool) -> None:
        if brisk:
            work.pull(brisk=True, goes_on=self._goes_on)
        elif self._steady.acquire(blocking=False):
            try:
                work.pull(goes_on=self._goes_on)
            finally:
                self._steady.release()
        else:
            return  # as many as may be at it are at it
        self._look_again_at(lanes.next_due())

    def _goes_on(self) -> bool:
        return not self._stopping.is_set()

    def _look_again_at(self, at: datetime | None) -> None:
        """Plan a release, unless this process planned one for that time or earlier: plans must not multiply."""
        moment = now()
        with self._lock:
            planned = self._next_look
            if at is None or (planned and moment < planned <= at):
                return
            self._next_look = max(at, moment + timedelta(seconds=BREATH))
        self._release.schedule(delay=max(BREATH, (at - moment).total_seconds()))

    def _minutely(self) -> None:
        for job in self.every_minute:
            _carefully(job)
        self._release()

    def _all_aside(self) -> None:
        for job in self.aside:
            _carefully(job)

    def _hourly(self) -> None:
        for job in self.every_hour:
            _carefully(job)

    def remember(self, name: str, said: Any) -> None:
        """Put a word where the jobs are, for other processes to read. It may be lost, as they may."""
        self._open()
        self.huey.put(name, said)

    def remembered(self, name: str) -> Any:
        """What was put there under that name last; None where nothing is."""
        self._open()
        return self.huey.get(name, peek=True)

    def run(self, threads: int = THREADS) -> None:
        """Work until the process is told to stop; what is under way is finished. Raises NoEngine."""
        self.use(threads)
        self._patience = WORKERS_PATIENCE
        try:
            self._open()
            self._release()  # what waits since before the start
        except Exception as error:
            logger.debug("no engine", exc_info=True)
            raise NoEngine(f"The worker cannot reach its jobs ({type(error).__name__}).") from error
        for job in self.beside:
            threading.Thread(target=job, args=(self._stopping,), daemon=True).start()
        self._jobs.Worker(self.huey, threads, self._stopping).run()


def _carefully(job: Callable[[], None]) -> None:
    """One job that fails must not keep the others from running."""
    try:
        job()
    except Exception:
        logger.exception("%s failed", getattr(job, "__name__", job))


def engine() -> Engine:
    return cast(Engine, installed(EXTENSION))
