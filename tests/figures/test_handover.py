"""The hand-over page: every figure on it can be counted again from the log."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from commentsvc.accounts.models import Account
from commentsvc.comments.models import Decision
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.figures.handover import Period, handover, percentile
from commentsvc.moderation.models import Flag
from tests.figures.conftest import NOON
from tests.moderation.pages import text_of

TODAY = Period.of_day(NOON.date())


@pytest.fixture
def told(app, past):
    """The hand-over at noon."""

    def ask(period=TODAY, sections=None):
        with app.app_context():
            return handover(past.site_id(), period=period, now=NOON, sections=sections)

    return ask


# What waits


def test_what_waits_is_told_by_queue_and_section_with_its_oldest(past, told, newsroom, hanna):
    newsroom.story("herald", "match", category="Sports")
    past.written(ago=90)
    past.written(ago=30)
    past.decide(past.written(ago=20, story="match"), "later", hanna, ago=10)
    past.decide(past.written(ago=25, story="match"), "approve", hanna, ago=10)
    waiting = {(each.queue, each.section): (each.count, NOON - each.oldest) for each in told().waiting}
    assert waiting == {
        ("pending", "City"): (2, timedelta(minutes=90)),
        ("later", "Sports"): (1, timedelta(minutes=20)),
    }
    assert told().waits_in("pending") == (2, NOON - timedelta(minutes=90))


def test_what_readers_reported_waits_from_the_report_on(app, past, told, client, hanna):
    comment = past.written(ago=50)
    past.decide(comment, "approve", hanna, ago=40)
    client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "spam"})
    with app.app_context():
        reported_at = db.session.scalars(select(Flag.created_at)).one()
    assert told().waits_in("flagged") == (1, reported_at)


def test_what_waits_again_waits_from_then_on(past, told, hanna, hugo):
    comment = past.written(ago=600)
    past.decide(comment, "approve", hanna, ago=500)
    past.decide(comment, "hold", hugo, ago=20)
    past.undo(past.decide(comment, "later", hanna, ago=6), hanna, ago=5)
    assert told().waits_in("pending") == (1, NOON - timedelta(minutes=20))


# Who decided how much


def work(log: list[Decision]) -> list[Decision]:
    verdicts = ("approve", "reject", "spam", "hold", "ignore_flags")
    return [each for each in log if each.rule is None and each.action in verdicts and each.undoes_id is None]


def test_decisions_by_person_and_hour_are_those_of_the_log(app, past, told, hanna, hugo):
    for number in range(9):
        comment = past.written(ago=400 - number)
        action, person = ("approve", "reject", "spam")[number % 3], (hanna, hugo)[number % 2]
        decision = past.decide(comment, action, person, ago=number * 40)
        if number == 4:
            past.undo(decision, hugo, ago=2)
    past.decide(past.written(ago=20), "later", hanna, ago=1)
    found = told()
    with app.app_context():
        log = work(past.log())
        by_hour = Counter((each.account.name, each.created_at.hour) for each in log)
        by_action = Counter((each.account.name, each.action) for each in log)
    assert Counter({(p.name, h): n for p in found.people for h, n in enumerate(p.by_hour) if n}) == by_hour
    assert Counter({(p.name, a): n for p in found.people for a, n in p.by_action.items() if n}) == by_action
    assert (found.decided, sum(found.by_hour)) == (len(log), len(log)) == (9, 9)


def test_a_day_ends_at_midnight_utc(past, told, hanna):
    for ago in (12 * 60 - 1, 12 * 60, 12 * 60 + 1):
        past.decide(past.written(ago=ago + 5), "approve", hanna, ago=ago)
    assert told().decided == 2
    assert told(Period.of_day(NOON.date() - timedelta(days=1))).decided == 1


def test_the_last_24_hours_are_this_hour_and_the_23_before_it():
    period = Period.last_24_hours(NOON + timedelta(minutes=20))
    assert (period.until, period.until - period.since) == (NOON + timedelta(hours=1), timedelta(hours=24))


def test_a_decision_in_the_last_moment_of_an_hour_belongs_to_it(past, told, hanna):
    comment = past.written(ago=120)
    past.decide(comment, "approve", hanna, ago=60 + 0.0001 / 60)  # 10:59:59.9999
    assert told().people[0].by_hour[10] == 1


def test_whoever_has_an_alias_is_called_by_it(app, past, told, hanna, newsroom):
    past.decide(past.written(ago=20), "approve", hanna, ago=10)
    with app.app_context(), unit_of_work():
        db.session.get_one(Account, newsroom.account_id(hanna)).alias = "H."
    assert [person.name for person in told().people] == ["H."]


def test_to_ignore_reports_is_to_approve(past, told, hanna):
    past.undo(past.decide(past.written(ago=20), "ignore_flags", hanna, ago=10), hanna, ago=5)
    assert told().people[0].by_action["approve"] == 1
    assert (told().decided, told().reversals.taken_back, told().reversals.rate) == (1, 1, 1.0)


# How fast


@pytest.mark.parametrize(
    ("numbers", "half", "most"),
    [([], None, None), ([7], 7, 7), ([1, 2], 1, 2), (list(range(1, 101)), 50, 95)],
)
def test_a_percentile_is_one_of_the_numbers(numbers, half, most):
    assert (percentile(numbers, 0.5), percentile(numbers, 0.95)) == (half, most)


def test_the_time_to_the_first_verdict_is_from_the_arrival_of_the_text(past, told, hanna):
    for waited in (1, 2, 3, 60):
        past.decide(past.written(ago=waited + 10), "approve", hanna, ago=10)
    assert (told().speed.texts, told().speed.median, told().speed.percentile_95) == (4, 120, 3600)


def test_a_text_is_timed_once_however_often_it_is_decided_on(past, told, hanna, hugo):
    comment = past.written(ago=30)
    past.decide(comment, "reject", hanna, ago=20)
    past.decide(comment, "hold", hugo, ago=15)
    past.decide(comment, "approve", hugo, ago=1)
    assert (told().speed.texts, told().speed.median) == (1, 600)


def test_to_put_back_what_waits_is_no_verdict(past, told, hanna):
    comment = past.written(ago=30)
    past.undo(past.decide(comment, "later", hanna, ago=25), hanna, ago=20)
    past.decide(comment, "approve", hanna, ago=10)
    assert (told().speed.texts, told().speed.median) == (1, 1200)


# What was taken back


def test_undone_and_overturned_decisions_are_taken_back(past, told, hanna, hugo):
    undone, overturned, kept, changed_mind = (past.written(ago=60) for _ in range(4))
    past.undo(past.decide(undone, "reject", hanna, ago=50), hanna, ago=49)
    past.decide(overturned, "reject", hanna, ago=48)
    past.decide(overturned, "approve", hugo, ago=40)
    past.decide(kept, "approve", hanna, ago=39)
    past.decide(changed_mind, "reject", hanna, ago=38)
    past.decide(changed_mind, "approve", hanna, ago=37)
    reversals = told().reversals
    assert (reversals.decided, reversals.taken_back, reversals.rate) == (6, 2, pytest.approx(1 / 3))


def test_what_was_restored_stands_and_what_was_undone_again_does_not(past, told, hanna, hugo):
    restored, undone_again, kept, overturned = (past.written(ago=60) for _ in range(4))
    for comment, times in ((restored, 2), (undone_again, 3)):
        past.decide(comment, "reject", hanna, ago=50)
        for minute in range(times):
            past.undo(past.last_of(comment), hugo, ago=49 - minute)
    past.decide(kept, "approve", hanna, ago=40)
    past.undo(past.decide(kept, "ignore_flags", hanna, ago=39), hanna, ago=38)  # approved before and after
    past.decide(overturned, "reject", hanna, ago=37)
    past.undo(past.decide(overturned, "approve", hugo, ago=36), hugo, ago=35)
    reversals = told().reversals
    # Taken back: the rejection that was undone again, to have kept it, Hugo's own approval.
    assert (reversals.decided, reversals.taken_back) == (6, 3)


def test_what_is_overturned_after_seven_days_is_not_held_against_anybody(past, told, hanna, hugo):
    week, later = 7 * 24 * 60, 8 * 24 * 60
    for ago in (week, later):
        comment = past.written(ago=ago + 5)
        past.decide(comment, "reject", hanna, ago=ago)
        past.decide(comment, "approve", hugo, ago=0)
    days = [told(Period.of_day(NOON.date() - timedelta(days=ago))).reversals.taken_back for ago in (7, 8)]
    assert days == [1, 0]


# Heated threads


def test_the_busiest_threads_come_first_with_what_was_rejected_and_reported(past, told, newsroom, client, hanna):
    newsroom.story("herald", "match", title="The match", category="Sports")
    quiet = past.written(ago=30)
    past.decide(quiet, "reject", hanna, ago=20)
    shown = past.written(ago=30, story="match")
    past.decide(shown, "approve", hanna, ago=20)
    past.decide(past.written(ago=30, story="match"), "spam", hanna, ago=20)
    past.written(ago=7 * 60, story="match")
    client.post(f"/api/v1/comments/{shown}/flags", json={"reason": "spam"})
    threads = [(each.title, each.comments, each.rejected, each.reports) for each in told().threads]
    assert threads == [("The match", 2, 1, 1), ("Boats return", 1, 1, 0)]


# Whose figures


def test_a_moderator_of_a_section_is_told_of_that_section_alone(past, told, newsroom, hanna):
    newsroom.story("herald", "match", title="The match", category="Sports")
    for story in ("harbour", "match"):
        past.written(ago=60, story=story)
        comment = past.written(ago=60, story=story)
        past.decide(comment, "reject", hanna, ago=50)
        past.decide(comment, "approve", hanna, ago=40)
    found = told(sections={"Sports"})
    assert {each.section for each in (*found.waiting, *found.threads)} == {"Sports"}
    assert (found.decided, found.speed.texts) == (2, 1)


def test_the_page_of_a_moderator_of_a_section_names_no_other(past, newsroom, limited):
    newsroom.story("herald", "match", title="The match", category="Sports")
    newsroom.comment("harbour", status="hold")
    newsroom.comment("match", status="hold")
    page = newsroom.signed_in(limited).get("/desk/handover").get_data(as_text=True)
    assert ("The match" in page, "Boats return" in page) == (True, False)


# The page, the download, the call


def test_the_page_tells_what_the_call_tells(past, newsroom, client, desk, hanna, report_one):
    report_one()
    answer = client.get("/api/v1/moderation/handover?site=herald", headers=hanna.headers)
    assert answer.status_code == 200
    assert answer.json["waiting"]["pending"]["count"] == 1
    assert [person["name"] for person in answer.json["people"]] == ["Hanna"]
    said = text_of(desk.see("/desk/handover"))
    for part in ("Hand-over", "Waiting", "City", "Hanna", "1 decision by 1 person", "Boats return"):
        assert part in said


@pytest.fixture
def report_one(newsroom, past, client, hanna):
    """One comment waits and Hanna has approved one, just now."""

    def make():
        newsroom.comment("harbour", status="hold")
        comment = newsroom.comment("harbour", status="hold")
        seen = [{"id": str(comment), "version": newsroom.version(comment)}]
        body = {"comments": seen, "action": "approve"}
        assert client.post("/api/v1/moderation/decisions", json=body, headers=hanna.headers).status_code == 200

    return make


@pytest.mark.parametrize("table", ["waiting", "people", "hours", "speed", "rules", "threads"])
def test_every_table_can_be_downloaded(past, newsroom, desk, report_one, table):
    report_one()
    answer = desk.client.get(f"/desk/handover.csv?table={table}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert len({line.count(",") for line in lines}) == 1
    assert len(lines) == {"waiting": 2, "people": 2, "hours": 2, "speed": 6, "rules": 1, "threads": 2}[table]


def test_no_headline_is_a_formula_in_a_spreadsheet(past, newsroom, desk):
    newsroom.story("herald", "trap", title='=HYPERLINK("https://evil.example")')
    newsroom.comment("trap", status="hold")
    sheet = desk.client.get("/desk/handover.csv?table=threads").get_data(as_text=True)
    assert "\"'=HYPERLINK" in sheet


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "20260120", "1999-01-01", "2999-01-01", "2026-W04-1"])
def test_a_day_that_is_none_is_refused(cast, client, hanna, day):
    answer = client.get(f"/api/v1/moderation/handover?site=herald&day={day}", headers=hanna.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["day"])


def test_an_unknown_table_is_refused(cast, desk):
    assert desk.client.get("/desk/handover.csv?table=passwords").status_code == 422


def test_a_site_where_nothing_happened_has_a_page(desk):
    said = text_of(desk.see("/desk/handover"))
    assert "Nothing waits." in said
    assert "Nobody decided anything" in said
