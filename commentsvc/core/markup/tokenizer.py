"""Reading typed text into a node tree: blocks, then the marks within them, in linear time."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import NamedTuple

from .addresses import NOT_IN_URL, Address, needs_its_host_shown, read_address
from .tree import Node, Tree, text_of

LINK_REL = "nofollow ugc noopener"
QUOTE_DEPTH = 3
MARK_DEPTH = 4
# Measured: bleach takes about 20 µs for a tag, 35 µs for a link's opening tag and 12 µs for an escaped
# character. 150 marks and links keep a text of 10,000 characters well under 50 ms; further ones stay text.
MARKS_PER_TEXT = 150
# A text of more lines becomes plain paragraphs: every line is a tag at least, too many for bleach.
LINES_PER_TEXT = 1000


def read(text: str) -> tuple[Tree, tuple[tuple[int, int], ...]]:
    """The tree of a cleaned text, and where its links stand in it as (start, end) in code points."""
    notes, lines = _Notes(), _lines(text)
    if len(lines) > LINES_PER_TEXT:
        _inline(lines, notes)
        return plain_tree(text), tuple(notes.spans)
    return _blocks(_split_at_quote_tags(lines), 0, notes), tuple(notes.spans)


def plain_tree(text: str) -> Tree:
    """Paragraphs and line breaks only, every character as typed."""
    return [["p", *_merged([part])] for part in re.split(r"\n(?:[^\S\n]*+\n)++", text) if part.strip()]


_FENCE = re.compile(r" {0,3}```[\w+#.-]*\s*")
_FENCE_END = re.compile(r" {0,3}```\s*")
_QUOTE = re.compile(r" {0,3}>(?: |(?=>)|$)")
_ITEM = re.compile(r" {0,3}(?:[-*]|([0-9]{1,9})\.) +(?=\S)")
_QUOTE_TAG = re.compile(r"`|<(/?)blockquote>", re.IGNORECASE | re.ASCII)


class _Line(NamedTuple):
    start: int  # where its text stands in the typed text
    text: str
    tag: str = ""  # "open" or "close" for a <blockquote> tag that has its partner


@dataclass
class _Notes:
    """What one reading of a text keeps count of."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    marks_left: int = MARKS_PER_TEXT


def _lines(text: str) -> list[_Line]:
    lines = text.split("\n")
    starts = accumulate((len(line) + 1 for line in lines[:-1]), initial=0)
    return [_Line(start, line) for start, line in zip(starts, lines, strict=True)]


def _blocks(lines: list[_Line], depth: int, notes: _Notes) -> Tree:
    tree: Tree = []
    partners = _partners(lines)
    at = 0
    while at < len(lines):
        if not lines[at].text.strip():
            at += 1
        elif at in partners:
            end = partners[at] + 1
            tree.extend(_enclosed(lines[at:end], depth, notes))
            at = end
        else:
            end = _end_of_block(lines, at, partners, depth)
            tree.append(_block(lines[at:end], depth, notes))
            at = end
    return tree


def _enclosed(lines: list[_Line], depth: int, notes: _Notes) -> Tree:
    if lines[0].tag:
        inner = _blocks(lines[1:-1], depth + 1, notes)
        return [["blockquote", *inner] if inner else ["p", lines[0].text + lines[-1].text]]
    return [["pre", ["code", "\n".join(line.text for line in lines[1:-1])]]]


def _block(lines: list[_Line], depth: int, notes: _Notes) -> Node:
    if _starts_quote(lines[0], depth):
        inner = _blocks([_after(_QUOTE, line) for line in lines], depth + 1, notes)
        return ["blockquote", *inner] if inner else ["p", *_inline(lines, notes)]
    if item := _starts_list(lines[0]):
        items = [["li", *_inline([_after(_ITEM, line)], notes)] for line in lines]
        return ["ol" if item[1] else "ul", *items]
    return ["p", *_inline(lines, notes)]


def _after(pattern: re.Pattern[str], line: _Line) -> _Line:
    match = pattern.match(line.text)
    skipped = match.end() if match else 0
    return _Line(line.start + skipped, line.text[skipped:])


def _starts_quote(line: _Line, depth: int) -> bool:
    return depth < QUOTE_DEPTH and not line.tag and _QUOTE.match(line.text) is not None


def _starts_list(line: _Line) -> re.Match[str] | None:
    # "1984. What a year." is a sentence: a list shows its own numbers, so it must start with 1.
    item = _ITEM.match(line.text)
    return item if item and item[1] in (None, "1") else None


