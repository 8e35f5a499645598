import pytest

from commentsvc.screening import RULES, Outcome, ask, screen

# Breaks every rule that can speak together with the others: a standing is one at a time.
DREADFUL = {
    "text": "Buy now: https://a.example https://b.example",
    "link_spans": ((9, 26), (27, 44)),
    "story_is_open": False,
    "story_is_held": True,
    "approved_before": 0,
    "address_confirmed": False,
    "writer_is_proven": False,
    "said_before": True,
    "seconds_since_last": 1.0,
    "network_burst": True,
    "honeypot": "x",
    "seconds_to_write": 0.2,
}
STERN = {"links_allowed": 0, "hold_unconfirmed": True, "words_reject": ("buy",), "words_hold": ("buy now",)}
STANDING_RULES = {
    "BANNED": "author_is_banned",
    "SUSPENDED": "author_is_suspended",
    "WATCHED": "author_is_watched",
}


def broken(draft, house):
    raise ValueError(draft.text)


@pytest.mark.parametrize("standing", STANDING_RULES)
def test_every_rule_speaks_under_its_own_name(standing, draft, house):
    silent = set(STANDING_RULES.values()) - {STANDING_RULES[standing]}
    verdicts = screen(draft(standing=standing, **DREADFUL), house(**STERN)).verdicts
    assert [v.rule for v in verdicts] == [rule.__name__ for rule in RULES if rule.__name__ not in silent]


def test_the_strictest_of_many_verdicts_decides(draft, house):
    assert screen(draft(**DREADFUL), house(**STERN)).decisive.code == "story_closed"


def test_spam_outranks_a_held_word(draft, house):
    both = draft(honeypot="x", text="buy now")
    assert screen(both, house(words_hold=("buy",))).outcome is Outcome.SPAM


def test_a_broken_rule_holds(draft, house):
    assert ask(broken, draft(), house()).outcome is Outcome.HOLD


def test_a_broken_rule_publishes_where_the_site_chose_so(draft, house):
    assert ask(broken, draft(), house(when_silent=Outcome.NOTE)).outcome is Outcome.NOTE


def test_a_broken_rule_says_its_name_and_that_it_could_not_be_checked(draft, house):
    verdict = ask(broken, draft(), house())
    assert (verdict.rule, verdict.reason) == ("broken", "could not be checked")


def test_the_other_rules_speak_beside_a_broken_one(draft, house, monkeypatch):
    monkeypatch.setitem(screen.__globals__, "RULES", (broken, *RULES))
    verdicts = screen(draft(story_is_held=True), house()).verdicts
    assert [v.rule for v in verdicts] == ["broken", "story_is_held"]


def test_the_log_says_which_rule_broke_and_where(draft, house, caplog):
    ask(broken, draft(), house())
    assert "Rule broken could not be checked" in caplog.text
    assert "raise ValueError" in caplog.text


def test_the_log_does_not_repeat_what_was_typed(draft, house, caplog):
    ask(broken, draft(text="a private matter"), house())
    assert caplog.records
    assert "private matter" not in caplog.text
