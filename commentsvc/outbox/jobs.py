"""The place where jobs wait, and the process that takes them: the only file that knows Huey."""

import threading
from pathlib import Path

from ..core.imports import as_if_missing

# Where Redis or PostgreSQL is configured, its library is loaded long before.
with as_if_missing("redis", "psycopg"):
    from huey import Huey, RedisHuey, SqliteHuey, crontab, storage
    from huey.consumer import Consumer

EVERY_MINUTE = crontab()
EVERY_HOUR = crontab(minute="7")
MAX_DELAY = 0.5  # seconds an idle thread sleeps at most before it looks for a job
STOP_WITHIN = 12  # seconds for what is under way when the worker is told to stop


def place(redis_url: str | None, data_dir: Path, patience: float) -> Huey:
    """Where the jobs are: in Redis where one is configured, else in a file of the data directory."""
    if redis_url:
        import redis  # only where it is configured is it installed

        if storage.Redis is None:  # an application of this process that has no Redis was opened first
            storage.Redis = storage.RedisStorage.redis_client = redis.Redis
            storage.ConnectionError, storage.TimeoutError = redis.ConnectionError, redis.TimeoutError
        pool = redis.ConnectionPool.from_url(redis_url, socket_timeout=patience, socket_connect_timeout=patience)
        return RedisHuey("commentsvc", connection_pool=pool, results=False)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteHuey("commentsvc", filename=str(data_dir / "jobs.sqlite3"), results=False)


class Worker(Consumer):
    """Huey's own, but for the word that goes to the jobs under way when it is told to stop."""

    def __init__(self, huey: Huey, threads: int, stopping: threading.Event) -> None:
        super().__init__(
            huey, workers=threads, max_delay=MAX_DELAY, graceful_signal="TERM", shutdown_timeout=STOP_WITHIN
        )
        self._stopping = stopping

    def stop(self, graceful: bool = False) -> None:
        self._stopping.set()
        super().stop(graceful=graceful)
