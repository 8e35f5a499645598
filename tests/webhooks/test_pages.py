"""The pages about endpoints and about everything that goes out; and the same by the API."""

import re

import pytest

from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox import service as outbox
from commentsvc.outbox.channels import Answer, Outgoing
from commentsvc.sites.service import site_named
from tests.cast import csrf_token
from tests.webhooks.conftest import verifies

CREATED = ("comment.created",)


@pytest.fixture
def ada(cast, newsroom):
    return newsroom.signed_in(cast.ada)


def sent(client, path: str, page: str = "/admin/endpoints?site=herald", **fields):
    token = csrf_token(client.get(page).get_data(as_text=True))
    return client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)


def add(ada, receiver, **fields) -> str:
    fields = {"url": receiver.url, "events": ["comment.created", "comment.flagged"], **fields}
    answer = sent(ada, "/admin/endpoints?site=herald", **fields)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def number_in(page: str) -> str:
    return re.search(r"/admin/endpoints/(\d+)", page)[1]


def test_an_endpoint_is_added_and_its_secret_shown_once(outside, ada, receiver, client, cast):
    page = add(ada, receiver)
    secret = re.search(r'value="(whsec_[^"]+)"', page)[1]
    again = ada.get(f"/admin/endpoints/{number_in(page)}").get_data(as_text=True)
    listed = client.get("/api/v1/admin/endpoints?site=herald", headers=cast.ada.headers)
    assert "whsec_" not in again + listed.get_data(as_text=True)
    assert listed.json["endpoints"][0]["events"] == ["comment.created", "comment.flagged"]
    sent(ada, f"/admin/endpoints/{number_in(page)}/test")
    assert verifies(secret, receiver.calls[0])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://10.0.0.1/", "not on the public Internet"),
        ("http://169.254.169.254/latest", "not on the public Internet"),
        ("ftp://files.example", "begin with http"),
        ("https://a:b@hooks.example", "name and a password"),
        ("https://hooks.example:6379/", "Port 6379"),
        ("", "Only addresses"),
        ("https://hooks.example/" + "x" * 2000, "2000"),
    ],
)
def test_an_address_nothing_goes_to_is_refused_at_its_field(url, said, outside, ada, client, cast):
    answer = sent(ada, "/admin/endpoints?site=herald", url=url, events=["comment.created"])
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    body = {"site": "herald", "url": url, "events": ["comment.created"]}
    refused = client.post("/api/v1/admin/endpoints", json=body, headers=cast.ada.headers)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["url"])


@pytest.mark.parametrize("events", [[], ["comment.invented"], "comment.created", None, [1]])
def test_events_that_are_none_are_refused(events, outside, client, cast):
    body = {"site": "herald", "url": "https://hooks.example", "events": events}
    refused = client.post("/api/v1/admin/endpoints", json=body, headers=cast.ada.headers)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["events"])


def test_what_it_hears_is_changed_on_its_page(outside, ada, receiver, client, cast):
    number = number_in(add(ada, receiver))
    answer = sent(ada, f"/admin/endpoints/{number}", url=receiver.url, events=["story.created"], internal="y")
    assert "Saved." in answer.get_data(as_text=True)
    [endpoint] = client.get("/api/v1/admin/endpoints?site=herald", headers=cast.ada.headers).json["endpoints"]
    assert (endpoint["events"], endpoint["internal"]) == (["story.created"], True)
    refused = sent(ada, f"/admin/endpoints/{number}", url=receiver.url)
    assert refused.status_code == 422 and "Choose at least one event" in refused.get_data(as_text=True)


