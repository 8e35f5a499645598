"""Asking happens once, and whatever dies on the way, the comment is on disk and waits."""

import pytest

from commentsvc.checks.models import OutsideCheck
from commentsvc.comments import asking
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.outbox.models import Event


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def left(app, hook, post, monkeypatch) -> str:
    """Rosa's comment, whose process died when it was about to ask."""

    def die(*_args, **_more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(asking, "ask_all", die)
        with pytest.raises(Killed):
            post(key="once")
    with app.app_context():
        return str(db.session.query(OutsideCheck).one().comment_id)


def test_a_retry_is_not_asked_about_again(hook, post):
    first, second = post(key="once"), post(key="once")
    assert (first.status_code, second.status_code, len(hook.got)) == (201, 201, 1)
    assert second.json["comment"] == first.json["comment"]


def test_what_was_asked_is_forgotten_with_the_answer(app, hook, newsroom, post):
    newsroom.set("herald", hook_sends_address=True)
    post()
    with app.app_context():
        check = db.session.query(OutsideCheck).one()
        assert (check.question_encrypted, check.sent_encrypted) == (None, None)


def test_what_waits_to_be_asked_is_encrypted(app, left):
    with app.app_context():
        kept = db.session.query(OutsideCheck).one().question_encrypted
        assert kept
        assert "harbour" not in kept


def test_a_comment_whose_process_died_waits_for_a_moderator(left, kept, post):
    assert kept(left) == {
        "status": "PENDING",
        "verdicts": [("outside_checks", "hold", "waits for an outside check")],
        "marks": [([], None)],
        "decisions": [("outside_checks", None, "PENDING")],
    }
    retried = post(key="once").json
    assert (retried["comment"]["status"], retried["reasons"]) == ("pending", ["It is still being checked."])


def test_it_is_not_asked_about_while_it_may_still_be_under_way(app, left, hook):
    with app.app_context():
        asking.ask_again()
    assert hook.got == []


def test_a_minute_later_it_is_asked_about_once(left, hook, kept, a_minute_later):
    a_minute_later()
    a_minute_later()
    assert (len(hook.got), kept(left)["status"]) == (1, "APPROVED")
    assert kept(left)["verdicts"] == [("screening_hook", "note", "fine by me")]
    assert kept(left)["decisions"] == [("outside_checks", None, "PENDING"), ("screening", "PENDING", "APPROVED")]


@pytest.mark.parametrize(("action", "status"), [("approve", "APPROVED"), ("reject", "REJECTED")])
def test_a_moderator_who_came_first_is_not_overruled(left, hook, kept, decide, a_minute_later, action, status):
    hook.says({"outcome": "spam", "reason": "late"})
    decide(left, action)
    a_minute_later()
    assert (kept(left)["status"], kept(left)["verdicts"]) == (status, [("screening_hook", "spam", "late")])


@pytest.mark.parametrize("action", ["later", "escalate", "lock"])
def test_what_changes_no_status_does_not_come_before_the_answer(left, hook, kept, decide, a_minute_later, action):
    hook.says({"outcome": "spam", "reason": "late"})
    decide(left, action)
    a_minute_later()
    assert kept(left)["status"] == "SPAM"


def test_what_still_waits_stays_with_whoever_it_was_put_aside_for(left, app, hook, decide, a_minute_later):
    hook.says({"outcome": "hold", "reason": "late"})
    decide(left, "escalate")
    a_minute_later()
    with app.app_context():
        comment = db.session.get_one(Comment, int(left))
        assert (comment.status, comment.set_aside, comment.held_by) == ("PENDING", "escalated", "screening_hook")


def test_an_answer_that_decides_nothing_weighs_all_the_same(left, app, hook, decide, a_minute_later):
    hook.says({"outcome": "spam", "reason": "late"})
    decide(left, "approve")
    a_minute_later()
    with app.app_context():
        comment = db.session.get_one(Comment, int(left))
        assert (comment.status, comment.objections, comment.risk) == ("APPROVED", 3, 3)


def test_what_its_writer_took_back_is_left_alone(left, client, post, kept, a_minute_later):
    token = post(key="once").json["receipt"]["token"]
    client.delete(f"/api/v1/comments/{left}", headers={"Authorization": f"Bearer {token}"})
    a_minute_later()
    assert kept(left)["status"] == "PENDING"


def test_of_an_edited_comment_both_texts_are_judged_and_the_newer_decides(left, hook, post, edit, kept, a_minute_later):
    hook.says({"outcome": "hold", "reason": "the second"})
    edit(post(key="once"))
    hook.says({"outcome": "spam", "reason": "the first"})
    a_minute_later()
    assert kept(left)["status"] == "PENDING"
    assert [reason for rule, _, reason in kept(left)["verdicts"] if rule == "screening_hook"] == [
        "the second",
        "the first",
    ]


def test_a_question_that_cannot_be_read_any_more_leaves_the_comment_to_a_moderator(
    app, left, hook, newsroom, kept, a_minute_later
):
    newsroom.set("herald", when_silent="publish")
    with app.app_context():
        db.session.query(OutsideCheck).one().question_encrypted = "written under another key"
        db.session.commit()
    a_minute_later()
    a_minute_later()
    assert (kept(left)["status"], hook.got) == ("PENDING", [])
    assert kept(left)["verdicts"] == [("outside_checks_lost", "hold", "could not be checked")]
    with app.app_context():
        assert db.session.query(OutsideCheck).one().answered_at
        held = db.session.query(Event).filter_by(type="comment.held").all()
        assert [each.data["comment"] for each in held] == [int(left)]  # moderators are told of it, once


@pytest.mark.parametrize(("mode", "verdicts"), [
    ("off", []), ("shadow", [("outside_checks_lost", "note", "could not be checked")]),
])  # fmt: skip
def test_a_lost_question_of_a_rule_without_effect_holds_nothing(
    app, left, newsroom, kept, a_minute_later, mode, verdicts
):
    newsroom.rule("herald", "screening_hook", mode)
    with app.app_context():
        db.session.query(OutsideCheck).one().question_encrypted = "written under another key"
        db.session.commit()
    a_minute_later()
    a_minute_later()
    assert (kept(left)["status"], kept(left)["verdicts"]) == ("APPROVED", verdicts)


def test_checks_that_were_switched_off_meanwhile_do_not_keep_it_waiting(left, newsroom, kept, a_minute_later):
    newsroom.set("herald", hook_url="")
    a_minute_later()
    assert (kept(left)["status"], kept(left)["verdicts"]) == ("APPROVED", [])


def test_a_failure_of_ours_while_asking_never_reaches_the_writer(hook, post, kept, monkeypatch, a_minute_later):
    def fail(*_args, **_more):
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(asking, "ask_all", fail)
        answer = post()
    assert (answer.status_code, answer.json["comment"]["status"]) == (201, "pending")
    a_minute_later()
    assert kept(answer.json["comment"]["id"])["status"] == "APPROVED"


def test_a_check_that_breaks_could_not_be_asked_and_the_log_quotes_nobody(hook, post, kept, monkeypatch, caplog):
    def breaks(_url, body, **_more):
        raise KeyError(body)

    monkeypatch.setattr("commentsvc.checks.hook.http_out.post", breaks)
    stored = kept(post().json["comment"]["id"])
    assert stored["verdicts"] == [("screening_hook", "hold", "could not be checked")]
    assert ("KeyError" in caplog.text, "The harbour was" in caplog.text) == (True, False)
