"""Bringing it out: release what is due, empty the lanes. A door like a route: it opens units of work.

Everything takes the clock's time; nothing here knows what engine calls it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from ..core.clock import now
from ..core.crypto import new_token
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from . import lanes, service
from .channels import Answer, house
from .models import Delivery, DeliveryStatus

logger = logging.getLogger(__name__)

TURN = 5.0  # seconds a lane is worked on before it goes to the back of those that wait
CROSSED_OUT_AT_ONCE = 50  # deliveries
SHIFT = 30.0  # seconds a job releases, or goes from lane to lane, before it lets others have the thread


@dataclass(frozen=True)
class Turn:
    """A delivery and the call that tries it, made ready inside a transaction and called outside of any."""

    delivery: Delivery
    call: Callable[[], Answer]


def release(goes_on: Callable[[], bool] = lambda: True) -> datetime | None:
    """Release everything that is due, until the shift is over: what was released has to go out even where more comes
    all the time. Returns when the next event is due."""
    ends = time.monotonic() + SHIFT
    while goes_on() and time.monotonic() < ends and (events := service.due(now=now())):
        # Told to stop, it releases what it has made ready, and no more: a hundred of them take seconds.
        told = [service.tell(event, now=now()) for event in takewhile(lambda _: goes_on(), events)]
        with unit_of_work():
            service.release(told, now=now())
    return service.next_due()


def pull(*, brisk: bool = False, goes_on: Callable[[], bool] = lambda: True) -> None:
    """Work on one lane after the other, the longest waiting first, until none is due or the shift is over.

    `goes_on` is asked after every delivery: a worker that is told to stop finishes what it is at, and no more.
    """
    ends = time.monotonic() + SHIFT
    while goes_on() and time.monotonic() < ends and lanes.due(now=now(), brisk=brisk, limit=1):
        if not work_on_one(brisk, goes_on):
            return


def work_on_one(brisk: bool = False, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """Send what a lane holds, in order, until it is empty, its receiver fails or its turn is over."""
    holder, ends = new_token(), time.monotonic() + TURN
    with unit_of_work():
        key = lanes.take(holder, now=now(), brisk=brisk)
        turn = _next(key) if key else None
    if key is None:  # another worker was faster
        return False
    while turn:
        turn = _take(key, holder, turn)
        if time.monotonic() >= ends or not goes_on():
            break
    _leave(key, holder)
    return True


def _next(key: str) -> Turn | None:
    """The lane's next delivery, made ready; what has become pointless meanwhile is crossed out.

    Not endlessly much of it at once: whoever writes a comment waits for this transaction.
    """
    for _ in range(CROSSED_OUT_AT_ONCE):
        delivery = lanes.head(key)
        if delivery is None:
            return None
        call = _ready(delivery)
        if call:
            return Turn(delivery, call)
        delivery.status, delivery.done_at = DeliveryStatus.CANCELLED, now()
    return None


def _ready(delivery: Delivery) -> Callable[[], Answer] | None:
    try:
        with db.session.begin_nested():
            return house().channels[delivery.channel].prepare(delivery, now())
    except Exception as error:
        logger.exception("delivery %s could not be made ready", delivery.id)
        failed = Answer(False, f"It could not be made ready: {type(error).__name__}.")
        return lambda: failed


def _take(key: str, holder: str, turn: Turn) -> Turn | None:
    """Try a delivery, with no transaction open; then the lane's next one, if it may go on."""
    began = time.perf_counter()
    answer = _try(turn)
    took = timedelta(seconds=time.perf_counter() - began)
    with unit_of_work():
        lane = lanes.held(key, holder)
        if lane is None:  # it took longer than the lease: whoever holds the lane now notes its own try
            logger.warning("delivery %s outlived its lease", turn.delivery.id)
            return None
        goes_on = lanes.note(lane, turn.delivery, answer, took=took, now=now())
        return _next(key) if goes_on else None


def _try(turn: Turn) -> Answer:
    try:
        return turn.call()
    except Exception as error:
        logger.exception("delivery %s could not be tried", turn.delivery.id)
        return Answer(False, f"It could not be tried: {type(error).__name__}.")


def _leave(key: str, holder: str) -> None:
    with unit_of_work():
        lane = lanes.held(key, holder)
        if lane:
            lanes.give_back(lane, now=now())


def keep_house() -> None:
    """Once a minute: what a lost job, a dead worker or a clock that was set back left lying is found again."""
    with unit_of_work():
        lanes.recover(now=now())
        service.recover(now=now())


def clean_up() -> None:
    """Once an hour: forget what is done with and old."""
    with unit_of_work():
        service.purge(now=now())
