"""Reports that bring a comment back to the queue, once and again."""

import pytest

from commentsvc.comments.models import Decision, StoredVerdict
from commentsvc.core.database import db
from tests.cast import rosas_comment


@pytest.fixture
def reported(newsroom, story, report):
    """A comment that `n` readers report; returns its id."""

    def make(n: int) -> int:
        comment = newsroom.comment(story)
        for _ in range(n):
            report(comment)
        return comment

    return make


@pytest.fixture
def status(app, newsroom):
    def read(comment: int) -> str:
        with app.app_context():
            return newsroom.row(comment).status

    return read


def said(app, comment: int) -> list[tuple[str, str, str | None]]:
    with app.app_context():
        rows = db.session.scalars(db.select(StoredVerdict).where(StoredVerdict.comment_id == comment))
        return [(row.rule, row.outcome, row.would_be) for row in rows if row.rule == "flags_reached"]


def test_two_reports_leave_an_approved_comment_where_it_is(reported, status):
    assert status(reported(2)) == "APPROVED"


def test_the_third_brings_it_back_by_a_decision_of_the_rule(app, reported, status):
    comment = reported(3)
    assert status(comment) == "PENDING"
    with app.app_context():
        last = db.session.scalars(
            db.select(Decision).where(Decision.comment_id == comment).order_by(Decision.id)
        ).all()[-1]
        assert (last.rule, last.before, last.after) == ("flags_reached", "APPROVED", "PENDING")
    assert said(app, comment) == [("flags_reached", "hold", None)]


def test_the_site_says_how_many(newsroom, reported, status):
    newsroom.set("herald", flags_to_hold=1)
    assert status(reported(1)) == "PENDING"


def test_no_number_of_reports_where_the_site_says_never(newsroom, reported, status):
    newsroom.set("herald", flags_to_hold=0)
    assert status(reported(5)) == "APPROVED"


def test_one_reader_reports_once(newsroom, story, status):
    comment = newsroom.comment(story)
    for _ in range(4):
        newsroom.client().post(f"/api/v1/comments/{comment}/flags", json={"reason": "abuse"})
    assert status(comment) == "APPROVED"


def test_only_another_wave_after_it_was_kept_brings_it_back_again(hanna, reported, report, status):
    comment = reported(3)
    hanna.decide(comment, action="approve")
    report(comment)
    report(comment)
    assert status(comment) == "APPROVED"
    report(comment)
    assert status(comment) == "PENDING"


def test_no_wave_brings_back_what_was_to_be_left_alone(hanna, reported, report, status):
    comment = reported(3)
    assert hanna.decide(comment, action="ignore_flags").json["decided"][0]["status"] == "approved"
    for _ in range(5):
        report(comment)
    assert (status(comment), hanna.ids(queue="flagged")) == ("APPROVED", [])
    assert hanna.log()[0]["action"] == "ignore_flags"


def test_an_approved_comment_can_be_left_alone_before_any_report_reached_the_number(hanna, reported, report, status):
    comment = reported(1)
    hanna.decide(comment, action="ignore_flags")
    for _ in range(3):
        report(comment)
    assert status(comment) == "APPROVED"


def test_after_an_edit_reports_count_again(client, hanna, newsroom, report, status, story):
    newsroom.set("herald", hold_first_comments=0)
    made = client.post("/api/v1/comments", json=rosas_comment(story=story)).json
    comment = int(made["comment"]["id"])
    hanna.decide(comment, action="ignore_flags")
    token = {"Authorization": f"Bearer {made['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{comment}", json={"text": "Something else."}, headers=token)
    hanna.decide(comment, action="approve")
    for _ in range(3):
        report(comment)
    assert status(comment) == "PENDING"


def test_leaving_a_comment_alone_is_undone_like_any_decision(hanna, reported, report, status):
    comment = reported(3)
    decision = hanna.decide(comment, action="ignore_flags").json["decided"][0]["decision"]
    assert hanna.undo(decision).json["status"] == "pending"
    hanna.decide(comment, action="approve")
    for _ in range(3):
        report(comment)
    assert status(comment) == "PENDING"


def test_what_was_reported_meanwhile_is_open_once_leaving_alone_is_undone(
    app, hanna, newsroom, reported, report, status
):
    comment = reported(1)
    decision = hanna.decide(comment, action="ignore_flags").json["decided"][0]["decision"]
    report(comment)
    undone = hanna.undo(decision).json["decision"]
    (item,) = hanna.queue(queue="flagged").json["items"]
    assert (len(item["flags"]), open_flags(app, newsroom, comment)) == (2, 2)
    hanna.undo(undone)
    assert (hanna.ids(queue="flagged"), open_flags(app, newsroom, comment)) == ([], 0)
    hanna.undo(hanna.log()[0]["id"])
    report(comment)
    assert status(comment) == "PENDING"


def open_flags(app, newsroom, comment: int) -> int:
    with app.app_context():
        return newsroom.row(comment).open_flags


def test_a_moderator_of_another_site_leaves_nothing_alone(gus, reported):
    assert gus.decide(reported(1), action="ignore_flags").status_code == 404


def test_the_button_stands_on_the_card_of_a_reported_comment_alone(cast, newsroom, reported):
    browser = newsroom.signed_in(cast.hanna)
    button = "Keep, and ignore reports until it is edited"
    reported_card = browser.get(f"/desk/comments/{reported(3)}").get_data(as_text=True)
    calm_card = browser.get(f"/desk/comments/{reported(0)}").get_data(as_text=True)
    assert (button in reported_card, button in calm_card) == (True, False)


@pytest.mark.parametrize(("mode", "after", "verdict"), [
    ("off", "APPROVED", []), ("shadow", "APPROVED", [("flags_reached", "note", "hold")]),
    ("note", "APPROVED", [("flags_reached", "note", None)]), ("reject", "REJECTED", [("flags_reached", "reject", None)]),
])  # fmt: skip
def test_reports_mean_what_the_site_chose(app, newsroom, reported, status, mode, after, verdict):
    newsroom.rule("herald", "flags_reached", mode)
    comment = reported(4 if mode != "reject" else 3)
    assert (status(comment), said(app, comment)) == (after, verdict)


def test_readers_of_one_network_count_as_one(newsroom, report, status, story):
    comment = newsroom.comment(story)
    for browser in ("Anna", "Bert", "Cem"):
        newsroom.client().post(
            f"/api/v1/comments/{comment}/flags", json={"reason": "abuse"}, headers={"User-Agent": browser}
        )
    report(comment)
    assert status(comment) == "APPROVED"
    report(comment)
    assert status(comment) == "PENDING"
