import random
import string
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commentsvc.screening import WordList, word_list
from commentsvc.screening.letters import _letters, fold
from commentsvc.screening.words import _read, _Shelf

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
        ("gru\u0308n", "grün grun grin", ["grün", "grun"]),
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
        # what cannot be encoded
        ("spam", "\ud800spam\udfff", ["spam"]),
    ],
)
def test_what_an_entry_finds(entry, text, expected):
    assert found(entry, text) == expected


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        # letters of other alphabets
        ("idiot", "You ІDІОТ", ["ІDІОТ"]),  # Cyrillic capitals
        ("idiot", "an іdіоt", ["іdіоt"]),
        ("idiot", "ıdıot", ["ıdıot"]),
        ("spam", "ѕраm", ["ѕраm"]),
        ("враг", "Враг враг", ["Враг", "враг"]),  # Cyrillic itself is no disguise
        ("νόμος", "ΝΌΜΟΣ νόμος", ["ΝΌΜΟΣ", "νόμος"]),
        # accents
        ("idiot", "ïdíôt i\u0336d\u0336i\u0336o\u0336t\u0336", ["ïdíôt", "i\u0336d\u0336i\u0336o\u0336t\u0336"]),
        ("حمار", "يا حِمَارٌ", ["حِمَارٌ"]),
        # digits and signs for letters
        ("idiot", "1d10t, 1di0t; id!ot!!", ["1d10t", "1di0t", "id!ot"]),
        ("kill", "k1ll kil1", ["k1ll", "kil1"]),
        ("bill", "b1l1 bi11", ["bi11"]),  # 1 is an i or an l, for the whole word alike
        ("ass", "@ss a$$ 4ss a5s", ["@ss", "a$$", "4ss", "a5s"]),
        ("hell no", "h3ll no!", ["h3ll no"]),
        ("slut", "$lu7", ["$lu7"]),
        # letters said again
        ("idiot", "idiooot iiidiot idioottt idiott", ["idiooot", "iiidiot"]),
        ("cool", "coool cooool", ["coool", "cooool"]),
        ("idiot*", "idiooots", ["idiooots"]),
        ("you idiot", "YOUUU IDIOOOT", ["YOUUU IDIOOOT"]),
        ("idiot", "1d1000t", ["1d1000t"]),
        # letters set apart
        ("idiot", "i d i o t", ["i d i o t"]),
        ("idiot", "you i.d.i.o.t!", ["i.d.i.o.t"]),
        ("idiot", "you are a i-d-i-o-t", ["i-d-i-o-t"]),
        ("idiot", "I_D_I_O_T", ["I_D_I_O_T"]),
        ("idiot", "1 d 1 0 t", ["1 d 1 0 t"]),
        ("ass", "an a s s!", ["a s s"]),
        ("идиот", "и д и о т", ["и д и о т"]),
        ("idiot", "i....d....i....o....t", ["i....d....i....o....t"]),
        ("idiot", "i        d        i        o        t", ["i        d        i        o        t"]),
        # letters in frames
        ("idiot", "🅸🅳🅸🅾🆃 🄸🄳🄸🄾🅃 🅘🅓🅘🅞🅣 ⓘⓓⓘⓞⓣ", ["🅸🅳🅸🅾🆃", "🄸🄳🄸🄾🅃", "🅘🅓🅘🅞🅣", "ⓘⓓⓘⓞⓣ"]),
        ("idiot", "🄘🄓🄘🄞🄣", ["🄘🄓🄘🄞🄣"]),
        ("idiot", "🇮🇩🇮🇴🇹 🇮 🇩 🇮 🇴 🇹", ["🇮🇩🇮🇴🇹", "🇮 🇩 🇮 🇴 🇹"]),
        ("🇩🇪", "Hello 🇩🇪!", ["🇩🇪"]),
    ],
)
def test_what_is_seen_through(entry, text, expected):
    assert found(entry, text) == expected


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("cunt", "Scunthorpe, S-cunthorpe"),
        ("ass", "Classic assessment of an assassin: pass the grass"),
        ("ass", "The A55 in Wales, seat 455, $455 and 4.55"),
        ("ass", "a s s e t s"),
        ("ass", "aaas, as s, as-s, assist"),
        ("cop", "coop"),
        ("coop", "cop"),
        ("lil", "ill"),
        ("ill", "I'll be there"),
        ("tit", "titanic title, 717"),
        ("hell", "hello, he'll, shell"),
        ("cock", "Hancock in Cockfosters"),
        ("sex", "Essex and Middlesex, A. S. Ex."),
        ("is", "15, 1989"),
        ("usa", "U.S. Army"),
        ("die", "d1 e, die1"),
        ("spam", "s, p, and then a, m"),
        ("spam", "s         p         a         m"),
        ("us", "Go 🇺🇸!"),
        ("🇩🇪", "de"),
    ],
)
def test_what_is_innocent(entry, text):
    assert found(entry, text) == []


