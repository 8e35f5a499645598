"""Asking outside about comments that wait for it. A door like a route: it opens units of work.

The comment is on disk before anybody is asked, and no transaction is open meanwhile: SQLite has one writer.
"""

import logging

from ..checks import service as checks
from ..checks.asking import ask_all
from ..checks.question import Inquiry
from ..core.clock import now
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys
from ..screening import Screening
from . import outside
from .posting import Posted

logger = logging.getLogger(__name__)


def finish(posted: Posted) -> Posted:
    """The comment with the answers of everybody who is to be asked.

    What goes wrong here never reaches the writer, whose comment is stored: it waits, and is asked about again.
    """
    if posted.inquiry is None:
        return posted
    return Posted(posted.comment, _carefully(posted.inquiry) or posted.screening)


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
    """Once a minute: ask what a process that died, or a failing database, left unasked."""
    for check in checks.left_behind(now=now()):
        with unit_of_work():
            inquiry = checks.take_up(check, keys=keys(), now=now())
        if inquiry:
            _carefully(inquiry)


def forget() -> None:
    """Once an hour: what was kept for corrections that nobody makes any more."""
    with unit_of_work():
        checks.purge(now=now())
