"""How right the rules are, counted by day, and how rules in shadow would have done."""

from collections import Counter
from datetime import timedelta

import pytest

from commentsvc.figures.precision import noisy, records, shadows
from tests.figures.conftest import NOON
from tests.moderation.pages import by_class, text_of

DAY = 24 * 60


@pytest.fixture
def kept(app, past):
    """The records of the rules at noon, by name."""

    def ask(days=14, sections=None):
        with app.app_context():
            return {each.rule: each for each in records(past.site_id(), days=days, now=NOON, sections=sections)}

    return ask


@pytest.fixture
def loud(app, past):
    def ask():
        with app.app_context():
            return noisy(past.site_id(), now=NOON)

    return ask


def test_what_a_rule_held_is_counted_by_day_with_what_people_made_of_it(app, past, kept, newsroom, hanna):
    newsroom.words("herald", "hold", "swindle")
    newsroom.set("herald", hold_first_comments=0)
    for number in range(6):
        comment = past.written("What a swindle!" + " Oh." * number, ago=(number % 3) * DAY + 30)
        if number < 4:
            past.decide(comment, ("approve", "reject", "spam", "reject")[number], hanna, ago=10)
    past.written("All is well.", ago=20)
    found = kept()
    assert list(found) == ["uses_held_word"]
    record = found["uses_held_word"]
    assert (record.held, record.decided, record.rejected, record.precision) == (6, 4, 3, 0.75)
    with app.app_context():
        by_rules = [each for each in past.log() if each.rule and each.after != "APPROVED"]
        by_day = Counter((each.rule, each.created_at.date()) for each in by_rules)
    assert Counter({(each.rule, each.day): each.held for each in record.days if each.held}) == by_day


def test_a_rule_that_rejected_held_it_too(past, kept, newsroom, hanna):
    newsroom.words("herald", "reject", "swindle")
    past.decide(past.written("A swindle.", ago=30), "approve", hanna, ago=10)
    record = kept()["uses_rejected_word"]
    assert (record.held, record.decided, record.rejected) == (1, 1, 0)


def test_a_decision_that_was_undone_is_none(past, kept, hanna):
    comment = past.written(ago=30)
    past.undo(past.decide(comment, "reject", hanna, ago=20), hanna, ago=10)
    record = kept()["author_is_new"]
    assert (record.held, record.decided) == (1, 0)


def test_days_without_any_are_there_with_nothing(past, kept):
    past.written(ago=3 * DAY)
    days = kept(days=5)["author_is_new"].days
    assert [each.held for each in days] == [0, 1, 0, 0, 0]
    assert [each.day for each in days] == [NOON.date() - timedelta(days=back) for back in range(4, -1, -1)]


def test_only_the_sections_of_the_moderator_are_counted(past, kept, newsroom):
    newsroom.story("herald", "match", category="Sports")
    past.written(ago=30)
    past.written(ago=30, story="match")
    assert kept(sections={"Sports"})["author_is_new"].held == 1


# Rules that fired too much today


def test_a_rule_is_noisy_above_three_times_its_usual(past, loud):
    for back in range(1, 15):
        past.written(ago=back * DAY)
    for _ in range(20):
        past.written(ago=5)
    ((rule, held, usual),) = [(each.today.rule, each.today.held, each.usual) for each in loud()]
    assert (rule, held, usual) == ("author_is_new", 20, 1)


def test_a_rule_of_yesterday_has_no_usual_to_be_measured_by(past, loud):
    past.written(ago=2 * DAY)
    for _ in range(20):
        past.written(ago=5)
    assert loud() == []
    past.written(ago=3 * DAY)
    assert [each.usual for each in loud()] == [1]


def test_nineteen_are_no_noise(past, loud):
    past.written(ago=14 * DAY)
    for _ in range(19):
        past.written(ago=5)
    assert loud() == []


