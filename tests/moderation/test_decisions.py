"""Decisions, their log, and taking them back, as a script of the newsroom sends them."""

import pytest

from commentsvc.comments.models import Decision, Revision
from commentsvc.core.database import db
from tests.cast import rosas_comment

VERDICTS = [("approve", "approved"), ("reject", "rejected"), ("spam", "spam")]


@pytest.fixture
def waiting(newsroom, story) -> int:
    return newsroom.comment(story, status="hold")


def status_of(newsroom, comment: int) -> str:
    with newsroom.app.app_context():
        return newsroom.row(comment).status.lower()


@pytest.mark.parametrize(("action", "status"), VERDICTS)
def test_a_verdict_changes_the_status_and_leaves_a_decision(hanna, newsroom, waiting, action, status):
    version = newsroom.version(waiting)
    answer = hanna.decide(waiting, action=action, reason="off topic", note="Second time today.")
    (decided,) = answer.json["decided"]
    assert (answer.status_code, answer.json["conflicts"]) == (200, [])
    assert (decided["id"], decided["status"], decided["version"]) == (str(waiting), status, version + 1)
    (line, *_) = hanna.log(comment=waiting)
    assert line["id"] == decided["decision"]
    assert (line["comment"], line["actor"]["account"], line["action"]) == (str(waiting), "Hanna", action)
    assert (line["before"], line["after"], line["reason"], line["note"]) == (
        "pending",
        status,
        "off topic",
        "Second time today.",
    )


def test_holding_puts_a_comment_back_to_wait(hanna, newsroom, story):
    number = newsroom.comment(story)
    assert hanna.decide(number, action="hold").json["decided"][0]["status"] == "pending"
    assert hanna.ids() == [number]


def test_the_counts_of_the_story_follow(hanna, client, newsroom, waiting):
    counts = []
    for action in ("approve", "reject", "approve", "hold"):
        hanna.decide(waiting, action=action)
        counts.append(client.get("/api/v1/counts?site=herald&story=harbour").json["counts"]["harbour"])
    assert counts == [1, 0, 1, 0]


def test_deciding_what_is_so_already_changes_nothing(hanna, newsroom, story):
    number = newsroom.comment(story)
    before = newsroom.version(number), len(hanna.log(comment=number))
    (decided,) = hanna.decide(number, action="approve").json["decided"]
    assert (decided["status"], decided["decision"]) == ("approved", None)
    assert (newsroom.version(number), len(hanna.log(comment=number))) == before


def test_a_decision_is_bound_to_the_text_that_was_seen(app, hanna, client, story):
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    number = int(posted["comment"]["id"])
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{number}", json={"text": "Something else."}, headers=receipt)
    hanna.decide(number, action="reject")
    with app.app_context():
        decision = db.session.query(Decision).order_by(Decision.id.desc()).first()
        revision = db.session.get(Revision, decision.revision_id)
        assert (revision.number, revision.text) == (2, "Something else.")


def test_a_text_edited_meanwhile_is_a_conflict(hanna, client, newsroom, story):
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    number = int(posted["comment"]["id"])
    seen = newsroom.version(number)
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{number}", json={"text": "Something worse."}, headers=receipt)
    answer = hanna.decide(number, action="approve", versions={number: seen}).json
    assert (answer["decided"], answer["conflicts"][0]["decided_by"]) == ([], "author_is_new")
    assert status_of(newsroom, number) == "pending"


def test_what_somebody_else_decided_is_a_conflict_and_the_rest_goes_through(ada, hanna, newsroom, story):
    mine, theirs = newsroom.comment(story, status="hold"), newsroom.comment(story, status="hold")
    seen = {theirs: newsroom.version(theirs)}
    ada.decide(theirs, action="reject")
    answer = hanna.decide(mine, theirs, action="approve", versions=seen).json
    assert [each["id"] for each in answer["decided"]] == [str(mine)]
    assert answer["conflicts"] == [
        {"id": str(theirs), "status": "rejected", "version": seen[theirs] + 1, "decided_by": "Ada"}
    ]
    assert status_of(newsroom, theirs) == "rejected"


