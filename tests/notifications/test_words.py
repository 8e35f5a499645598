"""The words of mail: every language whole, nothing missing, nothing unknown."""

import json
import re
from pathlib import Path

import pytest

from commentsvc.notifications import words
from commentsvc.sites.settings import LANGUAGES

FOLDER = Path(words.__file__).parent
STORED = {language: json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing(language):
    assert sorted(STORED["en"].keys() ^ STORED[language].keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_the_same_places_to_fill_in(language):
    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    differing = {
        name
        for name, text in STORED["en"].items()
        if places(text) - {"site"} != places(STORED[language][name]) - {"site"}
    }
    assert differing == set()


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_nothing_was_left_in_english(language):
    assert [name for name, text in STORED[language].items() if text == STORED["en"][name]] == []


def test_there_is_a_catalogue_for_every_language_and_no_other():
    assert {file.stem for file in FOLDER.glob("*.json")} == set(LANGUAGES)


def test_braces_in_a_strangers_name_stay_what_they_are():
    assert words.Words("en", "The {Herald}")("wrote", name="{site.__class__}") == "{site.__class__} wrote:"
