"""Undoing a batch, or what a person, a rule or a sanction decided between two times."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from commentsvc.accounts.permissions import Actor
from commentsvc.authors.models import Author, StandingChange
from commentsvc.comments.lifecycle import ACTIONS, State
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.clock import now, rfc3339
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation import undoing
from commentsvc.moderation.decisions import Seen, decide_all
from commentsvc.moderation.log_pages import LEFT_ALONE
from commentsvc.moderation.models import Flag
from commentsvc.outbox.models import Event
from commentsvc.stories.models import Story
from tests.cast import rosas_comment
from tests.moderation.pages import Browser, by_class, form_to, text_of


@pytest.fixture
def three(newsroom, story) -> list[int]:
    return [newsroom.comment(story, status="hold") for _ in range(3)]


@pytest.fixture
def statuses(newsroom):
    def read(*ids: int) -> list[str]:
        with newsroom.app.app_context():
            return [newsroom.row(id).status for id in ids]

    return read


def in_order(pages) -> list[str]:
    return [line["id"] for line in pages]


# What exactly is put back

ACTS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS)), min_size=1, max_size=7)


def picture(ids: list[int]) -> dict:
    """All that decisions can change, of comments and of what is counted beside them."""
    db.session.expire_all()
    rows = {id: db.session.get_one(Comment, id) for id in ids}
    counts = db.session.execute(select(Author.id, Author.approved_count, Author.rejected_count).order_by(Author.id))
    flags = select(Flag.comment_id, func.count()).where(Flag.settled_at.is_(None)).group_by(Flag.comment_id)
    return {
        "states": {id: (State.of(row), row.open_flags, row.risk, row.visible_replies) for id, row in rows.items()},
        "authors": [tuple(row) for row in counts],
        "stories": list(db.session.scalars(select(Story.comment_count).order_by(Story.id))),
        "reports": {row[0]: row[1] for row in db.session.execute(flags)},
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_was_decided_undoing_it_in_reverse_gives_back_what_was(app, newsroom, cast, story, report, acts):
    root = newsroom.comment(story)
    ids = [root, newsroom.comment(story, parent=root), newsroom.comment(story, parent=root)]
    report(ids[1])
    hanna = newsroom.account_id(cast.hanna)
    with app.app_context():
        actor = Actor("Hanna", hanna, site_ids=frozenset({newsroom.row(root).site_id}), role="moderator")
        pictures, made = [], []
        for which, action in acts:
            before = picture(ids)
            with unit_of_work():
                seen = Seen(ids[which], newsroom.row(ids[which]).version)
                outcome = decide_all([seen], action, actor=actor, now=now())
            if outcome.decided and outcome.decided[0][1]:
                pictures.append(before)
                made.append(outcome.decided[0][1].id)
        redone = picture(ids)
        undos = []
        for decision, before in zip(reversed(made), reversed(pictures), strict=True):
            with unit_of_work():
                undos.append(undoing.undo(decision, actor=actor, now=now())[1].id)
            assert picture(ids) == before
        for decision in reversed(undos):
            with unit_of_work():
                undoing.undo(decision, actor=actor, now=now())
        assert picture(ids) == redone


@pytest.mark.parametrize(("action", "column"), [("pin", "pinned_at"), ("lock", "locked_at")])
def test_a_mark_and_its_opposite_can_be_undone(hanna, newsroom, story, action, column):
    number, shown = newsroom.comment(story), []
    for act in (action, f"un{action}"):
        decision = hanna.decide(number, action=act).json["decided"][0]["decision"]
        hanna.undo(decision)
        with newsroom.app.app_context():
            shown.append(getattr(newsroom.row(number), column) is not None)
        hanna.decide(number, action=action)
    assert shown == [False, True]


@pytest.mark.parametrize("action", ["later", "escalate"])
def test_putting_aside_can_be_undone(hanna, three, action):
    number = three[0]
    hanna.undo(hanna.decide(number, action=action).json["decided"][0]["decision"])
    assert number in hanna.ids(queue="pending")


def test_a_verdict_on_what_was_put_aside_puts_it_aside_again_when_undone(hanna, three):
    hanna.decide(three[0], action="later")
    hanna.undo(hanna.decide(three[0], action="approve").json["decided"][0]["decision"])
    assert hanna.ids(queue="later") == [three[0]]


def test_an_undo_names_what_it_undoes(hanna, three):
    decision = hanna.decide(three[0], action="reject").json["decided"][0]["decision"]
    hanna.undo(decision)
    (line, *_) = hanna.log(comment=three[0])
    assert (line["undoes"], line["reason"], line["actor"]["account"]) == (decision, "undo", "Hanna")


# A batch


def test_a_batch_is_undone_as_a_whole_and_the_undo_too(hanna, three, statuses):
    hanna.decide(*three, action="reject")
    (batch,) = {line["batch"] for line in hanna.log(action="reject")}
    undone = hanna.undo_many(batch=batch).json
    assert (undone["done"], undone["remaining"], statuses(*three)) == (3, 0, ["PENDING"] * 3)
    assert hanna.undo_many(batch=undone["batch"]).json["done"] == 3
    assert statuses(*three) == ["REJECTED"] * 3


def test_what_a_colleague_decided_since_stays(ada, hanna, three, statuses):
    hanna.decide(*three, action="reject")
    batch = hanna.log()[0]["batch"]
    ada.decide(three[1], action="spam")
    undone = hanna.undo_many(batch=batch).json
    assert (undone["done"], undone["skipped"], statuses(*three)) == (
        2,
        {"changed_since": 1},
        ["PENDING", "SPAM", "PENDING"],
    )


def test_a_batch_that_was_undone_is_not_undone_again(hanna, three):
    hanna.decide(*three, action="reject")
    batch = hanna.log()[0]["batch"]
    hanna.undo_many(batch=batch)
    again = hanna.undo_many(batch=batch).json
    assert (again["done"], again["skipped"]) == (0, {"undone_already": 3})


def test_a_dry_run_says_what_would_be_and_does_nothing(hanna, three, statuses):
    hanna.decide(*three, action="reject")
    said = hanna.undo_many(batch=hanna.log()[0]["batch"], dry_run=True).json
    assert (said["done"], said["remaining"], said["batch"], len(said["newest"])) == (0, 3, None, 3)
    assert statuses(*three) == ["REJECTED"] * 3


def test_at_most_two_hundred_are_undone_by_one_call(hanna, newsroom, story, monkeypatch):
    monkeypatch.setattr("commentsvc.moderation.routes.MOST_AT_ONCE", 2)
    three = [newsroom.comment(story, status="hold") for _ in range(3)]
    hanna.decide(*three[:2], action="reject")
    hanna.decide(three[2], action="reject")
    account = hanna.log()[0]["actor"]["id"]
    said = [hanna.undo_many(account=account).json for _ in range(2)]
    assert [(each["done"], each["remaining"]) for each in said] == [(2, 1), (1, 0)]


def test_nobody_hears_of_a_batch_that_was_undone_in_time(app, hanna, three):
    hanna.decide(*three, action="reject")
    hanna.undo_many(batch=hanna.log()[0]["batch"])
    with app.app_context():
        told = db.session.scalars(select(Event.type).where(Event.cancelled_at.is_(None), Event.cause != "")).all()
    assert [each for each in told if each == "comment.rejected"] == []


# What somebody decided between two times


def test_all_that_one_moderator_decided_is_put_back_to_what_was_before_the_first(
    ada, hanna, cast, newsroom, three, statuses
):
    hanna.decide(*three, action="reject")
    hanna.decide(three[0], action="approve")
    hanna.decide(three[0], action="feature")
    said = ada.undo_many(account=str(newsroom.account_id(cast.hanna))).json
    assert (said["done"], said["skipped"], statuses(*three)) == (5, {}, ["PENDING"] * 3)
    with newsroom.app.app_context():
        assert newsroom.row(three[0]).featured_at is None


def test_only_what_lies_between_the_times_is_undone(ada, hanna, cast, newsroom, three, statuses):
    hanna.decide(three[0], action="reject")
    begin = rfc3339(now() + timedelta(seconds=1))
    whose = str(newsroom.account_id(cast.hanna))
    assert ada.undo_many(account=whose, since=begin).status_code == 404
    assert ada.undo_many(account=whose, until=begin).json["done"] == 1


def test_a_moderator_undoes_their_own_and_no_colleagues(ada, hanna, cast, newsroom, three):
    hanna.decide(three[0], action="reject")
    ada.decide(three[1], action="reject")
    mine, theirs = (str(newsroom.account_id(who)) for who in (cast.hanna, cast.ada))
    assert (hanna.undo_many(account=theirs).status_code, hanna.undo_many(account=mine).json["done"]) == (403, 1)


@pytest.mark.parametrize("what", ["rule", "author"])
def test_what_a_rule_decided_is_an_admins_to_undo(hanna, newsroom, client, story, what):
    client.post("/api/v1/comments", json=rosas_comment())
    with newsroom.app.app_context():
        slug = db.session.scalar(select(Author.slug).where(Author.name == "Rosa Reader"))
    named = {"rule": "author_is_new", "author": slug}
    assert hanna.undo_many(**{what: named[what]}).status_code == 403


def test_a_batch_of_another_site_is_unknown(gus, hanna, newsroom, three, statuses):
    hanna.decide(*three, action="reject")
    batch = hanna.log()[0]["batch"]
    answers = gus.undo_many(batch=batch), gus.undo_many(batch=batch, site="gazette")
    assert ([each.status_code for each in answers], statuses(*three)) == ([404, 404], ["REJECTED"] * 3)


def test_what_is_in_another_section_stays(app, ada, hanna, cast, newsroom, story, three, statuses):
    newsroom.story("herald", "goal", category="Sport")
    goal = newsroom.comment("goal", status="hold")
    ada.decide(three[0], goal, action="reject")
    batch = ada.log()[0]["batch"]
    limit_to_sections(app, newsroom.account_id(cast.hanna), ["City"])
    assert (hanna.undo_many(batch=batch).json["done"], statuses(three[0], goal)) == (1, ["PENDING", "REJECTED"])
    assert {line["comment"] for line in hanna.log()} == {str(each) for each in three}


def limit_to_sections(app, account_id: int, sections: list[str]) -> None:
    from commentsvc.accounts.models import SiteMembership

    with app.app_context(), unit_of_work():
        db.session.query(SiteMembership).filter_by(account_id=account_id).one().sections = sections


# Rules


@pytest.fixture
def swindle(newsroom, client, story) -> int:
    """A comment that two rules hold."""
    newsroom.words("herald", "hold", "swindle")
    return int(client.post("/api/v1/comments", json=rosas_comment(text="A swindle.")).json["comment"]["id"])


def test_without_the_rule_the_other_rules_decide(ada, newsroom, swindle, statuses):
    decisive = ada.log()[0]["actor"]["rule"]
    assert (ada.undo_many(rule=decisive).json["done"], statuses(swindle)) == (1, ["PENDING"])
    with newsroom.app.app_context():
        assert newsroom.row(swindle).held_by not in (None, decisive)


def test_without_any_other_objection_the_comment_is_shown(ada, client, newsroom, story, statuses):
    newsroom.set("herald", hold_first_comments=0)
    newsroom.words("herald", "reject", "swindle")
    number = int(client.post("/api/v1/comments", json=rosas_comment(text="A swindle.")).json["comment"]["id"])
    undone = ada.undo_many(rule="uses_rejected_word").json
    assert (undone["done"], statuses(number)) == (1, ["APPROVED"])
    assert client.get("/api/v1/counts?site=herald&story=harbour").json["counts"] == {"harbour": 1}
    ada.undo_many(batch=undone["batch"])
    with newsroom.app.app_context():
        assert (newsroom.row(number).status, newsroom.row(number).held_by) == ("REJECTED", "uses_rejected_word")


def test_that_no_rule_objected_cannot_be_undone(ada, client, newsroom, story):
    newsroom.set("herald", hold_first_comments=0)
    client.post("/api/v1/comments", json=rosas_comment())
    said = ada.undo_many(rule="screening").json
    assert (said["done"], said["skipped"]) == (0, {"nothing_before": 1})


def test_what_a_sanction_decided_about_an_author_is_undone(ada, client, newsroom, story, statuses):
    newsroom.set("herald", hold_first_comments=0)
    first = client.post("/api/v1/comments", json=rosas_comment()).json
    with newsroom.app.app_context(), unit_of_work():
        rosa = newsroom.row(int(first["comment"]["id"])).author
        rosa.standing, slug = "WATCHED", rosa.slug
    headers = {"Authorization": f"Bearer {first['receipt']['token']}"}
    second = client.post("/api/v1/comments", json=rosas_comment(text="Another."), headers=headers).json
    number = int(second["comment"]["id"])
    assert statuses(number) == ["PENDING"]
    assert (ada.undo_many(author=slug).json["done"], statuses(number)) == (1, ["APPROVED"])


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({}, 422, "batch"),
        ({"batch": "a", "rule": "b"}, 422, "batch"),
        ({"batch": "a", "since": "yesterday"}, 422, "since"),
        ({"batch": "a", "since": "2026-01-02", "until": "2026-01-01"}, 422, "until"),
        ({"batch": "a", "dry_run": "yes"}, 422, "dry_run"),
        ({"batch": 7}, 422, "batch"),
        ({"batch": "a", "site": ""}, 422, "site"),
        ({"batch": "unheard-of"}, 404, None),
        ({"account": "x"}, 404, None),
    ],
)
def test_what_cannot_be_undone_is_refused_by_name(hanna, asked, status, field):
    answer = hanna.undo_many(**asked)
    assert (answer.status_code, list(answer.json.get("fields", {}))) == (status, [field] if field else [])


# Cost


def test_undoing_many_takes_no_more_statements_than_undoing_few(hanna, newsroom, story, statements):
    numbers = [newsroom.comment(story, status="hold") for _ in range(24)]
    cost = []
    for few in (numbers[:4], numbers[4:]):
        hanna.decide(*few, action="reject")
        batch = hanna.log()[0]["batch"]
        with statements() as said:
            assert hanna.undo_many(batch=batch).json["done"] == len(few)
        cost.append(len(said))
    assert cost[1] <= cost[0] + 2, cost  # examples are read by one statement more or less


def test_deciding_on_many_takes_no_more_statements_than_on_few(hanna, newsroom, story, statements):
    numbers = [newsroom.comment(story, status="hold") for _ in range(24)]
    cost = []
    for few in (numbers[:4], numbers[4:]):
        versions = {each: newsroom.version(each) for each in few}
        with statements() as said:
            assert len(hanna.decide(*few, action="reject", versions=versions).json["decided"]) == len(few)
        cost.append(len(said))
    assert cost[1] <= cost[0], cost


# The pages


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


def test_the_toast_undoes_what_was_just_done(desk, newsroom, three, statuses):
    page = desk.see()
    ticks = [
        box.get("value") for box in page.iter("input") if box.get("name") == "seen" and box.get("type") == "checkbox"
    ]
    desk.press(by_class(page, "bulk")[0], "reject", seen=ticks)
    told = form_to(desk.see(), "/desk/undo")
    assert "data-undo" in told.attrib
    desk.press(told)
    assert ("3 decisions undone." in desk.told(), statuses(*three)) == (True, ["PENDING"] * 3)


def test_the_queue_offers_to_undo_ones_own_last_stroke_while_nobody_outside_heard(
    ada, hanna, desk, newsroom, story, three, statuses
):
    other = newsroom.comment(story, status="hold")
    hanna.decide(*three, action="reject")
    ada.decide(other, action="approve")
    page = desk.see()
    assert "Rejected by Hanna: the comment by Rosa Reader and 2 more" in text_of(by_class(page, "told")[0])
    answer = desk.press(form_to(page, "/desk/undo"))
    assert answer.location.endswith(f"#card-{three[0]}")
    assert (statuses(*three), "3 decisions undone." in desk.told()) == (["PENDING"] * 3, True)
    assert by_class(desk.see(), "told") == []  # neither what was undone nor what a colleague did


@pytest.mark.parametrize("why", ["somebody decided since", "the time is over"])
def test_the_queue_offers_nothing_else_to_undo(ada, hanna, desk, three, why, monkeypatch):
    hanna.decide(three[0], action="approve")
    if why == "the time is over":
        monkeypatch.setattr(undoing, "UNDO_TIME", timedelta())
    else:
        ada.decide(three[0], action="reject")
    assert by_class(desk.see(), "told") == []


def test_the_preview_says_how_many_and_what_stays(ada, hanna, desk, three, statuses):
    hanna.decide(*three, action="reject")
    batch = hanna.log()[0]["batch"]
    ada.decide(three[0], action="spam")
    page = desk.see(f"/desk/undo?site=herald&batch={batch}")
    assert "2 decisions would be undone" in text_of(page)
    assert "1 would be left as it is: something was decided about the comment since" in text_of(page)
    answer = desk.press(form_to(page, "/desk/undo"))
    assert (answer.status_code, statuses(*three)) == (302, ["SPAM", "PENDING", "PENDING"])


def test_the_log_of_one_batch_leads_to_its_undo(hanna, desk, three):
    hanna.decide(*three, action="reject")
    batch = hanna.log()[0]["batch"]
    page = desk.see(f"/desk/log?site=herald&batch={batch}")
    assert any("/desk/undo" in (link.get("href") or "") for link in page.iter("a"))


@pytest.fixture
def watched(client, newsroom, story) -> tuple[int, int]:
    """A comment that was held because its writer is watched, and the writer: Rosa, whose first one was let through."""
    first = client.post("/api/v1/comments", json=rosas_comment()).json
    newsroom.decide(int(first["comment"]["id"]), "approve")
    with newsroom.app.app_context(), unit_of_work():
        rosa = newsroom.row(int(first["comment"]["id"])).author
        rosa.standing, author = "WATCHED", rosa.id
        db.session.add(StandingChange(author_id=author, standing="WATCHED", created_at=now()))
    token = {"Authorization": f"Bearer {first['receipt']['token']}"}
    again = client.post("/api/v1/comments", json=rosas_comment(text="And another thing."), headers=token).json
    return int(again["comment"]["id"]), author


def test_an_authors_page_leads_to_undoing_what_sanctions_did_and_the_log_to_the_same(cast, newsroom, watched, statuses):
    admin = Browser(newsroom.signed_in(cast.ada))
    number, author = watched
    page = admin.see(f"/desk/authors/{author}")
    (to_log,) = [each.get("href") for each in page.iter("a") if text_of(each) == "What was decided about them"]
    links = [
        next(each for each in shown.iter("a") if text_of(each).startswith("Undo what sanctions decided"))
        for shown in (page, admin.see(to_log), admin.see(f"{to_log}&since=2020-01-01T00:00"))
    ]
    assert "since=2020-01-01" in links[2].get("href")
    for link in links[1:]:
        assert "1 decision would be undone" in text_of(admin.see(link.get("href")))
    admin.press(form_to(admin.see(links[0].get("href")), "/desk/undo"))
    assert statuses(number) == ["APPROVED"]


def test_a_moderator_is_offered_no_undo_of_sanctions(desk, watched):
    for path in (f"/desk/authors/{watched[1]}", "/desk/log?site=herald&author=rosa-reader"):
        assert "Undo what sanctions" not in text_of(desk.see(path))


def test_the_preview_names_a_move_that_has_no_way_back():
    assert set(LEFT_ALONE) == set(undoing.REASONS)


@pytest.mark.parametrize(("query", "status"), [("", 422), ("rule=author_is_new", 403), ("batch=unheard-of", 200)])
def test_a_preview_that_makes_no_sense_says_so(desk, query, status):
    assert desk.client.get(f"/desk/undo?site=herald&{query}").status_code == status


def test_every_decision_is_a_stroke_of_its_own(app, hanna, three):
    for each in three:
        hanna.decide(each, action="approve")
    with app.app_context():
        batches = db.session.scalars(select(Decision.batch).where(Decision.account_id.is_not(None))).all()
    assert (len(set(batches)), None in batches) == (3, False)
