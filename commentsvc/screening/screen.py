"""Every rule speaks; the strictest verdict decides."""

import logging

from commentsvc.screening.models import Draft, House, Screening, Verdict
from commentsvc.screening.rules import RULES, Rule

logger = logging.getLogger(__name__)


def ask(rule: Rule, draft: Draft, house: House) -> Verdict | None:
    """The rule's verdict; if the rule fails, one that says so, with the outcome the site chose for that."""
    try:
        return rule(draft, house)
    except Exception as error:
        # What went wrong and where, but not the exception's own words, which may quote what a reader typed.
        trace = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        logger.exception("Rule %s could not be checked", rule.__name__, exc_info=trace)
        return Verdict(rule.__name__, house.when_silent, "could not be checked")


def screen(draft: Draft, house: House) -> Screening:
    """What all rules say about a draft, in their order; no rule is spared because another one has spoken."""
    return Screening(tuple(verdict for rule in RULES if (verdict := ask(rule, draft, house))))
