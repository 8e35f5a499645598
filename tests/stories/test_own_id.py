"""A story that a reader's comment made known by its address gets the publisher's own id from the newsroom."""

import pytest

URL = "https://www.herald.example/news/harbour"


@pytest.fixture
def by_address(cast, newsroom, client):
    """The number of a story known by its address only."""
    newsroom.set("herald", hold_first_comments=0)
    sent = {"site": "herald", "url": URL, "text": "Boats!", "name": "Rosa", "email": "rosa@example.org"}
    assert client.post("/api/v1/comments", json=sent).status_code == 201
    [story] = client.get("/api/v1/admin/stories?site=herald", headers=cast.ada.headers).json["stories"]
    return story["number"]


def name_it(client, cast, number: str, id: str):
    return client.patch(f"/api/v1/admin/stories/{number}", json={"id": id}, headers=cast.ada.headers)


def test_its_comments_are_found_by_the_id_then(cast, client, by_address):
    assert name_it(client, cast, by_address, "harbour").json["story"]["id"] == "harbour"
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["comment_count"] == 1


def test_its_address_still_names_it(cast, client, by_address):
    name_it(client, cast, by_address, "harbour")
    assert client.get(f"/api/v1/thread?site=herald&url={URL}").json["story"]["id"] == "harbour"


def test_another_storys_id_is_refused(cast, client, newsroom, by_address):
    newsroom.story("herald", "taken", url="https://www.herald.example/news/other")
    answer = name_it(client, cast, by_address, "taken")
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["id"])


def test_the_same_id_on_another_site_does_not_matter(cast, client, newsroom, by_address):
    newsroom.story("gazette", "harbour")
    assert name_it(client, cast, by_address, "harbour").status_code == 200


def test_an_edit_without_an_id_keeps_it(cast, client, by_address):
    name_it(client, cast, by_address, "harbour")
    client.patch(f"/api/v1/admin/stories/{by_address}", json={"title": "Boats"}, headers=cast.ada.headers)
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["title"] == "Boats"
