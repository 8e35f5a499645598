"""How many comments are visible under each of many stories."""

import pytest

HERALD = "https://www.herald.example"


def test_counts_by_id(get, newsroom):
    harbour, ferry = newsroom.story(id="harbour"), newsroom.story(id="ferry")
    newsroom.comment(harbour)
    newsroom.comment(harbour)
    newsroom.comment(harbour, status="hold")
    newsroom.comment(ferry, status="reject")
    assert get("counts", story=["harbour", "ferry", "unknown"])["counts"] == {"harbour": 2, "ferry": 0, "unknown": 0}


def test_counts_by_address_under_the_address_asked_for(get, newsroom):
    newsroom.comment(newsroom.story(id="harbour", url=f"{HERALD}/news/harbour"))
    asked = [f"{HERALD}/news/harbour", f"{HERALD}/news/harbour/?utm_source=x", f"{HERALD}/news/other"]
    assert get("counts", url=asked)["counts"] == dict(zip(asked, (1, 1, 0), strict=True))


def test_counts_by_every_address_a_story_had(get, newsroom, also_known_by):
    newsroom.comment(newsroom.story(id="harbour"))
    also_known_by("harbour", f"{HERALD}/old/harbour")
    assert get("counts", url=f"{HERALD}/old/harbour")["counts"] == {f"{HERALD}/old/harbour": 1}


def test_ids_and_addresses_in_one_call(get, newsroom):
    newsroom.comment(newsroom.story(id="harbour", url=f"{HERALD}/news/harbour"))
    asked = get("counts", story="harbour", url=f"{HERALD}/news/harbour")["counts"]
    assert asked == {"harbour": 1, f"{HERALD}/news/harbour": 1}


def test_the_comments_of_another_site_do_not_count(get, herald):
    assert get("counts", story="harbour")["counts"] == {"harbour": 0}


def test_a_hundred_stories_at_once(get):
    assert len(get("counts", story=[f"s{n}" for n in range(100)])["counts"]) == 100


@pytest.mark.parametrize("query", [
    {}, {"story": [f"s{n}" for n in range(101)]},
    {"story": [f"s{n}" for n in range(51)], "url": [f"{HERALD}/{n}" for n in range(50)]},
])  # fmt: skip
def test_none_and_more_than_a_hundred_are_refused(client, herald, query):
    answer = client.get("/api/v1/counts", query_string={"site": "herald", **query})
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["story"])


@pytest.mark.parametrize(("field", "value"), [("url", "javascript:alert(1)"), ("url", "/news"), ("story", "a\x00")])
def test_a_name_that_is_none_is_refused(client, herald, field, value):
    answer = client.get("/api/v1/counts", query_string={"site": "herald", field: value})
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


@pytest.mark.parametrize("field", ["story", "url"])
@pytest.mark.parametrize("count", [1, 100])
def test_one_query_beside_the_sites_whatever_the_number(client, herald, statements, field, count):
    asked = [f"{HERALD}/{n}" for n in range(count)]
    with statements() as counted:
        client.get("/api/v1/counts", query_string={"site": "herald", field: asked})
    assert len(counted) == 2, counted


def test_counts_are_cacheable(client, herald):
    address = "/api/v1/counts?site=herald&story=harbour"
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
