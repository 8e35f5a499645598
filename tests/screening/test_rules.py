from datetime import UTC, datetime, timedelta, timezone

import pytest

from commentsvc.core.html import shown_in
from commentsvc.screening import RULES, Outcome, rules, screen

NOTE, HOLD, REJECT, SPAM, REFUSE = Outcome


def test_a_welcome_draft_meets_no_rule(draft, house):
    assert screen(draft(), house()).verdicts == ()


# One line per rule and case: what differs from the welcome draft and from the default house, and the outcome
# (None: the rule is silent).
CASES = [
    ("story_is_closed", {"story_is_open": False}, {}, REFUSE),
    ("story_is_closed", {}, {"mode": "closed"}, REFUSE),
    ("story_is_closed", {}, {"mode": "hidden"}, REFUSE),
    ("story_is_closed", {}, {"mode": "hold_all"}, None),
    ("story_is_closed", {"story_is_open": False, "is_edit": True}, {}, REFUSE),
    ("story_is_held", {"story_is_held": True}, {}, HOLD),
    ("story_is_held", {}, {"mode": "hold_all"}, HOLD),
    ("story_is_held", {}, {"mode": "hold_new"}, None),
    ("story_is_held", {"story_is_held": True, "is_edit": True}, {}, HOLD),
    ("author_is_banned", {"standing": "BANNED"}, {}, REFUSE),
    ("author_is_banned", {"standing": "SUSPENDED"}, {}, None),
    ("author_is_banned", {"standing": "BANNED", "is_edit": True}, {}, REFUSE),
    ("author_is_suspended", {"standing": "SUSPENDED"}, {}, REFUSE),
    ("author_is_suspended", {"standing": "BANNED"}, {}, None),
    ("author_is_suspended", {"standing": "SUSPENDED", "is_edit": True}, {}, REFUSE),
    ("author_is_watched", {"standing": "WATCHED"}, {}, HOLD),
    ("author_is_watched", {"standing": "TRUSTED"}, {}, None),
    ("author_is_watched", {"standing": "WATCHED", "is_edit": True}, {}, HOLD),
    ("said_it_before", {"said_before": True}, {}, REFUSE),
    ("said_it_before", {"said_before": True}, {"duplicate_check": False}, None),
    ("said_it_before", {"said_before": True, "is_edit": True}, {}, None),
    ("too_fast", {"seconds_since_last": None}, {}, None),
    ("too_fast", {"seconds_since_last": 14.9}, {}, REFUSE),
    ("too_fast", {"seconds_since_last": 15}, {}, None),
    ("too_fast", {"seconds_since_last": 0}, {"flood_seconds": 0}, None),
    ("too_fast", {"seconds_since_last": 0, "is_edit": True}, {}, None),
    ("too_fast", {"network_burst": True}, {}, REFUSE),
    ("too_fast", {"network_burst": True}, {"flood_seconds": 0}, REFUSE),
    ("too_fast", {"network_burst": True, "is_edit": True}, {}, None),
    ("too_many_links", {"link_spans": ((0, 3), (4, 9))}, {}, None),
    ("too_many_links", {"link_spans": ((0, 3), (4, 9), (10, 20))}, {}, HOLD),
    ("too_many_links", {"link_spans": ((0, 3), (4, 9)), "website": "https://example.com/"}, {}, HOLD),
    ("too_many_links", {"link_spans": ((0, 3),)}, {"links_allowed": 0}, HOLD),
    ("too_many_links", {"website": "https://example.com/"}, {"links_allowed": 0}, None),
    ("too_many_links", {"link_spans": ((0, 3), (4, 9), (10, 20)), "is_edit": True}, {}, HOLD),
    ("uses_rejected_word", {}, {"words_reject": ("bridge",)}, REJECT),
    ("uses_rejected_word", {"name": "Cheap Bridge"}, {"words_reject": ("cheap",)}, REJECT),
    ("uses_rejected_word", {"website": "https://casino.example/"}, {"words_reject": ("casino",)}, REJECT),
    ("uses_rejected_word", {}, {"words_reject": ("ridge",)}, None),
    ("uses_rejected_word", {}, {"words_hold": ("bridge",)}, None),
    ("uses_rejected_word", {"is_edit": True}, {"words_reject": ("bridge",)}, REJECT),
    (
        "too_many_links",
        {"link_spans": ((0, 3), (4, 9), (10, 20)), "link_hosts": ("a.example", "b.a.example", "x.example")},
        {"links_allowed_domains": frozenset({"a.example"})},
        None,
    ),
    (
        "too_many_links",
        {"link_spans": ((0, 3),), "link_hosts": ("nota.example",)},
        {"links_allowed": 0, "links_allowed_domains": frozenset({"a.example"})},
        HOLD,
    ),
    (
        "links_to_denied_domain",
        {"link_spans": ((0, 3),), "link_hosts": ("www.a.example",)},
        {"links_denied": frozenset({"a.example"})},
        HOLD,
    ),
    (
        "links_to_denied_domain",
        {"link_spans": ((0, 3),), "link_hosts": ("nota.example",)},
        {"links_denied": frozenset({"a.example"})},
        None,
    ),
    (
        "links_to_denied_domain",
        {"website": "x", "website_host": "a.example"},
        {"links_denied": frozenset({"a.example"})},
        HOLD,
    ),
    ("address_is_banned", {"address_is_banned": True}, {}, REFUSE),
    ("address_is_banned", {"address_is_banned": True, "is_edit": True}, {}, REFUSE),
    ("network_is_banned", {"network_is_banned": True}, {}, REFUSE),
    ("network_is_banned", {"network_is_banned": True, "is_edit": True}, {}, REFUSE),
    ("history_is_poor", {"recently_approved": 3, "recently_rejected": 2}, {}, HOLD),
    ("history_is_poor", {"recently_approved": 7, "recently_rejected": 3}, {}, None),
    ("history_is_poor", {"recently_approved": 0, "recently_rejected": 4}, {}, None),
    ("history_is_poor", {"recently_approved": 0, "recently_rejected": 9, "writer_is_proven": False}, {}, None),
    ("history_is_poor", {"recently_rejected": 9}, {"history_rejected_percent": 0}, None),
    ("history_is_poor", {"recently_approved": 1, "recently_rejected": 1}, {"history_least_decided": 2}, HOLD),
    ("address_is_disposable", {"address_domain": "mailinator.com"}, {}, HOLD),
    ("address_is_disposable", {"address_domain": "x.mailinator.com"}, {}, HOLD),
    ("address_is_disposable", {"address_domain": "example.org"}, {}, None),
    ("address_is_disposable", {"address_domain": "mailinator.com", "is_edit": True}, {}, None),
    ("mass_posting", {"alike_stories": 3}, {}, HOLD),
    ("mass_posting", {"alike_stories": 2, "alike_writers": 2}, {}, None),
    ("mass_posting", {"alike_writers": 3}, {}, HOLD),
    (
        "mass_posting",
        {"alike_writers": 9, "alike_stories": 9},
        {"mass_posting_writers": 0, "mass_posting_stories": 0},
        None,
    ),
    ("shouting", {"text": "THE BRIDGE WAS CLOSED IN 1998"}, {}, HOLD),
    ("shouting", {"text": "МОСТ БЫЛ ЗАКРЫТ В ТОМ ГОДУ"}, {}, HOLD),
    ("shouting", {"text": "الجسر كان مغلقا في ذلك العام"}, {}, None),
    ("shouting", {"text": "NATO, UNHCR"}, {}, None),
    ("shouting", {"text": "A" * 70 + "a" * 30}, {"repeated_characters": 0}, None),
    ("shouting", {"text": "A" * 71 + "a" * 29}, {"repeated_characters": 0}, HOLD),
    ("shouting", {"text": "THE BRIDGE WAS CLOSED IN 1998"}, {"shouting_percent": 0}, None),
    ("repeated_characters", {"text": "nooooooooo"}, {}, None),
    ("repeated_characters", {"text": "noooooooooo"}, {}, HOLD),
    ("repeated_characters", {"text": "why??????????"}, {}, HOLD),
    ("repeated_characters", {"text": "__________ ---------- 10000000000"}, {}, None),
    ("repeated_characters", {"text": "no" * 50}, {}, None),
    ("repeated_characters", {"text": "n" * 99}, {"repeated_characters": 0}, None),
    ("uses_marked_word", {}, {"words_mark": ("bridge",)}, NOTE),
    ("uses_marked_word", {}, {"words_hold": ("bridge",)}, None),
    ("uses_held_word", {}, {"words_hold": ("bridge",)}, HOLD),
    ("uses_held_word", {"name": "Cheap Bridge"}, {"words_hold": ("cheap",)}, HOLD),
    ("uses_held_word", {"website": "https://casino.example/"}, {"words_hold": ("casino",)}, HOLD),
    ("uses_held_word", {}, {"words_reject": ("bridge",)}, None),
    ("uses_held_word", {"is_edit": True}, {"words_hold": ("bridge",)}, HOLD),
    ("address_is_unconfirmed", {"address_confirmed": False}, {"hold_unconfirmed": True}, HOLD),
    ("address_is_unconfirmed", {"address_confirmed": False}, {}, None),
    ("address_is_unconfirmed", {}, {"hold_unconfirmed": True}, None),
    ("honeypot_was_filled", {"honeypot": "x"}, {}, SPAM),
    ("honeypot_was_filled", {"honeypot": "x"}, {"honeypot_check": False}, None),
    ("honeypot_was_filled", {"honeypot": "x", "is_edit": True}, {}, None),
    ("form_was_too_quick", {"seconds_to_write": 2.9}, {}, HOLD),
    ("form_was_too_quick", {"seconds_to_write": 3}, {}, None),
    ("form_was_too_quick", {"seconds_to_write": None}, {}, None),
    ("form_was_too_quick", {"seconds_to_write": 0}, {"quick_form_seconds": 0}, None),
    ("form_was_too_quick", {"seconds_to_write": 1, "is_edit": True}, {}, None),
]


