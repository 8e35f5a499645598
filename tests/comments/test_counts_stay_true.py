"""Whatever happens to comments, the counts are those a plain recount gives."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.authors.models import Author
from commentsvc.comments import lifecycle
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.decisions import Seen, decide_all
from commentsvc.stories.models import Story

ACTIONS = ("approve", "approve", "reject", "spam", "hold", "retract", "feature")


@pytest.fixture
def harbour(herald, newsroom) -> str:
    return newsroom.story(id="harbour")


@pytest.fixture
def counted(app):
    """The counts as stored and as a plain recount gives them: of stories, of comments' replies, of authors."""

    def read() -> tuple[dict, dict]:
        with app.app_context():
            comments = list(db.session.scalars(select(Comment)))
            stored = {
                "stories": {story.id: story.comment_count for story in db.session.scalars(select(Story))},
                "replies": {each.id: each.visible_replies for each in comments},
                "authors": {
                    author.id: (author.approved_count, author.rejected_count)
                    for author in db.session.scalars(select(Author))
                },
            }
            return stored, _recounted(comments, stored)

    return read


def _recounted(comments: list[Comment], stored: dict) -> dict:
    by_id = {each.id: each for each in comments}
    visible = [each for each in comments if each.status == "APPROVED" and each.retracted_at is None]
    replies: Counter[int] = Counter()
    for each in visible:
        above = each.parent_id
        while above:
            replies[above] += 1
            above = by_id[above].parent_id
    stories = Counter(each.story_id for each in visible)
    approved = Counter(each.author_id for each in comments if each.status == "APPROVED")
    rejected = Counter(each.author_id for each in comments if each.status in ("REJECTED", "SPAM"))
    return {
        "stories": {id: stories[id] for id in stored["stories"]},
        "replies": {id: replies[id] for id in stored["replies"]},
        "authors": {id: (approved[id], rejected[id]) for id in stored["authors"]},
    }


def happen(app, newsroom, comment_id: int, action: str) -> None:
    """One thing that can happen to a comment; featuring what nobody sees does not happen."""
    with app.app_context(), unit_of_work():
        comment = newsroom.row(comment_id)
        if action == "retract":
            lifecycle.retract(comment, now=now())
            return
        if action == "feature" and not comment.is_visible:
            return
    newsroom.decide(comment_id, action)


@pytest.mark.parametrize("seed", range(5))
def test_after_anything_that_happens_the_counts_are_a_plain_recount(app, harbour, newsroom, counted, seed):
    chance, ids = random.Random(seed), []
    for _ in range(12):
        visible = [id for id in ids if _is_visible(app, newsroom, id)]
        parent = chance.choice([None, *visible]) if visible else None
        ids.append(newsroom.comment(harbour, parent=parent, email=f"reader{chance.randrange(3)}@example.org"))
    for _ in range(40):
        happen(app, newsroom, chance.choice(ids), chance.choice(ACTIONS))
        stored, recounted = counted()
        assert stored == recounted


def _is_visible(app, newsroom, comment_id: int) -> bool:
    with app.app_context():
        return newsroom.row(comment_id).is_visible


def test_edits_keep_the_counts_true(post, newsroom, client, counted):
    newsroom.set("herald", hold_first_comments=0)
    root = post().json
    post(text="It was.", email="other@example.org", parent=root["comment"]["id"])
    newsroom.words("herald", "hold", "better")
    headers = {"Authorization": f"Bearer {root['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{root['comment']['id']}", json={"text": "Now it is better."}, headers=headers)
    stored, recounted = counted()
    assert stored == recounted


def test_the_counts_in_answers_are_the_stored_ones(harbour, newsroom, thread, client):
    root = newsroom.comment(harbour)
    newsroom.comment(harbour, parent=root)
    newsroom.comment(harbour, parent=root, status="hold")
    answer = thread()
    assert (answer["story"]["comment_count"], answer["comments"][0]["reply_count"]) == (2, 1)
    assert client.get("/api/v1/counts?site=herald&story=harbour").json["counts"] == {"harbour": 2}


@pytest.fixture
def decide(app, newsroom):
    """A moderator's decision through the desk's own door, on the version that is there; what came of it."""

    def send(comment_id: int, action: str) -> str:
        seen = [Seen(comment_id, newsroom.version(comment_id))]
        with app.app_context(), unit_of_work():
            outcome = decide_all(seen, action, actor=Actor("Tests", role=Role.ADMIN), now=now())
            return "conflict" if outcome.conflicts else action

    return send


def test_moderators_who_decide_at_the_same_moment_keep_the_counts_true(harbour, newsroom, counted, decide):
    """Parents and replies in one thread: whoever locks a reply wants its parent, and the other way round."""
    ids = [newsroom.comment(harbour)]
    ids += [newsroom.comment(harbour, parent=ids[-1]) for _ in range(7)]
    with ThreadPoolExecutor(8) as threads:
        for action in ("reject", "approve", "spam", "approve"):
            done = list(threads.map(lambda id, action=action: decide(id, action), ids))
            assert set(done) == {action}
    stored, recounted = counted()
    assert stored == recounted
    assert set(stored["stories"].values()) == {1, 8}  # the Gazette's, and all of these


def test_moderators_who_disagree_at_the_same_moment_leave_true_counts(harbour, newsroom, counted, decide):
    comment = newsroom.comment(harbour, status="hold")
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda action: decide(comment, action), ["approve", "reject"] * 8))
    assert set(done) <= {"approve", "reject", "conflict"}
    stored, recounted = counted()
    assert stored == recounted


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_writer_and_a_moderator_at_the_same_moment_leave_true_counts(app, post, newsroom, counted, decide, method):
    newsroom.set("herald", hold_first_comments=0)
    written = [post(text=f"Boat number {n}.", email=f"reader{n}@example.org").json for n in range(8)]

    def write(answer: dict) -> int:
        headers = {"Authorization": f"Bearer {answer['receipt']['token']}"}
        body = {"json": {"text": f"{answer['comment']['id']} boats."}} if method == "PATCH" else {}
        address = f"/api/v1/comments/{answer['comment']['id']}"
        return app.test_client().open(address, method=method, headers=headers, **body).status_code

    with ThreadPoolExecutor(8) as threads:
        decided = [threads.submit(decide, int(answer["comment"]["id"]), "hold") for answer in written]
        statuses = {each.result() for each in [threads.submit(write, answer) for answer in written]}
        assert {each.result() for each in decided} <= {"hold", "conflict"}
    assert statuses == {200}
    stored, recounted = counted()
    assert stored == recounted
