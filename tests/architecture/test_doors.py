"""Every door of the newsroom is tried by those who have no key."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from commentsvc import create_app
from commentsvc.core.clock import now
from commentsvc.core.database import PREFIX, db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import keys
from commentsvc.outbox import service as outbox
from commentsvc.outbox.channels import Outgoing
from commentsvc.outbox.models import Delivery, DeliveryStatus
from commentsvc.privacy import erasing
from commentsvc.privacy.models import SealedCopy
from commentsvc.rulebook.models import Ban
from commentsvc.webhooks.models import Endpoint
from tests.cast import SOMEONE, csrf_token, rosas_comment
from tests.conftest import settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API = re.compile(r"/api/v1/(moderation|admin|events)(/|$)")
PAGES = re.compile(r"/(desk|admin)(/|$)")
# What a stranger, a reader or a colleague of another newspaper must never be shown.
OF_THE_HERALD = "Only the Herald knows"


def addresses(app: Flask, kind: re.Pattern[str], ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(method, address) for everything under a part of the house, with the ids of things that exist."""
    for rule in app.url_map.iter_rules():
        if kind.match(rule.rule):
            for method in METHODS:
                yield method, address_of(rule, ids)


def address_of(rule: Rule, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1], "1"), rule.rule)


@pytest.fixture
def ids(cast, newsroom, client) -> dict[str, str]:
    """The Herald's things, by the names the addresses give them; the site is `herald`, its data have a mark."""
    story = newsroom.story("herald", title=OF_THE_HERALD)
    newsroom.comment(story, OF_THE_HERALD, name=OF_THE_HERALD)
    comment = newsroom.comment(story, OF_THE_HERALD, status="hold", name=OF_THE_HERALD)
    version = newsroom.version(comment)
    seen = {"comments": [{"id": str(comment), "version": version}], "action": "reject", "note": OF_THE_HERALD}
    decided = client.post("/api/v1/moderation/decisions", json=seen, headers=cast.hanna.headers).json
    listed = newsroom.words("herald", "hold", OF_THE_HERALD)
    with newsroom.app.app_context():
        row = newsroom.row(comment)
        author, number = row.author_id, row.story_id
        with unit_of_work():
            endpoint = Endpoint(
                site_id=row.site_id, url=f"https://{OF_THE_HERALD}.example", events=[], secret="", created_at=now()
            )
            db.session.add(endpoint)
            db.session.flush()
            dead = Outgoing(row.site_id, "webhook", endpoint.lane, OF_THE_HERALD, "once", {"endpoint": endpoint.id})
            outbox.send(dead, now=now())
            ban = Ban(site_id=row.site_id, kind="domain", domain="x.example", reason=OF_THE_HERALD, created_at=now())
            db.session.add(ban)
            db.session.flush()
            ban_id = ban.id
            erasure = erasing.ask(row.author, actor=SOMEONE, now=now())
            sealed = {"site_id": row.site_id, "comment_id": row.id, "content_encrypted": keys().encrypt("{}")}
            copy = SealedCopy(**sealed, created_at=now(), until=now() + timedelta(days=1))
            db.session.add(copy)
            db.session.flush()
            erasure_id, sealed_id = erasure.id, copy.id
            delivery = db.session.scalars(select(Delivery)).one()
            delivery.status, endpoint_id, delivery_id = DeliveryStatus.DEAD, endpoint.id, delivery.id
    return {
        "comment_id": str(comment),
        "decision_id": decided["decided"][0]["decision"],
        "author_id": str(author),
        "number": str(number),
        "story_id": str(number),
        "endpoint_id": str(endpoint_id),
        "delivery_id": str(delivery_id),
        "list_id": str(listed),
        "ban_id": str(ban_id),
        "erasure_id": str(erasure_id),
        "sealed_id": str(sealed_id),
        "site": "herald",
        "key": "herald",
    }


@pytest.fixture
def rows(app):
    """Everything stored, to compare: `before = rows(); …; assert rows() == before`."""

    def read() -> dict[str, list[tuple]]:
        with app.app_context():
            tables = [table for table in db.metadata.sorted_tables if table.name.startswith(PREFIX)]
            return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}

    return read


def test_there_are_doors_to_try(app, ids):
    assert len(set(addresses(app, API, ids))) >= 40
    assert len(set(addresses(app, PAGES, ids))) >= 40


def test_a_stranger_opens_no_page(app, client, ids, rows):
    before = rows()
    answers = {(method, path): client.open(path, method=method) for method, path in addresses(app, PAGES, ids)}
    assert [
        door for door, answer in answers.items() if answer.status_code != 302 or "/login?next=" not in answer.location
    ] == []
    assert rows() == before


def test_a_stranger_calls_nothing(app, client, ids, rows):
    before = rows()
    answers = {door: client.open(door[1], method=door[0]) for door in addresses(app, API, ids)}
    assert [door for door, answer in answers.items() if answer.status_code != 401] == []
    assert {answer.json["code"] for answer in answers.values()} == {"unauthorized"}
    assert rows() == before


