"""Whoever had to wait for a turn looks again at what may have changed meanwhile."""

from typing import cast as typed

import pytest
from sqlalchemy import Table, select, update

from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.comments import lifecycle, moving
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.models import Flag
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Story
from commentsvc.stories.queries import StoryName, find_story

ADA = Actor("Ada", role=Role.ADMIN)


def meanwhile(table: type, **values) -> None:
    """What somebody else did while this one waited: no object of the session knows of it."""
    db.session.execute(update(typed(Table, table.__table__)).values(**values))


@pytest.fixture
def while_waiting(monkeypatch):
    def change(table: type, **values) -> None:
        real = lifecycle.wait_for_turn
        monkeypatch.setattr(lifecycle, "wait_for_turn", lambda *of: (meanwhile(table, **values), real(*of)))

    return change


def test_what_was_rejected_while_a_report_waited_is_not_reported(app, client, newsroom, story, while_waiting):
    newsroom.set("herald", flags_to_hold=3)
    number = newsroom.comment(story)
    while_waiting(Comment, status="REJECTED")
    answer = client.post(f"/api/v1/comments/{number}/flags", json={"reason": "spam"})
    with app.app_context():
        assert (answer.status_code, db.session.query(Flag).count()) == (404, 0)


def test_a_new_comment_is_of_the_section_its_story_has_by_now(app, newsroom, story, while_waiting):
    while_waiting(Story, category="Sport")
    number = newsroom.comment(story)
    with app.app_context():
        assert newsroom.row(number).section == "Sport"


def test_a_moved_comment_is_of_the_section_its_story_has_by_now(app, newsroom, story, monkeypatch):
    newsroom.story("herald", "ferry", category="Travel")
    number = newsroom.comment(story)
    monkeypatch.setattr(moving, "_wait_for_stories", lambda _: meanwhile(Story, category="Sport"))
    with app.app_context(), unit_of_work():
        target = db.session.scalars(select(Story).where(Story.external_id == "ferry")).one()
        moving.move(newsroom.row(number), target, actor=ADA, now=now())
    with app.app_context():
        assert newsroom.row(number).section == "Sport"


def test_a_story_that_somebody_else_made_at_the_same_moment_is_the_one_that_is_meant(app, newsroom, story, monkeypatch):
    address, asked = "https://www.herald.example/news/harbour", []

    def too_early(site_id: int, name: StoryName) -> Story | None:
        asked.append(name)
        return find_story(site_id, name) if len(asked) > 1 else None

    monkeypatch.setattr(moving, "find_story", too_early)
    with app.app_context(), unit_of_work():
        found = moving.target_named(site_named("herald"), address, now=now())
        assert (found.external_id, db.session.query(Story).count()) == ("harbour", 1)


@pytest.mark.postgresql
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_what_was_moved_meanwhile_is_waited_for_where_it_stands(app, newsroom, story, monkeypatch):
    newsroom.story("herald", "ferry")
    number = newsroom.comment(story)
    real, locked = lifecycle._lock, []
    monkeypatch.setattr(lifecycle, "_lock", lambda table, ids: (locked.append((table, set(ids))), real(table, ids)))
    with app.app_context(), unit_of_work():
        comment = newsroom.row(number)
        ferry = db.session.scalar(select(Story.id).where(Story.external_id == "ferry"))
        meanwhile(Comment, story_id=ferry)
        lifecycle.wait_for_turn([comment])
    assert [ids for table, ids in locked if table is Story][1:] == [{ferry}]
