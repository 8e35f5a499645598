"""Akismet is asked, and told when a moderator saw it otherwise. A server of the tests stands in for it."""

from datetime import timedelta

import pytest

from commentsvc.checks import akismet
from commentsvc.checks.akismet import THANKS
from commentsvc.checks.models import OutsideCheck
from commentsvc.comments import asking
from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.outbox import work
from commentsvc.outbox.models import Delivery, DeliveryStatus
from tests.checks.conftest import ARTICLE, ROSAS_ADDRESS, ROSAS_BROWSER, ROSAS_IP

COULD_NOT = [("akismet", "hold", "could not be checked")]


@pytest.mark.parametrize(
    ("says", "tip", "status", "verdicts"),
    [
        (b"false", {}, "APPROVED", []),
        (b"true", {}, "SPAM", [("akismet", "spam", "Akismet takes this for spam")]),
        (
            b"true",
            {"X_akismet_pro_tip": "discard"},
            "SPAM",
            [("akismet", "spam", "Akismet is certain that this is spam (“discard”)")],
        ),
    ],
)
def test_its_answer_is_a_verdict(spamhouse, post, kept, says, tip, status, verdicts):
    spamhouse.says(says, **tip)
    stored = kept(post().json["comment"]["id"])
    assert (stored["status"], stored["verdicts"]) == (status, verdicts)


@pytest.mark.parametrize(
    ("says", "code"), [(b"invalid", 200), (b"", 200), (b"maybe", 200), (b"false", 500), (b"x" * 5000, 200)]
)
def test_anything_else_means_that_it_could_not_be_checked(spamhouse, post, kept, says, code):
    spamhouse.says(says, code, X_akismet_debug_help='Empty "blog" value')
    stored = kept(post().json["comment"]["id"])
    assert (stored["status"], stored["verdicts"]) == ("PENDING", COULD_NOT)


def test_the_writer_waits_a_second_at_most(spamhouse, post, kept, monkeypatch):
    monkeypatch.setattr(akismet, "PATIENCE", 0.2)
    spamhouse.slow = 1.0
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT


def test_what_leaves_for_it(spamhouse, post):
    comment = post(website="https://rosa.example").json["comment"]
    assert spamhouse.got[0].path == "/1.1/comment-check"
    assert spamhouse.got[0].fields == {
        "api_key": "the-key",
        "blog": "https://www.herald.example",
        "blog_charset": "UTF-8",
        "comment_type": "comment",
        "comment_author": "Rosa Reader",
        "comment_author_url": "https://rosa.example/",
        "comment_content": "The harbour was better with boats in it.",
        "comment_date_gmt": comment["created_at"],
        "permalink": ARTICLE,
        "user_agent": ROSAS_BROWSER,
        "referrer": ARTICLE,
    }


def test_the_addresses_leave_only_where_the_site_lets_them_out(spamhouse, newsroom, post):
    newsroom.set("herald", akismet_sends_address=True)
    post()
    told = spamhouse.got[0].fields
    assert (told["comment_author_email"], told["user_ip"]) == (ROSAS_ADDRESS, ROSAS_IP)


def test_an_answer_and_an_edit_say_what_they_are(spamhouse, post, edit):
    first = post()
    edit(post(text="So it was.", email="max@example.org", parent=first.json["comment"]["id"]))
    assert [told.fields.get("comment_type") for told in spamhouse.got] == ["comment", "reply", "reply"]
    assert [told.fields.get("recheck_reason") for told in spamhouse.got] == [None, None, "edit"]


def test_without_a_key_nobody_is_asked(spamhouse, newsroom, app, post, kept):
    with app.app_context():
        db.session.execute(db.text("UPDATE commentsvc_check_keys SET akismet_key_encrypted = NULL"))
        db.session.commit()
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT
    assert spamhouse.got == []


