"""The words of the readers' pages stand in one place."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from commentsvc.comments.page_words import COUNTED, WORDS, say, say_counted
from commentsvc.moderation.models import FlagReason

ROOT = Path(__file__).parents[2]
READERS = [ROOT / "templates" / "macros" / "comments.html", ROOT / "templates" / "authors" / "profile.html"]
READERS += sorted((ROOT / "templates" / "comments").glob("*.html"))
ASKED = re.compile(r"""\bsay\(\s*["']([a-z_]+)["'][,)]""")
# What is left to people when tags, what templates do and comments are taken away.
NOT_WORDS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)


def asked_for() -> set[str]:
    code = [*READERS, *(ROOT / "commentsvc").rglob("*.py")]
    found = {key for path in code for key in ASKED.findall(path.read_text(encoding="utf-8"))}
    named = {key for path in code for key in re.findall(r'WORDS\["([a-z_]+)"\]', path.read_text(encoding="utf-8"))}
    return found | named


def test_every_word_asked_for_is_there():
    assert asked_for() - set(WORDS) == set()
    assert {f"reason_{reason}" for reason in FlagReason} <= set(WORDS)


@pytest.mark.parametrize("template", READERS, ids=lambda path: path.name)
def test_no_template_has_words_of_its_own(template):
    left = NOT_WORDS.sub(" ", template.read_text(encoding="utf-8"))
    assert re.findall(r"[A-Za-z]{2,}", left) == []


def test_what_goes_into_a_sentence_is_escaped():
    assert say("reply_to", name="<b>") == Markup("Reply to &lt;b&gt;")
    assert say("reply_to", name=Markup("<bdi>Rosa</bdi>")) == Markup("Reply to <bdi>Rosa</bdi>")


@pytest.mark.parametrize(("number", "said"), [(0, "0 comments"), (1, "1 comment"), (1234, "1,234 comments")])
def test_a_number_of_something(number, said):
    assert say_counted("comments", number) == said
    assert set(COUNTED) >= {"comments", "likes"}
