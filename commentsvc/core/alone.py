"""What one process of an installation does at a time, whichever gets to it first."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from .database import db


class Taken(Exception):
    """Another process is at it."""


@contextmanager
def alone(name: str, number: int, folder: Path) -> Iterator[Callable[[], object]]:
    """Nobody else of this installation is inside the block of that name and number. Raises Taken.

    However its holder ends, the place is free at once: the operating system or PostgreSQL sees to it, no lease has to
    run out. What the block gets is to be called now and then; it raises when the place was lost.
    """
    own = _on_postgresql(number) if db.engine.dialect.name == "postgresql" else _on_this_machine(name, folder)
    with own as ensure:
        yield ensure


@contextmanager
def _on_postgresql(number: int) -> Iterator[Callable[[], object]]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(number))):
            raise Taken()
        try:
            yield lambda: connection.scalar(select(1))
        finally:
            connection.invalidate()  # in the pool it would keep the lock


@contextmanager
def _on_this_machine(name: str, folder: Path) -> Iterator[Callable[[], object]]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken() from None
        yield lambda: None