def test_three_times_the_usual_is_not_yet_noise(past, loud, newsroom):
    for back in range(1, 15):
        for _ in range(7):
            past.written(ago=back * DAY)
    for _ in range(21):
        past.written(ago=5)
    assert loud() == []
    past.written(ago=5)
    assert [each.today.held for each in loud()] == [22]


def test_a_rule_that_people_mostly_overrule_is_noisy_however_usual(past, loud, hanna):
    for back in range(1, 15):
        for _ in range(7):
            past.written(ago=back * DAY)
    for number in range(20):
        past.decide(past.written(ago=5), "reject" if number < 3 else "approve", hanna, ago=1)
    (found,) = loud()
    assert (found.is_too_often, found.is_too_wrong, found.today.precision) == (False, True, 0.15)


def test_noisy_rules_are_on_the_hand_over_page_with_the_reason(past, newsroom, desk):
    for days in range(14, 10, -1):
        newsroom.comment("harbour", status="hold", minutes_ago=days * DAY)
    for _ in range(20):
        newsroom.comment("harbour", status="hold")
    said = text_of(desk.see("/desk/handover"))
    assert "author is new" in said
    assert "more than three times the median" in said


# Shadow


def test_agreement_is_counted_over_a_day_a_week_and_a_month(app, past, hanna):
    ages = {"approve": 10, "reject": 2 * DAY, "spam": 20 * DAY, None: 10, "too old": 31 * DAY}
    for action, ago in ages.items():
        comment = past.written(ago=ago)
        past.speak_in_shadow(comment, "shouts", ago=ago)
        if action in ("approve", "reject", "spam"):
            past.decide(comment, action, hanna, ago=1)
    with app.app_context():
        found = {each.days: each for each in shadows(past.site_id(), now=NOON)}
    told = {days: (each.spoke, each.approved, each.rejected, each.undecided) for days, each in found.items()}
    assert told == {1: (2, 1, 0, 1), 7: (3, 1, 1, 1), 30: (4, 1, 2, 1)}
    assert [each.agreement for each in found.values()] == [0, 0.5, pytest.approx(2 / 3)]


def test_a_verdict_that_counted_is_no_shadow(app, past):
    past.written(ago=5)
    with app.app_context():
        assert shadows(past.site_id(), now=NOON) == []


def test_a_word_from_before_a_rule_in_shadow_spoke_is_no_agreement(app, past, hanna):
    comment = past.written(ago=60)
    past.decide(comment, "reject", hanna, ago=50)
    past.speak_in_shadow(comment, "flags_reached", ago=40)
    with app.app_context():
        assert {each.undecided for each in shadows(past.site_id(), now=NOON)} == {1}


# The page and the calls


def test_the_page_shows_every_rule_with_a_chart_and_the_days(past, newsroom, desk):
    newsroom.comment("harbour", status="reject")
    newsroom.comment("harbour", status="hold")
    page = desk.see("/desk/precision")
    said = text_of(page)
    assert "author is new" in said
    assert "50 %" not in said
    assert "100 %" in said
    assert len(by_class(page, "spark")) == 1


def test_the_calls_tell_what_the_page_tells(past, newsroom, client, hanna, app):
    newsroom.comment("harbour", status="reject")
    answer = client.get("/api/v1/moderation/precision?site=herald&days=3", headers=hanna.headers)
    (rule,) = answer.json["rules"]
    assert (rule["rule"], rule["held"], rule["precision"], len(rule["days"])) == ("author_is_new", 1, 1, 3)
    answer = client.get("/api/v1/moderation/shadows?site=herald", headers=hanna.headers)
    assert answer.json == {"shadows": []}


@pytest.mark.parametrize("days", ["0", "32", "a week"])
def test_days_beyond_a_month_are_refused(cast, client, hanna, days):
    answer = client.get(f"/api/v1/moderation/precision?site=herald&days={days}", headers=hanna.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["days"])