def test_a_version_from_the_future_is_a_conflict(hanna, newsroom, waiting):
    answer = hanna.decide(waiting, action="approve", versions={waiting: 99}).json
    assert ([each["id"] for each in answer["conflicts"]], status_of(newsroom, waiting)) == ([str(waiting)], "pending")


def test_two_hundred_comments_are_decided_at_once(hanna, newsroom, story):
    numbers = [newsroom.comment(story, status="hold") for _ in range(200)]
    answer = hanna.decide(*numbers, action="approve").json
    assert (len(answer["decided"]), answer["conflicts"], hanna.queue().json["counts"]["pending"]) == (200, [], 0)


@pytest.mark.parametrize("whose", ["nobody's", "the Gazette's"])
def test_one_comment_that_is_not_to_be_known_stops_the_whole_batch(hanna, newsroom, waiting, whose):
    newsroom.story("gazette", "theirs")
    theirs = newsroom.comment("theirs", site="gazette", status="hold") if whose == "the Gazette's" else 10**9
    seen = [{"id": str(waiting), "version": newsroom.version(waiting)}, {"id": str(theirs), "version": 1}]
    answer = hanna.send({"comments": seen, "action": "approve"})
    assert (answer.status_code, answer.json["code"], status_of(newsroom, waiting)) == (404, "not_found", "pending")


