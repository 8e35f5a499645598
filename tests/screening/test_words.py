import random
import string
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commentsvc.screening import WordList, word_list
from commentsvc.screening.words import _kind, _plain

# Time has its own tests below; a busy machine must not fail the others.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SHY, ZWSP, ZWJ = "\u00ad", "\u200b", "\u200d"


def found(entry: str, text: str) -> list[str]:
    return [text[match.start : match.end] for match in WordList([entry]).find(text)]


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("ass", "an ass.", ["ass"]),
        ("ass", "a class of assets", []),
        ("ass", "ASS, Ass", ["ASS", "Ass"]),
        ("ass", "_ass_ **ass** <b>ass</b>", ["ass", "ass", "ass"]),
        ("ass", "the ass's", ["ass"]),
        ("ass", "ass1", []),
        ("", "anything", []),
        ("*", "anything", []),
        (" - ", "a - b", []),
        ("  ass  ", "an ass", ["ass"]),
        # a beginning
        ("cas*", "casino, Cash and encased", ["casino", "Cash"]),
        ("cas*", "cas", ["cas"]),
        ("x*", "x xy yx", ["x", "xy"]),
        ("buy no*", "buy now, buy nothing, buy", ["buy now", "buy nothing"]),
        ("*cas", "cas", ["cas"]),
        # phrases
        ("buy now", "Buy\n now! buy-now buy nowhere", ["Buy\n now", "buy-now"]),
        ("co-op", "co-op, co op, coop", ["co-op", "co op"]),
        ("don't", "don’t", ["don’t"]),
        # Unicode
        ("straße", "STRASSE", ["STRASSE"]),
        ("grün", "GRU\u0308N", ["GRU\u0308N"]),
        ("gru\u0308n", "grün grun", ["grün"]),
        ("café", "cafe\u0301!", ["cafe\u0301"]),
        ("spam", "ｓｐａｍ 𝓼𝓹𝓪𝓶", ["ｓｐａｍ", "𝓼𝓹𝓪𝓶"]),
        ("office", "oﬃce", ["oﬃce"]),
        ("IŞIK", "ışık İstanbul", ["ışık"]),
        ("istanbul", "İSTANBUL İstanbul", ["İSTANBUL", "İstanbul"]),
        ("спам", "Спам спамить", ["Спам"]),
        ("كلمة", "هذه كـلـمة.", ["كـلـمة"]),
        ("हिन्दी", "हिन्दी में", ["हिन्दी"]),
        ("हिन", "हिन्दी", []),
        ("笨蛋", "你是笨蛋吗", ["笨蛋"]),
        ("ばか", "おばかさん", ["ばか"]),
        ("ガ", "ｶﾞ", ["ｶﾞ"]),
        ("บ้า", "คนบ้ามาก", ["บ้า"]),
        ("💩", "what a 💩💩!", ["💩", "💩"]),
        ("👍", "👍🏽", ["👍"]),
        ("$$$", "win $$$ now", ["$$$"]),
        # invisible characters
        ("spam", f"s{SHY}p{ZWSP}a{ZWJ}m", [f"s{SHY}p{ZWSP}a{ZWJ}m"]),
        ("spam", f"{ZWSP}spam{SHY} ", ["spam"]),
        (f"sp{SHY}am", "spam", ["spam"]),
        ("grün", f"gru{ZWJ}\u0308n", [f"gru{ZWJ}\u0308n"]),
        ("spam", "spam\ufe0f", ["spam"]),
        ("spam", "s p a m", []),
        # what cannot be encoded
        ("spam", "\ud800spam\udfff", ["spam"]),
    ],
)
def test_what_an_entry_finds(entry, text, expected):
    assert found(entry, text) == expected


def test_a_match_names_the_entry_as_it_stands_in_the_list():
    assert WordList(["CaS*"]).find("casino")[0].entry == "CaS*"


def test_the_longest_entry_at_a_word_is_the_one_found():
    matches = WordList(["buy", "buy now", "bu*"]).find("buy now")
    assert [match.entry for match in matches] == ["buy now"]


def test_a_word_at_the_end_is_found_beside_longer_entries():
    matches = WordList(["bad", "badminton"]).find("too bad")
    assert [(match.start, match.end) for match in matches] == [(4, 7)]


