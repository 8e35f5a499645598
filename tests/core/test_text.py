import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commentsvc.core.text import (
    Unreadable,
    clean_line,
    clean_text,
    ensure_readable,
    excerpt,
    fingerprint,
    visible,
    word_changes,
)
from tests.core.hostile import hostile_strings

# A busy machine must not fail a test of what a function answers.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
anything = st.text(st.characters(codec=None))
UNREADABLE = [
    "\x00",
    "\x1b",
    "\x08",
    "\x7f",
    "\x85",
    "\x9f",
    "\ud800",
    "\udfff",
    "\ufdd0",
    "\ufffe",
    "\U0010ffff",
]
BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]


def cleaned(clean, raw):
    """The cleaned text, or None where it was refused."""
    try:
        return clean(raw)
    except Unreadable:
        return None


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize("char", UNREADABLE)
def test_a_character_nobody_can_be_shown_is_refused(clean, char):
    with pytest.raises(Unreadable):
        clean(f"a{char}b")


def test_a_refusal_is_a_sentence_that_names_the_character():
    with pytest.raises(Unreadable, match=r"This contains a character that cannot be shown \(U\+0007\)\."):
        clean_text("ring\x07")


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize("code", BIDI)
def test_direction_overrides_are_taken_out(clean, code):
    assert clean(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize(
    "raw",
    ["", "   ", "\u200b", "\u00a0\u2000\u3000", "\u2800\u2800", "\u2066\u2069", "\ufeff\u00ad", "\U000e0041"],
)
def test_what_cannot_be_seen_is_empty(clean, raw):
    assert clean(raw) == ""


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_the_outside_is_trimmed_of_every_unicode_space(clean):
    assert clean("\u3000\u00a0 word \u2003\n") == "word"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_composed_and_decomposed_letters_become_the_same(clean):
    assert clean("e\u0301") == clean("\u00e9") == "\u00e9"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_direction_marks_that_plain_text_needs_stay(clean):
    assert clean("a\u200fb") == "a\u200fb"


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r", "\t", "\u2028", "\u2029", " \n\t \r "])
def test_a_line_turns_inner_breaks_into_one_space(breaks):
    assert clean_line(f"a{breaks}b") == "a b"


def test_a_text_keeps_tabs_and_turns_every_line_end_into_a_line_feed():
    assert clean_text("a\r\nb\rc\n\td") == "a\nb\nc\n\td"


@pytest.mark.parametrize(("clean", "kept"), [(clean_line, 3), (clean_text, 8)])
def test_piled_up_marks_are_cut_to_what_writing_needs(clean, kept):
    assert clean("q" + "\u0323" * 40 + "r") == "q" + "\u0323" * kept + "r"


def test_invisible_characters_between_marks_do_not_restart_the_count():
    assert clean_line("q" + "\u0323\u200c" * 40).count("\u0323") == 3


def test_writing_that_needs_several_marks_per_letter_stays_whole():
    burmese = unicodedata.normalize("NFC", "\u1019\u103c\u102d\u102f\u1037")
    assert clean_line(burmese) == burmese


@unhurried
@given(anything)
def test_cleaning_a_text_twice_changes_nothing(raw):
    once = cleaned(clean_text, raw)
    assert once is None or clean_text(once) == once


@unhurried
@given(anything)
def test_cleaning_a_line_twice_changes_nothing(raw):
    once = cleaned(clean_line, raw)
    assert once is None or clean_line(once) == once


@unhurried
@given(anything)
def test_cleaned_text_can_always_be_encoded(raw):
    assert (cleaned(clean_text, raw) or "").encode("utf-8") is not None


@pytest.mark.parametrize("vector", hostile_strings())
def test_every_hostile_string_is_cleaned_or_refused(vector):
    text = cleaned(clean_text, vector)
    if text is not None:
        ensure_readable(text)
    else:
        with pytest.raises(Unreadable):
            ensure_readable(vector.replace("\r", "\n"))


@pytest.mark.parametrize(
    "again",
    [
        "hello world",
        "Hello, World!",
        "HELLOWORLD",
        "h.e.l.l.o world",
        "\uff28ello world",
        "hel\u200blo\ufe0f world",
    ],
)
def test_saying_it_again_with_other_dots_spaces_or_capitals_has_the_same_fingerprint(again):
    assert fingerprint(again) == fingerprint("Hello world.")


@pytest.mark.parametrize(
    ("one", "other"), [("!!!", "???"), ("hello", "hullo"), ("\U0001f44d", "\U0001f44e"), ("1", "2")]
)
def test_saying_something_else_has_another_fingerprint(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_symbols_alone_are_told_apart_by_more_than_their_spaces():
    assert fingerprint(" ! \n !") == fingerprint("! !")


@unhurried
@given(anything)
def test_a_fingerprint_is_64_hex_digits_whatever_was_typed(text):
    assert len(bytes.fromhex(fingerprint(text))) == 32


def test_a_short_text_is_its_own_excerpt_on_one_line():
    assert excerpt("a\n\nb") == "a b"


def test_a_long_text_is_cut_after_a_word():
    assert excerpt("the quick brown fox", length=12) == "the quick\u2026"


def test_one_endless_word_is_cut_all_the_same():
    assert excerpt("a" * 50, length=10) == "a" * 9 + "\u2026"


@unhurried
@given(st.text(), st.integers(1, 40))
def test_an_excerpt_is_never_longer_than_asked(text, length):
    assert len(excerpt(text, length)) <= length


def test_visible_text_has_no_ignorable_characters():
    assert visible("a\u200b\u00ad\ufeffb") == "ab"


@unhurried
@given(anything, anything)
def test_what_changed_leads_from_one_text_to_the_other(before, after):
    changes = word_changes(before, after)
    assert "".join(each.text for each in changes if each.kind != "in") == before
    assert "".join(each.text for each in changes if each.kind != "out") == after


def test_a_change_is_said_in_whole_words():
    said = [(each.kind, each.text) for each in word_changes("The boats are fine.", "The boats were fine.")]
    assert said == [("same", "The boats "), ("out", "are "), ("in", "were "), ("same", "fine.")]
