"""What the worker forgets every hour."""

from ..core.clock import now
from ..core.unit_of_work import unit_of_work
from . import service, throttle


def forget() -> None:
    """Sessions of long ago, and tries at the door that nobody repeats."""
    with unit_of_work():
        service.forget_sessions(now=now())
        throttle.forget_old(now())
