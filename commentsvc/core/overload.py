"""More at once than one process can do: those who write are bounded, so that those who read go on."""

from threading import BoundedSemaphore

from flask import Flask, g, request

from .errors import Overloaded

THREADS = 32  # of one server process: a request waits for the database more than it computes
WRITERS = 24  # of them may write at once; SQLite lets them in one by one, and a lock may hold all of them up
SAFE = ("GET", "HEAD", "OPTIONS")


def install(app: Flask, writers: int = WRITERS) -> None:
    """Whoever writes beyond the bound is told at once to come again, instead of waiting where others would read."""
    places = BoundedSemaphore(writers)

    def take() -> None:
        if request.method in SAFE:
            return
        if not places.acquire(blocking=False):
            raise Overloaded("Too many people write at this moment. Nothing was stored; please try again.")
        g.holds_place = True

    def give_back(_error: BaseException | None) -> None:
        if g.pop("holds_place", False):
            places.release()

    app.before_request(take)
    app.teardown_request(give_back)
