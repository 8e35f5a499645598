"""First the database, then the world."""

from collections.abc import Iterator
from contextlib import contextmanager

from .database import db, writing


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Keep everything the block did, or keep nothing.

    What was read before the block ends its transaction here, so that the block's own begins as a writer's.
    """
    db.session.commit()
    token = writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(token)
