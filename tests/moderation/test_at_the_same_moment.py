"""Two people of the newsroom act at the same moment, on the database that lets them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from commentsvc.comments.models import Comment, Decision
from commentsvc.core.database import db
from commentsvc.moderation.models import Flag
from commentsvc.stories.models import Story
from tests.moderation.calls import Script

pytestmark = [pytest.mark.postgresql, pytest.mark.parametrize("app", ["postgresql"], indirect=True)]


@pytest.fixture
def pair(cast, newsroom) -> list[Script]:
    """Hanna and Ada, each with a connection of her own."""
    return [Script(newsroom.client(), newsroom, person) for person in (cast.hanna, cast.ada)]


def together(*acts: Callable):
    """What the acts gave, all begun at the same moment."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(run, acts))


def test_one_of_two_verdicts_on_a_comment_wins_and_the_other_is_told(pair, newsroom, story):
    for _ in range(8):
        number = newsroom.comment(story, status="hold")
        seen = {number: newsroom.version(number)}
        answers = together(
            *(
                partial(who.decide, number, action=verdict, versions=seen)
                for who, verdict in zip(pair, ("approve", "reject"), strict=True)
            )
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        winner = next(answer.json["decided"][0] for answer in answers if answer.json["decided"])
        (conflict,) = [each for answer in answers for each in answer.json["conflicts"]]
        assert (conflict["status"], conflict["version"]) == (winner["status"], winner["version"])
        assert conflict["decided_by"] == {"approved": "Hanna", "rejected": "Ada"}[winner["status"]]


def test_batches_in_opposite_order_both_come_to_an_end(pair, newsroom, cast):
    stories = [newsroom.story("herald") for _ in range(4)]
    for _ in range(4):
        numbers = [newsroom.comment(story, status="hold") for story in stories for _ in range(3)]
        seen = {number: newsroom.version(number) for number in numbers}
        answers = together(
            partial(pair[0].decide, *numbers, action="approve", versions=seen),
            partial(pair[1].decide, *numbers[::-1], action="reject", versions=seen),
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert sorted(int(each["id"]) for answer in answers for each in answer.json["decided"]) == numbers
    with newsroom.app.app_context():
        for story in db.session.query(Story):
            visible = db.session.query(Comment).filter_by(story_id=story.id, status="APPROVED").count()
            assert story.comment_count == visible


def test_a_comment_and_its_reply_are_decided_at_once(pair, newsroom, story):
    for _ in range(8):
        above = newsroom.comment(story)
        reply = newsroom.comment(story, parent=above, status="hold")
        answers = together(
            partial(pair[0].decide, above, action="reject"), partial(pair[1].decide, reply, action="approve")
        )
        assert [(answer.status_code, len(answer.json["decided"])) for answer in answers] == [(200, 1), (200, 1)]
        with newsroom.app.app_context():
            assert newsroom.row(above).visible_replies == 1


def test_one_decision_is_undone_once(pair, newsroom, story):
    for _ in range(6):
        number = newsroom.comment(story, status="hold")
        decision = pair[0].decide(number, action="approve").json["decided"][0]["decision"]
        answers = together(*(partial(who.undo, decision) for who in pair))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
    with newsroom.app.app_context():
        assert db.session.query(Decision).filter_by(reason="undo").count() == 6


def test_a_reader_who_clicks_twice_reports_once(newsroom, story):
    for _ in range(6):
        number = newsroom.comment(story)
        answers = together(
            *(
                partial(newsroom.client().post, f"/api/v1/comments/{number}/flags", json={"reason": "spam"})
                for _ in range(3)
            )
        )
        assert [answer.status_code for answer in answers] == [202] * 3
    with newsroom.app.app_context():
        assert db.session.query(Flag).count() == 6


def test_nobody_keeps_a_reported_comment_that_was_just_rejected(pair, newsroom, story, report):
    for _ in range(8):
        number = newsroom.comment(story)
        report(number)
        seen = {number: newsroom.version(number)}
        together(
            partial(pair[0].decide, number, action="approve", versions=seen),
            partial(pair[1].decide, number, action="reject", versions=seen),
        )
        lines = [(line["before"], line["after"]) for line in pair[0].log(comment=number)]
        assert all(later[0] == earlier[1] for later, earlier in zip(lines, lines[1:], strict=False))
