"""Every rule speaks; the site says what its word means; the strictest verdict decides."""

import logging
import time
from dataclasses import replace

from ..core.metrics import metrics
from .catalogue import FIXED
from .models import Draft, House, Mode, Outcome, Screening, Verdict
from .rules import RULES, Rule

logger = logging.getLogger(__name__)

OF_MODE = {Mode.NOTE: Outcome.NOTE, Mode.HOLD: Outcome.HOLD, Mode.REJECT: Outcome.REJECT}


def ask(rule: Rule, draft: Draft, house: House) -> Verdict | None:
    """The rule's verdict as it counts for the site; if the rule fails, one that says so, with the outcome the site
    chose for that. None for a rule that is off."""
    if not house.is_on(rule.__name__):
        return None
    began = time.perf_counter()
    try:
        return in_force(rule(draft, house), house)
    except Exception as error:
        # What went wrong and where, but not the exception's own words, which may quote what a reader typed.
        trace = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        logger.exception("Rule %s could not be checked", rule.__name__, exc_info=trace)
        metrics().rules_silent.labels(rule.__name__).inc()
        return silent(rule.__name__, house)
    finally:
        metrics().rule_seconds.labels(rule.__name__).observe(time.perf_counter() - began)


def in_force(verdict: Verdict | None, house: House) -> Verdict | None:
    """What a verdict counts for by the mode the site gave its rule. A verdict in shadow stays there."""
    mode = None if verdict is None or verdict.rule in FIXED else house.modes.get(verdict.rule)
    if verdict is None or mode is None or verdict.would_be is not None:
        return verdict
    if mode is Mode.OFF:
        return None
    if mode is Mode.SHADOW:
        return in_shadow(verdict, verdict.outcome)
    return replace(verdict, outcome=OF_MODE[mode], code=None, retry_after=None)


def in_shadow(verdict: Verdict, would_be: Outcome) -> Verdict:
    """The same words without effect."""
    return replace(verdict, outcome=Outcome.NOTE, would_be=would_be, code=None, retry_after=None)


def silent(rule: str, house: House) -> Verdict:
    """What it means for the site that a rule could not be checked; nothing if the rule is in shadow."""
    verdict = Verdict(rule, house.silence(rule), "could not be checked")
    return in_shadow(verdict, verdict.outcome) if house.modes.get(rule) is Mode.SHADOW else verdict


def screen(draft: Draft, house: House) -> Screening:
    """What all rules say about a draft, in their order; no rule is spared because another one has spoken."""
    return Screening(tuple(verdict for rule in RULES if (verdict := ask(rule, draft, house))))
