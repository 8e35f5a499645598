"""Facts: what happened, said once by the room that knows it, inside the unit of work that made it so.

Whoever keeps something of a fact writes it in the same commit (the outbox does); the world hears of it only after.
"""

import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, current_app

EXTENSION = "commentsvc events"


@dataclass(frozen=True)
class Fact:
    """Something that happened on a site; without a `site_id`, to the house itself: no site's feed tells of it.

    `subject` is what it happened to ("comment:12"): facts about one subject keep their order. `data` are ids and
    words, fit for JSON, never an address. `cause` ("decision:7") is what can be undone, within `wait`: until then
    nobody outside hears of it.
    """

    type: str
    site_id: int | None
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    wait: timedelta = timedelta()


@dataclass(frozen=True)
class Ears:
    """Who hears: `keep` inside the transaction, `wake` and `count` after the commit."""

    keep: Callable[[Sequence[Fact]], None]
    wake: Callable[[], None]
    count: Callable[[Sequence[Fact]], None] = lambda facts: None


_facts: contextvars.ContextVar[list[Fact] | None] = contextvars.ContextVar("commentsvc_facts", default=None)


def install(app: Flask, ears: Ears) -> None:
    app.extensions[EXTENSION] = ears


def announce(fact: Fact) -> None:
    """Say what happened. Raises RuntimeError outside a unit of work, where nothing would keep it."""
    facts = _facts.get()
    if facts is None:
        raise RuntimeError("Facts are announced inside a unit of work.")
    facts.append(fact)


@contextmanager
def listening() -> Iterator[list[Fact]]:
    """Collect what the block announces."""
    facts: list[Fact] = []
    token = _facts.set(facts)
    try:
        yield facts
    finally:
        _facts.reset(token)


def keep(facts: Sequence[Fact]) -> None:
    """Let the listeners write what they keep; in the transaction of the facts themselves."""
    if facts and (ears := current_app.extensions.get(EXTENSION)):
        ears.keep(facts)


def wake(facts: Sequence[Fact]) -> None:
    """What was kept is on disk: whoever brings it out may begin."""
    if facts and (ears := current_app.extensions.get(EXTENSION)):
        ears.wake()
        ears.count(facts)
