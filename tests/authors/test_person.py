"""One person on one page: what staff know, who saw the address, what was changed, and what no form can change."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from commentsvc.authors.models import Author, AuthorAct
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import csrf_token, rosas_comment

ADDRESS = "rosa@example.org"


@pytest.fixture
def desk(cast, newsroom):
    """Ada's browser."""
    return newsroom.signed_in(cast.ada)


def see(browser, path) -> str:
    return browser.get(path).get_data(as_text=True)


def send(browser, page, path, **fields):
    return browser.post(path, data={"csrf_token": csrf_token(see(browser, page)), **fields})


def acts(app) -> list[tuple]:
    with app.app_context():
        rows = db.session.scalars(select(AuthorAct).order_by(AuthorAct.id))
        return [(act.action, act.field, act.before, act.after, act.account.name) for act in rows]


def test_the_address_is_shown_by_a_click_that_the_log_tells_of(app, desk, rosa):
    page = f"/desk/authors/{rosa}"
    assert (ADDRESS in see(desk, page), acts(app)) == (False, [])
    answer = send(desk, page, f"/admin/authors/{rosa}/address")
    assert (ADDRESS in answer.get_data(as_text=True), answer.headers["Cache-Control"]) == (True, "no-store")
    assert acts(app) == [("reveal", "address", "", "", "Ada")]
    shown = see(desk, page)
    assert ("Saw the address" in shown, ADDRESS in shown) == (True, False)


def test_a_script_asks_for_the_address_by_a_call_of_its_own(app, ada, hanna, gus, client, rosa):
    path = f"/api/v1/admin/authors/{rosa}/address"
    refused = [client.post(path, json={}, headers=person.headers).status_code for person in (hanna, gus)]
    assert (refused, acts(app)) == ([403, 404], [])
    assert client.post(path, json={}, headers=ada.headers).json == {"address": ADDRESS}
    assert acts(app) == [("reveal", "address", "", "", "Ada")]


def test_somebody_without_an_address_has_none_to_show(ada, client, ines):
    assert client.post(f"/api/v1/admin/authors/{ines}/address", json={}, headers=ada.headers).status_code == 404


def test_an_edit_leaves_its_difference_field_by_field(app, ada, desk, ines):
    ada.edit(ines, name="Ines W.", bio="Boats.")
    ada.edit(ines, name="Ines W.")  # nothing is another now
    assert acts(app) == [
        ("edit", "name", "Ines Writer", "Ines W.", "Ada"),
        ("edit", "bio", "", "Boats.", "Ada"),
    ]
    shown = see(desk, f"/desk/authors/{ines}")
    assert ('<del dir="auto">Ines Writer</del>' in shown, '<ins dir="auto">Ines W.</ins>' in shown) == (True, True)


def test_whether_comments_are_listed_is_in_the_log_too(app, ada, desk, ines):
    ada.edit(ines, lists_comments=False)
    ada.edit(ines, lists_comments=None)
    usual, hidden = "as usual on this site", "not listed"
    assert acts(app) == [
        ("edit", "shows_comments", usual, hidden, "Ada"),
        ("edit", "shows_comments", hidden, usual, "Ada"),
    ]
    assert "Changed the listing of comments" in see(desk, f"/desk/authors/{ines}")


@pytest.mark.parametrize(
    "statement", ["UPDATE commentsvc_author_act SET after = 'x'", "DELETE FROM commentsvc_author_act"]
)
def test_the_database_lets_nobody_change_the_log_of_acts(app, ada, ines, statement):
    ada.edit(ines, name="Ines W.")
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    assert len(acts(app)) == 1


def test_a_moderator_sees_neither_address_nor_acts_nor_whom_it_links(cast, newsroom, ada, client, rosa):
    newsroom.comment("harbour", name="Rosa Two", email=ADDRESS)
    client.post(f"/api/v1/admin/authors/{rosa}/address", json={}, headers=ada.headers)
    shown = see(newsroom.signed_in(cast.hanna), f"/desk/authors/{rosa}")
    assert [word for word in (ADDRESS, "Show the address", "Saw the address", "Rosa Two") if word in shown] == []


def test_comments_are_counted_by_state_and_lead_to_the_queue(desk, newsroom, client, app, rosa):
    with app.app_context():
        slug = db.session.get_one(Author, int(rosa)).slug
    first = client.post("/api/v1/comments", json=rosas_comment(email="x@example.org", text="A first one of mine.")).json
    receipt = {"Authorization": f"Bearer {first['receipt']['token']}"}
    more = rosas_comment(email="x@example.org", name="Rosa Else", text="And here is another one.")
    client.post("/api/v1/comments", json=more, headers=receipt)
    with app.app_context():
        author = newsroom.row(int(first["comment"]["id"])).author
        number, theirs = author.id, author.slug
    newsroom.decide(int(first["comment"]["id"]), "reject")
    shown = see(desk, f"/desk/authors/{number}")
    for queue in ("pending", "rejected"):
        assert f'queue={queue}&amp;author={theirs}&amp;sort=newest">1<' in shown
    assert ("Rosa Else</bdi>: 1 comment" in shown, slug in shown) == (True, False)


