"""What undoing must not do: show a text nobody read, stop at what has no way back, keep silent about half of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from commentsvc.accounts.service import find_account, limit_account
from commentsvc.comments import events, lifecycle, posting
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import NotFound
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import log_pages, undoing
from commentsvc.outbox.models import Event
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Story
from tests.moderation.pages import Browser

BAD = "This swindle is humbug."


@pytest.fixture
def statuses(newsroom):
    def read(*ids: int) -> list[str]:
        with newsroom.app.app_context():
            return [newsroom.row(id).status for id in ids]

    return read


@pytest.fixture
def edited(app, newsroom, story):
    """Approved, then edited to what a list rejects and another one holds."""
    newsroom.set("herald", hold_first_comments=0, edit_window_minutes=60)
    newsroom.words("herald", "hold", "swindle")
    newsroom.words("herald", "reject", "humbug")
    number = newsroom.comment(story)
    with app.app_context(), unit_of_work():
        later = now() + timedelta(seconds=20)
        posting.edit(site_named("herald"), newsroom.row(number), BAD, keys=house().keys, now=later)
    return number


def test_an_edited_text_that_other_rules_hold_stays_held(ada, edited, statuses):
    assert statuses(edited) == ["REJECTED"]
    assert (ada.undo_many(rule="uses_rejected_word").json["done"], statuses(edited)) == (1, ["PENDING"])


def test_undoing_the_one_decision_about_an_edited_text_does_not_show_it_either(ada, edited, statuses):
    (line, *_) = ada.log(comment=edited)
    assert (ada.undo(line["id"]).status_code, statuses(edited)) == (200, ["PENDING"])


def test_a_text_nobody_read_waits_even_when_the_rule_that_says_so_is_undone(app, ada, newsroom, story, statuses):
    newsroom.set("herald", hold_first_comments=0, edit_window_minutes=60)
    number = newsroom.comment(story)
    with app.app_context(), unit_of_work():
        later = now() + timedelta(seconds=20)
        posting.edit(site_named("herald"), newsroom.row(number), "Quite another text.", keys=house().keys, now=later)
    assert (ada.undo_many(rule="edited").json["done"], statuses(number)) == (1, ["PENDING"])


@pytest.fixture
def moved(app, client):
    """Move a conversation from the harbour."""

    def move(who, comment: int, to: str) -> None:
        with app.app_context():
            harbour = db.session.scalar(select(Story.id).where(Story.external_id == "harbour"))
        body = {"to": to, "comment": str(comment)}
        answer = client.post(f"/api/v1/admin/stories/{harbour}/move", json=body, headers=who.headers)
        assert answer.status_code == 200, answer.json

    return move


def all_of(newsroom, person) -> dict[str, str]:
    return {"account": str(newsroom.account_id(person))}


def test_a_move_with_no_way_back_stops_no_other_undo(ada, hanna, cast, newsroom, story, moved, statuses):
    for name in ("ferry", "third"):
        newsroom.story("herald", name)
    above = newsroom.comment(story)
    reply = newsroom.comment(story, parent=above)
    others = [newsroom.comment(story, status="hold") for _ in range(3)]
    moved(hanna, reply, "ferry")
    hanna.decide(*others, action="approve")
    moved(ada, above, "third")
    planned = hanna.undo_many(**all_of(newsroom, cast.hanna), dry_run=True).json
    undone = hanna.undo_many(**all_of(newsroom, cast.hanna)).json
    assert [each["skipped"] for each in (planned, undone)] == [{"cannot_move_back": 1}] * 2
    assert (undone["done"], undone["failed"], statuses(*others)) == (3, 0, ["PENDING"] * 3)


def test_the_pages_say_why_a_move_stays(ada, hanna, cast, newsroom, story, moved):
    newsroom.story("herald", "ferry")
    newsroom.story("herald", "third")
    above = newsroom.comment(story)
    reply = newsroom.comment(story, parent=above)
    moved(hanna, reply, "ferry")
    moved(ada, above, "third")
    desk, account = Browser(newsroom.signed_in(cast.hanna)), newsroom.account_id(cast.hanna)
    why = log_pages.LEFT_ALONE[undoing.CANNOT_MOVE]
    assert why in desk.client.get(f"/desk/undo?site=herald&account={account}").get_data(as_text=True)
    assert desk.send("/desk/undo?site=herald", account=account).status_code == 302
    assert why in desk.told()


def test_pages_and_scripts_have_words_for_the_same_reasons():
    assert log_pages.LEFT_ALONE.keys() == undoing.REASONS.keys()


def test_a_move_from_somebody_elses_section_stops_no_other_undo(app, hanna, cast, newsroom, story, moved, statuses):
    newsroom.story("herald", "ferry", category="Travel")
    moved(hanna, newsroom.comment(story), "ferry")
    other = newsroom.comment("ferry", status="hold")
    hanna.decide(other, action="approve")
    with app.app_context(), unit_of_work():
        limit_account(find_account(cast.hanna.email, house().keys), site_named("herald").id, ["Travel"])
    undone = hanna.undo_many(**all_of(newsroom, cast.hanna))
    assert (undone.status_code, undone.json["done"], undone.json["skipped"]) == (200, 1, {"cannot_move_back": 1})
    assert statuses(other) == ["PENDING"]


def test_a_move_that_is_refused_at_the_last_moment_is_left_alone(
    hanna, cast, newsroom, story, moved, statuses, monkeypatch
):
    newsroom.story("herald", "ferry")
    moved(hanna, newsroom.comment(story), "ferry")
    other = newsroom.comment(story, status="hold")
    hanna.decide(other, action="approve")

    def refuse(*_, **__):
        raise NotFound("There is nothing here by that name.")

    monkeypatch.setattr(undoing.moving, "move_back", refuse)
    undone = hanna.undo_many(**all_of(newsroom, cast.hanna)).json
    assert (undone["done"], undone["skipped"], statuses(other)) == (1, {"cannot_move_back": 1}, ["PENDING"])


@pytest.mark.parametrize("error", [NotFound("Gone."), OperationalError("", {}, Exception("deadlock detected"))])
def test_a_part_that_fails_is_told_with_what_went_through(hanna, newsroom, story, statuses, monkeypatch, error):
    numbers = [newsroom.comment(story, status="hold") for _ in range(3)]
    hanna.decide(*numbers, action="reject")
    real, asked = undoing.undo_some, []

    def fail_once(ids, *more, **said):
        asked.append(ids)
        if len(asked) == 2:
            raise error
        return real(ids, *more, **said)

    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    monkeypatch.setattr(undoing, "undo_some", fail_once)
    undone = hanna.undo_many(batch=hanna.log()[0]["batch"])
    assert (undone.status_code, undone.json["done"], undone.json["failed"]) == (200, 2, 1)
    assert sorted(statuses(*numbers)) == ["PENDING", "PENDING", "REJECTED"]


@pytest.mark.postgresql
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_all_stories_that_an_undo_touches_are_waited_for_at_once(hanna, cast, newsroom, story, moved, monkeypatch):
    newsroom.story("herald", "ferry")
    newsroom.story("herald", "third")
    moved(hanna, newsroom.comment(story), "ferry")
    hanna.decide(newsroom.comment("third", status="hold"), action="approve")
    real, locked = lifecycle._lock, []
    monkeypatch.setattr(lifecycle, "_lock", lambda table, ids: (locked.append((table, set(ids))), real(table, ids)))
    monkeypatch.setattr(undoing.moving, "_wait_for_stories", lambda ids: locked.append((Story, set(ids))))
    assert hanna.undo_many(**all_of(newsroom, cast.hanna)).json["done"] == 2
    of_stories = [ids for table, ids in locked if table is Story]
    assert (len(of_stories[0]), all(ids <= of_stories[0] for ids in of_stories)) == (3, True)


def test_a_status_and_a_pick_that_come_back_together_are_both_told(app, hanna, newsroom, story):
    number = newsroom.comment(story)
    hanna.decide(number, action="feature")
    decision = hanna.decide(number, action="reject").json["decided"][0]["decision"]
    with app.app_context(), unit_of_work():
        db.session.execute(update(Event).values(seq=Event.id))  # the world has heard of all of it
    hanna.undo(decision)
    with app.app_context():
        assert newsroom.row(number).featured_at is not None
        undone = db.session.scalar(select(Decision.id).order_by(Decision.id.desc()).limit(1))
        told = select(Event.type).where(Event.cause == events.cause_of(undone)).order_by(Event.id)
        assert list(db.session.scalars(told)) == ["comment.approved", "comment.featured"]
        assert db.session.get_one(Comment, number).is_visible
