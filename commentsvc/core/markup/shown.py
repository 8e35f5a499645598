"""What readers see of a typed text, character by character with where it was typed."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .tree import GAP, Node, Tree, parts


class Shown(NamedTuple):
    """The visible text, and for each of its characters the place in the typed text, in code points."""

    text: str
    places: tuple[int, ...]

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the visible text was typed."""
        return self.places[start], self.places[end - 1] + 1


def shown(tree: Tree, typed: str) -> Shown:
    """Line up what is visible of a tree with the text it was read from."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for piece in _pieces(tree):
        start = typed.find(piece, at) if piece.strip("\n") else -1
        pieces.append(piece)
        if start < 0:  # nobody typed it: a gap between blocks, the host behind a link
            places += [at] * len(piece)
        else:
            at = start + len(piece)
            places += range(start, at)
    return Shown("".join(pieces), tuple(places))


def _pieces(tree: Iterable[Node]) -> Iterator[str]:
    """The visible text in stretches that were each typed without anything between, or not typed at all."""
    for node in tree:
        if isinstance(node, str):
            yield from _stretches(node)
            continue
        tag, _, children = parts(node)
        yield from _pieces(children)
        if tag in GAP:
            yield GAP[tag]


def _stretches(text: str) -> Iterator[str]:
    """The lines of a text, which may have been typed behind signs of a quote; a host in brackets apart."""
    if text.startswith(" (") and ")" in text:
        host, bracket, text = text.partition(")")
        yield host + bracket
    yield from text.splitlines(keepends=True)
