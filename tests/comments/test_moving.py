"""Conversations that move to another story keep their numbers, their order, their addresses; the counts stay true."""

import pytest
from sqlalchemy import func, insert, select

from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.comments.models import Comment, Decision, Revision
from commentsvc.comments.moving import move, move_all
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import Conflict, NotFound, Stale
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.undoing import undo
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Story
from commentsvc.stories.queries import StoryName, find_story

ADA = Actor("Ada", role=Role.ADMIN)


@pytest.fixture
def stories(herald, newsroom) -> None:
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="harbour", category="City", title="Boats return")
    newsroom.story(id="ferry", category="Travel", title="The ferry")


def named(id: str, site: str = "herald") -> Story:
    return find_story(site_named(site).id, StoryName(id, None))


@pytest.fixture
def carry(app):
    """Move a comment; returns the number of the decision."""

    def do(comment: int, to: str = "ferry", **more) -> int:
        with app.app_context(), unit_of_work():
            row = db.session.get_one(Comment, comment)
            return move(row, named(to), actor=ADA, now=now(), **more).id

    return do


@pytest.fixture
def back(app):
    def do(decision: int) -> None:
        with app.app_context(), unit_of_work():
            undo(decision, actor=ADA, now=now())

    return do


@pytest.fixture
def counts_are_true(app):
    """Compare what is counted along with a recount of all there is."""

    def compare() -> None:
        with app.app_context():
            visible = (Comment.status == "APPROVED", Comment.retracted_at.is_(None))
            rows = select(Comment.story_id, func.count()).where(*visible).group_by(Comment.story_id)
            recount = dict(db.session.execute(rows).all())
            assert {s.id: s.comment_count for s in db.session.scalars(select(Story))} == {
                s.id: recount.get(s.id, 0) for s in db.session.scalars(select(Story))
            }
            comments = {each.id: each for each in db.session.scalars(select(Comment))}
            below = dict.fromkeys(comments, 0)
            for each in comments.values():
                above = comments.get(each.parent_id)
                assert each.depth == (above.depth + 1 if above else 0)
                assert above is None or above.story_id == each.story_id
                assert each.section == each.story.category
                while above:
                    below[above.id] += each.is_visible
                    above = comments.get(above.parent_id)
            assert {id: each.visible_replies for id, each in comments.items()} == below

    return compare


def ids(comments: list[dict]) -> list[int]:
    return [id for each in comments for id in (int(each["id"]), *ids(each["replies"]))]


@pytest.fixture
def talk(stories, newsroom) -> dict[str, int]:
    """Under the harbour: a conversation with a branch, and another comment; one comment under the ferry."""
    root = newsroom.comment("harbour", minutes_ago=9)
    branch = newsroom.comment("harbour", parent=root, minutes_ago=8)
    leaf = newsroom.comment("harbour", parent=branch, minutes_ago=7)
    waits = newsroom.comment("harbour", parent=branch, minutes_ago=6, status="hold")
    other = newsroom.comment("harbour", minutes_ago=5)
    there = newsroom.comment("ferry", minutes_ago=6)
    return {"root": root, "branch": branch, "leaf": leaf, "waits": waits, "other": other, "there": there}


def test_a_conversation_moves_whole(talk, carry, thread, counts_are_true):
    carry(talk["root"])
    assert ids(thread("harbour")["comments"]) == [talk["other"]]
    assert ids(thread("ferry")["comments"]) == [talk["root"], talk["branch"], talk["leaf"], talk["there"]]
    assert (thread("harbour")["story"]["comment_count"], thread("ferry")["story"]["comment_count"]) == (1, 4)
    counts_are_true()


def test_a_reply_that_moves_answers_nobody_any_more(talk, carry, thread, counts_are_true):
    carry(talk["branch"])
    assert ids(thread("ferry")["comments"]) == [talk["branch"], talk["leaf"], talk["there"]]
    assert thread("harbour")["comments"][0]["reply_count"] == 0
    counts_are_true()


def test_a_permanent_address_leads_to_the_new_place(talk, carry, client):
    carry(talk["root"])
    assert client.get(f"/c/{talk['leaf']}").location == f"https://www.herald.example/news/ferry#comment-{talk['leaf']}"