def test_a_receipt_opens_nothing_but_its_comment(app, client, ids, rows):
    receipt = client.post("/api/v1/comments", json=rosas_comment()).json["receipt"]["token"]
    shown, before = {"Authorization": f"Bearer {receipt}"}, rows()
    answers = {door: client.open(door[1], method=door[0], headers=shown) for door in addresses(app, API, ids)}
    assert [door for door, answer in answers.items() if answer.status_code != 401] == []
    assert rows() == before


def test_a_signed_in_browser_is_no_bearer_of_a_token(app, cast, ids, newsroom):
    ada = newsroom.signed_in(cast.ada)
    answers = {door: ada.open(door[1], method=door[0]) for door in addresses(app, API, ids)}
    assert [door for door, answer in answers.items() if answer.status_code != 401] == []


def _use_token(client, person) -> None:
    """When a token was last used is written down at most every few minutes; that is done by then."""
    client.get("/api/v1/moderation/queue?site=herald", headers=person.headers)


def test_a_moderator_of_another_site_learns_and_changes_nothing_by_the_api(app, cast, client, ids, rows):
    _use_token(client, cast.gus)
    before = rows()
    body = {
        "site": "herald",
        "comments": [{"id": ids["comment_id"], "version": 1}],
        "action": "approve",
        "standing": "BANNED",
    }
    answers = {
        (method, path): client.open(
            path + "?site=herald", method=method, headers=cast.gus.headers, json=None if method == "GET" else body
        )
        for method, path in addresses(app, API, ids)
    }
    assert [door for door, answer in answers.items() if answer.status_code not in (403, 404, 405)] == []
    assert [door for door, answer in answers.items() if OF_THE_HERALD in answer.get_data(as_text=True)] == []
    assert rows() == before


def test_a_moderator_of_another_site_learns_and_changes_nothing_by_the_pages(app, cast, ids, newsroom, rows):
    gus = newsroom.signed_in(cast.gus)
    token, before = csrf_token(gus.get("/desk").get_data(as_text=True)), rows()
    sent = {
        "csrf_token": token,
        "seen": f"{ids['comment_id']}:1",
        "action": "approve",
        "name": "Gus",
        "standing": "BANNED",
    }
    answers = {
        (method, path): gus.open(path + "?site=herald", method=method, data=None if method == "GET" else sent)
        for method, path in addresses(app, PAGES, ids)
    }
    assert [door for door, answer in answers.items() if answer.status_code not in (403, 404, 405)] == []
    assert [door for door, answer in answers.items() if OF_THE_HERALD in answer.get_data(as_text=True)] == []
    assert rows() == before


def posts(app: Flask, ids: dict[str, str]) -> list[str]:
    """Every page of the staff that takes a form."""
    kind = re.compile(r"/(desk|admin|login|logout)(/|$)")
    return [
        address_of(rule, ids) for rule in app.url_map.iter_rules() if kind.match(rule.rule) and "POST" in rule.methods
    ]


@pytest.mark.parametrize("whose", ["nobody's", "another session's"])
def test_a_form_without_the_sessions_own_token_does_nothing(app, cast, ids, newsroom, rows, whose):
    ada = newsroom.signed_in(cast.ada)
    foreign = csrf_token(newsroom.signed_in(cast.ada).get("/desk").get_data(as_text=True))
    token = {"csrf_token": foreign} if whose == "another session's" else {}
    sent = {**token, "seen": f"{ids['comment_id']}:{newsroom.version(int(ids['comment_id']))}", "action": "approve"}
    sent |= {"name": "Mallory", "standing": "BANNED", "email": cast.ada.email, "password": "whatever it is"}
    before = rows()
    answers = {path: ada.post(path + "?site=herald", data=sent).status_code for path in posts(app, ids)}
    assert answers == dict.fromkeys(answers, 400)
    assert ("/desk/decisions" in answers, "/logout" in answers, "/login" in answers) == (True, True, True)
    assert rows() == before


def test_reading_changes_no_row(app, cast, client, ids, newsroom, rows):
    ada = newsroom.signed_in(cast.ada)
    _use_token(client, cast.ada)
    before = rows()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            path = address_of(rule, {**ids, "slug": "nobody", "name": "embed.js", "story_id": "1"})
            by_token = API.match(rule.rule)
            answer = (client if by_token else ada).get(
                f"{path}?site=herald&story=story-1", headers=cast.ada.headers if by_token else {}
            )
            assert answer.status_code < 500, (path, answer.status_code)
    assert rows() == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/new", 302),
        ("/admin/new", 302),
        ("/api/v1/moderation/new", 401),
        ("/api/v1/admin/new", 401),
        ("/api/v1/events/new", 401),
    ],
)
def test_a_route_that_nobody_guarded_is_guarded(tmp_path, path, status):
    app = create_app(settings(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path))
    app.add_url_rule(path, "new", lambda: "the secrets of the house")
    with app.app_context():
        db.create_all()
    answer = app.test_client().get(path)
    assert (answer.status_code, "secrets" in answer.get_data(as_text=True)) == (status, False)