@pytest.mark.parametrize(("name", "changes", "settings", "expected"), CASES)
def test_what_a_rule_alone_says(name, changes, settings, expected, draft, house):
    verdict = getattr(rules, name)(draft(**changes), house(**settings))
    assert (verdict and verdict.outcome) is expected


# Who waits because of who they are: the rules author_is_new and story_is_held together.
@pytest.mark.parametrize(
    ("standing", "proven", "approved", "settings", "story_is_held", "expected"),
    [
        ("NORMAL", True, 0, {}, False, HOLD),
        ("NORMAL", True, 1, {}, False, NOTE),
        ("NORMAL", False, 0, {}, False, HOLD),
        ("NORMAL", True, 1, {"hold_first_comments": 2}, False, HOLD),
        ("NORMAL", True, 0, {"hold_first_comments": 0}, False, NOTE),
        ("NORMAL", True, 0, {"hold_first_comments": 0, "mode": "hold_new"}, False, HOLD),
        ("NORMAL", True, 1, {"hold_first_comments": 0, "mode": "hold_new"}, False, NOTE),
        ("TRUSTED", True, 0, {}, False, NOTE),  # trust outranks the site's caution
        ("TRUSTED", True, 0, {"mode": "hold_new"}, False, NOTE),
        ("TRUSTED", True, 0, {"mode": "hold_all"}, False, HOLD),  # but not a decision to read everything
        ("TRUSTED", True, 9, {}, True, HOLD),
        ("TRUSTED", False, 0, {}, False, HOLD),  # a stranger who typed a trusted author's address
        ("WATCHED", True, 9, {}, False, HOLD),  # watching a person outranks an open site
    ],
)
def test_who_waits(standing, proven, approved, settings, story_is_held, expected, draft, house):
    written = draft(standing=standing, writer_is_proven=proven, approved_before=approved, story_is_held=story_is_held)
    assert screen(written, house(**settings)).outcome is expected


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("story_is_closed", {"story_is_open": False}, "story_closed"),
        ("author_is_banned", {"standing": "BANNED"}, "not_welcome"),
        ("author_is_suspended", {"standing": "SUSPENDED"}, "not_welcome"),
        ("said_it_before", {"said_before": True}, "duplicate"),
        ("too_fast", {"seconds_since_last": 1}, "too_fast"),
    ],
)
def test_a_refusal_carries_its_code(name, changes, code, draft, house):
    assert getattr(rules, name)(draft(**changes), house()).code == code