def _end_of_block(lines: list[_Line], at: int, partners: dict[int, int], depth: int) -> int:
    if _starts_quote(lines[at], depth):
        return _while(lines, at, lambda line, _: _starts_quote(line, depth))
    if first := _starts_list(lines[at]):
        return _while(lines, at, lambda line, nth: _is_item(line, nth if first[1] else None))
    end = at + 1
    while end < len(lines) and end not in partners and _continues_paragraph(lines[end], depth):
        end += 1
    return end


def _while(lines: list[_Line], at: int, belongs: Callable[[_Line, int], bool]) -> int:
    end = at
    while end < len(lines) and belongs(lines[end], end - at + 1):
        end += 1
    return end


def _is_item(line: _Line, number: int | None) -> bool:
    item = _ITEM.match(line.text)
    return item is not None and item[1] == (None if number is None else str(number))


def _continues_paragraph(line: _Line, depth: int) -> bool:
    return bool(line.text.strip()) and not _starts_quote(line, depth) and not _starts_list(line)


def _partners(lines: list[_Line]) -> dict[int, int]:
    """Which line ends the fence or the tagged quote that a line starts."""
    fences = _fences(lines)
    pairs, opened, fence_end = dict(fences), list[int](), -1
    for at, line in enumerate(lines):
        if at in fences:
            fence_end = fences[at]
        elif at > fence_end and line.tag == "open":
            opened.append(at)
        elif at > fence_end and line.tag == "close" and opened:
            pairs[opened.pop()] = at
    return pairs


