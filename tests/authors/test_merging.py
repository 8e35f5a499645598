"""One person or two: merged, split, claimed, renamed, and every way back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from commentsvc.authors import readers
from commentsvc.authors.models import Author
from commentsvc.authors.service import confirm_address
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation.models import AuthorTransfer
from tests.cast import csrf_token, rosas_comment

ADMIN = "/api/v1/admin/authors"


@pytest.fixture
def tom(newsroom, app, rosa) -> str:
    """Tom wrote two, one of them rejected, under his own name and another."""
    first = newsroom.comment("harbour", name="Tom", email="tom@example.org")
    second = newsroom.comment("harbour", name="Tommy", email="tom@example.org", status="reject")
    with app.app_context(), unit_of_work():
        author, gone = newsroom.row(first).author, newsroom.row(second).author
        newsroom.row(second).author_id = author.id
        author.rejected_count, gone.rejected_count = 1, 0
        return str(author.id)


@pytest.fixture
def call(client, ada):
    def send(path, **body):
        return client.post(f"{ADMIN}/{path}", json=body, headers=ada.headers)

    return send


def facts(app, *ids) -> list[tuple]:
    with app.app_context():
        found = [db.session.get_one(Author, int(id)) for id in ids]
        rows = {
            each.id: sorted(db.session.scalars(select(Comment.id).where(Comment.author_id == each.id)))
            for each in found
        }
        return [
            (
                each.approved_count,
                each.rejected_count,
                each.merged_into_id,
                each.standing,
                each.created_at,
                rows[each.id],
            )
            for each in found
        ]


def slug_of(app, id) -> str:
    with app.app_context():
        return db.session.get_one(Author, int(id)).slug


def test_a_preview_says_what_would_happen_and_does_nothing(app, call, rosa, tom):
    before = facts(app, rosa, tom)
    answer = call(f"{rosa}/merge", author=tom, dry_run=True).json
    assert (answer["transfer"], answer["would"]["kind"]) == (None, "merge")
    assert answer["would"]["comments"] == {"approved": 1, "rejected": 1}
    assert facts(app, rosa, tom) == before


def test_a_merge_takes_comments_and_counts_along_and_undone_gives_them_back(app, call, ada, rosa, tom):
    before = facts(app, rosa, tom)
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    (approved, rejected, _, _, _, comments), (*none, into, _, _, left) = facts(app, rosa, tom)
    assert (approved, rejected, len(comments), none, into, left) == (2, 1, 3, [0, 0], int(rosa), [])
    assert (merged["comments"], "Tom" in ada.names(q="tom")) == (2, False)
    assert call(f"transfers/{merged['id']}/undo").status_code == 200
    assert facts(app, rosa, tom) == before
    assert call(f"transfers/{merged['id']}/undo").status_code == 409


def test_what_was_written_since_stays_when_a_merge_is_undone(app, call, newsroom, rosa, tom):
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    later = newsroom.comment("harbour", name="Rosa Reader")
    with app.app_context(), unit_of_work():
        newsroom.row(later).author_id = int(rosa)
    call(f"transfers/{merged['id']}/undo")
    assert later in facts(app, rosa)[0][5]


def test_after_thirty_days_a_merge_is_not_undone_any_more_but_can_be_split(app, call, rosa, tom):
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    with app.app_context(), unit_of_work():
        db.session.execute(update(AuthorTransfer).values(until=now() - timedelta(seconds=1)))
    assert call(f"transfers/{merged['id']}/undo").status_code == 409
    split = call(f"{rosa}/split", names=["Tom", "Tommy"]).json["transfer"]
    approved, rejected, *_, comments = facts(app, split["to"])[0]
    assert (approved, rejected, len(comments), facts(app, rosa)[0][:2]) == (1, 1, 2, (1, 0))


def test_a_split_is_undone_too(app, call, tom):
    before = facts(app, tom)
    split = call(f"{tom}/split", names=["Tommy"]).json["transfer"]
    assert facts(app, tom)[0][:2] == (1, 0)
    call(f"transfers/{split['id']}/undo")
    assert facts(app, tom) == before
    assert facts(app, split["to"])[0][2] == int(tom)


@pytest.mark.parametrize(
    "names",
    [[], ["Nobody"], ["Tom", "Tommy"], "Tom", [1], [""], ["Tommy", " "], ["x" * 81, "Tommy"], ["a\x00", "Tommy"],
     ["Tommy"] * 21],
)  # fmt: skip
def test_a_split_leaves_somebody_on_both_sides(app, call, tom, names):
    before = facts(app, tom)
    assert (call(f"{tom}/split", names=names).status_code, facts(app, tom)) == (422, before)


def test_a_restraint_is_not_shed_by_a_merge_and_ends_with_its_undoing(app, call, ada, client, rosa, tom):
    ada.stand(tom, standing="BANNED", reason="Threats.")
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    assert facts(app, rosa)[0][3] == "BANNED"
    for address in ("rosa@example.org", "tom@example.org"):
        assert client.post("/api/v1/comments", json=rosas_comment(email=address)).json["code"] == "not_welcome"
    call(f"transfers/{merged['id']}/undo")
    assert [row[3] for row in facts(app, rosa, tom)] == ["NORMAL", "BANNED"]


def test_whoever_is_restrained_later_is_so_under_every_address_they_have(app, call, ada, client, rosa, tom):
    call(f"{rosa}/merge", author=tom)
    ada.stand(rosa, standing="BANNED")
    posted = rosas_comment(email="tom@example.org")
    assert client.post("/api/v1/comments", json=posted).json["code"] == "not_welcome"


def test_the_page_and_the_call_under_the_old_slug_lead_to_the_new_one(app, call, client, rosa, tom):
    old, new = slug_of(app, tom), slug_of(app, rosa)
    call(f"{rosa}/merge", author=tom)
    page, answer = client.get(f"/authors/herald/{old}"), client.get(f"/api/v1/authors/{old}?site=herald")
    assert (page.status_code, page.location) == (302, f"/authors/herald/{new}")
    assert (answer.status_code, answer.location) == (302, f"/api/v1/authors/{new}?site=herald")
    assert client.get(f"/authors/gazette/{old}").status_code == 404


def test_a_renamed_author_is_found_under_every_slug_they_had_and_nobody_gets_one_of_them(ada, client, ines):
    ada.edit(ines, name="Ines Weber", slug="ines-weber")
    ada.edit(ines, slug="ines-w")
    for old in ("ines-writer", "ines-weber"):
        assert client.get(f"/authors/herald/{old}").location == "/authors/herald/ines-w"
    assert ada.add(name="Ines Writer").json["author"]["slug"] != "ines-writer"
    assert ada.add(name="Another", slug="ines-weber").status_code == 422
    assert ada.edit(ines, slug="ines-writer").json["author"]["slug"] == "ines-writer"  # back again
    assert client.get("/authors/herald/ines-w").location == "/authors/herald/ines-writer"


def test_a_byline_and_a_commenter_become_one_person_only_after_the_address_is_confirmed(app, call, ines, rosa):
    assert call(f"{ines}/merge", author=rosa).status_code == 409
    assert call(f"{rosa}/merge", author=ines).status_code == 409
    with app.app_context(), unit_of_work():
        confirm_address(db.session.get_one(Author, int(rosa)), now=now())
    claimed = call(f"{ines}/merge", author=rosa).json["transfer"]
    with app.app_context():
        author = db.session.get_one(Author, int(ines))
        assert (claimed["kind"], author.is_byline, author.confirmed_at is not None) == ("claim", True, True)
        assert (author.approved_count, author.email_hash is not None) == (1, True)
    call(f"transfers/{claimed['id']}/undo")
    with app.app_context():
        author = db.session.get_one(Author, int(ines))
        assert (author.email_hash, author.confirmed_at, author.approved_count) == (None, None, 0)


def test_bylines_go_along_and_come_back(ada, call, client, newsroom, ines):
    other = ada.add(name="Ines W.").json["author"]
    newsroom.story("herald", "signed")
    with client.application.app_context(), unit_of_work():
        from commentsvc.stories.models import Byline, Story

        story = db.session.scalars(select(Story.id).where(Story.external_id == "signed")).one()
        db.session.add(Byline(story_id=story, author_id=int(other["id"])))

    def signed() -> list[str]:
        about = client.get("/api/v1/stories/about?site=herald&story=signed").json
        return [each["slug"] for each in about["authors"]]

    merged = call(f"{ines}/merge", author=other["id"]).json["transfer"]
    assert signed() == ["ines-writer"]
    call(f"transfers/{merged['id']}/undo")
    assert signed() == [other["slug"]]


def test_nobody_of_another_site_and_nobody_twice_is_merged(app, call, newsroom, rosa, tom):
    greta = newsroom.comment(newsroom.story("gazette", "g"), site="gazette", name="Greta")
    with app.app_context():
        greta = str(newsroom.row(greta).author_id)
    assert call(f"{rosa}/merge", author=greta).status_code == 404
    assert call(f"{rosa}/merge", author=rosa).status_code == 409
    call(f"{rosa}/merge", author=tom)
    assert call(f"{rosa}/merge", author=tom).status_code == 409


def test_only_admins_of_the_site_merge_split_and_undo(app, call, client, hanna, gus, rosa, tom):
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    before = facts(app, rosa, tom)
    for person, status in ((hanna, 403), (gus, 404)):
        for path, body in (
            (f"{rosa}/merge", {"author": tom}),
            (f"{rosa}/split", {"names": ["Tom"]}),
            (f"transfers/{merged['id']}/undo", {}),
        ):
            assert client.post(f"{ADMIN}/{path}", json=body, headers=person.headers).status_code == status
    assert facts(app, rosa, tom) == before


def test_the_pages_ask_first_merge_and_undo(app, cast, newsroom, rosa, tom):
    desk, before = newsroom.signed_in(cast.ada), facts(app, rosa, tom)
    asked = desk.get(f"/desk/authors/{rosa}/merge?with={slug_of(app, tom)}").get_data(as_text=True)
    assert ("2 comments</strong>" in asked, facts(app, rosa, tom) == before) == (True, True)
    desk.post(f"/admin/authors/{rosa}/merge", data={"csrf_token": csrf_token(asked), "with": tom})
    shown = desk.get(f"/desk/authors/{rosa}").get_data(as_text=True)
    transfer = shown.partition("/admin/transfers/")[2].partition("/")[0]
    desk.post(f"/admin/transfers/{transfer}/undo", data={"csrf_token": csrf_token(shown)})
    assert facts(app, rosa, tom) == before
    with app.app_context():
        from commentsvc.authors.acts import acts_on

        assert [act.action for act in acts_on([int(rosa)])] == ["undo", "merge"]


# Those who were merged write on


@pytest.fixture
def browser(app, tom) -> dict[str, str]:
    """The header of Tom's browser: he confirmed his address."""
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, int(tom))
        author.confirmed_at = now()
        return {"Authorization": f"Bearer {readers.know_browser(author, now=now())}"}


