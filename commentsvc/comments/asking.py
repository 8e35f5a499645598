"""Asking outside about comments that wait for it. A door like a route: it opens units of work.

The comment is on disk before anybody is asked, and no transaction is open meanwhile: SQLite has one writer.
"""

import logging
import threading

from ..checks import service as checks
from ..checks.asking import ask_all, is_resting, place
from ..checks.models import OutsideCheck
from ..checks.question import Inquiry
from ..core.clock import now
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys
from ..outbox.engine import engine
from ..screening import Screening
from ..sites.models import Site
from . import outside
from .posting import Posted

logger = logging.getLogger(__name__)

_worker = threading.Lock()  # an outsider that hangs must not take every thread of the worker


def finish(posted: Posted) -> Posted:
    """The comment with the answers of everybody who is to be asked, if a request can wait for them now.

    When too many wait already, or one of those to be asked has been silent, the worker asks within seconds.
    What goes wrong here never reaches the writer, whose comment is stored: it waits, and is asked about again.
    """
    if posted.inquiry is None:
        return posted
    with place() as there_is_one:
        if there_is_one and not is_resting(posted.inquiry.checks):
            return Posted(posted.comment, _carefully(posted.inquiry) or posted.screening)
    _leave(posted.inquiry)
    return posted


def _leave(inquiry: Inquiry) -> None:
    try:
        with unit_of_work():
            checks.leave(inquiry)
    except Exception:  # it is found a minute later
        logger.exception("comment %s waits: it could not be left to the worker", inquiry.question.comment_id)
        db.session.rollback()
    else:
        engine().wake()


def _carefully(inquiry: Inquiry) -> Screening | None:
    try:
        return _ask(inquiry)
    except Exception:
        logger.exception("comment %s waits: its outside checks came to no end", inquiry.question.comment_id)
        db.session.rollback()
        return None


def _ask(inquiry: Inquiry) -> Screening | None:
    said = ask_all(inquiry.checks, inquiry.question, allowed=house().outgoing_allowed)
    with unit_of_work():
        return outside.settle(inquiry, said, keys=keys(), now=now())


def ask_again() -> None:
    """Whenever the worker is woken, and once a minute: ask what was left to it, by a request or a process that died.

    One after the other; whoever is asking looks again before it ends, so that nothing is left lying.
    """
    while left := checks.left_behind(now=now()):
        if not _worker.acquire(blocking=False):
            return
        try:
            for check in left:
                _take_up(check)
        finally:
            _worker.release()


def _take_up(check: OutsideCheck) -> None:
    inquiry = None
    with unit_of_work():
        if checks.take_up(check, now=now()):
            inquiry = _read_again(check)
    if inquiry:
        _carefully(inquiry)


def _read_again(check: OutsideCheck) -> Inquiry | None:
    try:
        inquiry = checks.inquiry_of(check, keys=keys())
    except checks.Lost as error:
        logger.warning("comment %s waits for a moderator: what to ask is lost (%s)", check.comment_id, error)
        outside.give_up(check, now=now())
        return None
    return outside.only_asked(inquiry, db.session.get_one(Site, check.site_id))


def forget() -> None:
    """Once an hour: what was kept for corrections that nobody makes any more."""
    with unit_of_work():
        checks.purge(now=now())