@pytest.mark.parametrize("which", ["root", "branch", "leaf", "waits"])
def test_an_undone_move_leaves_no_trace_but_in_the_log(talk, carry, back, thread, counts_are_true, app, which):
    before = (thread("harbour")["comments"], thread("ferry")["comments"])
    back(carry(talk[which]))
    assert (thread("harbour")["comments"], thread("ferry")["comments"]) == before
    counts_are_true()
    with app.app_context():
        moves = select(Decision.note).where(Decision.action == "move").order_by(Decision.id)
        there, home = db.session.scalars(moves)
    assert there.startswith("from “Boats return”") and "to “The ferry”" in there
    assert home.startswith("from “The ferry”") and "to “Boats return”" in home


def test_what_was_moved_on_is_not_moved_back(talk, carry, back, newsroom):
    first = carry(talk["root"])
    newsroom.story(id="third")
    carry(talk["root"], "third")
    with pytest.raises(Conflict, match="undo that first"):
        back(first)


def test_a_reply_is_not_moved_back_under_what_was_moved_away(talk, carry, back, newsroom):
    first = carry(talk["branch"])
    newsroom.story(id="third")
    carry(talk["root"], "third")
    with pytest.raises(Conflict, match="what it answered"):
        back(first)


def test_everything_under_a_story_moves_at_once(talk, app, thread, counts_are_true):
    with app.app_context(), unit_of_work():
        made = move_all(named("harbour"), named("ferry"), actor=ADA, now=now())
        assert ([each.comment_id for each in made], len({each.batch for each in made})) == (
            [talk["root"], talk["other"]],
            1,
        )
    assert ids(thread("harbour")["comments"]) == []
    everything = [talk["root"], talk["branch"], talk["leaf"], talk["there"], talk["other"]]
    assert ids(thread("ferry")["comments"]) == everything
    counts_are_true()
    with app.app_context(), unit_of_work(), pytest.raises(Conflict, match="no comments here"):
        move_all(named("harbour"), named("ferry"), actor=ADA, now=now())


def test_whoever_moves_has_seen_what_moves(talk, carry, newsroom):
    with pytest.raises(Stale):
        carry(talk["root"], seen=newsroom.version(talk["root"]) + 1)


def test_nothing_moves_where_it_is_or_to_another_site(talk, carry, app, newsroom):
    with pytest.raises(Conflict, match="already"):
        carry(talk["root"], "harbour")
    with app.app_context(), unit_of_work(), pytest.raises(NotFound):
        move(db.session.get_one(Comment, talk["root"]), named("ferry", "gazette"), actor=ADA, now=now())


def test_a_moderator_moves_only_between_sections_of_their_own(talk, app):
    with app.app_context():
        site = site_named("herald").id
        someone = Actor("Hanna", role=Role.MODERATOR, site_ids=frozenset({site}), sections={site: frozenset({"City"})})
        with unit_of_work(), pytest.raises(NotFound):
            move(db.session.get_one(Comment, talk["root"]), named("ferry"), actor=someone, now=now())
        with unit_of_work(), pytest.raises(NotFound):
            move(db.session.get_one(Comment, talk["there"]), named("harbour"), actor=someone, now=now())


@pytest.fixture
def many(stories, bulk, app):
    """Visible comments under the harbour, each with its text; `depths` is 0 for a root, 1 for a reply to the first."""

    def write(depths: list[int]) -> list[int]:
        seen = {"status": "APPROVED", "retracted_at": None}
        made = bulk("harbour", [{**seen, "depth": depth, **({"parent": 0} if depth else {})} for depth in depths])
        text = {"number": 1, "text": "So it is.", "content": [], "html": "", "created_at": now()}
        with app.app_context(), unit_of_work():
            db.session.execute(insert(Revision), [{"comment_id": id, **text} for id in made])
        return made

    return write


def test_a_move_costs_the_same_statements_however_long_the_conversation(many, carry, newsroom, thread, statements):
    costs = []
    for number in (3, 300):
        made = many([0, *[1] * number])
        with statements() as said:
            carry(made[0])
        costs.append(len(said))
    assert costs[0] == costs[1]
    assert thread("ferry")["story"]["comment_count"] == 305


def test_everything_moves_in_the_same_changes_however_much_it_is(many, app, thread, statements):
    costs = []
    for number in (3, 30):
        many([0] * number)
        with statements() as said, app.app_context(), unit_of_work():
            move_all(named("harbour"), named("ferry"), actor=ADA, now=now())
        costs.append(sum(statement.startswith("UPDATE") for statement in said))
    assert costs[0] == costs[1]
    assert thread("ferry")["story"]["comment_count"] == 33