def test_every_button_of_an_endpoint_does_what_it_says(outside, ada, receiver, newsroom):
    number = number_in(add(ada, receiver))
    path = f"/admin/endpoints/{number}"
    assert "The test was taken" in sent(ada, f"{path}/test").get_data(as_text=True)
    assert "signs too, for 24 hours" in sent(ada, f"{path}/rotate").get_data(as_text=True)
    assert "It is switched off." in sent(ada, f"{path}/switch", to="off").get_data(as_text=True)
    assert "It is on." in sent(ada, f"{path}/switch", to="on").get_data(as_text=True)
    newsroom.comment(newsroom.story())
    outside.work()
    told = sent(ada, f"{path}/replay", first="0").get_data(as_text=True)
    assert "1 event is told again." in told
    assert "Say where to begin" in sent(ada, f"{path}/replay").get_data(as_text=True)
    assert "Use a whole number" in sent(ada, f"{path}/replay", first="-4").get_data(as_text=True)
    outside.work()
    assert len({call.headers["webhook-id"] for call in receiver.calls[1:]}) == 1 and len(receiver.calls) == 3
    assert "is removed" in sent(ada, f"{path}/remove").get_data(as_text=True)
    assert ada.get(path).status_code == 404


def test_a_hostile_answer_is_shown_as_text(outside, ada, receiver):
    number = number_in(add(ada, receiver))
    receiver.answers(500, "<script>alert(1)</script>\0")
    page = sent(ada, f"/admin/endpoints/{number}/test").get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("page", ["/admin/endpoints?site=herald", "/admin/endpoints/{id}"])
def test_a_moderator_manages_no_endpoints(page, outside, ada, receiver, newsroom, cast):
    number = number_in(add(ada, receiver))
    assert newsroom.signed_in(cast.hanna).get(page.format(id=number)).status_code == 403


@pytest.mark.parametrize(
    "path", ["", "/{id}", "/{id}/rotate", "/{id}/switch", "/{id}/test", "/{id}/replay", "/{id}/remove"]
)
def test_a_moderator_presses_no_button_of_an_endpoint(path, outside, ada, receiver, newsroom, cast):
    number = number_in(add(ada, receiver))
    hanna = newsroom.signed_in(cast.hanna)
    answer = sent(
        hanna, f"/admin/endpoints{path.format(id=number)}?site=herald", page="/desk", events=["story.created"]
    )
    assert (answer.status_code, receiver.calls) == (403, [])


def test_a_moderator_resumes_nothing(outside, ada, receiver, newsroom, cast):
    endpoint = outside.endpoint(cast.ada, receiver.url, events=CREATED)
    receiver.answers(410)
    newsroom.comment(newsroom.story())
    outside.work()
    hanna = newsroom.signed_in(cast.hanna)
    assert sent(hanna, "/desk/outgoing/resume", page="/desk", lane=f"webhook:{endpoint['id']}").status_code == 403
    assert (
        sent(
            newsroom.signed_in(cast.gus), "/desk/outgoing/resume", page="/desk", lane=f"webhook:{endpoint['id']}"
        ).status_code
        == 404
    )
    assert outside.lane(endpoint).paused_at


def test_the_path_of_an_endpoint_is_not_shown_to_moderators(outside, receiver, newsroom, cast):
    outside.endpoint(cast.ada, receiver.url + "/T0KEN", events=CREATED)
    newsroom.comment(newsroom.story())
    outside.work()
    hanna = newsroom.signed_in(cast.hanna)
    pages = [hanna.get("/desk/outgoing"), hanna.get(f"/desk/outgoing/{outside.deliveries()[0].id}")]
    assert "T0KEN" not in "".join(page.get_data(as_text=True) for page in pages)
    assert f"127.0.0.1:{receiver.server.server_port}" in pages[1].get_data(as_text=True)


class Pigeons:
    """Another way out, which shows nothing."""

    name, pauses = "pigeon", False

    def made_by(self, event, now):
        return []

    def prepare(self, delivery, now):
        return lambda: Answer(False, "It flew away.", final=True)


@pytest.fixture
def pigeons(outside, app):
    app.extensions["commentsvc outbox"].channels["pigeon"] = Pigeons()
    with app.app_context(), unit_of_work():
        outbox.send(Outgoing(site_named("herald").id, "pigeon", "pigeon:1", "letter", "once"), now=outside.time())


