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
    more. `retry_after` are the seconds a receiver asked for. `not_now`: nothing could be tried, which is nobody's
    failure; it is looked at again after so many seconds.
    """

    succeeded: bool
    text: str = ""
    code: int | None = None
    final: bool = False
    pause: bool = False
    retry_after: int | None = None
    not_now: int | None = None


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
        database. None when there is nothing left to send (erased, unsubscribed). Raising is a failed try.

        A channel may also offer `shown(delivery, now) -> str`, what goes out as text for everybody at the desk, without
        an address and without a secret, and `shown_in_full` for a demo, where links may work."""


class Silent:
    """A channel of a demo: everything is made ready as ever, and nothing leaves the house."""

    ANSWER = Answer(True, "Shown here: a demo sends nothing.")

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.name, self.pauses = channel.name, channel.pauses

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        return self.channel.made_by(event, now)

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        return (lambda: self.ANSWER) if self.channel.prepare(delivery, now) else None

    def shown(self, delivery: Delivery, now: datetime) -> str | None:
        """All that would have gone out: nobody is behind the addresses of a demo."""
        show = getattr(self.channel, "shown_in_full", None) or getattr(self.channel, "shown", None)
        return show(delivery, now) if show else None


class Describe(Protocol):
    """What is said of an event to the outside; None when there is nothing left to say (its subject is erased)."""

    def __call__(self, event: Event) -> dict[str, Any] | None: ...


class House:
    """The channels of one application, by name, and how its events are described. A silent house sends nothing."""

    def __init__(self, describe: Describe, channels: Sequence[Channel], *, silent: bool = False) -> None:
        self.describe, self.silent = describe, silent
        self.channels: dict[str, Channel] = {each.name: Silent(each) if silent else each for each in channels}

    def shown(self, delivery: Delivery, now: datetime) -> str | None:
        """What goes out, as its channel shows it to the desk; None where it shows nothing."""
        show = getattr(self.channels.get(delivery.channel), "shown", None)
        return show(delivery, now) if show else None


def install(app: Flask, house: House) -> None:
    app.extensions[EXTENSION] = house


def house() -> House:
    return cast(House, installed(EXTENSION))
