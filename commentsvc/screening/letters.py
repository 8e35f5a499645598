"""Letters as a word list compares them: one plain form for whatever looks or sounds the same.

Every character is folded by itself and once for as long as the process lives, so that folding a text is one look-up
a character.
"""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

LOW_BREAK = "\x1e"  # behind a character that is a word of its own; no cleaned text holds one

# Written without spaces: Thai and Lao, Myanmar, Khmer, kana, Han (with its supplements).
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# The marks of those scripts, which belong to the character before them.
_CLINGING = re.compile(
    f"{LOW_BREAK}([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059"
    "\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd"
    "\u302a-\u302f\u3099\u309a]+)"
)
# Default-ignorable characters that are not in category Cf, and the Arabic stretching stroke.
_UNSEEN = re.compile(
    "[\u034f\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
# Alphabets whose letters pass for Latin ones. In others (Arabic, Hebrew, Han) a likeness disguises nothing.
_LOOKALIKES = ("LATIN ", "GREEK ", "CYRILLIC ", "ARMENIAN ", "CHEROKEE ", "COPTIC ", "LISU ")
# Canonical combining classes of accents and vowel points. Others (nukta, virama, the voicing of kana, Thai vowels)
# make another letter of the one before them.
_ACCENTS = frozenset((1, *range(10, 37), *range(200, 241)))
# Letters in brackets, circles and squares, and those that flags are made of; most are symbols to Unicode.
_FRAMES = (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
_FRAMED = {chr(frame + number): chr(ord("a") + number) for frame in _FRAMES for number in range(26)}
# Two of the last kind by themselves are drawn as a flag, and are one.
_FLAG = re.compile("(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff]{2}(?![\U0001f1e6-\U0001f1ff])")
KEPT = "@$!"  # signs that may stand for a letter
_EXCLAIMED = re.compile(r"(?<!\w)!|!(?!\w)")
_ASCII = {number: chr(number) if chr(number).isalnum() or chr(number) in KEPT else " " for number in range(128)}


class _Letters(dict[str, str]):
    """A character and what it is compared by: nothing, one letter, several, or a blank where a word ends."""

    def __missing__(self, character: str) -> str:
        if character in _FRAMED:
            self[character] = _FRAMED[character]
            return _FRAMED[character]
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        folded = self[character] = "".join(map(_plain, decomposed))
        return folded


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Me") or _UNSEEN.match(character) or unicodedata.combining(character) in _ACCENTS:
        return ""
    if character in KEPT:
        return character
    if category in ("So", "Sc") or (category[0] in "LN" and _UNSPACED.match(character)):
        return f" {character}{LOW_BREAK}"
    return lookalikes().get(character, character) if category[0] in "LMN" else " "


# Bounded by Unicode itself: a character is kept once, however often it is typed.
_letters = _Letters()


@cache
def lookalikes() -> dict[str, str]:
    """The Latin letter that a letter of another kind passes for, from Unicode's table of confusables.

    A letter and its capital stay one: where only the capital is a double (Cyrillic В and B), both are folded.
    """
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text(encoding="utf-8"))
    doubles = {
        letter: latin
        for letter, listed in table.items()
        if len(letter) == 1 and not letter.isascii() and unicodedata.name(letter, "").startswith(_LOOKALIKES)
        if (latin := next((each["c"] for each in listed if _is_latin(each["c"])), ""))
    }
    # Turkish writes four letters where casefold knows two; a list must find "IŞIK" and "ışık" alike.
    own = {letter: latin.lower() for letter, latin in doubles.items() if letter == letter.casefold()} | {"ı": "i"}
    return {letter.lower(): latin.lower() for letter, latin in doubles.items() if len(letter.lower()) == 1} | own


def _is_latin(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalpha()


def fold(text: str) -> tuple[str, list[int] | None]:
    """A text in plain letters, blanks between its words, and from which place in the text each of them came.

    None for the places means that they are the same: nothing was dropped or drawn apart.
    """
    if text.isascii():
        return _calm(text.lower().translate(_ASCII)), None
    parts = [_letters[character] for character in text]
    for flag in _FLAG.finditer(text):
        parts[flag.start() : flag.end()] = [f" {half}{LOW_BREAK}" for half in flag[0]]
    folded = "".join(parts)
    sizes = list(map(len, parts))
    if len(folded) == len(text) and max(sizes, default=1) == 1:
        return _calm(folded), None
    places = [place for place, size in enumerate(sizes) for _ in range(size)]
    for mark in _CLINGING.finditer(folded) if LOW_BREAK in folded else ():
        places[mark.start() : mark.end()] = [*places[mark.start() + 1 : mark.end()], places[mark.start()]]
    return _calm(_CLINGING.sub(rf"\1{LOW_BREAK}", folded)), places


def _calm(folded: str) -> str:
    """A `!` that is not between letters ends a sentence and stands for none."""
    return _EXCLAIMED.sub(" ", folded) if "!" in folded else folded


def belongs_to_the_letter_before(character: str) -> bool:
    """Whether it is an accent, which a passage that is cut out must not lose."""
    return _letters[character] == "" and unicodedata.category(character)[0] == "M" and not _UNSEEN.match(character)