def test_every_channel_is_on_the_page_by_channel_and_state(outside, pigeons, receiver, newsroom, cast, client):
    outside.endpoint(cast.ada, receiver.url, events=CREATED)
    newsroom.comment(newsroom.story())
    outside.work()
    hanna = newsroom.signed_in(cast.hanna)

    def shown(query: str) -> tuple[bool, bool]:
        page = hanna.get(f"/desk/outgoing?site=herald{query}").get_data(as_text=True)
        answer = client.get(f"/api/v1/admin/deliveries?site=herald{query}", headers=cast.hanna.headers).json
        listed = {each["channel"] for each in answer["deliveries"]}
        on_page = (">letter</a>" in page, ">comment.created</a>" in page)
        assert on_page == ("pigeon" in listed, "webhook" in listed)
        return on_page

    assert shown("") == (True, True)
    assert shown("&channel=pigeon") == (True, False)
    assert shown("&status=sent") == (False, True)
    assert shown("&status=dead&channel=webhook") == (False, False)
    assert client.get("/api/v1/admin/deliveries?site=herald&status=lost", headers=cast.hanna.headers).status_code == 422
    letter = next(each for each in outside.deliveries() if each.channel == "pigeon")
    assert "It flew away." in hanna.get(f"/desk/outgoing/{letter.id}").get_data(as_text=True)


def test_pages_of_deliveries_follow_each_other(outside, app, cast, client, newsroom):
    with app.app_context(), unit_of_work():
        site = site_named("herald").id
        for number in range(60):
            outbox.send(Outgoing(site, "pigeon", "pigeon:1", f"letter {number}", f"once {number}"), now=outside.time())
    first = client.get("/api/v1/admin/deliveries?site=herald", headers=cast.hanna.headers).json
    path = f"/api/v1/admin/deliveries?site=herald&cursor={first['next_cursor']}"
    second = client.get(path, headers=cast.hanna.headers).json
    kinds = [each["kind"] for each in first["deliveries"] + second["deliveries"]]
    assert kinds == [f"letter {number}" for number in reversed(range(60))] and second["next_cursor"] is None
    page = newsroom.signed_in(cast.hanna).get("/desk/outgoing").get_data(as_text=True)
    assert "Earlier" in page


def test_the_feed_gives_every_event_once_in_order(outside, cast, newsroom, client):
    story = newsroom.story()
    for _ in range(4):
        newsroom.comment(story)
    newsroom.comment(newsroom.story("gazette"), site="gazette")
    outside.work()
    seen, after = [], 0
    while True:
        answer = client.get(f"/api/v1/events?site=herald&after={after}&limit=3", headers=cast.hanna.headers)
        assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
        if not answer.json["events"]:
            break
        seen, after = seen + answer.json["events"], answer.json["next"]
    assert answer.json == {"events": [], "next": after}
    assert [each["seq"] for each in seen] == [each.seq for each in outside.events() if each.payload["site"] == "herald"]
    assert len({each["id"] for each in seen}) == len(seen) and len(seen) >= 8
    assert "example.org" not in client.get("/api/v1/events?site=herald", headers=cast.hanna.headers).get_data(
        as_text=True
    )


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=9007199254740992", "limit=0", "limit=501", "limit=x"])
def test_a_feed_asked_wrongly_is_refused(query, outside, cast, client):
    assert client.get(f"/api/v1/events?site=herald&{query}", headers=cast.hanna.headers).status_code == 422


def test_the_feed_is_for_the_newsroom_of_the_site(outside, cast, client):
    assert client.get("/api/v1/events?site=herald").status_code == 401
    assert client.get("/api/v1/events?site=herald", headers=cast.gus.headers).status_code == 404
    assert client.get("/api/v1/events?site=herald", headers=cast.hanna.headers).status_code == 200
