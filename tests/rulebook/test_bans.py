"""Bans of addresses, domains and networks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from commentsvc.core.clock import now
from commentsvc.core.crypto import Keyring
from commentsvc.core.database import db
from commentsvc.core.network import network_hash, network_hashes
from commentsvc.rulebook.models import Ban

REFUSED = (403, "not_welcome")


def outcome(answer):
    return answer.status_code, answer.json.get("code")


def ban(call, **what):
    return call("POST", "bans", {"site": "herald", **what})


def test_a_banned_address_writes_nothing(call, post):
    ban(call, value="Rosa@Example.org", reason="Threats")
    answer = post()
    assert outcome(answer) == REFUSED
    assert "Threats" not in answer.get_data(as_text=True)
    assert post(email="other@example.org").status_code == 201


@pytest.mark.parametrize(("email", "is_banned"), [("a@mail.example", True), ("a@eu.mail.example", True),
                                                  ("a@notmail.example", False), ("a@MAIL.example", True)])  # fmt: skip
def test_a_banned_domain_is_one_with_all_below_it(call, post, email, is_banned):
    ban(call, value="@mail.example")
    assert (outcome(post(email=email)) == REFUSED) is is_banned


def test_a_banned_network_writes_nothing_from_whatever_address(call, post):
    number = post(ip="203.0.113.9").json["comment"]["id"]
    made = ban(call, comment=number, days=3)
    assert (made.status_code, made.json["ban"]["kind"]) == (201, "network")
    assert outcome(post(ip="203.0.113.9", email="x@example.org", text="Other words.")) == REFUSED
    assert post(ip="203.0.113.10", text="Other words.").status_code == 201


def test_an_edit_is_refused_as_well(call, post, client):
    made = post().json
    ban(call, value="rosa@example.org")
    edited = client.patch(
        f"/api/v1/comments/{made['comment']['id']}",
        json={"text": "Worse words."},
        headers={"Authorization": f"Bearer {made['receipt']['token']}"},
    )
    assert outcome(edited) == REFUSED


def test_a_lifted_ban_is_over(call, post):
    made = ban(call, value="rosa@example.org").json["ban"]
    assert call("DELETE", f"bans/{made['id']}").json["ban"]["lifted_at"]
    assert post().status_code == 201


def test_a_ban_ends_by_itself(call, post, app):
    made = ban(call, value="rosa@example.org", until="2099-01-01T00:00:00Z").json["ban"]
    assert outcome(post()) == REFUSED
    with app.app_context():
        db.session.get(Ban, int(made["id"])).until = now() - timedelta(minutes=1)
        db.session.commit()
    assert post().status_code == 201


def test_a_ban_can_hold_instead_of_refusing(call, post, newsroom):
    ban(call, value="rosa@example.org")
    newsroom.rule("herald", "address_is_banned", "hold")
    answer = post()
    assert (answer.status_code, answer.json["comment"]["status"]) == (201, "pending")
    assert answer.json["reasons"] == ["A moderator reads it first."]


def test_a_ban_is_of_its_site_alone(call, post):
    call("POST", "bans", {"site": "gazette", "value": "rosa@example.org"})
    assert post().status_code == 201


def test_an_address_is_kept_and_shown_nowhere(call, ada, app):
    answer = ban(call, value="rosa@example.org", reason="Threats")
    listed = call("GET", "bans?site=herald")
    assert listed.json["bans"][0]["domain"] is None
    with app.app_context():
        row = db.session.scalars(db.select(Ban)).one()
        stored = f"{row.value_hash} {row.domain} {row.reason}"
    shown = ada.page("/admin/bans?site=herald")
    assert "rosa" not in answer.get_data(as_text=True) + listed.get_data(as_text=True) + stored + shown
    assert "Threats" in shown


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({}, "value"),
        ({"value": ""}, "value"),
        ({"value": "nonsense"}, "value"),
        ({"comment": ""}, "value"),
        ({"value": "mail.example", "comment": ""}, "value"),
        ({"value": "", "comment": "1"}, "value"),
        ({"value": "a@b@c"}, "value"),
        ({"value": "rosa@example.org", "comment": "1"}, "value"),
        ({"value": "rosa@example.org", "until": "2001-01-01T00:00:00Z"}, "until"),
        ({"value": "rosa@example.org", "until": "soon"}, "until"),
        ({"value": "rosa@example.org", "reason": "x" * 501}, "reason"),
        ({"value": "rosa@exa\x00mple.org"}, "value"),
    ],
)
def test_what_is_no_ban_is_refused(call, what, field):
    answer = ban(call, **what)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


@pytest.mark.parametrize("days", [0, 31, -1, "7", 1.5, True])
def test_a_network_is_banned_for_a_month_at_most(call, post, days):
    answer = ban(call, comment=post().json["comment"]["id"], days=days)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["days"])


def test_the_network_of_an_old_comment_is_not_known_any_more(call, newsroom):
    old = newsroom.comment("harbour", minutes_ago=31 * 24 * 60)
    assert ban(call, comment=str(old)).status_code == 422


def test_a_comment_of_another_site_bans_nobody(call, newsroom):
    other = newsroom.comment(newsroom.story("gazette"), site="gazette")
    assert ban(call, comment=str(other)).status_code == 404


def test_moderators_ban_nobody(call, cast, post):
    number = post().json["comment"]["id"]
    for what in ({"value": "rosa@example.org"}, {"comment": number}):
        assert call("POST", "bans", {"site": "herald", **what}, who=cast.hanna).status_code == 403
    assert call("GET", "bans?site=herald", who=cast.hanna).status_code == 403
    assert post(text="Still welcome.").status_code == 201


@pytest.mark.parametrize("days", range(0, 60, 3))
def test_a_networks_hash_of_the_last_sixty_days_is_known_again(days):
    keys, today = Keyring(("k" * 40,)), now()
    assert network_hash("203.0.113.9", keys, today - timedelta(days=days)) in network_hashes("203.0.113.9", keys, today)


def test_an_admin_bans_and_lifts_on_the_page(ada, post):
    answer = ada.send(
        "/admin/bans?site=herald", "/admin/bans?site=herald", value="mail.example", reason="Ads", days="9"
    )
    assert answer.status_code == 302
    shown = ada.page("/admin/bans?site=herald")
    assert "mail.example" in shown
    assert outcome(post(email="x@mail.example")) == REFUSED
    number = shown.split("/admin/bans/")[1].split("/")[0]
    ada.send("/admin/bans?site=herald", f"/admin/bans/{number}/lift")
    assert post(email="x@mail.example").status_code == 201


def test_a_network_is_banned_from_a_comments_page(ada, hanna, post):
    number = post(ip="203.0.113.9").json["comment"]["id"]
    there = f"/desk/comments/{number}"
    assert "Ban this network" not in hanna.page(there)
    ada.send(there, "/admin/bans/network", comment=number, days="2", reason="Flooding")
    assert outcome(post(ip="203.0.113.9", text="More.")) == REFUSED
    assert "for 2 days" in ada.page(there)


@pytest.mark.parametrize(("fields", "said"), [({"value": "nonsense"}, "Enter an e-mail address or a domain"),
                                              ({"value": "mail.example", "days": "soon"}, "whole number")])  # fmt: skip
def test_the_page_says_what_is_wrong(ada, fields, said):
    answer = ada.send("/admin/bans?site=herald", "/admin/bans?site=herald", **fields)
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize("value", ["rosa@example.org", "mail.example"])
def test_whoever_is_banned_twice_is_banned_once_for_the_longer_time(call, post, value):
    first = ban(call, value=value, days=9).json["ban"]
    longer = ban(call, value=value, until="2099-01-01T00:00:00Z").json["ban"]
    assert (longer["id"], longer["until"]) == (first["id"], "2099-01-01T00:00:00Z")
    assert ban(call, value=value, days=2).json["ban"]["until"] == longer["until"]
    assert ban(call, value=value).json["ban"]["until"] is None
    call("DELETE", f"bans/{first['id']}")
    assert post(email="rosa@example.org" if "@" in value else "a@mail.example").status_code == 201


def test_a_ban_that_is_over_stays_as_it_was(call):
    first = ban(call, value="mail.example").json["ban"]["id"]
    call("DELETE", f"bans/{first}")
    assert ban(call, value="mail.example").json["ban"]["id"] != first


def test_an_address_is_banned_for_days(call, app):
    made = ban(call, value="rosa@example.org", days=9).json["ban"]
    with app.app_context():
        row = db.session.get(Ban, int(made["id"]))
        assert timedelta(days=8, hours=23) < row.until - now() <= timedelta(days=9)


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"value": "rosa@example.org", "days": 0}, "days"),
        ({"value": "rosa@example.org", "days": 3651}, "days"),
        ({"value": "rosa@example.org", "days": 2, "until": "2099-01-01T00:00:00Z"}, "days"),
        ({"comment": "1", "until": "2099-01-01T00:00:00Z"}, "until"),
    ],
)
def test_a_time_that_would_not_be_heeded_is_refused(call, what, field):
    answer = ban(call, **what)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


def test_an_edit_is_refused_by_a_ban_under_another_key(call, post, client, app):
    made = post().json
    house = app.extensions["commentsvc"]
    old = app.config["COMMENTSVC"].secret_keys
    app.extensions["commentsvc"] = replace(house, keys=Keyring(["a new key of thirty-two characters!", *old]))
    ban(call, value="rosa@example.org")
    edited = client.patch(
        f"/api/v1/comments/{made['comment']['id']}",
        json={"text": "Worse words."},
        headers={"Authorization": f"Bearer {made['receipt']['token']}"},
    )
    assert outcome(edited) == REFUSED
