"""Word lists: which entries a text uses, and where.

An entry is one word or phrase. It matches whole words only, whatever their capitals, accents, width or invisible
characters, and whatever alphabet a letter was borrowed from to look the same; `word*` matches every word (or phrase)
that begins so. A `*` elsewhere, punctuation and spaces only part words, so "co-op" also finds "co op", and "buy now"
finds "buy-now". Emoji, currency signs and the letters of scripts written without spaces (Chinese, Japanese, Thai and
their kin) are each a word of their own, so an entry of such a script is found anywhere in a sentence. An entry without
any word is left out.

Three disguises are seen through, each only where a text shows signs of it, so that innocent words are never bent:
digits and signs for letters ("1d10t", "a$$"), letters said three times or more ("idiooot"), and letters set apart
("i d i o t", "i.d.i.o.t").

One automaton (Aho-Corasick) looks for all entries at once: the cost is the length of the text, whatever the number of
entries. Nothing backtracks.
"""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, groupby
from threading import Lock
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from .letters import KEPT, LOW_BREAK, belongs_to_the_letter_before, fold

_WORD = re.compile(rf"[^ {KEPT}{LOW_BREAK}]+|\$")
_CHUNK = re.compile(rf"[^ {LOW_BREAK}]+")
_SWAPPED = re.compile(r"[013457@$!]")
_SWAPS = str.maketrans("013457@$!", "oieastasi")
_SWAPS_TO_L = str.maketrans("013457@$!", "oleastasi")
# Names of roads, sizes and generations: the A55, 5G.
_CODE = re.compile(r"[^\W\d_]\d+|\d+[^\W\d_]")
_SAID_THRICE = re.compile(rf"([^ {KEPT}{LOW_BREAK}\d])\1\1")
_REPEATED = re.compile(r"(.)\1+")
_SET_APART = re.compile(rf"(?<![^ {LOW_BREAK}])[^ {LOW_BREAK}](?: {{1,8}}[^ {LOW_BREAK}](?![^ {LOW_BREAK}])){{2,}}")
_FEWEST_SET_APART = 3  # letters: fewer are initials
_LONG_ENOUGH = 5  # letters: a word of so many is meant even if what stands before it is set apart as well
# What a list made ready takes, measured with every disguise looked for: 6 kB with one entry, 20 with ten, 100 with a
# hundred, 6.6 MB with ten thousand.
_OF_A_LIST, _OF_AN_ENTRY = 10_000, 800  # bytes
_BYTES_KEPT = 64_000_000  # of all lists of a process together; a site with 20,000 entries takes a quarter of it
_NAMES_KEPT = 20_000  # what bylines of several newspapers are called
_TEXTS_KEPT = 8  # one comment's text, name and website, for every list


class Match(NamedTuple):
    """One use of an entry: the entry as the list has it, and [start, end) in code points of the text."""

    entry: str
    start: int
    end: int


