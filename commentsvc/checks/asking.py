"""Asking: all checks at once, no transaction open, and no failure of theirs is ours."""

import logging
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from .question import Check, Question, Said, Silent

logger = logging.getLogger(__name__)


def ask_all(checks: Sequence[Check], question: Question, *, allowed: Collection[str]) -> list[Said]:
    """What every check says, in their order; the writer waits for the slowest, not for the sum."""
    if not checks:
        return []  # switched off since the question was kept
    with ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="check") as pool:
        return list(pool.map(lambda check: _ask(check, question, allowed), checks))


def _ask(check: Check, question: Question, allowed: Collection[str]) -> Said:
    try:
        return Said(check.rule, check.ask(question, allowed))
    except Silent as error:
        logger.warning("%s could not check comment %s: %s", check.rule, question.comment_id, error)
        return Said(check.rule, failure=str(error))
    except Exception as error:
        # Where it went wrong, but not the exception's own words, which may quote what a reader typed.
        trace = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        logger.exception("%s could not check comment %s", check.rule, question.comment_id, exc_info=trace)
        return Said(check.rule, failure=f"It could not be asked: {type(error).__name__}.")
