"""Deciding on all that matches a filter, over exactly what was counted: the call and the pages without JavaScript."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from commentsvc.accounts.models import Account
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import find_account
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import bulk_pages
from commentsvc.moderation.decisions import Seen, decide_all
from tests.cast import rosas_comment
from tests.moderation.calls import Script
from tests.moderation.pages import Browser, by_class, form_to, has_form_to, text_of

MATCHING = "/api/v1/moderation/decisions/matching"


class Bulk:
    """Hanna's script: counts, then decides on what it counted."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def count(self, **filters):
        query = {"site": "herald", **filters}
        return self.script.client.get(MATCHING, query_string=query, headers=self.script.headers)

    def decide(self, counted=None, **body):
        given = {"site": "herald", "action": "approve"}
        if counted is not None:
            given |= {"expected": counted["count"], "snapshot": counted["snapshot"]}
        sent = {name: value for name, value in {**given, **body}.items() if value is not None}
        return self.script.client.post(MATCHING, json=sent, headers=self.script.headers)


@pytest.fixture
def bulk(hanna) -> Bulk:
    return Bulk(hanna)


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


def statuses(app) -> dict[int, str]:
    with app.app_context():
        return {comment.id: comment.status for comment in db.session.query(Comment).order_by(Comment.id)}


def batches(app) -> dict[str, int]:
    """How many decisions each batch has."""
    with app.app_context():
        named = [decision.batch for decision in db.session.query(Decision).filter(Decision.batch.is_not(None))]
    return {batch: named.count(batch) for batch in named}


# The call


def test_all_that_match_are_decided_as_one_batch(app, bulk, newsroom, story):
    numbers = [newsroom.comment(story, status="hold") for _ in range(3)]
    approved = newsroom.comment(story)
    answer = bulk.decide(bulk.count().json, action="reject", reason="spam")
    said = answer.json
    assert (answer.status_code, said["decided"], said["skipped"], said["failed"], said["remaining"]) == (
        200,
        3,
        0,
        [],
        0,
    )
    assert statuses(app) == {**dict.fromkeys(numbers, "REJECTED"), approved: "APPROVED"}
    assert batches(app) == {said["batch"]: 3}


def test_only_what_the_filters_let_through_is_decided_on(app, bulk, newsroom, story):
    boats, cars = newsroom.comment(story, "More boats", status="hold"), newsroom.comment(story, "Cars", status="hold")
    elsewhere = newsroom.comment(newsroom.story("herald"), "More boats here", status="hold")
    counted = bulk.count(q="boats", story=story).json
    assert counted["count"] == 1
    assert bulk.decide(counted, q="boats", story=story).json["decided"] == 1
    assert statuses(app) == {boats: "APPROVED", cars: "PENDING", elsewhere: "PENDING"}


def test_a_comment_that_arrives_after_the_count_is_never_swept_along(app, bulk, newsroom, story):
    early = newsroom.comment(story, status="hold")
    counted = bulk.count().json
    late = newsroom.comment(story, status="hold")
    assert bulk.decide(counted).json["decided"] == 1
    assert statuses(app) == {early: "APPROVED", late: "PENDING"}


def test_an_old_comment_that_comes_to_match_after_the_count_is_none_of_it(app, bulk, newsroom, story):
    approved, waiting = newsroom.comment(story), newsroom.comment(story, status="hold")
    counted = bulk.count().json
    newsroom.decide(approved, "hold")
    assert bulk.decide(counted, action="reject").json["decided"] == 1
    assert statuses(app) == {approved: "PENDING", waiting: "REJECTED"}


def test_a_comment_reported_after_the_count_is_none_of_it(app, bulk, newsroom, story, report):
    reported, other = newsroom.comment(story), newsroom.comment(story)
    report(reported)
    counted = bulk.count(queue="flagged").json
    report(other)
    assert bulk.decide(counted, action="reject", queue="flagged").json["decided"] == 1
    assert statuses(app) == {reported: "REJECTED", other: "APPROVED"}


