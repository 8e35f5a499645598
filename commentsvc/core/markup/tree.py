"""The node tree of a text, and the HTML written from it."""

from collections.abc import Iterable
from typing import Any

Node = str | list[Any]
"""Text, or `[tag, *children]`, or `[tag, {attribute: value}, *children]`; JSON as it stands."""
Tree = list[Node]

ALLOWED: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "rel"}),
    **dict.fromkeys(
        ("p", "br", "em", "strong", "code", "pre", "blockquote", "q", "del", "ul", "ol", "li"), frozenset()
    ),
}
"""Every tag a tree may hold, with its attributes."""


def to_html(tree: Iterable[Node]) -> str:
    """Write a tree as HTML, in the one form that both bleach and nh3 leave as it is.

    Raises ValueError for a tag, an attribute or an address that is not allowed in a tree.
    """
    return "".join(_escaped(node) if isinstance(node, str) else _element(node) for node in tree)


def text_of(tree: Iterable[Node]) -> str:
    """The visible text of a tree, for feeds, mails and excerpts: blocks apart by a blank line."""
    return "".join(node if isinstance(node, str) else _text_of_element(node) for node in tree).rstrip("\n")


# What stands behind an element in the visible text.
GAP = {"br": "\n", "li": "\n"} | dict.fromkeys(("p", "pre", "blockquote", "ul", "ol"), "\n\n")


def _escaped(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\xa0", "&nbsp;")


def parts(node: list[Any]) -> tuple[str, dict[str, str], list[Node]]:
    """An element's tag, attributes and children."""
    if len(node) > 1 and isinstance(node[1], dict):
        return node[0], node[1], node[2:]
    return node[0], {}, node[1:]


def _element(node: list[Any]) -> str:
    tag, attributes, children = parts(node)
    if tag not in ALLOWED or not attributes.keys() <= ALLOWED[tag]:
        raise ValueError(f"<{tag}> with {sorted(attributes)} is not allowed in a tree.")
    if tag == "br":
        return "<br>"
    return f"<{tag}{_attributes(attributes)}>{to_html(children)}</{tag}>"


def _attributes(attributes: dict[str, str]) -> str:
    if not attributes.get("href", "https://").startswith(("http://", "https://")):
        raise ValueError("An address in a tree is http or https.")
    return "".join(f' {name}="{_escaped(value).replace(chr(34), "&quot;")}"' for name, value in attributes.items())


def _text_of_element(node: list[Any]) -> str:
    tag, _, children = parts(node)
    if tag not in GAP:
        return "".join(child if isinstance(child, str) else _text_of_element(child) for child in children)
    return text_of(children) + GAP[tag]
