"""What a letter to a reader looks like: one shape for all, plain and as HTML, in the language of the site."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template

from ..authors.models import Author
from ..comments.models import Comment
from ..core.text import excerpt, one_line
from ..core.web import keys, links
from ..sites.models import Site
from ..stories.models import Story
from . import tokens
from .mail import Letter
from .words import Words

ASKED_ABOUT = 280  # characters of what somebody may have written in a stranger's name
QUOTED = 500  # characters of somebody's comment: enough to know what it is about
NAME, TITLE = 80, 120  # characters
# What a mail program makes a link of, all of Unicode's dots included.
_LEADS_SOMEWHERE = re.compile(r"\S*(?:://|@|\w[.\u3002\uff0e\uff61]\w*[^\W\d_]{2})\S*")


@dataclass(frozen=True)
class Item:
    """One piece of news: what happened, whose words, and where it is read."""

    text: str
    more: Sequence[str] = ()
    by: str = ""
    quote: str = ""
    button: str = ""
    address: str = ""


@dataclass(frozen=True)
class Page:
    """What a letter is written from. `ends` is what its link to unsubscribe ends; nothing for a confirmation."""

    author: Author
    site: Site
    subject: str
    items: Sequence[Item]
    intro: str = ""
    after: Sequence[str] = ()
    ends: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def words_of(site: Site) -> Words:
    return Words(site.settings.language, one_line(site.name, Site.NAME_LENGTH))


def story_name(story: Story, words: Words) -> str:
    """The title for readers; what is nameless is still something."""
    return one_line(story.shown_title, TITLE) or words("untitled")


def quoted(comment: Comment) -> str:
    """Somebody's words as cleaned plain text, shortened."""
    return excerpt(plain(comment.content), QUOTED)


def harmless(text: str) -> str:
    """A stranger's words without what leads anywhere: the letter goes to whoever they named."""
    return _LEADS_SOMEWHERE.sub("[…]", text)


def plain(content: Sequence[object]) -> str:
    """The text of a stored tree, blocks apart from each other."""
    parts: list[str] = []
    for node in content:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, list) and node:
            parts.append(plain([each for each in node[1:] if not isinstance(each, dict)]))
            parts.append(" " if node[0] in ("p", "br", "li", "blockquote", "pre", "ul", "ol") else "")
    return "".join(parts)


def written(page: Page) -> tuple[Letter, str]:
    """The letter, and the name it is sent in: the site's."""
    words, author = words_of(page.site), page.author
    out = links().mail("unsubscribe", tokens.make("unsubscribe", author, keys(), page.ends)) if page.ends else ""
    context = {
        "page": page,
        "words": words,
        "unsubscribe": out,
        "preferences": links().mail("preferences", tokens.make("preferences", author, keys())) if page.ends else "",
    }
    letter = Letter(
        to=keys().decrypt(author.email_encrypted or ""),
        subject=page.subject,
        text=render_template("mail/letter.txt", **context),
        html=render_template("mail/letter.html", **context),
        headers=_way_out(out),
    )
    return letter, page.site.name


def _way_out(address: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: the mail program's own button ends it with one click."""
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
