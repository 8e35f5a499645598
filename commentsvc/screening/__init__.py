"""Screening: pure rules that all speak about a comment before it is stored. No database, no Flask."""

from commentsvc.screening.models import Draft, House, Outcome, Screening, Verdict
from commentsvc.screening.rules import RULES, Rule
from commentsvc.screening.screen import ask, screen
from commentsvc.screening.words import Match, WordList, word_list

__all__ = [
    "RULES",
    "Draft",
    "House",
    "Match",
    "Outcome",
    "Rule",
    "Screening",
    "Verdict",
    "WordList",
    "ask",
    "screen",
    "word_list",
]
