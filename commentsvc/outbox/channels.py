"""The ways out. A room on an upper floor registers its channel; the outbox knows no mail and no webhook."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from flask import Flask

from ..core.web import installed
from .models import Delivery, Event

EXTENSION = "commentsvc outbox"


@dataclass(frozen=True)
class Answer:
    """What came of one try.

    `final`: trying again is useless, the delivery becomes a dead letter at once. `pause`: the receiver wants nothing
    more. `retry_after` are the seconds a receiver asked for. `took_ms` is filled in by the outbox.
    """

    succeeded: bool
    text: str = ""
    code: int | None = None
    final: bool = False
    pause: bool = False
    retry_after: int | None = None


@dataclass(frozen=True)
class Outgoing:
    """A delivery to be made: to which lane, what, and the key under which it is made once only."""

    site_id: int
    channel: str
    lane: str
    kind: str
    once: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    uid: str = ""


class Channel(Protocol):
    """One way out."""

    name: str
    pauses: bool
    """Whether a receiver that fails to the end pauses its lane (nothing is passed over) or leaves a dead letter."""

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        """What an event that is released makes go out this way. Reads only."""

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        """The call that tries once, made ready: it is called outside of any transaction and must not touch the
        database. None when there is nothing left to send (erased, unsubscribed). Raising is a failed try."""


class Describe(Protocol):
    """What is said of an event to the outside; None when there is nothing left to say (its subject is erased)."""

    def __call__(self, event: Event) -> dict[str, Any] | None: ...


class House:
    """The channels of one application, by name, and how its events are described."""

    def __init__(self, describe: Describe, channels: Sequence[Channel]) -> None:
        self.describe = describe
        self.channels = {channel.name: channel for channel in channels}


def install(app: Flask, house: House) -> None:
    app.extensions[EXTENSION] = house


def house() -> House:
    return cast(House, installed(EXTENSION))