@dataclass
class _Reading:
    """One way to read a text: its words, and where each stands in the folded text."""

    folded: str

    @cached_property
    def words(self) -> str:
        """Every word between two blanks."""
        return f" {' '.join(_WORD.findall(self.folded))} "

    @cached_property
    def squeezed(self) -> str:
        """The same, every letter said once."""
        return _REPEATED.sub(r"\1", self.words)

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        return [word.span() for word in _WORD.finditer(self.folded)]

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins in `words`, at the blank before it."""
        return _starts(self.words)

    @cached_property
    def squeezed_starts(self) -> list[int]:
        return _starts(self.squeezed)


def _starts(words: str) -> list[int]:
    return list(accumulate((len(word) + 1 for word in words[1:-1].split(" ")), initial=0))


@dataclass
class _Apart:
    """Letters that stand alone in a row, together; `places` are theirs in the folded text."""

    letters: str
    places: list[int]

    def is_edge(self, place: int, inner: int) -> bool:
        """Whether a word can begin (or the one before end) here: `inner` is the gap inside the word.

        At both ends of the row, behind a first letter, which may be a word of its own ("a"), and at a wider gap.
        """
        return place <= 1 or place == len(self.letters) or self._gap(place) > inner

    def _gap(self, place: int) -> int:
        return self.places[place] - self.places[place - 1]

    def holds(self, start: int, end: int, *, is_beginning: bool) -> bool:
        if end - start >= _LONG_ENOUGH:
            return True
        inner = self._gap(start + 1)
        return self.is_edge(start, inner) and (is_beginning or self.is_edge(end, inner))


class _Text:
    """A text and every way to read it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded, self._origins = fold(text)
        self.readings = [_Reading(folded) for folded in dict.fromkeys([self.folded, *_unmasked(self.folded)])]
        self.is_drawn_out = any(_SAID_THRICE.search(reading.folded) for reading in self.readings)
        self.apart = list(_apart(self.folded))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the folded text was typed, with the accents on its last letter."""
        if self._origins is not None:
            start, end = self._origins[start], self._origins[end - 1] + 1
        while end < len(self.text) and belongs_to_the_letter_before(self.text[end]):
            end += 1
        return start, end


@lru_cache(maxsize=_TEXTS_KEPT)
def _read(text: str) -> _Text:
    return _Text(text)


def _unmasked(folded: str) -> Iterator[str]:
    """The text with letters in the place of the digits and signs that stand for them: 1 is an i, or an l."""
    if not _SWAPPED.search(folded):
        return
    masked = [chunk.span() for chunk in _CHUNK.finditer(folded) if _is_masked(chunk[0])]
    if not masked:
        return
    for swaps in (_SWAPS, _SWAPS_TO_L):
        pieces, last = [], 0
        for start, end in masked:
            pieces += [folded[last:start], folded[start:end].translate(swaps)]
            last = end
        yield "".join([*pieces, folded[last:]])


def _is_masked(chunk: str) -> bool:
    """Whether digits or signs in it can stand for letters: not in a number, nor in a name such as A55."""
    if not _SWAPPED.search(chunk) or _CODE.fullmatch(chunk):
        return False
    return not any(map(str.isdigit, chunk)) or any(map(str.isalpha, chunk))


def _apart(folded: str) -> Iterator[_Apart]:
    for row in _SET_APART.finditer(folded):
        places = [place for place in range(row.start(), row.end()) if folded[place] != " "]
        letters = "".join([folded[place] for place in places])
        if sum(map(str.isalpha, letters)) < 2:
            continue
        for read in dict.fromkeys([letters.translate(_SWAPS), letters.translate(_SWAPS_TO_L)]):
            yield _Apart(read, places)


class WordList:
    """A list made ready for searching."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries: dict[str, str] = {}
        for entry in entries:
            self._entries.setdefault(_needle(entry), entry)
        self._entries.pop("", None)
        self._needles = list(self._entries)
        self._automaton = _automaton(self._needles)

    @cached_property
    def _squeezed(self) -> tuple[AhoCorasick, list[list[str]]]:
        """The entries with every letter said once, and which entries come to each."""
        alike: dict[str, list[str]] = {}
        for needle in self._needles:
            alike.setdefault(_REPEATED.sub(r"\1", needle), []).append(needle)
        return _automaton(list(alike)), list(alike.values())

    @cached_property
    def _single(self) -> tuple[AhoCorasick, list[str]]:
        """The entries of one word of three letters or more, without the blanks around them."""
        words = [needle for needle in self._needles if " " not in needle.strip() and len(needle.strip()) > 2]
        return _automaton([needle.strip() for needle in words]), words

    def find(self, text: str) -> tuple[Match, ...]:
        """The longest entry at each word of the text, in order; matches of phrases may overlap."""
        if not self._entries or not text:
            return ()
        read = _read(text)
        longest: dict[int, Match] = {}
        for needle, start, end in self._found(read):
            match = Match(self._entries[needle], *read.span(start, end))
            if match.start not in longest or longest[match.start].end < match.end:
                longest[match.start] = match
        return tuple(longest[start] for start in sorted(longest))

    def _found(self, read: _Text) -> Iterator[tuple[str, int, int]]:
        """(entry as compared, start, end) in the folded text."""
        for reading in read.readings:
            yield from self._in_words(reading)
            if read.is_drawn_out:
                yield from self._in_drawn_out(reading)
        for apart in read.apart:
            yield from self._in_apart(apart)

    def _in_words(self, reading: _Reading) -> Iterator[tuple[str, int, int]]:
        for number, start, end in self._automaton.find_matches_as_indexes(reading.words, overlapping=True):
            first, last = _words_at(reading.starts, start, end)
            yield self._needles[number], reading.places[first][0], reading.places[last][1]

    def _in_drawn_out(self, reading: _Reading) -> Iterator[tuple[str, int, int]]:
        automaton, alike = self._squeezed
        for number, start, end in automaton.find_matches_as_indexes(reading.squeezed, overlapping=True):
            first, last = _words_at(reading.squeezed_starts, start, end)
            said = reading.words[reading.starts[first] : reading.starts[last + 1] + 1]
            for needle in alike[number] if _SAID_THRICE.search(said) else ():
                if _is_drawn_out(said, needle):
                    yield needle, reading.places[first][0], reading.places[last][1]

    def _in_apart(self, apart: _Apart) -> Iterator[tuple[str, int, int]]:
        automaton, needles = self._single
        for number, start, end in automaton.find_matches_as_indexes(apart.letters, overlapping=True):
            if apart.holds(start, end, is_beginning=not needles[number].endswith(" ")):
                yield needles[number], apart.places[start], apart.places[end - 1] + 1


