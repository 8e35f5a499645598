"""Standings with what comes with them: durations, a message, comments of late, other sites, and the way back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from commentsvc.authors.models import Author, Standing, StandingChange
from commentsvc.authors.service import confirm_address
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation import sanctions
from commentsvc.notifications.readers import write_standing
from commentsvc.outbox.models import Delivery
from commentsvc.rulebook.models import Ban
from tests.cast import csrf_token, rosas_comment

LONG_AGO = "2001-01-01T00:00:00Z"


@pytest.fixture
def written(newsroom, rosa, app) -> dict[str, int]:
    """Rosa wrote four: one from long ago, two that readers see, one that waits; by their names."""
    with app.app_context():
        first = db.session.scalars(select(Comment.id)).one()
    more = {"seen": "approve", "waiting": "hold"}
    ids = {name: newsroom.comment("harbour", status=each, name="Rosa Reader") for name, each in more.items()}
    with app.app_context(), unit_of_work():
        for id in ids.values():
            newsroom.row(id).author_id = int(rosa)
        author = db.session.get_one(Author, int(rosa))
        author.approved_count = 2
        newsroom.row(first).created_at = now() - timedelta(days=400)
    return {"old": first, **ids}


def states(app, written) -> dict[str, tuple[str, str | None]]:
    with app.app_context():
        rows = {name: db.session.get_one(Comment, id) for name, id in written.items()}
        return {name: (row.status, row.set_aside) for name, row in rows.items()}


@pytest.mark.parametrize(("lasts", "hours"), [("1h", 1), ("3h", 3), ("24h", 24), ("7d", 168)])
def test_a_suspension_lasts_as_long_as_it_says_and_ends_by_itself(ada, app, rosa, lasts, hours):
    assert ada.stand(rosa, standing="SUSPENDED", lasts=lasts).status_code == 200
    with app.app_context():
        author = db.session.get_one(Author, int(rosa))
        left = author.standing_until - now()
        assert timedelta(hours=hours) - timedelta(minutes=2) < left <= timedelta(hours=hours)
        assert author.standing_at(author.standing_until) is Standing.NORMAL


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"standing": "SUSPENDED", "lasts": "for ever"}, "lasts"),
        ({"standing": "BANNED", "lasts": "P1D"}, "lasts"),
        ({"standing": "BANNED", "lasts": "7d", "until": "2999-01-01T00:00:00Z"}, "until"),
        ({"standing": "BANNED", "comments": "reject"}, "since"),
        ({"standing": "BANNED", "comments": "burn", "since": LONG_AGO}, "comments"),
        ({"standing": "TRUSTED", "comments": "reject", "since": LONG_AGO}, "comments"),
        ({"standing": "BANNED", "comments": "reject", "since": "last week"}, "since"),
        ({"standing": "BANNED", "message": "x"}, "message"),  # nobody confirmed the address
        ({"standing": "BANNED", "message": "x" * 2001}, "message"),
        ({"standing": "WATCHED", "scope": "all"}, "scope"),
        ({"standing": "BANNED", "scope": "the world"}, "scope"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(ada, app, rosa, body, field):
    answer = ada.stand(rosa, **body)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    with app.app_context():
        assert db.session.scalars(select(StandingChange)).all() == []


@pytest.mark.parametrize(
    ("action", "after"),
    [
        ("reject", {"seen": ("REJECTED", None), "waiting": ("REJECTED", None)}),
        ("hold", {"seen": ("PENDING", None), "waiting": ("PENDING", None)}),
        ("hide", {"seen": ("PENDING", "later"), "waiting": ("PENDING", "later")}),
    ],
)
def test_comments_since_a_date_go_with_it_and_come_back_as_one_batch(ada, app, client, rosa, written, action, after):
    before = states(app, written)
    since = (now() - timedelta(days=30)).isoformat()
    answer = ada.stand(rosa, standing="BANNED", reason="Rude.", comments=action, since=since)
    assert states(app, written) == {**before, **after}
    sent = {"site": "herald", "batch": answer.json["batch"]}
    client.post("/api/v1/moderation/undo", json=sent, headers=ada.headers)
    assert states(app, written) == before


def test_what_no_request_has_the_patience_for_follows_by_itself(ada, app, rosa, written, monkeypatch):
    monkeypatch.setattr(sanctions, "AT_ONCE", 1)
    monkeypatch.setattr(sanctions, "PATIENCE", 0.0)
    monkeypatch.setattr(sanctions.go_on, "__kwdefaults__", {"patience": 0.0})
    ada.stand(rosa, standing="BANNED", comments="reject", since=LONG_AGO)
    assert {status for status, _ in states(app, written).values()} == {"APPROVED", "PENDING"}
    monkeypatch.setattr(sanctions, "PATIENCE", 60.0)
    with app.app_context():
        sanctions.work_off()
    assert {status for status, _ in states(app, written).values()} == {"REJECTED"}
    with app.app_context():
        change = db.session.scalars(select(StandingChange)).one()
        assert (change.is_at_work, change.batch) == (
            False,
            db.session.scalars(select(Decision.batch).order_by(Decision.id.desc())).first(),
        )


def test_the_page_gives_back_what_the_ban_took(app, cast, newsroom, rosa, written):
    desk, path, before = newsroom.signed_in(cast.ada), f"/admin/authors/{rosa}/standing", states(app, written)

    def press(**fields):
        token = csrf_token(desk.get(f"/desk/authors/{rosa}").get_data(as_text=True))
        return desk.post(path, data={"csrf_token": token, "scope": "site", "lasts": "", "comments": "", **fields})

    press(standing="BANNED", comments="reject", since="2001-01-01T00:00", reason="Rude.")
    shown = desk.get(f"/desk/authors/{rosa}").get_data(as_text=True)
    assert "3 earlier comments went with it" in shown
    assert "give back what the last standing took: 3 decisions undone" in shown
    assert press(standing="NORMAL", restore="y").status_code == 302
    assert states(app, written) == before
    assert "give back what" not in desk.get(f"/desk/authors/{rosa}").get_data(as_text=True)


@pytest.mark.parametrize("lasts", ["2 weeks", "-1h", "9e9"])
def test_the_page_refuses_a_duration_it_cannot_read(app, cast, newsroom, rosa, lasts):
    desk = newsroom.signed_in(cast.ada)
    token = csrf_token(desk.get(f"/desk/authors/{rosa}").get_data(as_text=True))
    sent = {"csrf_token": token, "standing": "BANNED", "lasts": lasts, "scope": "site", "comments": ""}
    assert desk.post(f"/admin/authors/{rosa}/standing", data=sent).status_code == 422
    with app.app_context():
        assert db.session.get_one(Author, int(rosa)).standing == "NORMAL"


def confirm(app, author) -> None:
    with app.app_context(), unit_of_work():
        confirm_address(db.session.get_one(Author, int(author)), now=now())


def test_a_message_goes_to_the_confirmed_address_and_nowhere_else(ada, app, rosa):
    confirm(app, rosa)
    ada.stand(rosa, standing="SUSPENDED", lasts="24h", reason="Staff only.", message="Please keep to the rules.")
    with app.test_request_context():
        (delivery,) = db.session.scalars(select(Delivery).where(Delivery.kind == "standing"))
        letter, _ = write_standing(delivery, now())
        assert (letter.to, "Please keep to the rules." in letter.text) == ("rosa@example.org", True)
        assert ("Staff only." in letter.text + letter.html, "rosa@" in str(delivery.payload)) == (False, False)


def test_without_a_message_nobody_is_written_to(ada, app, rosa):
    confirm(app, rosa)
    ada.stand(rosa, standing="WATCHED")
    with app.app_context():
        assert db.session.scalars(select(Delivery).where(Delivery.kind == "standing")).all() == []


@pytest.fixture
def elsewhere(newsroom, app, rosa) -> int:
    """Whoever typed Rosa's address at the Gazette."""
    number = newsroom.comment(newsroom.story("gazette", "g"), site="gazette", name="R.", email="Rosa@example.org")
    with app.app_context():
        return newsroom.row(number).author_id


