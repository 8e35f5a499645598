from datetime import datetime

import pytest

from commentsvc.screening import Outcome, Screening, Verdict

NOTED = Verdict("a", Outcome.NOTE, "noted")
HELD = Verdict("b", Outcome.HOLD, "held")
HELD_TOO = Verdict("c", Outcome.HOLD, "held too")


def test_outcomes_grow_stricter():
    assert sorted(Outcome) == [Outcome.NOTE, Outcome.HOLD, Outcome.REJECT, Outcome.SPAM, Outcome.REFUSE]


def test_the_strictest_outcome_wins():
    assert Screening((HELD, NOTED)).outcome is Outcome.HOLD


def test_the_first_of_the_strictest_verdicts_is_decisive():
    assert Screening((NOTED, HELD, HELD_TOO)).decisive is HELD


def test_silence_publishes():
    assert Screening(()).outcome is Outcome.NOTE


def test_silence_has_no_decisive_verdict():
    assert Screening(()).decisive is None


def test_a_verdict_as_json_leaves_out_a_score_it_does_not_have():
    verdict = Verdict("uses_held_word", Outcome.HOLD, "why", spans=((0, 3), (5, 9)))
    assert verdict.as_json() == {
        "rule": "uses_held_word",
        "outcome": "hold",
        "reason": "why",
        "spans": [[0, 3], [5, 9]],
    }


def test_a_score_of_zero_is_a_score():
    assert Verdict("triage", Outcome.NOTE, "calm", score=0.0).as_json()["score"] == 0.0


def test_an_unknown_standing_is_an_error(draft):
    with pytest.raises(ValueError, match="not a standing"):
        draft(standing="banned")


def test_an_unknown_mode_is_an_error(house):
    with pytest.raises(ValueError, match="not a mode"):
        house(mode="close")


def test_a_suspension_without_a_time_zone_is_an_error(draft):
    with pytest.raises(ValueError, match="time zone"):
        draft(standing="SUSPENDED", standing_until=datetime(2026, 3, 1))
