"""Webhooks: signed, in order, never lost, never more than the receiver may know."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from commentsvc.core.crypto import Undecipherable
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox import service as outbox
from commentsvc.outbox.lanes import BACK_OFF
from commentsvc.outbox.models import DeliveryStatus
from tests.cast import csrf_token
from tests.webhooks.conftest import going_out, verifies

CREATED = ("comment.created",)


def types(receiver) -> list[str]:
    return [json.loads(call.body)["type"] for call in receiver.calls]


def test_a_receiver_hears_what_it_chose(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=("comment.created", "comment.approved"))
    newsroom.comment(newsroom.story(), "Hello harbour", status="approve")
    outside.work()
    assert types(receiver) == ["comment.created", "comment.approved"]


def test_a_receiver_hears_nothing_of_another_site(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url)
    newsroom.comment(newsroom.story("gazette"), site="gazette")
    outside.work()
    assert receiver.calls == []


def test_the_body_is_the_event_as_the_feed_gives_it(outside, cast, newsroom, receiver, client):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story(), "Größe im Hafen")
    outside.work()
    fed = client.get("/api/v1/events?site=herald", headers=cast.hanna.headers).json["events"]
    told = [{name: value for name, value in each.items() if name != "seq"} for each in fed]
    body = json.loads(receiver.calls[0].body)
    assert body in told and set(body) == {"id", "type", "timestamp", "site", "data"}
    assert body["data"]["comment"]["text"] == "Größe im Hafen"


def test_the_signature_holds_by_the_published_scheme(outside, cast, newsroom, receiver):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story(), "Größe")
    outside.work()
    [call] = receiver.calls
    key = base64.b64decode(endpoint["secret"].removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert call.headers["webhook-signature"] == f"v1,{expected}"
    assert call.headers["webhook-id"] == json.loads(call.body)["id"]
    assert call.headers["content-type"] == "application/json; charset=utf-8"
    assert 24 <= len(key) <= 64


def test_two_secrets_sign_after_a_rotation_and_one_a_day_later(outside, cast, newsroom, receiver, client):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    path = f"/api/v1/admin/endpoints/{endpoint['id']}/rotate"
    new = client.post(path, headers=cast.ada.headers).json["secret"]
    assert new != endpoint["secret"]
    story = newsroom.story()
    newsroom.comment(story)
    outside.work()
    assert (verifies(endpoint["secret"], receiver.calls[0]), verifies(new, receiver.calls[0])) == (True, True)
    newsroom.comment(story)
    outside.work(hours=25)
    assert receiver.calls[1].headers["webhook-signature"].count("v1,") == 1


def test_a_secret_is_stored_encrypted_only(outside, cast, receiver):
    endpoint = outside.endpoint(cast.ada, receiver.url)
    assert endpoint["secret"] not in outside.row(endpoint).secret


def test_only_an_internal_endpoint_gets_the_address(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    outside.endpoint(cast.ada, receiver.url + "/internal", events=CREATED, internal=True)
    newsroom.comment(newsroom.story(), email="rosa@example.org")
    outside.work()
    bodies = {call.path: call.body.decode() for call in receiver.calls}
    assert json.loads(bodies["/hook/internal"])["private"] == {"email": "rosa@example.org"}
    assert "rosa@example.org" not in bodies["/hook"]
    assert [each for each in outside.events() if "rosa@" in json.dumps(each.payload)] == []


def test_what_an_internal_endpoint_answers_is_not_kept(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED, internal=True)
    receiver.says = lambda call: (500, {}, call.body.decode())  # an echo of all it was sent
    newsroom.comment(newsroom.story(), email="rosa@example.org")
    outside.work()
    page = newsroom.signed_in(cast.ada).get("/desk/outgoing?site=herald").get_data(as_text=True)
    one = newsroom.signed_in(cast.ada).get(f"/desk/outgoing/{outside.deliveries()[0].id}").get_data(as_text=True)
    assert "rosa@" not in page + one
    assert "500" in one


def test_a_receiver_that_failed_gets_the_same_id_again(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(500, "broken")
    newsroom.comment(newsroom.story())
    outside.work()
    receiver.answers(200)
    outside.work()
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert len(receiver.calls) == 2
    assert [each.status for each in outside.deliveries()] == ["SENT"]


def test_order_is_kept_over_a_failure(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=("comment.created", "comment.approved"))
    receiver.answers(500)
    newsroom.comment(newsroom.story(), status="approve")
    outside.work()
    receiver.answers(200)
    outside.work()
    assert types(receiver) == ["comment.created", "comment.created", "comment.approved"]


def test_a_receiver_down_for_a_day_loses_nothing(outside, cast, newsroom, receiver):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(503)
    story = newsroom.story()
    newsroom.comment(story)
    for _ in range(24):
        outside.work(hours=1)
    newsroom.comment(story)
    receiver.answers(200)
    outside.work(hours=24)
    assert outside.lane(endpoint).paused_at is None
    assert [each.status for each in outside.deliveries()] == ["SENT", "SENT"]


def fail_to_the_end(outside) -> None:
    for _ in range(len(BACK_OFF) + 1):
        outside.work(hours=30)


def test_one_that_fails_to_the_end_is_paused_with_a_notice_and_resumed(outside, cast, newsroom, receiver):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(500, "Our <b>database</b> is gone")
    newsroom.comment(newsroom.story())
    fail_to_the_end(outside)
    assert len(receiver.calls) == len(BACK_OFF) + 1
    assert outside.lane(endpoint).paused_at
    hanna = newsroom.signed_in(cast.hanna)
    page = hanna.get("/desk/outgoing").get_data(as_text=True)
    assert (
        "Paused since" in page and "Our &lt;b&gt;database&lt;/b&gt; is gone" in page and "An admin can resume" in page
    )
    assert '1<span class="unseen"> paused' in hanna.get("/desk").get_data(as_text=True)
    receiver.answers(200)
    ada = newsroom.signed_in(cast.ada)
    press(ada, "/desk/outgoing?site=herald", "/desk/outgoing/resume", lane=f"webhook:{endpoint['id']}")
    outside.work()
    assert [each.status for each in outside.deliveries()] == ["SENT"]
    assert "Paused since" not in ada.get("/desk/outgoing?site=herald").get_data(as_text=True)


def press(client, page: str, path: str, **fields: str):
    token = csrf_token(client.get(page).get_data(as_text=True))
    return client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)


def test_410_pauses_at_once(outside, cast, newsroom, receiver):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(410, "moved away")
    newsroom.comment(newsroom.story())
    outside.work()
    outside.work()
    assert (len(receiver.calls), outside.lane(endpoint).paused_because) == (1, "moved away")
    assert [each.status for each in outside.deliveries()] == ["WAITING"]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_payload_that_is_not_taken_does_not_block_the_next(status, outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    story = newsroom.story()
    newsroom.comment(story, "poison")
    newsroom.comment(story, "harmless")
    receiver.says = lambda call: (status if b"poison" in call.body else 200, {}, "")
    for _ in range(3):
        outside.work(hours=1)
    assert [each.status for each in outside.deliveries()] == ["DEAD", "SENT"]
    assert sum(b"poison" in call.body for call in receiver.calls) == 3


def test_a_dead_letter_is_sent_again_by_an_admin_only(outside, cast, newsroom, receiver, client):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(422, "no such field")
    newsroom.comment(newsroom.story())
    for _ in range(3):
        outside.work(hours=1)
    [dead] = outside.deliveries(DeliveryStatus.DEAD)
    path = f"/api/v1/admin/deliveries/{dead.id}/send_again"
    assert client.post(path, headers=cast.hanna.headers).status_code == 403
    page = newsroom.signed_in(cast.hanna).get(f"/desk/outgoing/{dead.id}").get_data(as_text=True)
    assert "An admin can send it again" in page and "no such field" in page
    receiver.answers(200)
    told = press(newsroom.signed_in(cast.ada), f"/desk/outgoing/{dead.id}", f"/desk/outgoing/{dead.id}/send_again")
    assert "It is sent again." in told.get_data(as_text=True)
    outside.work()
    assert [each.status for each in outside.deliveries()] == ["SENT"]
    assert client.post(path, headers=cast.ada.headers).status_code == 409


def test_a_dead_letter_keeps_what_it_was_about_as_long_as_it_lies_there(outside, cast, newsroom, receiver, app):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(422)
    newsroom.comment(newsroom.story())
    for _ in range(3):
        outside.work(hours=1)
    with app.app_context(), unit_of_work():
        outbox.purge(now=outside.time() + timedelta(days=29))
    [dead] = outside.deliveries(DeliveryStatus.DEAD)
    assert dead.event_id


@pytest.mark.parametrize("form", ["seconds", "a date"])
def test_retry_after_is_obeyed(form, outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story())
    outside.time.pass_by(minutes=1)
    later = format_datetime(outside.time() + timedelta(hours=2, minutes=1), usegmt=False)
    receiver.answers(429, Retry_After="7200" if form == "seconds" else later)
    outside.work()
    outside.work(hours=1)
    assert len(receiver.calls) == 1
    outside.work(hours=1, minutes=10)
    assert len(receiver.calls) == 2


@pytest.mark.parametrize(
    "wrong", ["soon", "-5", "1e9", "99999999999999999999", "Tue, 99 Nov 99999 00:00:00 GMT", "", "٣"]
)
def test_a_retry_after_that_says_nothing_is_not_heard(wrong, outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story())
    receiver.says = lambda call: (503, {"Retry-After": wrong.encode("ascii", "ignore").decode()}, "")
    outside.work()
    outside.work()
    assert len(receiver.calls) == 2


def test_a_redirect_is_a_failure_and_not_followed(outside, cast, newsroom, receiver):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(307, Location=receiver.url + "/elsewhere")
    newsroom.comment(newsroom.story())
    outside.work()
    assert [call.path for call in receiver.calls] == ["/hook"]
    assert [each.status for each in outside.deliveries()] == ["WAITING"]


def test_a_receiver_nobody_opened_is_not_called_and_the_reason_is_shown(outside, cast, newsroom, receiver, app):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story())
    app.extensions["commentsvc outbox"].channels["webhook"].allowed = ()
    outside.work()
    assert receiver.calls == []
    one = newsroom.signed_in(cast.hanna).get(f"/desk/outgoing/{outside.deliveries()[0].id}").get_data(as_text=True)
    assert "COMMENTSVC_OUTGOING_ALLOWED" in one


def test_switched_off_nothing_goes_and_what_waited_goes_when_it_is_on(outside, cast, newsroom, receiver, client):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    path, story = f"/api/v1/admin/endpoints/{endpoint['id']}", newsroom.story()
    receiver.answers(500)
    newsroom.comment(story, "before")
    outside.work()
    assert client.patch(path, json={"active": False}, headers=cast.ada.headers).json["endpoint"]["active"] is False
    newsroom.comment(story, "meanwhile")
    receiver.answers(200)
    outside.work()
    assert len(receiver.calls) == 1
    client.patch(path, json={"active": True}, headers=cast.ada.headers)
    outside.work()
    assert [b"before" in call.body for call in receiver.calls] == [True, True]


def test_what_happened_meanwhile_is_replayed_under_the_same_ids(outside, cast, newsroom, receiver, client):
    story = newsroom.story()
    for _ in range(3):
        newsroom.comment(story)
    outside.work()
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    known = [each for each in outside.events() if each.type == "comment.created"]
    path = f"/api/v1/admin/endpoints/{endpoint['id']}/replay"
    answer = client.post(path, json={"from": known[1].seq}, headers=cast.ada.headers)
    assert (answer.status_code, answer.json) == (202, {"replayed": 2})
    outside.work()
    assert [call.headers["webhook-id"] for call in receiver.calls] == [each.uid for each in known[1:]]
    client.post(path, json={"from": "2020-01-01T00:00:00Z", "to": known[0].seq}, headers=cast.ada.headers)
    outside.work()
    assert receiver.calls[-1].headers["webhook-id"] == known[0].uid


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"to": 4},
        {"from": "yesterday"},
        {"from": -1},
        {"from": 2**60},
        {"from": True},
        {"from": [1]},
        {"from": None},
    ],
)
def test_a_range_that_is_none_is_refused(span, outside, cast, receiver, client):
    endpoint = outside.endpoint(cast.ada, receiver.url)
    answer = client.post(f"/api/v1/admin/endpoints/{endpoint['id']}/replay", json=span, headers=cast.ada.headers)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")


def test_a_removed_endpoint_hears_nothing_more_and_its_log_stays(outside, cast, newsroom, receiver, client):
    endpoint, story = outside.endpoint(cast.ada, receiver.url, events=CREATED), newsroom.story()
    newsroom.comment(story)
    receiver.answers(410)
    outside.work()
    path = f"/api/v1/admin/endpoints/{endpoint['id']}"
    assert client.delete(path, headers=cast.ada.headers).json == {"removed": endpoint["id"]}
    newsroom.comment(story)
    outside.work()
    assert (len(receiver.calls), [each.status for each in outside.deliveries()]) == (1, ["CANCELLED"])
    assert outside.lane(endpoint).paused_at is None
    assert client.patch(path, json={}, headers=cast.ada.headers).status_code == 404
    page = newsroom.signed_in(cast.hanna).get(f"/desk/outgoing/{outside.deliveries()[0].id}")
    assert "an endpoint that was removed" in page.get_data(as_text=True)


def test_the_test_button_tells_one_event_and_shows_the_answer(outside, cast, receiver, client):
    endpoint = outside.endpoint(cast.ada, receiver.url)
    receiver.answers(418, "I am a teapot")
    tried = client.post(f"/api/v1/admin/endpoints/{endpoint['id']}/test", headers=cast.ada.headers).json
    assert (tried["succeeded"], tried["code"], tried["answer"]) == (False, 418, "I am a teapot")
    assert types(receiver) == ["endpoint.test"]
    assert verifies(endpoint["secret"], receiver.calls[0])
    assert outside.deliveries() == []


def test_another_installations_key_fails_the_try_and_nothing_else(outside, cast, newsroom, receiver, app):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story())
    channel = app.extensions["commentsvc outbox"].channels["webhook"]

    class Lost:
        def decrypt(self, value: str) -> str:
            raise Undecipherable("gone")

    channel.keys = Lost()
    outside.work()
    assert [each.status for each in outside.deliveries()] == ["WAITING"]


def test_a_demo_sends_nothing_and_shows_what_would_go(app, cast, newsroom, receiver, outside):
    with going_out(app, silent=True):
        endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
        newsroom.comment(newsroom.story(), "Shown in the demo")
        outside.work()
        ada = newsroom.signed_in(cast.ada)
        press(ada, f"/admin/endpoints/{endpoint['id']}", f"/admin/endpoints/{endpoint['id']}/test")
        page = ada.get("/desk/outgoing?site=herald").get_data(as_text=True)
        one = ada.get(f"/desk/outgoing/{outside.deliveries()[0].id}").get_data(as_text=True)
    assert receiver.calls == []
    assert "A demo sends nothing" in page and "Shown here: a demo sends nothing." in page
    assert "Shown in the demo" in one and "webhook-id: evt_" in one