def test_a_ban_on_all_sites_holds_for_the_address_there_and_ends_there(ada, app, client, elsewhere, rosa):
    ada.stand(rosa, standing="BANNED", scope="all", reason="Threats.")
    posted = rosas_comment(site="gazette", story="g", url="https://www.gazette.example/news/g")
    assert client.post("/api/v1/comments", json=posted).json["code"] == "not_welcome"
    with app.app_context():
        assert db.session.get_one(Author, elsewhere).standing == "BANNED"
    ada.stand(rosa, standing="NORMAL", scope="all")
    with app.app_context():
        assert db.session.get_one(Author, elsewhere).standing == "NORMAL"
        assert [ban.is_in_force(now()) for ban in db.session.scalars(select(Ban))] == [False]
    assert client.post("/api/v1/comments", json=posted).status_code == 201


def test_a_ban_on_this_site_is_one_of_this_site(ada, app, elsewhere, rosa):
    ada.stand(rosa, standing="BANNED")
    with app.app_context():
        assert db.session.get_one(Author, elsewhere).standing == "NORMAL"


# Bans that would shut out a crowd


@pytest.mark.parametrize("domain", ["gmail.com", "@GMAIL.com", "outlook.com", "co.uk", "*.web.de", "t-online.de"])
def test_the_domain_of_a_large_provider_is_banned_only_by_who_means_all_of_them(ada, app, client, domain):
    body = {"site": "herald", "value": domain}
    refused = client.post("/api/v1/admin/bans", json=body, headers=ada.headers)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["confirm"])
    for wrong in ("true", 1, "yes"):
        sent = {**body, "confirm": wrong}
        assert client.post("/api/v1/admin/bans", json=sent, headers=ada.headers).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Ban)).all() == []
    assert client.post("/api/v1/admin/bans", json={**body, "confirm": True}, headers=ada.headers).status_code == 201


@pytest.mark.parametrize("domain", ["spam.example", "notgmail.com", "gmail.com.evil.example"])
def test_any_other_domain_is_banned_at_once(ada, client, domain):
    body = {"site": "herald", "value": domain}
    assert client.post("/api/v1/admin/bans", json=body, headers=ada.headers).status_code == 201


def test_the_page_asks_the_same(app, cast, newsroom):
    desk = newsroom.signed_in(cast.ada)
    token = csrf_token(desk.get("/admin/bans?site=herald").get_data(as_text=True))
    sent = {"csrf_token": token, "value": "gmail.com", "reason": "", "days": ""}
    answer = desk.post("/admin/bans?site=herald", data=sent)
    assert (answer.status_code, "Very many people have their mail" in answer.get_data(as_text=True)) == (422, True)
    assert desk.post("/admin/bans?site=herald", data={**sent, "confirm": "y"}).status_code == 302


def test_the_network_of_many_people_is_banned_only_by_who_means_all_of_them(ada, client, newsroom, rosa):
    for number in range(4):
        comment = newsroom.comment("harbour", email=f"other{number}@example.org")
    body = {"site": "herald", "comment": str(comment)}
    refused = client.post("/api/v1/admin/bans", json=body, headers=ada.headers)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["confirm"])
    assert client.post("/api/v1/admin/bans", json={**body, "confirm": True}, headers=ada.headers).status_code == 201