def test_an_empty_list_finds_nothing():
    assert WordList([]).find("anything") == ()


def test_a_list_is_made_ready_once():
    again = ["one", "two"]
    assert word_list(("one", "two")) is word_list(tuple(again))


def test_the_number_of_lists_kept_is_bounded():
    assert word_list.cache_info().maxsize == 32


@st.composite
def text_and_entry(draw):
    """A text and an entry made of a part of it."""
    awkward = st.sampled_from("aAbß ﬁé.*-\u0301\u0323\u00ad\u200b笨")
    text = draw(st.text(st.one_of(awkward, awkward, awkward, st.characters())))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text, text[start:end] + draw(st.sampled_from(["", "*"]))


@unhurried
@given(text_and_entry())
@example(("㏂ x", "m x"))
@example(("e" + "\u0301\u0323" * 40, "e*"))
def test_a_span_cut_out_of_the_text_is_the_whole_of_what_matched(case):
    text, entry = case
    for match in WordList([entry]).find(text):
        cut = text[match.start : match.end]
        assert [(m.start, m.end) for m in WordList([entry]).find(cut)][:1] == [(0, len(cut))]


WORDS = st.text(st.sampled_from("abcdefgäñжλ"), min_size=1, max_size=8)


@unhurried
@given(WORDS, st.data())
def test_a_planted_word_is_found_exactly_where_it_stands(word, data):
    disguised = "".join(
        data.draw(st.sampled_from([letter, letter.upper(), SHY + letter, letter + "\u2060"])) for letter in word
    ).strip(SHY + "\u2060")
    before, after = "1998: ", data.draw(st.sampled_from(["", "!", " 1998", "\n", "”"]))
    matches = WordList([word]).find(before + disguised + after)
    assert [(m.start, m.end) for m in matches] == [(len(before), len(before) + len(disguised))]


@unhurried
@given(WORDS, WORDS)
def test_a_word_inside_a_longer_one_is_never_found(word, more):
    assert found(word, f"{word}{more} x{word} {word}9") == []


SIBLINGS = st.text(st.sampled_from("abä"), min_size=1, max_size=3)


@unhurried
@given(st.lists(SIBLINGS, max_size=20), st.lists(SIBLINGS, min_size=1, max_size=5))
def test_single_words_are_found_as_by_splitting(words, entries):
    matches = WordList(entries).find(" ".join(words))
    assert [match.entry for match in matches] == [word for word in words if word in entries]


def a_long_list() -> list[str]:
    """10,000 entries: 6,000 words, 2,000 beginnings, 2,000 phrases; the same on every run."""
    choose = random.Random(1)

    def word() -> str:
        return "".join(choose.choices(string.ascii_lowercase, k=choose.randint(3, 14)))

    words = [word() for _ in range(6000)]
    beginnings = [word() + "*" for _ in range(2000)]
    return words + beginnings + [f"{word()} {word()} {word()}" for _ in range(2000)]


LONG_LIST = a_long_list()
LONG_TEXTS = {
    "ordinary words": " ".join(entry.strip("*")[::-1] for entry in LONG_LIST)[:10_000],
    "every word on the list": " ".join(entry.strip("*") for entry in LONG_LIST)[:10_000],
    "single letters": "a " * 5000,
    "one word": "a" * 10_000,
    "Chinese": "笨蛋" * 5000,
    "marks on one letter": "e" + "\u0301\u0323" * 5000,
    "soft hyphens": "a\u00ad" * 5000,
    "nothing but invisible": "\u200b" * 10_000,
    "astral letters": "𝓼" * 10_000,
}


def best_of_three(text: str, words: WordList) -> float:
    """Processor seconds, each time from empty caches, as for the first comment after a start."""
    times = []
    for _ in range(3):
        _plain.cache_clear()
        _kind.cache_clear()
        start = time.process_time()
        words.find(text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
def test_ten_thousand_entries_on_ten_thousand_characters_take_under_50_ms(text):
    assert best_of_three(text, WordList(LONG_LIST)) < 0.050


def test_the_most_swelling_character_there_is_stays_linear():
    # U+FDFA is compared as 18 letters, so this stands for 180,000.
    assert best_of_three("\ufdfa" * 10_000, WordList(LONG_LIST)) < 0.250