def _fences(lines: list[_Line]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    start = None
    for at, line in enumerate(lines):
        if start is None:
            start = at if _FENCE.fullmatch(line.text) else None
        elif _FENCE_END.fullmatch(line.text):
            if any(inner.text.strip() for inner in lines[start + 1 : at]):
                pairs[start] = at
            start = None
    return pairs


def _split_at_quote_tags(lines: list[_Line]) -> list[_Line]:
    tags = _quote_tags(lines)
    if not tags:
        return lines
    return [part for at, line in enumerate(lines) for part in _split(line, tags[at])]


def _split(line: _Line, tags: list[re.Match[str]]) -> list[_Line]:
    parts, at = [], 0
    for tag in tags:
        parts.append(_Line(line.start + at, line.text[at : tag.start()]))
        parts.append(_Line(line.start + tag.start(), tag[0], "close" if tag[1] else "open"))
        at = tag.end()
    return [*parts, _Line(line.start + at, line.text[at:])]


def _quote_tags(lines: list[_Line]) -> dict[int, list[re.Match[str]]]:
    """The <blockquote> tags that have a partner and are not nested too deep, by line."""
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    opened: list[tuple[int, int]] = []
    found = {(at, tag.start()): tag for at, tag in _possible_quote_tags(lines)}
    for place, tag in found.items():
        if not tag[1]:
            opened.append(place)
        elif opened:
            pairs[opened.pop()] = place
    kept = _not_too_deep(found, pairs)
    tags: dict[int, list[re.Match[str]]] = defaultdict(list)
    for place in sorted(kept):
        tags[place[0]].append(found[place])
    return tags


def _possible_quote_tags(lines: list[_Line]) -> Iterator[tuple[int, re.Match[str]]]:
    fences, fence_end = _fences(lines), -1
    for at, line in enumerate(lines):
        fence_end = fences.get(at, fence_end)
        in_code = False
        for tag in () if at <= fence_end else _QUOTE_TAG.finditer(line.text):
            if tag[0] == "`":
                in_code = not in_code
            elif not in_code:
                yield at, tag


def _not_too_deep(
    places: Iterable[tuple[int, int]], pairs: dict[tuple[int, int], tuple[int, int]]
) -> set[tuple[int, int]]:
    kept: set[tuple[int, int]] = set()
    ends: list[tuple[int, int]] = []
    for place in places:
        if ends and place == ends[-1]:
            ends.pop()
        elif place in pairs and len(ends) < QUOTE_DEPTH:
            ends.append(pairs[place])
            kept |= {place, pairs[place]}
    return kept


_TAG_OF = {
    "*": "em", "_": "em", "i": "em", "em": "em",
    "**": "strong", "__": "strong", "b": "strong", "strong": "strong",
    "~~": "del", "s": "del", "del": "del",
    "q": "q",
}  # fmt: skip
_RUNS = {
    "*": ("*",), "**": ("**",), "***": ("**", "*"),
    "_": ("_",), "__": ("__",), "___": ("__", "_"),
    "~~": ("~~",),
}  # fmt: skip
_IN_TARGET = rf"[^{NOT_IN_URL}()\[\]]"
_TOKEN = re.compile(
    r"(?P<ticks>`+)"
    r"|(?P<run>\*+|_+|~+)"
    r"|(?P<code><code>)"
    r"|<(?P<slash>/?)(?P<tag>b|strong|i|em|q|s|del)>"
    rf"|\[(?P<label>[^\[\]\n]{{1,500}}+)\]\((?P<target>(?:https?://|www\.)(?:{_IN_TARGET}|\({_IN_TARGET}*+\))++)\)"
    rf"|(?P<bare>(?:(?<![a-z0-9])https?://|(?<![a-z0-9@/.:_-])www\.)[^{NOT_IN_URL}]++)",
    re.IGNORECASE | re.ASCII,
)
_CODE_END = re.compile("</code>", re.IGNORECASE | re.ASCII)
_SOMETHING = re.compile(r"\S")
# Punctuation that follows an address more often than it ends one, and the marks that may close around it.
_AFTER_ADDRESS = frozenset(
    ".,;:!?'*_~\u2026\u3002\uff0c\u3001\uff1b\uff1a\uff01\uff1f\u00bb\u201d\u2019\u300d\u300f\u3011\u300b"
)


@dataclass(eq=False)
class _Mark:
    typed: str
    name: str
    start: int
    end: int
    partner: "_Mark | None" = None


class _Passage(NamedTuple):
    """The lines of one block as one text that still knows where each line was typed."""

    text: str
    line_starts: list[int]
    typed_starts: list[int]

    def typed_at(self, at: int) -> int:
        line = bisect_right(self.line_starts, at) - 1
        return self.typed_starts[line] + at - self.line_starts[line]


def _passage(lines: list[_Line]) -> _Passage:
    starts = accumulate((len(line.text) + 1 for line in lines[:-1]), initial=0)
    return _Passage("\n".join(line.text for line in lines), list(starts), [line.start for line in lines])


def _inline(lines: list[_Line], notes: _Notes) -> Tree:
    if len(lines) == 1 and not _TOKEN.search(lines[0].text):
        return [lines[0].text]
    return _Reading(_passage(lines), notes).tree()


def _with_breaks(text: str) -> Tree:
    first, *more = text.split("\n")
    return [first, *(node for line in more for node in (["br"], line))]


class _Reading:
    """Reads a passage from left to right, once: every character is looked at a bounded number of times."""

    def __init__(self, passage: _Passage, notes: _Notes, links: bool = True) -> None:
        self.passage, self.notes, self.links = passage, notes, links
        self.text = passage.text
        self.pieces: list[Node | _Mark] = []
        self.open: list[_Mark] = []
        self.open_by_name: dict[str, list[int]] = defaultdict(list)
        self.ticks: dict[int, list[int]] | None = None
        self.no_code_end = False

    def tree(self) -> Tree:
        at = 0
        while match := _TOKEN.search(self.text, at):
            self.pieces.append(self.text[at : match.start()])
            at = self._take(match)
        self.pieces.append(self.text[at:])
        return self._grown()

    def _take(self, match: re.Match[str]) -> int:
        """Turn a token into pieces; gives where to read on."""
        match match.lastgroup:
            case "run":
                self._take_run(match)
            case "tag":
                self._take_tag(match)
            case "target":
                return self._take_labelled_link(match)
            case "bare":
                return self._take_bare_link(match)
            case "ticks":
                return self._take_code(match, self._closing_ticks(match))
            case "code":
                return self._take_code(match, self._code_end(match))
        return match.end()

    def _take_run(self, run: re.Match[str]) -> None:
        before, after = self.text[run.start() - 1 : run.start()], self.text[run.end() : run.end() + 1]
        # Inside a word a star is a censored letter or a multiplication more often than a mark.
        may_open = bool(after.strip()) and not before.isalnum()
        may_close = bool(before.strip()) and not after.isalnum()
        names = list(_RUNS.get(run[0], ()))
        if may_close:
            names.sort(key=lambda name: self.open_by_name[name][-1:], reverse=True)
        for name in names:
            mark = _Mark(name, name, run.start(), run.end())
            self._place(mark, may_open=may_open, may_close=may_close)
        if not names:
            self.pieces.append(run[0])

    def _take_tag(self, tag: re.Match[str]) -> None:
        mark = _Mark(tag[0], tag["tag"].lower(), tag.start(), tag.end())
        self._place(mark, may_open=not tag["slash"], may_close=bool(tag["slash"]))

    def _place(self, mark: _Mark, *, may_open: bool, may_close: bool) -> None:
        self.pieces.append(mark)
        if may_close and self.open_by_name[mark.name]:
            self._close(mark)
        elif may_open:
            self.open_by_name[mark.name].append(len(self.open))
            self.open.append(mark)

    def _close(self, mark: _Mark) -> None:
        opener = self._pop()
        while opener.name != mark.name:
            opener = self._pop()
        if _SOMETHING.search(self.text, opener.end, mark.start):
            opener.partner, mark.partner = mark, opener

    def _pop(self) -> _Mark:
        mark = self.open.pop()
        self.open_by_name[mark.name].pop()
        return mark

    def _take_code(self, opener: re.Match[str], closer: tuple[int, int] | None) -> int:
        if closer is None:
            self.pieces.append(opener[0])
            return opener.end()
        start, end = closer
        code = self.text[opener.end() : start]
        if code.strip() and self._spend_mark():
            self.pieces.append(["code", code])
        else:
            self.pieces.append(self.text[opener.start() : end])
        return end

    def _closing_ticks(self, opener: re.Match[str]) -> tuple[int, int] | None:
        if self.ticks is None:
            self.ticks = defaultdict(list)
            for run in re.finditer("`+", self.text):
                self.ticks[len(run[0])].append(run.start())
        length = len(opener[0])
        places = self.ticks[length]
        nth = bisect_left(places, opener.end())
        return (places[nth], places[nth] + length) if nth < len(places) else None

    def _code_end(self, opener: re.Match[str]) -> tuple[int, int] | None:
        # Remembered, or a row of <code> without an end would search the rest of the text each time.
        end = None if self.no_code_end else _CODE_END.search(self.text, opener.end())
        self.no_code_end = end is None
        return end.span() if end else None

    def _take_labelled_link(self, link: re.Match[str]) -> int:
        label = _Passage(link["label"], [0], [self.passage.typed_at(link.start("label"))])
        if self._link(link["target"], label, *link.span()):
            return link.end()
        self.pieces.append("[")
        return link.start() + 1

    def _take_bare_link(self, link: re.Match[str]) -> int:
        typed = _without_what_follows(link[0])
        end = link.start() + len(typed)
        if self._link(typed, None, link.start(), end):
            return end
        self.pieces.append(link[0])
        return link.end()

    def _link(self, typed: str, label: _Passage | None, start: int, end: int) -> bool:
        """Add a link that stands at start..end, with its label or else as typed; False if it is no link."""
        if not self.links:
            return False
        has_room = self._spend_mark()
        address = read_address(typed) if has_room else None
        if has_room and not address:
            return False
        self.notes.spans.append((self.passage.typed_at(start), self.passage.typed_at(end - 1) + 1))
        self.pieces.extend(self._link_nodes(address, label) if address else [self.text[start:end]])
        return True

    def _link_nodes(self, address: Address, label: _Passage | None) -> Tree:
        seen = _Reading(label, self.notes, links=False).tree() if label else [address.typed]
        link: Node = ["a", {"href": address.url, "rel": LINK_REL}, *seen]
        return [link, f" ({address.host})"] if needs_its_host_shown(text_of(seen), address) else [link]

    def _spend_mark(self) -> bool:
        """Count one more mark. Addresses count even if they turn out to be none: looking takes time."""
        self.notes.marks_left -= 1
        return self.notes.marks_left >= 0

    def _grown(self) -> Tree:
        """Fold the pieces into a tree: marks with a partner become elements, all others text."""
        levels: list[Tree] = [[]]
        grown: set[_Mark] = set()
        for piece in self.pieces:
            if not isinstance(piece, _Mark):
                levels[-1].append(piece)
            elif piece.partner in grown:
                children = _merged(levels.pop())
                levels[-1].append([_TAG_OF[piece.name], *children])
            elif self._opens(piece) and len(levels) <= MARK_DEPTH and self._spend_mark():
                grown.add(piece)
                levels.append([])
            else:
                levels[-1].append(piece.typed)
        return _merged(levels[0])

    @staticmethod
    def _opens(mark: _Mark) -> bool:
        return mark.partner is not None and mark.start < mark.partner.start


def _merged(nodes: Tree) -> Tree:
    merged: Tree = []
    for is_text, group in groupby(nodes, lambda node: isinstance(node, str)):
        if is_text:
            merged.extend(_with_breaks("".join(map(str, group))))
        else:
            merged.extend(group)
    return [node for node in merged if node]


def _without_what_follows(address: str) -> str:
    surplus = {close: address.count(close) - address.count(opening) for opening, close in ("()", "[]", "{}")}
    end = len(address)
    while end and (address[end - 1] in _AFTER_ADDRESS or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return address[:end]
