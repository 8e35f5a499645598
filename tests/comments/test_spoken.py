"""Why a comment waits, in the language a request asks for."""

import json
from pathlib import Path

import pytest
from werkzeug.datastructures import LanguageAccept

from commentsvc.comments import posting, spoken
from commentsvc.sites.settings import LANGUAGES

WORDS = Path(spoken.__file__).parent / "words"
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_reason_that_a_writer_may_read(language):
    known = json.loads((WORDS / f"{language}.json").read_text())
    assert [said for said in posting.TOLD_TO_WRITER.values() if said not in known] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_languages_have_the_same_reasons(language):
    assert [*json.loads((WORDS / f"{language}.json").read_text())] == [*json.loads((WORDS / "de.json").read_text())]


def test_how_many_links_are_too_many_is_said_without_their_number():
    said = ["4 links, the website among them, where this site allows 2."]
    assert spoken.in_language(said, LanguageAccept([("de", 1)])) == ["Er enthält mehr Links, als hier erlaubt sind."]


def test_what_no_language_has_is_said_in_english():
    assert spoken.in_language(["Because."], LanguageAccept([("tr", 1)])) == ["Because."]


def test_a_language_without_words_reads_english():
    assert spoken.in_language(["A moderator reads it first."], LanguageAccept([("nl", 1)])) == [
        "A moderator reads it first."
    ]
