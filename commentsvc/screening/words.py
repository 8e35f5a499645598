"""Word lists: which entries a text uses, and where.

An entry is one word or phrase. It matches whole words only, whatever their capitals, width or invisible
characters; `word*` matches every word (or phrase) that begins so. A `*` elsewhere, punctuation and spaces
only part words, so "co-op" also finds "co op", and "buy now" finds "buy-now". Accents count, except before a
`*`, where `cafe*` also finds "cafés". Emoji, currency signs and the letters of scripts written without spaces
(Chinese, Japanese, Thai and their kin) are each a word of their own, so an entry of such a script is found
anywhere in a sentence. An entry without any word is left out.

Nothing backtracks: the cost is the length of the text, plus per word of the text one look-up for each
different length among the entries that start with the same two letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

# Written without spaces: Thai and Lao, Myanmar, Khmer, kana, Han (with its supplements).
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Default-ignorable characters that are not in category Cf, and the Arabic stretching stroke.
_UNSEEN = re.compile(
    "[\u034f\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
# Unicode's stream-safe limit; sorting the marks of one letter takes time quadratic in their number.
_LONGEST_CLUSTER = 32
_LISTS_KEPT = 32
_CHARACTERS_KEPT = 16_384  # more than the longest comment has


class Match(NamedTuple):
    """One use of an entry: the entry as the list has it, and [start, end) in code points of the text."""

    entry: str
    start: int
    end: int


class _Folded(NamedTuple):
    """A text as plain words, each followed by one space.

    `starts` are the places in `words` where a word starts; `words[i]` came from `text[slice(*origins[i])]`.
    """

    words: str
    starts: list[int]
    origins: list[tuple[int, int]]


class WordList:
    """A list made ready for searching."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries: dict[str, str] = {}
        for entry in entries:
            self._entries.setdefault(_needle(entry), entry)
        self._entries.pop("", None)
        self._lengths: dict[str, list[int]] = {}
        for needle in sorted(self._entries, key=len, reverse=True):
            lengths = self._lengths.setdefault(needle[:2], [])
            if len(needle) not in lengths[-1:]:
                lengths.append(len(needle))

    def find(self, text: str) -> tuple[Match, ...]:
        """The longest entry at each word of the text, in order; matches of phrases may overlap."""
        if not self._entries:
            return ()
        folded = _fold(text)
        return tuple(match for start in folded.starts if (match := self._match_at(start, folded)))

    def _match_at(self, start: int, folded: _Folded) -> Match | None:
        words, _, origins = folded
        two_letters, one_letter = words[start : start + 2], words[start]
        # Only a beginning such as `x*` is listed under one letter.
        for length in (*self._lengths.get(two_letters, ()), *self._lengths.get(one_letter, ())):
            needle = words[start : start + length]
            if entry := self._entries.get(needle):
                last = words.index(" ", start + len(needle) - 1) - 1
                return Match(entry, origins[start][0], origins[last][1])
        return None


@lru_cache(maxsize=_LISTS_KEPT)
def word_list(entries: tuple[str, ...]) -> WordList:
    """The list made ready, once for as long as it stays the same."""
    return WordList(entries)


def _needle(entry: str) -> str:
    words = _fold(entry).words
    return words.removesuffix(" ") if entry.rstrip().endswith("*") else words


def _fold(text: str) -> _Folded:
    letters: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    before = "break"
    for start, end in _clusters(text):
        for character, kind in _plain(text[start:end]):
            if kind == "mark":
                kind = before
            elif kind == "alone" or (kind == "letter" and before != "letter"):
                if letters:
                    letters.append(" ")
                    origins.append((start, start))
                starts.append(len(letters))
            if kind != "break":
                letters.append(character)
                origins.append((start, end))
            before = kind
    return _Folded("".join(letters) + " " if letters else "", starts, origins)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where each visible character stands with the marks on it, without the invisible around them."""
    start, end = 0, 0
    for place, character in enumerate(text):
        if _kind(character) == "unseen":
            continue
        if start < end and unicodedata.combining(character) and place - start < _LONGEST_CLUSTER:
            end = place + 1
            continue
        if start < end:
            yield start, end
        start, end = place, place + 1
    if start < end:
        yield start, end


@lru_cache(maxsize=_CHARACTERS_KEPT)
def _plain(cluster: str) -> tuple[tuple[str, str], ...]:
    """The characters that the cluster is compared by, each with its kind."""
    seen = "".join([character for character in cluster if _kind(character) != "unseen"])
    folded = unicodedata.normalize("NFKD", seen).casefold()
    # Turkish writes four letters where casefold knows two; a list must find "IŞIK" and "ışık" alike.
    turkish = folded.replace("i\u0307", "i").replace("ı", "i")
    return tuple([(character, _kind(character)) for character in turkish])


@lru_cache(maxsize=_CHARACTERS_KEPT)
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or _UNSEEN.match(character):
        return "unseen"
    if category[0] == "M":
        return "mark"
    if category in ("So", "Sc") or (category[0] in "LN" and _UNSPACED.match(character)):
        return "alone"
    return "letter" if category[0] in "LN" else "break"
