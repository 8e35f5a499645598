"""Readers report a comment."""

import pytest

from commentsvc.core.database import db
from commentsvc.moderation.models import Flag, FlagReason
from tests.moderation.pages import Browser, by_class

REASONS = ("abuse", "spam", "hate", "off_topic", "misinformation", "private_data", "illegal", "other")


@pytest.fixture
def comment(newsroom, story) -> int:
    return newsroom.comment(story)


def send(client, comment, **body):
    return client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "abuse", **body})


def flags(app) -> list[Flag]:
    with app.app_context():
        return db.session.query(Flag).order_by(Flag.id).all()


def test_the_reasons_are_those_of_the_contract():
    assert tuple(FlagReason) == REASONS


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_kept_with_its_details(app, client, comment, reason):
    assert send(client, comment, reason=reason, details="The second sentence.\nAnd the third.").status_code == 202
    (kept,) = flags(app)
    assert (kept.comment_id, kept.reason, kept.details) == (comment, reason, "The second sentence.\nAnd the third.")


def test_the_answer_never_tells_whether_others_reported(client, newsroom, comment):
    answers = [
        newsroom.client().post(
            f"/api/v1/comments/{comment}/flags", json={"reason": "abuse"}, headers={"User-Agent": reader}
        )
        for reader in ("Anna", "Anna", "Bert", "Cem")
    ]
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(202, b'{"received":true}')}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_one_reader_reports_a_comment_once(app, client, comment):
    for reason in ("abuse", "abuse", "spam"):
        send(client, comment, reason=reason)
    assert [flag.reason for flag in flags(app)] == ["abuse"]


def test_a_report_changes_nothing_that_readers_see(client, comment):
    before = client.get("/api/v1/thread?site=herald&story=harbour").get_data()
    send(client, comment)
    assert client.get("/api/v1/thread?site=herald&story=harbour").get_data() == before


def test_who_reported_is_only_a_keyed_hash(app, client, comment):
    send(client, comment)
    (kept,) = flags(app)
    assert len(kept.reader_hash) == 64
    assert "127.0.0.1" not in repr(vars(kept))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": None}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "boring"}, "reason"),
        ({"reason": "ABUSE"}, "reason"),
        ({"reason": ["abuse"]}, "reason"),
        ({"details": "x" * 501}, "details"),
        ({"details": "a\x00b"}, "details"),
        ({"details": 1}, "details"),
    ],
)
def test_what_is_no_report_is_refused_by_name(app, client, comment, body, field):
    answer = send(client, comment, **body)
    assert (answer.status_code, list(answer.json["fields"]), flags(app)) == (422, [field], [])


def test_five_hundred_characters_explain_enough(app, client, comment):
    assert send(client, comment, details="é" * 500).status_code == 202
    assert len(flags(app)[0].details) == 500


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
def test_what_nobody_can_see_cannot_be_reported(app, client, newsroom, story, status):
    number = newsroom.comment(story, status=status)
    assert (send(client, number).status_code, flags(app)) == (404, [])


@pytest.mark.parametrize("number", ["0", "x", "999999999", "9" * 40])
def test_an_unknown_comment_cannot_be_reported(client, cast, number):
    assert send(client, number).status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"), [("https://www.herald.example", 202), ("https://www.gazette.example", 403), ("null", 403)]
)
def test_only_pages_of_the_site_report(client, comment, origin, status):
    answer = client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "spam"}, headers={"Origin": origin})
    assert answer.status_code == status


def test_a_report_after_a_decision_asks_again(client, hanna, newsroom, comment, report):
    report(comment)
    hanna.decide(comment, action="approve")
    report(comment, "hate")
    (item,) = hanna.queue(queue="flagged").json["items"]
    assert [flag["reason"] for flag in item["flags"]] == ["hate"]


def test_a_report_that_nobody_saw_is_not_answered_by_keeping_the_comment(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number, "off_topic")
    (item,) = hanna.queue(queue="flagged").json["items"]
    report(number, "illegal", "A child's address.")
    seen = {"id": item["id"], "version": item["version"], "reports": len(item["flags"])}
    answer = hanna.send({"comments": [seen], "action": "approve"}).json
    assert (len(answer["decided"]), len(answer["conflicts"])) == (0, 1)
    (still,) = hanna.queue(queue="flagged").json["items"]
    assert len(still["flags"]) == 2


def test_a_report_since_the_page_was_drawn_is_said_and_nothing_is_kept(cast, newsroom, story, report):
    desk = Browser(newsroom.signed_in(cast.hanna))
    number = newsroom.comment(story)
    report(number)
    form = by_class(desk.cards("/desk?site=herald&queue=flagged")[number], "decide")[0]
    report(number)
    desk.press(form, "approve")
    assert "was left as it is. A reader reported it after you opened it." in desk.told()
