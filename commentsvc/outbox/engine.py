"""The engine: Huey runs what is due. The rows of the outbox are the truth; a job that is lost is only late.

Jobs live in a SQLite file in the data directory, or in Redis where one is configured.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from ..core.clock import now
from ..core.web import installed
from . import lanes, work

logger = logging.getLogger(__name__)

EXTENSION = "commentsvc engine"
THREADS = 4
MAX_DELAY = 0.5  # seconds an idle thread sleeps at most before it looks for a job
STOP_WITHIN = 12  # seconds for what is under way when the worker is told to stop
BREATH = 0.5  # seconds between a commit and the worker's look: one look serves every commit of that time


def _huey(redis_url: str | None, data_dir: Path) -> Huey:
    if redis_url:
        return RedisHuey("commentsvc", url=redis_url, results=False)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteHuey("commentsvc", filename=str(data_dir / "jobs.sqlite3"), results=False)


class Engine:
    """The jobs of one application. Made with the application, opened at its first use."""

    def __init__(self, app: Flask, *, redis_url: str | None, data_dir: Path) -> None:
        self.app, self._where = app, (redis_url, data_dir)
        self.every_minute: list[Callable[[], None]] = [work.keep_house]
        self.aside: list[Callable[[], None]] = []  # whenever woken and every minute; may take long, so by themselves
        self.every_hour: list[Callable[[], None]] = [work.clean_up]
        self._lock, self._awake_at, self._opened_by = threading.Lock(), 0.0, 0
        self._planned: dict[tuple[Any, ...], datetime] = {}
        app.extensions[EXTENSION] = self

    def _open(self) -> None:
        # A forked server process must not share its parent's connection.
        if self._opened_by == os.getpid():
            return
        self.huey = _huey(*self._where)
        self._release = self.huey.task(name="release")(self._inside(self._release_and_send))
        self._empty = self.huey.task(name="empty")(self._inside(self._empty_and_come_back))
        self._aside = self.huey.task(name="aside")(self._inside(self._all_aside))
        minutely = self._inside(self._minutely)
        self.huey.periodic_task(crontab(), name="every minute")(minutely)
        self.huey.periodic_task(crontab(minute="7"), name="every hour")(self._inside(self._hourly))
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
            self._release.schedule(delay=BREATH)
        except Exception as error:
            logger.warning("The worker could not be woken (%s); it looks by itself every minute.", type(error).__name__)

    def _release_and_send(self) -> None:
        self._aside()
        again = work.release()
        for key in lanes.due(now=now()):
            self._empty(key)
        if again:
            self._come_back(self._release, again)

    def _empty_and_come_back(self, key: str) -> None:
        again = work.empty(key)
        if again:
            self._come_back(self._empty, again, key)

    def _come_back(self, job: Any, at: datetime, *arguments: Any) -> None:
        """Plan a job, unless this process planned the same one for that time or earlier: plans must not multiply."""
        moment, planned = now(), self._planned.get((job, *arguments))
        if planned is None or not moment < planned <= at:
            self._planned[(job, *arguments)] = at
            job.schedule(args=arguments, delay=max(0.1, (at - moment).total_seconds()))

    def _minutely(self) -> None:
        self._planned = {key: at for key, at in self._planned.items() if at > now()}
        for job in self.every_minute:
            _carefully(job)
        self._release()

    def _all_aside(self) -> None:
        for job in self.aside:
            _carefully(job)

    def _hourly(self) -> None:
        for job in self.every_hour:
            _carefully(job)

    def run(self, threads: int = THREADS) -> None:
        """Work until the process is told to stop; what is under way is finished."""
        self._open()
        self._release()  # what waits since before the start
        Consumer(
            self.huey, workers=threads, max_delay=MAX_DELAY, graceful_signal="TERM", shutdown_timeout=STOP_WITHIN
        ).run()


def _carefully(job: Callable[[], None]) -> None:
    """One job that fails must not keep the others from running."""
    try:
        job()
    except Exception:
        logger.exception("%s failed", getattr(job, "__name__", job))


def engine() -> Engine:
    return cast(Engine, installed(EXTENSION))