def test_a_phrase_is_found_however_it_is_disguised_inside_a_sentence():
    match = WordList(["buy now"]).find("Well… B\u200bU\u0301Y -- nооow, friends")[0]
    assert (match.start, match.end) == (6, 20)


@pytest.mark.parametrize(
    "entry", ["(a+)+$", "[a-z]*", ".*", "a|b", "^x", "\\d{3}", "a" * 200, "\u202eevil", "word\x00"]
)
def test_what_looks_like_a_pattern_is_words(entry):
    WordList([entry]).find("a b x d 3 z evil word " * 100)


def test_every_place_of_a_folded_text_is_one_of_the_text():
    text = "oﬃce 笨蛋 ｶﾞ e\u0301 \u200b𝓼 บ้า $ ! @"
    folded, places = fold(text)
    assert len(folded) == len(places)
    assert all(0 <= place < len(text) for place in places)


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


def test_every_list_of_a_full_site_stays_ready():
    lists = [(f"one {number}", "two") for number in range(50)]
    made = [word_list(entries) for entries in lists]
    assert all(word_list(entries) is before for entries, before in zip(lists, made, strict=True))


def test_the_lists_kept_are_bounded_by_what_they_take():
    shelf = _Shelf(room=50_000)
    first = shelf.get(("one", "two"))
    for number in range(20):
        shelf.get((f"three {number}", "four"))
        assert shelf.size <= 50_000
    assert shelf.get(("one", "two")) is not first


def test_the_lists_used_last_stay():
    shelf = _Shelf(room=50_000)
    kept = shelf.get(("one", "two"))
    for number in range(20):
        shelf.get((f"three {number}", "four"))
        assert shelf.get(("one", "two")) is kept


def test_a_list_larger_than_the_room_is_made_ready_all_the_same():
    shelf = _Shelf(room=50_000)
    large = tuple(f"word{number}" for number in range(100))
    assert shelf.get(large) is shelf.get(large)


@pytest.mark.parametrize("entries", [1, 10, 100, 1000])
def test_lists_take_no_more_than_the_shelf_reckons_with(entries):
    """Measured in a process of its own: what other tests left behind would be counted too."""
    measured = subprocess.run([sys.executable, "-c", MEASURE, str(entries)], capture_output=True, text=True, check=True)
    taken, reckoned = map(int, measured.stdout.split())
    assert taken <= 1.3 * reckoned


MEASURE = """
import random, string, sys
from pathlib import Path
from commentsvc.screening.words import WordList, _size_of
def taken():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
def word():
    return "".join(random.choices(string.ascii_lowercase, k=random.randint(5, 12)))
size = int(sys.argv[1])
WordList(["one"]).find("sooo i d i o t 1d10t")
before, lists = taken(), []
for _ in range(20_000 // (size + 20)):
    lists.append(WordList(tuple(word() for _ in range(size))))
    lists[-1].find("sooo i d i o t 1d10t")
print((taken() - before) // len(lists), _size_of(("",) * size))
"""


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
@given(WORDS, WORDS.filter(lambda more: len(set(fold(more)[0])) == len(more)))
@example("a", "äb")
def test_a_word_inside_a_longer_one_is_never_found(word, more):
    is_drawn_out = fold(word)[0][-1] == fold(more)[0][0]  # "ab" is found in "abbb"
    assert is_drawn_out or found(word, f"{word}{more} {word}9") == []


SIBLINGS = st.text(st.sampled_from("abж"), min_size=1, max_size=3).filter(lambda word: len(set(word)) > 1)


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
    "digits for letters": "y0u 1d10t " * 1000,
    "letters set apart": "i d i o t " * 1000,
    "letters said again": "idiooot " * 1250,
    "accents everywhere": "ǝ́а̀" * 2500,
}


def best_of_three(text: str, words: WordList) -> float:
    """Processor seconds, each time from empty caches, as for the first comment after a start."""
    times = []
    for _ in range(3):
        _read.cache_clear()
        _letters.clear()
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