def test_a_closed_story_says_why(draft, house):
    closed = draft(story_is_open=False, closed_because="comments close after 30 days")
    assert rules.story_is_closed(closed, house()).reason == "comments close after 30 days"


def test_a_closed_story_without_a_reason_still_says_something(draft, house):
    assert rules.story_is_closed(draft(story_is_open=False), house()).reason == "comments are closed here"


def test_a_suspension_says_until_when_in_utc(draft, house):
    noon_in_riga = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    suspended = draft(standing="SUSPENDED", standing_until=noon_in_riga)
    assert rules.author_is_suspended(suspended, house()).reason == "this author is suspended until 2026-03-01 10:00 UTC"


@pytest.mark.parametrize("standing", ["BANNED", "SUSPENDED", "WATCHED"])
def test_no_verdict_repeats_the_staffs_reason_for_a_standing(standing, draft, house):
    marked = draft(standing=standing, standing_until=datetime(2026, 3, 1, tzinfo=UTC))
    reasons = [verdict.reason for verdict in screen(marked, house()).verdicts]
    assert len(reasons) == 1
    assert "threats" not in reasons[0]


@pytest.mark.parametrize(
    ("since", "burst", "flood_seconds", "expected"),
    [
        (3.2, False, 15, 12),
        (14.99, False, 15, 1),
        (0, False, 15, 15),
        (-40, False, 15, 15),  # the clock was set back
        (None, True, 15, 60),
        (0, True, 15, 60),
        (0, True, 300, 300),
    ],
)
def test_how_long_to_wait(since, burst, flood_seconds, expected, draft, house):
    hasty = draft(seconds_since_last=since, network_burst=burst)
    assert rules.too_fast(hasty, house(flood_seconds=flood_seconds)).retry_after == expected


