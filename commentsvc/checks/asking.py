"""Asking: all checks at once, no transaction open, and no failure of theirs is ours."""

import logging
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .question import Away, Check, Question, Said, Silent

logger = logging.getLogger(__name__)

PLACES = 3  # requests of one process that may wait for outsiders; the other five of eight threads serve readers
SILENCES = 3  # in a row, and a check is left alone for a while
REST = 30.0  # seconds


class Breaker:
    """Which checks are left alone for a while, because they hang or are gone. One for a process.

    Only silence counts: an answer that cannot be used costs nobody time, and a writer may be able to provoke one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silences: dict[Check, tuple[int, float]] = {}  # how many in a row, and when (monotonic) the last was

    def is_open(self, check: Check) -> bool:
        count, last = self._silences.get(check, (0, 0.0))
        return count >= SILENCES and time.monotonic() < last + REST

    def spoke(self, check: Check) -> None:
        with self._lock:
            self._silences.pop(check, None)

    def was_silent(self, check: Check) -> None:
        with self._lock:
            count, _ = self._silences.get(check, (0, 0.0))
            self._silences[check] = count + 1, time.monotonic()


breaker = Breaker()
_places = threading.BoundedSemaphore(PLACES)


@contextmanager
def place() -> Iterator[bool]:
    """Whether a request may wait for outsiders now; never waits itself."""
    taken = _places.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _places.release()


def is_resting(checks: Sequence[Check]) -> bool:
    """Whether one of them is left alone at the moment."""
    return any(breaker.is_open(check) for check in checks)


def ask_all(
    checks: Sequence[Check], question: Question, *, allowed: Collection[str], insist: bool = False
) -> list[Said]:
    """What every check says, in their order; the caller waits for the slowest, not for the sum.

    What is left alone at the moment could not be checked, unless the caller `insist`s.
    """
    if not checks:
        return []  # switched off since the question was kept
    with ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="check") as pool:
        return list(pool.map(lambda check: _ask(check, question, allowed, insist), checks))


def _ask(check: Check, question: Question, allowed: Collection[str], insist: bool) -> Said:
    if breaker.is_open(check) and not insist:
        logger.warning("%s was not asked about comment %s: it is silent", check.rule, question.comment_id)
        return Said(check.rule, failure=f"It was silent {SILENCES} times in a row and is left alone for a while.")
    try:
        verdict = check.ask(question, allowed)
    except Silent as error:
        (breaker.was_silent if isinstance(error, Away) else breaker.spoke)(check)
        logger.warning("%s could not check comment %s: %s", check.rule, question.comment_id, error)
        return Said(check.rule, failure=str(error))
    except Exception as error:
        # Where it went wrong, but not the exception's own words, which may quote what a reader typed.
        trace = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        logger.exception("%s could not check comment %s", check.rule, question.comment_id, exc_info=trace)
        return Said(check.rule, failure=f"It could not be asked: {type(error).__name__}.")
    breaker.spoke(check)
    return Said(check.rule, verdict)
