"""The words of mail to readers and its pages, one catalogue a language: `en.json` has every word there is."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ...sites.settings import LANGUAGES

FROM_THE_RIGHT = ("ar",)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The words of a language; English where a catalogue lacks one."""
    return {**_stored("en"), **_stored(language)} if language in LANGUAGES else _stored("en")


def _stored(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((Path(__file__).parent / f"{language}.json").read_text(encoding="utf-8"))
    return found


def direction(language: str) -> str:
    """The value of `dir`."""
    return "rtl" if language in FROM_THE_RIGHT else "ltr"


class Words:
    """One language, with the site's name ready: `words("approved_text", story="…")`."""

    def __init__(self, language: str, site: str) -> None:
        self.language, self.direction = language, direction(language)
        self._words, self._site = catalogue(language), site

    def knows(self, name: str) -> bool:
        return name in self._words

    def __call__(self, name: str, /, **values: object) -> str:
        """Raises KeyError for a word that no catalogue has."""
        # One pass over our own pattern: braces in a stranger's name stay what they are.
        return self._words[name].format_map(
            {key: self._apart(value) for key, value in {"site": self._site, **values}.items()}
        )

    def _apart(self, value: object) -> object:
        """Names in another direction must not pull the full stop behind them to their own end."""
        return f"\u2068{value}\u2069" if self.direction == "rtl" else value
