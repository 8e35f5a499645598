import pytest

from commentsvc.screening import (
    ABOUT,
    CATALOGUE,
    FIXED,
    FLAGS_REACHED,
    OUTSIDE,
    RULES,
    Kind,
    Mode,
    Outcome,
    Shield,
    Words,
    ask,
    flags_reached,
    screen,
)

# Breaks every rule that can speak together with the others: a standing is one at a time.
DREADFUL = {
    "text": "BUY NOW: https://a.example https://b.example CHEAAAAAAAAAAP AND GOOD AND NEAR AND FAR AND WIDE, ONE AND ALL OF THEM FOR EVERYBODY",
    "link_spans": ((9, 26), (27, 44)),
    "link_hosts": ("a.example", "b.example"),
    "address_domain": "mailinator.com",
    "address_is_banned": True,
    "network_is_banned": True,
    "recently_approved": 1,
    "recently_rejected": 9,
    "alike_stories": 5,
    "alike_writers": 5,
    "shields": (Shield(1, "Ines Writer", ("now",)),),
    "story_is_open": False,
    "story_is_held": True,
    "approved_before": 0,
    "address_confirmed": False,
    "writer_is_proven": True,
    "said_before": True,
    "seconds_since_last": 1.0,
    "network_burst": True,
    "honeypot": "x",
    "seconds_to_write": 0.2,
}
STERN = {
    "mode": "hold_new",
    "links_allowed": 0,
    "links_denied": frozenset({"a.example"}),
    "hold_unconfirmed": True,
    "words_reject": ("buy",),
    "words_hold": ("buy now",),
    "words_mark": ("now",),
}
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


# What a site makes of a rule

NOTE, HOLD, REJECT, SPAM, REFUSE = Outcome
CHANGEABLE = [rule for rule in RULES if rule.__name__ not in FIXED]
names = lambda rule: rule.__name__  # noqa: E731


def dreadful(draft):
    return draft(**{**DREADFUL, "story_is_open": True})


def about(rule, draft, house, **changes):
    return ask(rule, dreadful(draft), house(**STERN, **changes))


@pytest.mark.parametrize("rule", CHANGEABLE, ids=names)
@pytest.mark.parametrize(("mode", "outcome"), [(Mode.NOTE, NOTE), (Mode.HOLD, HOLD), (Mode.REJECT, REJECT)])
def test_a_rule_means_what_the_site_says(rule, mode, outcome, draft, house):
    verdict = about(rule, draft, house, modes={rule.__name__: mode})
    assert (verdict.outcome, verdict.code, verdict.retry_after, verdict.would_be) == (outcome, None, None, None)


@pytest.mark.parametrize("rule", CHANGEABLE, ids=names)
def test_a_rule_in_shadow_says_what_it_would_have_been(rule, draft, house):
    usual = about(rule, draft, house)
    verdict = about(rule, draft, house, modes={rule.__name__: Mode.SHADOW})
    assert (verdict.outcome, verdict.would_be, verdict.reason) == (NOTE, usual.outcome, usual.reason)


@pytest.mark.parametrize("rule", CHANGEABLE, ids=names)
def test_a_rule_that_is_off_is_not_asked(rule, draft, house):
    assert about(rule, draft, house, modes={rule.__name__: Mode.OFF}) is None


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.__name__ in FIXED], ids=names)
def test_what_a_person_or_a_mode_decided_cannot_be_softened(rule, draft, house):
    asked = draft(**{**DREADFUL, "standing": "BANNED"} | _standing_for(rule.__name__))
    usual, softened = (ask(rule, asked, house(**STERN, **more)) for more in ({}, {"modes": {rule.__name__: Mode.NOTE}}))
    assert softened == usual
    assert usual is not None


def _standing_for(rule):
    return next(({"standing": standing} for standing, name in STANDING_RULES.items() if name == rule), {})


def test_a_shadow_decides_nothing(draft, house):
    screening = screen(draft(text="buy"), house(words_hold=("buy",), modes={"uses_held_word": Mode.SHADOW}))
    assert (screening.outcome, screening.decisive, len(screening.verdicts)) == (NOTE, None, 1)


def test_a_rule_that_cannot_answer_means_what_the_site_chose_for_it(draft, house):
    assert ask(broken, draft(), house(silences={"broken": NOTE})).outcome is NOTE
    assert ask(broken, draft(), house(when_silent=NOTE, silences={"broken": HOLD})).outcome is HOLD


def test_a_silent_rule_in_shadow_holds_nothing(draft, house):
    verdict = ask(broken, draft(), house(modes={"broken": Mode.SHADOW}))
    assert (verdict.outcome, verdict.would_be) == (NOTE, HOLD)


def test_a_rule_that_is_off_is_never_silent(draft, house):
    assert ask(broken, draft(), house(modes={"broken": Mode.OFF})) is None


def test_a_list_in_shadow_speaks_only_where_the_others_do_not(draft, house):
    lists = (Words(Kind.HOLD, ("buy",)), Words(Kind.HOLD, ("now",), in_shadow=True))
    alone = screen(draft(text="now"), house(words=lists)).verdicts[0]
    both = screen(draft(text="buy now"), house(words=lists)).verdicts[0]
    assert (alone.outcome, alone.would_be, alone.spans) == (NOTE, HOLD, ((0, 3),))
    assert (both.outcome, both.would_be, both.spans) == (HOLD, None, ((0, 3),))


def test_a_list_in_shadow_stays_there_whatever_the_rule_does(draft, house):
    lists = (Words(Kind.HOLD, ("now",), in_shadow=True),)
    house = house(words=lists, modes={"uses_held_word": Mode.REJECT})
    assert screen(draft(text="now"), house).outcome is NOTE


@pytest.mark.parametrize(("spoken", "heard"), [("de", True), (None, True), ("fr", False)])
def test_a_list_of_a_language_is_for_comments_in_it_and_in_none_that_is_known(spoken, heard, draft, house):
    lists = (Words(Kind.HOLD, ("gift",), language="de"),)
    assert bool(screen(draft(text="gift", language=spoken), house(words=lists)).verdicts) is heard


def test_the_catalogue_is_of_every_rule_in_the_order_they_are_asked():
    inside = [each.rule for each in CATALOGUE if each.rule not in (*OUTSIDE, FLAGS_REACHED)]
    assert sorted(inside) == sorted(rule.__name__ for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=names)
def test_the_catalogue_says_what_a_rule_usually_does(rule, draft, house):
    asked = draft(**{**DREADFUL, **_standing_for(rule.__name__)})
    assert ask(rule, asked, house(**STERN)).outcome is ABOUT[rule.__name__].usual


# Readers' reports


@pytest.mark.parametrize(("flags", "spoken"), [(0, False), (2, False), (3, True), (30, True)])
def test_so_many_reports_bring_a_comment_back(flags, spoken, house):
    assert bool(flags_reached(flags, house(flags_to_hold=3))) is spoken


def test_no_number_of_reports_does_where_the_site_says_never(house):
    assert flags_reached(1000, house(flags_to_hold=0)) is None


@pytest.mark.parametrize(("mode", "outcome"), [(Mode.NOTE, NOTE), (Mode.REJECT, REJECT), (Mode.SHADOW, NOTE)])
def test_reports_mean_what_the_site_says(mode, outcome, house):
    assert flags_reached(3, house(modes={FLAGS_REACHED: mode})).outcome is outcome


def test_reports_are_not_counted_where_the_rule_is_off(house):
    assert flags_reached(3, house(modes={FLAGS_REACHED: Mode.OFF})) is None