def test_hook_and_akismet_are_asked_at_the_same_time(hook, spamhouse, post, kept):
    spamhouse.says({"outcome": "note", "reason": "no word of Akismet's"})
    assert kept(post().json["comment"]["id"])["verdicts"] == [
        ("screening_hook", "note", "no word of Akismet's"),
        ("akismet", "hold", "could not be checked"),
    ]
    assert {told.path for told in spamhouse.got} == {"/screen", "/1.1/comment-check"}


@pytest.fixture
def told_later(app, monkeypatch):
    """What a worker brings out when nothing can be undone any more."""

    def run() -> list[Delivery]:
        later = clock.now() + timedelta(minutes=5)
        monkeypatch.setattr(work, "now", lambda: later)
        with app.app_context():
            work.release()
            work.pull()
            return list(db.session.query(Delivery).order_by(Delivery.id))

    return run


@pytest.mark.parametrize(
    ("says", "action", "method"), [(b"true", "approve", "submit-ham"), (b"false", "spam", "submit-spam")]
)
def test_a_moderators_correction_repeats_what_was_sent(
    spamhouse, newsroom, post, decide, told_later, says, action, method
):
    newsroom.set("herald", akismet_sends_address=True)
    spamhouse.says(says)
    number = post().json["comment"]["id"]
    decide(number, action)
    spamhouse.says(THANKS.encode())
    [delivery] = told_later()
    asked, corrected = spamhouse.got
    assert (corrected.path, corrected.fields) == (f"/1.1/{method}", asked.fields)
    assert (delivery.status, ROSAS_ADDRESS in str(delivery.payload)) == (DeliveryStatus.SENT, False)


@pytest.mark.parametrize(("says", "action"), [(b"true", "reject"), (b"false", "reject"), (b"false", "hold")])
def test_what_corrects_nothing_is_not_told(spamhouse, post, decide, told_later, says, action):
    spamhouse.says(says)
    decide(post().json["comment"]["id"], action)
    assert (told_later(), len(spamhouse.got)) == ([], 1)


def test_a_moderator_who_changes_their_mind_later_takes_the_correction_back(spamhouse, post, decide, told_later):
    number = post().json["comment"]["id"]
    spamhouse.says(THANKS.encode())
    decide(number, "spam")
    told_later()
    decide(number, "approve")
    told_later()
    assert [told.path for told in spamhouse.got] == ["/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham"]


def test_a_decision_undone_in_time_is_not_told(app, spamhouse, newsroom, hanna, post, decide, told_later):
    number = post().json["comment"]["id"]
    decide(number, "spam")
    with app.app_context():
        decision = db.session.execute(db.text("SELECT max(id) FROM commentsvc_decision")).scalar_one()
    undone = newsroom.client().post(f"/api/v1/moderation/decisions/{decision}/undo", headers=hanna.headers)
    assert (undone.status_code, told_later()) == (200, [])


def test_what_akismet_does_not_take_is_tried_again(spamhouse, post, decide, told_later):
    decide(post().json["comment"]["id"], "spam")
    spamhouse.says(b"invalid")
    [delivery] = told_later()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.WAITING, 1)


def test_nothing_is_told_any_more_once_it_is_switched_off(spamhouse, newsroom, post, decide, told_later):
    decide(post().json["comment"]["id"], "spam")
    newsroom.set("herald", akismet=False)
    assert ([each.status for each in told_later()], len(spamhouse.got)) == ([DeliveryStatus.CANCELLED], 1)


def test_what_was_sent_is_kept_encrypted_and_for_a_month(app, spamhouse, post):
    post()
    with app.app_context():
        check = db.session.query(OutsideCheck).one()
        assert (check.akismet_said, "harbour" in check.sent_encrypted) == ("ham", False)
        asking.forget()
        assert db.session.query(OutsideCheck).count() == 1
        check.created_at -= timedelta(days=31)
        db.session.commit()
        asking.forget()
        assert db.session.query(OutsideCheck).count() == 0
