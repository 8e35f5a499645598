"""A receiver that writes down what reaches it, and a clock one can set."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.events import Fact, announce
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox import channels, service, work
from commentsvc.outbox.channels import Answer, Outgoing
from commentsvc.outbox.models import Delivery, Event, Lane
from commentsvc.sites.service import site_named


class Postbox:
    """A channel of the tests: everything that reaches it stands in `got`; `says` is what it answers."""

    name = "postbox"

    def __init__(self, pauses: bool = True) -> None:
        self.pauses = pauses
        self.got: list[str] = []
        self.says: Callable[[Delivery], Answer] = lambda delivery: Answer(True, "thanks", 200)
        self.gone: set[str] = set()

    def made_by(self, event: Event, now: datetime) -> Iterator[Outgoing]:
        for lane in event.data.get("to", []):
            yield Outgoing(event.site_id, self.name, lane, event.type, f"{lane} {event.uid}", {"text": event.type})

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        if delivery.kind in self.gone:
            return None

        def call() -> Answer:
            answer = self.says(delivery)
            self.got.append(delivery.kind)
            return answer

        return call


class Clock:
    """The service's time, to be moved."""

    def __init__(self) -> None:
        self.moment = clock.now()

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def time(monkeypatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(work, "now", moved)
    monkeypatch.setattr("commentsvc.now", moved)  # the roof's, by which facts are kept
    return moved


@pytest.fixture
def describes() -> dict[str, Callable[[], dict]]:
    """How events of a type are described, where not as empty."""
    return {}


@pytest.fixture
def postbox(app, time, describes) -> Iterator[Postbox]:
    """The application with one channel, the postbox."""
    before, box = app.extensions[channels.EXTENSION], Postbox()
    app.extensions[channels.EXTENSION] = channels.House(lambda event: describes.get(event.type, dict)(), [box])
    yield box
    app.extensions[channels.EXTENSION] = before


@pytest.fixture
def house(app, postbox) -> channels.House:
    return app.extensions[channels.EXTENSION]


class Outbox:
    """What a test does with the outbox of the Herald."""

    def __init__(self, app, time: Clock) -> None:
        self.app, self.time = app, time

    def say(self, *types: str, subject: str = "thing:1", to: tuple[str, ...] = ("anna",), **more) -> None:
        with self.app.app_context():
            site = site_named("herald").id
            with unit_of_work():
                for type in types:
                    announce(Fact(type, site, subject, {"to": list(to), **more.get("data", {})}, **_known(more)))

    def work(self) -> None:
        """What a worker does once: release, then empty every lane that is due."""
        with self.app.app_context():
            work.release()
            work.pull()

    def lane(self, key: str = "anna") -> Lane:
        with self.app.app_context():
            return db.session.get_one(Lane, key)

    def deliveries(self) -> list[Delivery]:
        with self.app.app_context():
            return list(db.session.query(Delivery).order_by(Delivery.id))

    def events(self) -> list[Event]:
        with self.app.app_context():
            return list(db.session.query(Event).order_by(Event.id))

    def cancel(self, cause: str) -> set[str]:
        with self.app.app_context(), unit_of_work():
            return service.cancel([cause], now=self.time())


def _known(more: dict) -> dict:
    return {name: value for name, value in more.items() if name in ("cause", "wait")}


@pytest.fixture
def outbox(app, cast, postbox, time) -> Outbox:
    return Outbox(app, time)