def test_a_text_edited_after_the_count_is_left_alone_and_the_new_number_is_told(app, bulk, client, newsroom, story):
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    other = newsroom.comment(story, status="hold")
    counted = bulk.count().json
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    number = int(posted["comment"]["id"])
    client.patch(f"/api/v1/comments/{number}", json={"text": "Something worse."}, headers=receipt)
    refused = bulk.decide(counted)
    assert (refused.status_code, refused.json["code"], refused.json["count"]) == (409, "number_changed", 1)
    assert statuses(app) == {number: "PENDING", other: "PENDING"}
    said = bulk.decide(counted, expected=1).json
    assert (said["decided"], said["skipped"]) == (1, 1)
    assert statuses(app) == {number: "PENDING", other: "APPROVED"}


def test_two_hundred_are_done_by_one_call_and_the_rest_by_the_next(app, bulk, newsroom, story):
    numbers = [newsroom.comment(story, status="hold", minutes_ago=300 - n) for n in range(203)]
    first = bulk.decide(bulk.count().json).json
    assert (first["decided"], first["remaining"]) == (200, 3)
    assert [n for n, status in statuses(app).items() if status == "PENDING"] == numbers[200:]
    rest = bulk.decide(batch=first["batch"], snapshot=first["snapshot"]).json
    assert (rest["decided"], rest["remaining"], rest["batch"]) == (3, 0, first["batch"])
    assert batches(app) == {first["batch"]: 203}


def test_going_on_leaves_what_a_colleague_decided_meanwhile(ada, app, bulk, newsroom, story):
    numbers = [newsroom.comment(story, status="hold", minutes_ago=300 - n) for n in range(203)]
    first = bulk.decide(bulk.count().json).json
    ada.decide(numbers[201], action="spam")
    rest = bulk.decide(batch=first["batch"], snapshot=first["snapshot"]).json
    assert (rest["decided"], rest["skipped"], rest["remaining"]) == (2, 1, 0)
    assert statuses(app)[numbers[201]] == "SPAM"


