"""First the database, then the world."""

from collections.abc import Iterator
from contextlib import contextmanager

from . import events
from .database import db, turn_to_write, writing


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Keep everything the block did and what the outside must hear of it, or keep nothing and tell no one.

    What was read before the block ends its transaction here, so that the block's own begins as a writer's.
    """
    db.session.commit()
    token = writing.set(True)
    try:
        with turn_to_write():
            with events.listening() as facts:
                yield
            events.keep(facts)
            db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(token)
    events.wake(facts)
