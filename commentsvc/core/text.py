"""What people type, made fit to keep: one normal form, nothing that cannot be shown, nothing that hides.

Nothing here knows HTML; see `commentsvc.core.html` for that.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

MARKS_PER_BASE_IN_LINE = 3
MARKS_PER_BASE_IN_TEXT = 8
COMBINING_IN_A_ROW = 30
DIFF_LIMIT = 1_000_000  # pairs of words; comparing them takes a second at the very worst

_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt): shown as nothing by every font.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORABLES = re.compile(f"[{_IGNORABLE}]")
# U+2800, the empty braille cell, is a symbol to Unicode and a blank to the eye.
_INVISIBLE = re.compile(rf"[\s\u2800{_IGNORABLE}]*")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORDS = re.compile(r"\S+\s*|\s+")
_LINE_BREAKS = re.compile("[\t\n\u2028\u2029]+")


class Unreadable(ValueError):
    """The text holds a character nobody can be shown; `str(error)` says so to the person who typed it."""


def clean_line(raw: str) -> str:
    """Make a one-line field (name, title, search) fit to keep: NFC, no line breaks, no direction overrides.

    A text of nothing but invisible characters comes back as "". Raises Unreadable for control characters,
    lone surrogates and noncharacters. Keeps at most 3 combining marks per base character.
    """
    parts = _LINE_BREAKS.split(_neutral(raw))
    line = " ".join(part for part in (part.strip() for part in parts) if part)
    return _settled(line, MARKS_PER_BASE_IN_LINE)


def clean_text(raw: str) -> str:
    """Make the text of a comment fit to keep: NFC, "\\n" line ends, tabs kept, no direction overrides.

    A text of nothing but invisible characters comes back as "". Raises Unreadable for control characters,
    lone surrogates and noncharacters. Keeps at most 8 combining marks per base character.
    """
    return _settled(_neutral(raw), MARKS_PER_BASE_IN_TEXT)


def ensure_readable(text: str) -> None:
    """Raise Unreadable for what cleaned text never holds: controls other than tab and line feed, lone
    surrogates, noncharacters."""
    if found := _UNREADABLE.search(text):
        raise Unreadable(f"This contains a character that cannot be shown (U+{ord(found[0]):04X}).")


def one_line(text: str, length: int) -> str:
    """Words of others made fit for a header: one line, no controls, no direction overrides, no encoded words.

    "=?" is broken up: Python up to 3.11.7 decodes an encoded word in a header it folds, line breaks included
    (CVE-2024-6923).
    """
    calm = _BIDI.sub("", _UNREADABLE.sub(" ", _LINE_BREAKS.sub(" ", text))).replace("=?", "= ?")
    return excerpt(" ".join(calm.split()), length)


def direction(text: str) -> str:
    """Which way a text runs, by its first letter that says (as `dir="auto"` does): "rtl" or "ltr"."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next(("ltr" if kind == "L" else "rtl" for kind in strong if kind in ("L", "R", "AL")), "ltr")


def fingerprint(text: str) -> str:
    """Name what a text says, so that saying it again is noticed: 64 hex digits.

    Spaces, punctuation, capitals and invisible characters make no difference, unless there is nothing else.
    """
    folded = visible(unicodedata.normalize("NFKC", text.casefold()).casefold())
    words = "".join(char for char in folded if unicodedata.category(char)[0] in "LMN")
    said = unicodedata.normalize("NFKC", words) or " ".join(folded.split())
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def addresses_in(text: str) -> tuple[str, ...]:
    """What looks like the address of a page, in order, each once."""
    return tuple(dict.fromkeys(_ADDRESS.findall(text)))


def likeness(text: str) -> str:
    """Name what near-identical texts have in common: 64 hex digits.

    Beyond what makes no difference to `fingerprint`: addresses, digits, accents and letters said twice or more, which
    are what a template changes from one copy to the next. A text of less than 12 other letters is like itself alone.
    """
    folded = unicodedata.normalize("NFKD", visible(_ADDRESS.sub(" ", text)).casefold())
    letters = "".join(char for char in folded if unicodedata.category(char)[0] == "L")
    once = "".join(char for char, _ in groupby(letters))
    return hashlib.sha256(once.encode("utf-8", "surrogatepass")).hexdigest() if len(once) >= 12 else fingerprint(text)


def visible(text: str) -> str:
    """Drop the characters that every font shows as nothing (Unicode's default ignorables)."""
    return _IGNORABLES.sub("", text)


def excerpt(text: str, length: int = 160) -> str:
    """Shorten to one line of at most `length` code points, cut after a word, with "…" where it was cut."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    words, _, _ = line[:length].rpartition(" ")
    return (words or line[: length - 1]).rstrip() + "…"


@dataclass(frozen=True)
class Change:
    """A stretch of text: `kind` is same, out (it was taken away) or in (it was put there)."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> list[Change]:
    """What makes one text of the other, in whole words. Texts of very many words are one change."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > DIFF_LIMIT:
        return [Change("out", before), Change("in", after)]
    changes = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            changes.append(Change("same", "".join(old[i:j])))
            continue
        parts = (Change("out", "".join(old[i:j])), Change("in", "".join(new[k:m])))
        changes += [part for part in parts if part.text]
    return changes


def _neutral(raw: str) -> str:
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    ensure_readable(text)
    # Before NFC: what stood on both sides of a removed character may compose.
    return unicodedata.normalize("NFC", _stream_safe(_BIDI.sub("", text)))


def _stream_safe(text: str) -> str:
    """At most 30 combining characters in a row (UAX #15, Stream-Safe Text): sorting more takes quadratic time."""
    if text.isascii():
        return text
    kept: list[str] = []
    combining = 0
    for char in text:
        combining = combining + 1 if unicodedata.combining(char) else 0
        if combining <= COMBINING_IN_A_ROW:
            kept.append(char)
    return "".join(kept)


def _settled(text: str, marks_per_base: int) -> str:
    text = _without_surplus_marks(text.strip(), marks_per_base)
    return "" if _INVISIBLE.fullmatch(text) else text


def _without_surplus_marks(text: str, limit: int) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > limit:
                continue
        # An ignorable character is no new base: marks behind it pile up on the same letter.
        elif not _IGNORABLES.match(char):
            marks = 0
        kept.append(char)
    return "".join(kept)