@pytest.fixture
def tom_in_his_browser(client, browser):
    """Tom goes on writing with the token his browser has."""

    def write(**changes):
        sent = rosas_comment(story="harbour", name="Tom", email="tom@example.org", **changes)
        return client.post("/api/v1/comments", json=sent, headers=browser)

    return write


def test_a_ban_of_the_kept_one_reaches_who_was_merged(call, ada, rosa, tom, tom_in_his_browser):
    call(f"{rosa}/merge", author=tom)
    assert ada.stand(rosa, standing="BANNED", reason="Enough.").status_code == 200
    assert tom_in_his_browser(text="I am still here.").json["code"] == "not_welcome"


def test_who_was_merged_writes_on_and_changes_nothing_the_kept_one_wrote(app, call, client, rosa, tom, browser):
    """A merge may be a mistake: it hands nobody somebody else's words."""
    (rosas, *_) = facts(app, rosa)[0][5]
    call(f"{rosa}/merge", author=tom)
    tried = [
        client.patch(f"/api/v1/comments/{rosas}", json={"text": "Not mine."}, headers=browser),
        client.delete(f"/api/v1/comments/{rosas}", headers=browser),
    ]
    assert [each.status_code for each in tried] == [404, 404]


def test_a_lighter_standing_of_the_kept_one_does_not_lift_theirs(app, call, rosa, tom, tom_in_his_browser):
    call(f"{rosa}/merge", author=tom)
    with app.app_context(), unit_of_work():
        db.session.get_one(Author, int(tom)).standing = "BANNED"
        db.session.get_one(Author, int(rosa)).standing = "TRUSTED"
    assert tom_in_his_browser(text="I am still here.").json["code"] == "not_welcome"


def test_after_the_merge_is_undone_the_ban_is_the_others_alone(app, call, ada, rosa, tom, tom_in_his_browser):
    merged = call(f"{rosa}/merge", author=tom).json["transfer"]
    ada.stand(rosa, standing="BANNED", reason="Enough.")
    call(f"transfers/{merged['id']}/undo")
    written = tom_in_his_browser(text="I am still here.").json["comment"]["id"]
    assert int(written) in facts(app, tom)[0][5]
