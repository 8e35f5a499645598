"""The only door from typed text to HTML.

Typed text is never parsed as HTML. A tokenizer reads light Markdown and a few bare tags into a node tree, in
linear time; HTML is written from the tree with escaping; bleach and then nh3 judge what was written and must
find nothing to change, else the text is kept as plain paragraphs.

What the tokenizer reads: paragraphs, line breaks, `*em*` `_em_` `**strong**` `__strong__` `~~del~~` at the
edges of words, `` `code` ``, fenced code, `> ` quotes, `- ` `* ` `1. ` lists (flat; numbers as typed),
`[text](https://…)`, bare `https://…` and `www.…`, and `<b> <strong> <i> <em> <code> <blockquote> <q> <s>
<del>` without attributes. A mark without its partner, or around nothing, is text.
"""

import logging
from dataclasses import dataclass

from .markup.addresses import safe_url
from .markup.judges import objector
from .markup.shown import Shown, shown
from .markup.tokenizer import MARKS_PER_TEXT, plain_tree, read
from .markup.tree import ALLOWED, Node, Tree, text_of, to_html
from .text import ensure_readable

__all__ = [
    "ALLOWED",
    "MARKS_PER_TEXT",
    "Node",
    "Rendered",
    "Shown",
    "Tree",
    "links_in",
    "plain_tree",
    "render",
    "safe_url",
    "shown_in",
    "text_of",
    "to_html",
    "to_tree",
]

log = logging.getLogger(__name__)

# The same measurement: a tag counts 2, an escaped character 1, and 2,000 together take about 25 ms.
JUDGED_COST = 2000
# The HTML of plain paragraphs is at most 6 times their text (U+00A0 is written `&nbsp;`); marks get no more.
# A short text may grow to GROWTH_FREE whatever its length: one link is longer than its six letters.
GROWTH = 6
GROWTH_FREE = 500


@dataclass(frozen=True)
class Rendered:
    """What became of a typed text: its tree, its HTML, and where its links stand in the typed text, as
    (start, end) in code points. Addresses beyond the cap on marks, and those of a text kept as plain
    paragraphs, are in `link_spans` too, so that nothing is gained by hiding behind either. `shown` is what
    readers see where marks part it from what was typed; None where they do not."""

    tree: Tree
    html: str
    link_spans: tuple[tuple[int, int], ...]
    shown: Shown | None = None


def render(text: str) -> Rendered:
    """Take cleaned text the whole way: tree, HTML, judges; plain paragraphs where a judge objects.

    Raises Unreadable for text that `clean_text` would not let through.
    """
    ensure_readable(text)
    tree, spans = read(text)
    html = to_html(tree)
    if objection := _too_costly(text, html) or objector(html):
        level = logging.INFO if objection == "size" else logging.WARNING
        log.log(level, "Text of %d characters kept plain: %s objects to its %d characters of HTML",
                len(text), objection, len(html))  # fmt: skip
        tree = plain_tree(text)
        html = to_html(tree)
    return Rendered(tree, html, spans, _shown(tree, text))


def to_tree(text: str) -> Tree:
    """Read cleaned text into a node tree; never fails, takes time in proportion to the text."""
    return read(text)[0]


def links_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where the links of a cleaned text stand, as `Rendered.link_spans` says it, without making HTML."""
    return read(text)[1]


def shown_in(text: str) -> Shown | None:
    """What readers see of a cleaned text, as `Rendered.shown` says it, without making HTML."""
    return _shown(to_tree(text), text)


def _shown(tree: Tree, text: str) -> Shown | None:
    has_marks = any(not isinstance(child, str) and child[0] != "br" for block in tree for child in block[1:])
    return shown(tree, text) if has_marks or any(block[0] != "p" for block in tree) else None


def _too_costly(text: str, html: str) -> str | None:
    cost = 2 * html.count("<") + html.count("&")
    return "size" if cost > JUDGED_COST or len(html) > max(GROWTH * len(text), GROWTH_FREE) else None