def test_what_cannot_be_done_is_told_with_the_reason_and_comes_to_an_end(bulk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    said = bulk.decide(bulk.count().json, action="feature").json
    assert (said["decided"], said["remaining"]) == (0, 0)
    assert said["failed"] == [{"id": str(number), "reason": "Only a visible comment can be featured."}]


def test_what_is_so_already_is_skipped_and_leaves_no_decision(app, bulk, newsroom, story):
    newsroom.comment(story)
    said = bulk.decide(bulk.count(queue="approved").json, queue="approved").json
    assert (said["decided"], said["skipped"], said["remaining"], batches(app)) == (0, 1, 0, {})


def test_a_moderator_of_one_section_counts_and_decides_on_nothing_outside_it(app, bulk, cast, newsroom, story):
    mine = newsroom.comment(story, status="hold")
    theirs = newsroom.comment(newsroom.story("herald", category="Sport"), status="hold")
    with app.app_context():
        account = db.session.get(Account, newsroom.account_id(cast.hanna))
        account.sites[0].sections = ["City"]
        db.session.commit()
    counted = bulk.count().json
    assert (counted["count"], bulk.decide(counted).json["decided"]) == (1, 1)
    assert statuses(app) == {mine: "APPROVED", theirs: "PENDING"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": None}, "action"),
        ({"action": "delete"}, "action"),
        ({"expected": None}, "expected"),
        ({"expected": "1"}, "expected"),
        ({"expected": True}, "expected"),
        ({"expected": -1}, "expected"),
        ({"snapshot": None}, "snapshot"),
        ({"snapshot": "made-up"}, "snapshot"),
        ({"snapshot": "W10"}, "snapshot"),
        ({"snapshot": "WzEsMiwzXQ"}, "snapshot"),
        ({"snapshot": "é"}, "snapshot"),
        ({"batch": "mine"}, "batch"),
        ({"stroy": "harbour"}, "stroy"),
        ({"queue": "lost"}, "queue"),
        ({"q": 1}, "q"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_is_no_order_is_refused_by_name_and_nothing_is_done(app, bulk, newsroom, story, changes, field):
    number = newsroom.comment(story, status="hold")
    answer = bulk.decide(bulk.count().json, **changes)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert statuses(app) == {number: "PENDING"}


def test_a_filter_nobody_knows_is_not_counted_as_everything(bulk, newsroom, story):
    answer = bulk.count(stroy=story)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["stroy"])


def test_an_empty_selection_is_refused(bulk, story):
    answer = bulk.decide(bulk.count().json)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["expected"])


def test_a_wrong_number_is_a_conflict_that_says_the_right_one(app, bulk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    answer = bulk.decide(bulk.count().json, expected=7)
    assert (answer.status_code, answer.json["code"], answer.json["count"]) == (409, "number_changed", 1)
    assert statuses(app) == {number: "PENDING"}


def test_nobody_adds_to_a_colleagues_batch(ada, app, bulk, newsroom, story):
    newsroom.comment(story, status="hold")
    theirs = Bulk(ada)
    batch = theirs.decide(theirs.count().json).json["batch"]
    newsroom.comment(story, status="hold")
    answer = bulk.decide(bulk.count().json, batch=batch)
    assert (answer.status_code, list(answer.json["fields"]), batches(app)) == (422, ["batch"], {batch: 1})


def test_another_site_is_unknown(gus, newsroom, story):
    newsroom.comment(story, status="hold")
    assert (Bulk(gus).count().status_code, Bulk(gus).decide().status_code) == (404, 404)


# The pages


@pytest.fixture
def question(desk, newsroom, story):
    """The page that asks, reached as a moderator reaches it: page of the queue, box for all, button."""

    def ask(path: str = "/desk", button: str = "reject", **filled):
        queue = by_class(desk.see(path), "bulk")[0]
        answer = desk.press(queue, button, matching="1", **filled)
        assert answer.status_code == 302
        return desk.see(answer.location), answer.location

    return ask


def several(newsroom, story, number: int = 27) -> list[int]:
    return [newsroom.comment(story, status="hold", minutes_ago=300 - n) for n in range(number)]


def test_the_question_says_what_how_many_why_and_which(question, newsroom, story):
    for n in range(27):
        newsroom.comment(story, f"Boats, boats {n}", name=f"Writer {n}", status="hold", minutes_ago=300 - n)
    newsroom.comment(story, "Cars", status="hold")
    page, _ = question(f"/desk?site=herald&q=boats&story={story}", reason="off topic")
    said = text_of(page)
    for part in ("Reject 27 comments?", "Waiting", "boats", "harbour", "off topic", "Writer 0", "Boats, boats 4"):
        assert part in said
    assert "Writer 5" not in said


def test_asking_decides_nothing(app, question, newsroom, story):
    several(newsroom, story)
    question()
    assert set(statuses(app).values()) == {"PENDING"}


def test_saying_yes_decides_on_all_of_it_and_leads_to_the_log_of_the_batch(app, desk, question, newsroom, story):
    numbers = several(newsroom, story)
    page, _ = question(reason="abuse")
    late = newsroom.comment(story, status="hold")
    result = desk.see(desk.press(form_to(page, "/desk/matching")).location)
    assert statuses(app) == {**dict.fromkeys(numbers, "REJECTED"), late: "PENDING"}
    assert "27 comments rejected" in text_of(result)
    (batch,) = batches(app)
    assert f"/desk/log?site=herald&batch={batch}" in [link.get("href") for link in result.iter("a")]
    assert not has_form_to(result, "/desk/matching")


def test_the_result_can_be_undone_where_it_is_told(app, desk, question, newsroom, story):
    numbers = several(newsroom, story)
    page, _ = question(reason="abuse")
    result = desk.see(desk.press(form_to(page, "/desk/matching")).location)
    answer = desk.press(form_to(result, "/desk/undo"))
    assert answer.location == f"/desk#card-{numbers[0]}"
    assert (set(statuses(app).values()), "27 decisions undone." in desk.told()) == ({"PENDING"}, True)


def test_what_changed_meanwhile_is_left_and_counted(app, desk, question, newsroom, story):
    numbers = several(newsroom, story)
    page, _ = question()
    newsroom.decide(numbers[3], "spam")
    said = text_of(desk.see(desk.press(form_to(page, "/desk/matching")).location))
    assert statuses(app)[numbers[3]] == "SPAM"
    assert "Decided 26" in re.sub(r"(\D)(\d)", r"\1 \2", said).replace("  ", " ")
    assert "so already 1" in re.sub(r"(\D)(\d)", r"\1 \2", said).replace("  ", " ")


def test_sent_twice_it_is_done_once(app, desk, question, newsroom, story):
    several(newsroom, story)
    page, _ = question()
    for _ in range(2):
        assert desk.press(form_to(page, "/desk/matching")).status_code == 302
    assert list(batches(app).values()) == [27]


def test_many_have_to_be_confirmed_by_their_number(app, desk, question, newsroom, story, monkeypatch):
    monkeypatch.setattr(bulk_pages, "MANY", 20)
    several(newsroom, story)
    page, _ = question()
    for typed in ("", "26", "yes"):
        answer = desk.press(form_to(page, "/desk/matching"), number=typed)
        assert (answer.status_code, "Type 27 to go on." in answer.get_data(as_text=True)) == (422, True)
    assert set(statuses(app).values()) == {"PENDING"}
    desk.press(form_to(page, "/desk/matching"), number="27")
    assert set(statuses(app).values()) == {"REJECTED"}


def test_without_javascript_the_rest_waits_for_a_button(app, desk, question, newsroom, story, monkeypatch):
    monkeypatch.setattr(bulk_pages, "MOST_IN_ONE_REQUEST", 10)
    several(newsroom, story)
    page, _ = question()
    left = []
    while has_form_to(page, "/desk/matching"):
        page = desk.see(desk.press(form_to(page, "/desk/matching")).location)
        left.append(list(statuses(app).values()).count("PENDING"))
    assert (left, list(batches(app).values())) == ([17, 7, 0], [27])


def test_a_request_stops_beginning_steps_when_its_time_is_over(app, desk, question, newsroom, story, monkeypatch):
    monkeypatch.setattr(bulk_pages, "PATIENCE", -1)
    several(newsroom, story)
    page, _ = question()
    result = desk.see(desk.press(form_to(page, "/desk/matching")).location)
    assert (has_form_to(result, "/desk/matching"), set(statuses(app).values())) == (True, {"PENDING"})


def test_a_step_the_database_stops_is_told_and_what_went_before_is_kept(
    app, desk, question, newsroom, story, monkeypatch
):
    several(newsroom, story)
    page, _ = question()
    real, steps = bulk_pages.bulk.decide_chunk, []

    def stop(*asked, **more):
        steps.append(asked)
        if len(steps) == 2:
            raise OperationalError("", {}, Exception("deadlock detected"))
        return real(*asked, **more)

    monkeypatch.setattr(bulk_pages.bulk, "CHUNK", 10)
    monkeypatch.setattr(bulk_pages.bulk, "decide_chunk", stop)
    result = desk.see(desk.press(form_to(page, "/desk/matching")).location)
    assert (has_form_to(result, "/desk/matching"), list(statuses(app).values()).count("PENDING")) == (True, 17)


def test_a_filter_nobody_knows_is_refused_on_the_page(desk, story):
    answer = desk.client.get("/desk/matching?site=herald&action=reject&stroy=harbour")
    assert (answer.status_code, "There is no filter called stroy." in answer.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize("given", ["action=delete", "action=reject&reason=because", "", "action=reject&queue=lost"])
def test_what_is_no_order_is_refused_on_the_page(desk, newsroom, story, given):
    newsroom.comment(story, status="hold")
    assert desk.client.get(f"/desk/matching?site=herald&{given}").status_code == 422


def test_where_nothing_matches_it_is_said(desk, story):
    answer = desk.client.get("/desk/matching?site=herald&action=reject&q=boats")
    assert answer.location == "/desk?site=herald&q=boats"
    assert "No comment matches" in desk.told()


def test_the_queue_of_another_site_is_not_there(cast, newsroom, story):
    newsroom.comment(story, status="hold")
    gus = newsroom.signed_in(cast.gus)
    for path in ("", "/count", "/result"):
        assert gus.get(f"/desk/matching{path}?site=herald&action=reject").status_code == 404


# Ticked comments: what cannot be


@pytest.mark.parametrize("seen", ["1", "1:", "1:x", ":1", "1:1:1:1", "1:99999999999"])
def test_a_tick_that_is_none_decides_nothing(app, desk, newsroom, story, seen):
    number = newsroom.comment(story, status="hold")
    answer = desk.send("/desk/decisions", action="reject", seen=[f"{number}:{newsroom.version(number)}", seen])
    assert (answer.status_code in (302, 404), statuses(app)) == (True, {number: "PENDING"})


def test_a_page_may_send_more_ticks_than_a_script(app, desk, newsroom, story):
    """Two cards of near-identical comments can come to 400; of these all but one are nobody's."""
    number = newsroom.comment(story, status="hold")
    seen = " ".join([f"{number}:{newsroom.version(number)}", *(f"{10**6 + n}:1" for n in range(400))])
    assert desk.send("/desk/decisions", action="reject", seen=seen).status_code == 404


def test_a_thousand_and_one_ticks_are_refused_whole(app, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    seen = " ".join([f"{number}:{newsroom.version(number)}", *(f"{10**6 + n}:1" for n in range(1000))])
    answer = desk.send("/desk/decisions", action="reject", seen=seen, back="/desk?site=herald&q=boats")
    assert (answer.status_code, answer.location) == (302, "/desk?site=herald&q=boats")
    assert "1,001 comments are ticked. Decide on at most 1,000 at once" in desk.told()
    assert statuses(app) == {number: "PENDING"}


def test_of_a_filter_that_is_said_twice_the_first_counts_for_the_list_and_for_the_question(desk, newsroom):
    newsroom.comment(newsroom.story("herald", category="Sport"), status="hold")
    newsroom.comment(newsroom.story("herald", category="Politics"), status="hold")
    twice = "/desk?site=herald&q=&section=Sport&section=Politics&q=boats"
    assert len(desk.cards(twice)) == 1
    asked = desk.send("/desk/decisions", matching="1", action="approve", back=twice).location
    assert "section=Sport" in asked
    assert "1 comment" in text_of(desk.see(asked))


def test_a_stale_tick_is_left_and_the_others_are_decided(app, desk, newsroom, story):
    numbers = several(newsroom, story, 3)
    seen = [f"{number}:{newsroom.version(number)}" for number in numbers]
    newsroom.decide(numbers[1], "spam")
    desk.send("/desk/decisions", action="reject", seen=seen)
    assert list(statuses(app).values()) == ["REJECTED", "SPAM", "REJECTED"]
    assert "had changed before" in desk.told()


def test_a_tick_of_another_site_stops_the_whole_stroke(app, desk, newsroom, story):
    mine = newsroom.comment(story, status="hold")
    newsroom.story("gazette", "theirs")
    theirs = newsroom.comment("theirs", site="gazette", status="hold")
    answer = desk.send("/desk/decisions", action="reject", seen=f"{mine}:{newsroom.version(mine)} {theirs}:1")
    assert (answer.status_code, set(statuses(app).values())) == (404, {"PENDING"})


def test_a_colleagues_decision_with_an_earlier_time_is_not_overwritten(app, bulk, cast, newsroom, story):
    first, second = newsroom.comment(story, status="hold"), newsroom.comment(story, status="hold")
    counted = bulk.count(queue="all").json
    with app.app_context(), unit_of_work():  # begun before the count, committed after it
        ada = Actor.of(find_account(cast.ada.email, house().keys))
        seen = [Seen(first, newsroom.row(first).version)]
        decide_all(seen, "approve", actor=ada, now=now() - timedelta(milliseconds=300))
    said = bulk.decide(counted, expected=1, queue="all", action="reject", reason="spam").json
    assert (said["decided"], said["skipped"]) == (1, 1)
    assert statuses(app) == {first: "APPROVED", second: "REJECTED"}


def test_a_reply_that_came_with_a_moved_conversation_is_none_of_it(ada, app, bulk, client, newsroom, story):
    newsroom.story("herald", "ferry")
    counted_one = newsroom.comment("ferry", status="hold", minutes_ago=30)
    other = newsroom.comment("ferry", status="hold", minutes_ago=20)
    top = newsroom.comment(story, minutes_ago=40)
    reply = newsroom.comment(story, parent=top, status="hold", minutes_ago=35)
    counted = bulk.count(story="ferry").json
    ada.decide(counted_one, action="reject")
    with app.app_context():
        number = newsroom.row(top).story_id
    moved = {"to": "ferry", "comment": str(top)}
    assert client.post(f"/api/v1/admin/stories/{number}/move", json=moved, headers=ada.headers).status_code == 200
    assert bulk.decide(counted, expected=1, story="ferry", action="spam").json["decided"] == 1
    assert statuses(app) == {counted_one: "REJECTED", other: "SPAM", top: "APPROVED", reply: "PENDING"}


def test_a_report_after_the_count_is_not_answered_by_it(app, bulk, newsroom, story, report):
    number = newsroom.comment(story)
    counted = bulk.count(queue="all").json
    report(number)
    bulk.decide(counted, queue="all", action="approve")
    with app.app_context():
        assert newsroom.row(number).open_flags == 1
