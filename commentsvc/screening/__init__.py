"""Screening: pure rules that all speak about a comment before it is stored. No database, no Flask."""

from .catalogue import ABOUT, CATALOGUE, FIXED, OUTSIDE, About
from .models import Draft, House, Kind, Mode, Outcome, Screening, Shield, Verdict, Words
from .reports import FLAGS_REACHED, flags_reached
from .rules import ATTACKS_BYLINE, RULES, Rule
from .screen import ask, in_force, in_shadow, screen, silent
from .shields import shields_hit
from .words import Match, WordList, word_list

__all__ = [
    "ABOUT",
    "ATTACKS_BYLINE",
    "CATALOGUE",
    "FIXED",
    "FLAGS_REACHED",
    "OUTSIDE",
    "RULES",
    "About",
    "Draft",
    "House",
    "Kind",
    "Match",
    "Mode",
    "Outcome",
    "Rule",
    "Screening",
    "Shield",
    "Verdict",
    "WordList",
    "Words",
    "ask",
    "flags_reached",
    "in_force",
    "in_shadow",
    "screen",
    "shields_hit",
    "silent",
    "word_list",
]
