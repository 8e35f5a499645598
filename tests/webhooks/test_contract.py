"""The answers of the newsroom's calls about what goes out keep what the document promises."""

import pytest

from tests.contract.promises import broken_promises


@pytest.fixture
def told(outside, cast, newsroom, receiver, client):
    """An endpoint with a delivery that failed and a dead one; `ask(method, path, **more)` as Ada."""
    endpoint = outside.endpoint(cast.ada, receiver.url, events=("comment.created",))
    receiver.answers(422, "no")
    newsroom.comment(newsroom.story())
    for _ in range(3):
        outside.work(hours=1)

    def ask(method: str, path: str, **more):
        return client.open(f"/api/v1{path}", method=method, headers=cast.ada.headers, **more)

    return ask, endpoint


def test_every_answer_about_an_endpoint_is_as_documented(told):
    ask, endpoint = told
    path = f"/admin/endpoints/{endpoint['id']}"
    body = {"site": "herald", "url": "https://hooks.example/x", "events": ["story.created"]}
    answers = [
        ask("POST", "/admin/endpoints", json=body),
        ask("POST", "/admin/endpoints", json={**body, "url": "http://10.0.0.1"}),
        ask("GET", "/admin/endpoints?site=herald"),
        ask("PATCH", path, json={"active": False}),
        ask("GET", "/admin/endpoints?site=herald"),
        ask("PATCH", path, json={"active": "yes"}),
        ask("POST", f"{path}/rotate"),
        ask("POST", f"{path}/test"),
        ask("POST", f"{path}/replay", json={"from": 0}),
        ask("POST", f"{path}/replay", json={}),
        ask("DELETE", path),
        ask("DELETE", path),
    ]
    assert [broken_promises(answer) for answer in answers] == [[]] * len(answers)
    assert [answer.status_code for answer in answers] == [201, 422, 200, 200, 200, 422, 200, 200, 202, 422, 200, 404]


def test_deliveries_and_events_are_as_documented(told, outside):
    ask, _ = told
    [dead] = outside.deliveries()
    answers = [
        ask("GET", "/admin/deliveries?site=herald"),
        ask("POST", f"/admin/deliveries/{dead.id}/send_again"),
        ask("POST", f"/admin/deliveries/{dead.id}/send_again"),
        ask("GET", "/events?site=herald"),
        ask("GET", "/events?site=herald&after=999999"),
    ]
    assert [broken_promises(answer) for answer in answers] == [[]] * len(answers)
    assert [answer.status_code for answer in answers] == [200, 200, 409, 200, 200]
