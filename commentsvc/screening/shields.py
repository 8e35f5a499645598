"""Shields of those who sign a story: which of them a draft runs into."""

from .models import Draft, Shield
from .words import Match, word_list

_SHORTEST_NAME = 3  # letters of a part of somebody's name that is taken for the person


def shields_hit(draft: Draft) -> list[tuple[Shield, tuple[Match, ...]]]:
    """The shields a draft runs into, each with the words of it that the text uses."""
    found = ((shield, word_list(shield.words).find(draft.text)) for shield in draft.shields)
    return [(shield, matches) for shield, matches in found if matches and _is_aimed(draft, shield)]


def _is_aimed(draft: Draft, shield: Shield) -> bool:
    """Whether it is said of the person, as far as their shield asks for that: any part of the name will do."""
    if not shield.must_be_aimed or shield.is_answered:
        return True
    parts = [part for part in shield.name.split() if len(part) >= _SHORTEST_NAME]
    return bool(word_list((shield.name, *parts)).find(draft.text))
