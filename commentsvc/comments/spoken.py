"""What the service tells a writer, in the language that is asked for."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from werkzeug.datastructures import LanguageAccept

from ..sites.settings import LANGUAGES

LINKS = re.compile(r"\d+ links?\b.*where this site allows \d+\.")


def in_language(sentences: Sequence[str], accepted: LanguageAccept) -> list[str]:
    """The sentences in the language a request accepts best, of those there are words in; else in English."""
    known = _catalogue(accepted.best_match(LANGUAGES, "en") or "en")
    return [known.get(_key(sentence), sentence) for sentence in sentences]


def _key(sentence: str) -> str:
    """How many links there are is said in English only: it would need the plurals of every language."""
    return LINKS.sub("It has more links than this site allows.", sentence)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    file = Path(__file__).parent / "words" / f"{language}.json"
    if language == "en":
        return {}
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found