def test_reports_are_counted_with_what_became_of_them(desk, newsroom, client, app, rosa):
    mine = client.post("/api/v1/comments", json=rosas_comment(email="x@example.org")).json["receipt"]["token"]
    with app.app_context():
        reporter = db.session.scalars(select(Author.id).order_by(Author.id.desc())).first()
        comment = db.session.scalar(text(f"SELECT id FROM commentsvc_comment WHERE author_id = {rosa}"))
    sent = {"reason": "abuse"}
    client.post(f"/api/v1/comments/{comment}/flags", json=sent, headers={"Authorization": f"Bearer {mine}"})
    assert "Of their comments: <strong>1</strong> (1 open, 0 about" in see(desk, f"/desk/authors/{rosa}")
    newsroom.decide(comment, "reject")
    assert "Of their comments: <strong>1</strong> (1 open, 1 about" in see(desk, f"/desk/authors/{rosa}")
    assert "Made by them: <strong>1</strong> (1 open, 1 about" in see(desk, f"/desk/authors/{reporter}")


def test_others_with_the_same_address_are_linked_for_who_may_know(desk, newsroom, rosa):
    newsroom.comment("harbour", name="Rosa Two", email="ROSA@example.org")
    newsroom.comment("harbour", name="Stranger", email="other@example.org")
    shown = see(desk, f"/desk/authors/{rosa}")
    assert ("Rosa Two</bdi></a>: typed the same address" in shown, "Stranger" in shown) == (True, False)


def test_a_note_is_kept_for_colleagues_with_who_wrote_it(cast, newsroom, client, hanna, gus, rosa):
    browser = newsroom.signed_in(cast.hanna)
    send(browser, f"/desk/authors/{rosa}", f"/desk/authors/{rosa}/notes", text="Knows the harbour <b>well</b>.")
    shown = see(browser, f"/desk/authors/{rosa}")
    assert ("Knows the harbour &lt;b&gt;well&lt;/b&gt;." in shown, "by <bdi>Hanna</bdi>" in shown) == (True, True)
    path = f"/api/v1/admin/authors/{rosa}/notes"
    assert client.post(path, json={"text": "No."}, headers=gus.headers).status_code == 404
    assert client.post(path, json={"text": ""}, headers=hanna.headers).status_code == 422
    assert client.post(path, json={"text": "Yes."}, headers=hanna.headers).json["note"]["text"] == "Yes."


# Mass assignment: nothing of this is anybody's to set through a form or a call that is about something else.

CLAIMED = {
    "standing": "TRUSTED",
    "badges": ["author"],
    "role": "admin",
    "byline": True,
    "is_byline": "1",
    "confirmed": True,
    "confirmed_at": "2020-01-01T00:00:00Z",
    "approved_count": "99",
    "email_hash": "x",
    "account_id": "1",
    "merged_into_id": "1",
}


def facts_of(app, author) -> tuple:
    names = (
        "standing",
        "is_byline",
        "confirmed_at",
        "approved_count",
        "rejected_count",
        "merged_into_id",
        "email_hash",
    )
    with app.app_context():
        found = db.session.get_one(Author, int(author))
        return tuple(getattr(found, name) for name in names)


@pytest.mark.parametrize("name", CLAIMED)
def test_no_form_and_no_call_about_something_else_sets(app, ada, hanna, client, desk, newsroom, rosa, name):
    claimed, before = {name: CLAIMED[name]}, facts_of(app, rosa)
    assert client.patch(f"/api/v1/admin/authors/{rosa}", json=claimed, headers=ada.headers).status_code == 200
    client.post(f"/api/v1/admin/authors/{rosa}/notes", json={"text": "x", **claimed}, headers=hanna.headers)
    client.post(f"/api/v1/admin/authors/{rosa}/address", json=claimed, headers=ada.headers)
    page, form = f"/desk/authors/{rosa}", {"name": "Rosa Reader", **{key: str(each) for key, each in claimed.items()}}
    send(desk, page, f"/admin/authors/{rosa}", **form)
    send(desk, page, f"/desk/authors/{rosa}/notes", text="x", **form)
    assert facts_of(app, rosa) == before
    posted = client.post("/api/v1/comments", json=rosas_comment(email="n@example.org", **claimed)).json
    changed = {"text": "Another text of the same comment.", **claimed}
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{posted['comment']['id']}", json=changed, headers=receipt)
    with app.app_context():
        writer = newsroom.row(int(posted["comment"]["id"])).author_id
    assert facts_of(app, writer)[:6] == ("NORMAL", False, None, 0, 0, None)


def test_the_page_of_an_author_costs_the_same_however_much_was_written(app, desk, newsroom, rosa, statements):
    with statements() as one:
        see(desk, f"/desk/authors/{rosa}")
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, int(rosa))
        author.last_seen_at = now()
        for number in range(5):
            newsroom.row  # noqa: B018
            db.session.add(
                AuthorAct(site_id=1, author_id=author.id, action="edit", created_at=now(), after=str(number))
            )
    with statements() as many:
        see(desk, f"/desk/authors/{rosa}")
    assert len(many) <= len(one) + 1 <= 32