def _automaton(needles: list[str]) -> AhoCorasick:
    # A DFA would be a little quicker and, for thousands of entries, tens of megabytes larger.
    return AhoCorasick(needles, implementation=Implementation.ContiguousNFA)


def _words_at(starts: list[int], start: int, end: int) -> tuple[int, int]:
    """The first and the last word that a passage of the words touches; its last blank is behind the last one."""
    return bisect_right(starts, start) - 1, bisect_right(starts, end - 2) - 1


def _is_drawn_out(said: str, needle: str) -> bool:
    """Whether every letter is said as often as the entry says it, or three times and more, where it says it less."""
    runs = [(letter, len(list(run))) for letter, run in groupby(said)]
    wanted = [(letter, len(list(run))) for letter, run in groupby(needle)]
    return len(runs) >= len(wanted) and all(
        letter == as_wanted and (count == times or (count >= 3 and count >= times))
        for (letter, count), (as_wanted, times) in zip(runs, wanted, strict=False)
    )


class _Shelf:
    """Lists made ready; those that were used last stay, as many as take `room` bytes together, but always one."""

    def __init__(self, room: int) -> None:
        self._room, self._lock = room, Lock()
        self._made: OrderedDict[tuple[str, ...], WordList] = OrderedDict()
        self.size = 0

    def get(self, entries: tuple[str, ...]) -> WordList:
        with self._lock:
            if entries in self._made:
                self._made.move_to_end(entries)
                return self._made[entries]
        made = WordList(entries)  # takes long; meanwhile others find theirs
        with self._lock:
            return self._put(entries, made)

    def _put(self, entries: tuple[str, ...], made: WordList) -> WordList:
        if entries in self._made:  # another thread made it as well
            return self._made[entries]
        self._made[entries] = made
        self.size += _size_of(entries)
        while self.size > self._room and len(self._made) > 1:
            oldest, _ = self._made.popitem(last=False)
            self.size -= _size_of(oldest)
        return made


def _size_of(entries: tuple[str, ...]) -> int:
    return _OF_A_LIST + len(entries) * _OF_AN_ENTRY


_shelf = _Shelf(_BYTES_KEPT)


def word_list(entries: tuple[str, ...]) -> WordList:
    """The list made ready, once for as long as it stays the same."""
    return _shelf.get(entries)


def _needle(entry: str) -> str:
    """An entry as it stands among the words of a text: a blank on each side, none behind a beginning."""
    folded, _ = fold(entry)
    words = " ".join(_WORD.findall(folded))
    if not words:
        return ""
    return f" {words}" if entry.rstrip().endswith("*") else f" {words} "


@lru_cache(maxsize=_NAMES_KEPT)
def name_mark(name: str) -> str:
    """What is left of a name when everything that two names can differ in unseen is taken away; "" where nothing is.

    Capitals, accents, blanks, signs, borrowed letters, digits for letters; and a small l, which many fonts draw as a
    capital I.
    """
    folded, _ = fold(name)
    return "".join(_WORD.findall(folded.translate(_SWAPS))).replace("l", "i")


def is_entry(text: str) -> bool:
    """Whether there is a word in it to look for."""
    return bool(_needle(text))
