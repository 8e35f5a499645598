"""Making accounts and tokens, and ending them."""

import pytest
from sqlalchemy import text

from commentsvc.accounts.models import Account, ApiToken, Role
from commentsvc.accounts.permissions import Actor, Permission, ensure
from commentsvc.accounts.service import add_account, disable_account, find_account
from commentsvc.core.clock import now
from commentsvc.core.crypto import token_hash
from commentsvc.core.database import db
from commentsvc.core.errors import Forbidden, NotFound, ValidationFailed
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house

QUEUE = "/api/v1/moderation/queue?site=herald"


def add(email="ida@newsroom.example", *, password="long enough for all", name="Ida"):
    return add_account(email, name=name, role=Role.ADMIN, site_ids=(), password=password, keys=house().keys, now=now())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "ida@localhost"}, "email"),
        ({"password": "too short"}, "password"),
        ({"password": ""}, "password"),
    ],
)
def test_a_wrong_field_is_named(app, changes, field):
    with app.app_context(), pytest.raises(ValidationFailed) as refused, unit_of_work():
        add(**changes)
    assert list(refused.value.fields) == [field]


def test_one_address_has_one_account_however_it_is_written(app):
    with app.app_context(), pytest.raises(ValidationFailed), unit_of_work():
        add("ida@newsroom.example")
        add("Ida@Newsroom.example")


def test_neither_address_nor_password_nor_token_stands_in_the_database(app, cast):
    with app.app_context():
        rows = [
            str(row)
            for name in ("account", "api_token")
            for row in db.session.execute(text(f"SELECT * FROM commentsvc_{name}"))
        ]
    assert not [row for row in rows if "newsroom.example" in row or "correct horse" in row or cast.ada.token in row]


def test_a_token_opens_the_api_and_no_page(client, cast):
    assert client.get(QUEUE, headers=cast.hanna.headers).status_code == 200
    assert client.get("/desk", headers=cast.hanna.headers).status_code == 302


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic {token}", "{token}", "bearer  {token}x", "Bearer {token}é"]
)
def test_anything_but_a_known_token_is_refused(client, cast, header):
    answer = client.get(QUEUE, headers={"Authorization": header.format(token=cast.hanna.token).encode("latin-1")})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_in_the_address_is_refused(client, cast):
    assert client.get(f"{QUEUE}&token={cast.hanna.token}&access_token={cast.hanna.token}").status_code == 401


def test_a_revoked_token_opens_nothing(app, client, cast):
    with app.app_context(), unit_of_work():
        db.session.query(ApiToken).filter_by(token_hash=token_hash(cast.hanna.token)).one().revoked_at = now()
    assert client.get(QUEUE, headers=cast.hanna.headers).status_code == 401


def test_the_token_of_a_disabled_account_opens_nothing(app, client, cast):
    with app.app_context(), unit_of_work():
        disable_account(find_account(cast.hanna.email, house().keys), now=now())
    assert client.get(QUEUE, headers=cast.hanna.headers).status_code == 401


def actor_of(person) -> Actor:
    return Actor.of(find_account(person.email, house().keys))


@pytest.mark.parametrize(
    ("who", "permission", "refusal"),
    [
        ("hanna", Permission.MODERATE, None),
        ("hanna", Permission.SEE_ADDRESSES, Forbidden),
        ("hanna", Permission.MANAGE_AUTHORS, Forbidden),
        ("hanna", Permission.MANAGE_STORIES, Forbidden),
        ("gus", Permission.MODERATE, NotFound),  # of another site: there is nothing here
        ("gus", Permission.MANAGE_AUTHORS, NotFound),
        *(("ada", permission, None) for permission in Permission),
    ],
)
def test_who_may_what_at_the_herald(app, cast, who, permission, refusal):
    with app.app_context():
        herald = find_account(cast.hanna.email, house().keys).sites[0].site_id
        actor = actor_of(getattr(cast, who))
        if refusal is None:
            ensure(actor, permission, herald)
        else:
            with pytest.raises(refusal):
                ensure(actor, permission, herald)


def test_a_rule_may_nothing_that_people_may(app, cast):
    with app.app_context(), pytest.raises(NotFound):
        ensure(Actor.machine("uses_listed_word"), Permission.MODERATE, db.session.query(Account).first().id)