def test_too_many_links_shows_every_link(draft, house):
    spans = ((0, 3), (4, 9), (10, 20))
    assert rules.too_many_links(draft(link_spans=spans), house()).spans == spans


def test_too_many_links_says_that_the_website_counted(draft, house):
    linking = draft(link_spans=((0, 3), (4, 9)), website="https://example.com/")
    assert rules.too_many_links(linking, house()).reason == (
        "3 links, the website among them, where this site allows 2"
    )


def test_a_word_is_shown_everywhere_it_stands_in_the_text(draft, house):
    swearing = draft(text="Darn it, darn.")
    assert rules.uses_held_word(swearing, house(words_hold=("darn",))).spans == ((0, 4), (9, 13))


def test_overlapping_phrases_are_shown_as_one_span(draft, house):
    phrased = draft(text="so one two three then")
    assert rules.uses_held_word(phrased, house(words_hold=("one two", "two three", "two"))).spans == ((3, 16),)


def test_a_word_in_the_name_leaves_the_text_unmarked(draft, house):
    assert rules.uses_held_word(draft(name="Cheap Loans"), house(words_hold=("loans",))).spans == ()


def test_the_reason_names_every_field_and_the_word(draft, house):
    pushing = draft(text="Loans, cheap loans", name="Loans", website="https://bonus.example/")
    assert rules.uses_held_word(pushing, house(words_hold=("loan*", "cheap", "bonus"))).reason == (
        "the text uses “loan*”, “cheap”; the name uses “loan*”; the website uses “bonus”"
    )


def test_the_reason_names_five_words_and_counts_the_rest(draft, house):
    letters = tuple("abcdefg")
    assert rules.uses_held_word(draft(text=" ".join(letters)), house(words_hold=letters)).reason == (
        "the text uses “a”, “b”, “c”, “d”, “e” and 2 more"
    )


def test_a_new_author_is_told_apart_by_number(draft, house):
    beginner = draft(approved_before=1)
    assert rules.author_is_new(beginner, house(hold_first_comments=3)).reason == (
        "1 approved comment so far where this site asks for 3"
    )


def test_every_rule_is_on_the_list():
    public = {name for name, value in vars(rules).items() if callable(value) and value.__module__ == rules.__name__}
    assert {rule.__name__ for rule in RULES} == {name for name in public if not name.startswith("_")}


@pytest.mark.parametrize(
    "typed", ["A <b>swin</b>dle.", "A sw`in`dle.", "A [swin](https://x.example)dle.", "<i>swin</i><b>dle</b>"]
)
def test_marks_within_a_word_hide_it_from_no_list(draft, house, typed):
    written = draft(text=typed, shown=shown_in(typed))
    verdict = next(each for each in screen(written, house(words_reject=("swindle",))).verdicts)
    assert (verdict.rule, verdict.outcome) == ("uses_rejected_word", Outcome.REJECT)
    ((start, end),) = verdict.spans
    assert (typed[start], typed[end - 1]) == ("s", "e")