ONE = {"id": "1", "version": 1}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": None}, "action"),
        ({"action": "delete"}, "action"),
        ({"action": "undo"}, "action"),
        ({"action": 1}, "action"),
        ({"action": ["approve"]}, "action"),
        ({"comments": None}, "comments"),
        ({"comments": []}, "comments"),
        ({"comments": "1"}, "comments"),
        ({"comments": {"1": 1}}, "comments"),
        ({"comments": [1]}, "comments"),
        ({"comments": [{"id": 1, "version": 1}]}, "comments"),
        ({"comments": [{"id": "1"}]}, "comments"),
        ({"comments": [{"id": "1", "version": "1"}]}, "comments"),
        ({"comments": [{"id": "1", "version": True}]}, "comments"),
        ({"comments": [{"id": "1", "version": 1.5}]}, "comments"),
        ({"comments": [ONE] * 201}, "comments"),
        ({"reason": "x" * 61}, "reason"),
        ({"reason": 1}, "reason"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_what_is_no_decision_is_refused_by_name(hanna, changes, field):
    answer = hanna.send({"comments": [ONE], "action": "approve", **changes})
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


@pytest.mark.parametrize("id", ["0", "-1", "x", "", "1 ", "١", "9" * 19, "9" * 30])
def test_what_is_no_id_is_nobodys_comment(hanna, id):
    assert hanna.send({"comments": [{"id": id, "version": 1}], "action": "approve"}).status_code == 404


def test_a_version_beyond_every_number_is_a_conflict(hanna, newsroom, waiting):
    assert len(hanna.decide(waiting, action="approve", versions={waiting: 10**30}).json["conflicts"]) == 1


# Editors' picks


def test_a_visible_comment_can_be_featured_and_taken_off_again(hanna, client, newsroom, story):
    number, shown = newsroom.comment(story), []
    for action in ("feature", "unfeature"):
        hanna.decide(number, action=action)
        shown.append(client.get("/api/v1/thread?site=herald&story=harbour").json["comments"][0]["featured"])
    assert shown == [True, False]
    assert [(line["action"], line["before"], line["after"]) for line in hanna.log(comment=number)[:2]] == [
        ("unfeature", "approved", "approved"),
        ("feature", "approved", "approved"),
    ]


def test_what_nobody_can_see_is_not_featured(hanna, app, newsroom, waiting):
    answer = hanna.decide(waiting, action="feature").json
    assert ([each["id"] for each in answer["conflicts"]], answer["decided"]) == ([str(waiting)], [])
    with app.app_context():
        assert newsroom.row(waiting).featured_at is None


def test_what_is_rejected_is_no_pick_any_more(hanna, client, newsroom, story):
    number = newsroom.comment(story)
    for action in ("feature", "reject", "approve"):
        hanna.decide(number, action=action)
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["comments"][0]["featured"] is False


# Reports


@pytest.mark.parametrize("action", ["approve", "reject", "spam", "hold"])
def test_a_decision_answers_every_report(hanna, newsroom, story, report, action):
    number = newsroom.comment(story)
    report(number)
    report(number)
    hanna.decide(number, action=action)
    assert (hanna.ids(queue="flagged"), hanna.queue().json["counts"]["flagged"]) == ([], 0)


def test_keeping_a_reported_comment_is_a_decision_too(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    (decided,) = hanna.decide(number, action="approve").json["decided"]
    (line, *_) = hanna.log(comment=number)
    assert (line["id"], line["before"], line["after"]) == (decided["decision"], "approved", "approved")


def test_a_decision_that_comes_too_late_answers_no_report(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    hanna.decide(number, action="approve", versions={number: 99})
    assert hanna.ids(queue="flagged") == [number]


# Taking back


@pytest.mark.parametrize(("action", "status"), VERDICTS)
def test_undoing_puts_back_what_was_and_is_itself_a_decision(hanna, newsroom, waiting, action, status):
    decision = hanna.decide(waiting, action=action).json["decided"][0]["decision"]
    answer = hanna.undo(decision)
    assert (answer.status_code, answer.json["status"], answer.json["version"]) == (
        200,
        "pending",
        newsroom.version(waiting),
    )
    (line, *_) = hanna.log(comment=waiting)
    assert (line["id"], line["before"], line["after"]) == (answer.json["decision"], status, "pending")
    assert (line["reason"], line["actor"]["account"]) == ("undo", "Hanna")


def test_an_undo_can_be_undone(hanna, newsroom, waiting):
    first = hanna.decide(waiting, action="reject").json["decided"][0]["decision"]
    second = hanna.undo(first).json["decision"]
    assert hanna.undo(second).json["status"] == "rejected"


@pytest.mark.parametrize(("action", "opposite"), [("feature", False), ("unfeature", True)])
def test_a_pick_can_be_undone(hanna, app, newsroom, story, action, opposite):
    number = newsroom.comment(story)
    if action == "unfeature":
        hanna.decide(number, action="feature")
    hanna.undo(hanna.decide(number, action=action).json["decided"][0]["decision"])
    with app.app_context():
        assert (newsroom.row(number).featured_at is not None) is opposite


def test_undoing_a_rejection_brings_the_pick_back(hanna, app, newsroom, story):
    number = newsroom.comment(story)
    hanna.decide(number, action="feature")
    hanna.undo(hanna.decide(number, action="reject").json["decided"][0]["decision"])
    with app.app_context():
        assert (newsroom.row(number).is_visible, newsroom.row(number).featured_at is not None) == (True, True)


def test_undoing_asks_what_readers_reported_again(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    hanna.undo(hanna.decide(number, action="reject").json["decided"][0]["decision"])
    assert hanna.ids(queue="flagged") == [number]


def test_keeping_a_reported_comment_can_be_undone(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    answer = hanna.undo(hanna.decide(number, action="approve").json["decided"][0]["decision"])
    assert (answer.json["status"], answer.json["decision"] is not None, hanna.ids(queue="flagged")) == (
        "approved",
        True,
        [number],
    )


def test_reports_answered_earlier_stay_answered(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    hanna.decide(number, action="approve")
    hanna.undo(hanna.decide(number, action="reject").json["decided"][0]["decision"])
    assert hanna.ids(queue="flagged") == []


def test_something_older_than_the_last_decision_cannot_be_undone(hanna, newsroom, waiting):
    first = hanna.decide(waiting, action="approve").json["decided"][0]["decision"]
    hanna.decide(waiting, action="reject")
    answer = hanna.undo(first)
    assert (answer.status_code, answer.json["code"], status_of(newsroom, waiting)) == (409, "conflict", "rejected")


def test_nothing_can_be_undone_twice(hanna, waiting):
    decision = hanna.decide(waiting, action="approve").json["decided"][0]["decision"]
    assert [hanna.undo(decision).status_code for _ in range(2)] == [200, 409]


def test_before_the_first_decision_there_was_nothing(hanna, client, newsroom, story):
    client.post("/api/v1/comments", json=rosas_comment())
    (line,) = hanna.log()
    assert (line["before"], hanna.undo(line["id"]).status_code) == (None, 409)


@pytest.mark.parametrize("decision", ["0", "x", "999999999", "-1"])
def test_an_unknown_decision_cannot_be_undone(hanna, waiting, decision):
    assert hanna.undo(decision).status_code == 404


def test_a_decision_at_another_site_is_unknown(hanna, gus, newsroom, waiting):
    decision = hanna.decide(waiting, action="approve").json["decided"][0]["decision"]
    assert (gus.undo(decision).status_code, status_of(newsroom, waiting)) == (404, "approved")


# The log


def test_the_log_tells_people_from_rules(hanna, client, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    newsroom.set("herald", hold_first_comments=0)
    number = int(client.post("/api/v1/comments", json=rosas_comment(text="A swindle.")).json["comment"]["id"])
    hanna.decide(number, action="approve")
    person, rule = hanna.log(comment=number)
    assert (person["actor"]["account"], person["before"], person["after"]) == ("Hanna", "pending", "approved")
    assert (rule["actor"], rule["before"], rule["after"]) == ({"rule": "uses_held_word"}, None, "pending")


def test_the_log_says_which_text_and_when(hanna, waiting):
    (line, *_) = hanna.log(comment=waiting)
    assert line["revision"].isdigit()
    assert line["at"].endswith("Z")


def test_the_log_can_be_narrowed_to_a_comment_or_a_colleague(ada, hanna, cast, newsroom, story):
    one, two = newsroom.comment(story, status="hold"), newsroom.comment(story, status="hold")
    hanna.decide(one, action="approve")
    ada.decide(two, action="reject")
    by_hanna = hanna.log(account=newsroom.account_id(cast.hanna))
    assert [(line["comment"], line["action"]) for line in by_hanna] == [(str(one), "approve")]
    assert {line["comment"] for line in hanna.log(comment=two)} == {str(two)}


def test_the_log_of_another_site_has_none_of_it(ada, hanna, waiting):
    hanna.decide(waiting, action="approve")
    assert ada.log(site="gazette") == []


def test_the_log_is_read_page_by_page_newest_first(hanna, client, cast, newsroom, story):
    for _ in range(30):
        newsroom.comment(story, status="hold")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/moderation/log?site=herald&cursor={cursor}", headers=cast.hanna.headers).json
        assert len(page["decisions"]) <= 50
        seen += [int(line["id"]) for line in page["decisions"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == len(hanna_total(newsroom))


def hanna_total(newsroom) -> list[Decision]:
    with newsroom.app.app_context():
        return db.session.query(Decision).all()


@pytest.mark.parametrize("action", ["feature", "unfeature"])
def test_a_pick_answers_no_report(hanna, newsroom, story, report, action):
    number = newsroom.comment(story)
    report(number)
    hanna.decide(number, action=action)
    assert hanna.ids(queue="flagged") == [number]


def test_taking_off_what_is_no_pick_is_no_decision_that_an_undo_could_turn_into_one(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number)
    assert hanna.decide(number, action="unfeature").json["decided"][0]["decision"] is None


def test_the_log_is_asked_for_what_one_person_decided(hanna, waiting):
    hanna.decide(waiting, action="approve")
    line = hanna.log()[0]
    assert [each["id"] for each in hanna.log(account=line["actor"]["id"])] == [line["id"]]
