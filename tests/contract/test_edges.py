"""Small print of the document: values at the edge of what is accepted, each with the answer it promises."""

import pytest

from commentsvc.core.paging import Cursor

FURTHEST = 2**55  # microseconds; see commentsvc/core/paging.py


@pytest.mark.parametrize("key", [FURTHEST, -FURTHEST, 2**62])
def test_a_cursor_out_of_time_was_not_given_out_here(client, cast, newsroom, key):
    newsroom.comment(newsroom.story())
    answer = client.get(f"/api/v1/thread?site=herald&story=story-1&cursor={Cursor(key, 1)}")
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["cursor"])


@pytest.mark.parametrize("key", [FURTHEST - 1, 1 - FURTHEST])
def test_a_cursor_of_long_ago_or_far_ahead_is_a_place_like_any_other(client, cast, newsroom, key):
    newsroom.comment(newsroom.story())
    assert client.get(f"/api/v1/thread?site=herald&story=story-1&cursor={Cursor(key, 1)}").status_code == 200


@pytest.fixture
def give_standing(client, cast, newsroom):
    newsroom.comment(newsroom.story())
    someone = client.get("/api/v1/admin/authors?site=herald", headers=cast.ada.headers).json["authors"][0]

    def give(**sent):
        address = f"/api/v1/admin/authors/{someone['id']}/standing"
        return client.post(address, json=sent, headers=cast.ada.headers)

    return give


@pytest.mark.parametrize("until", ["", " ", "soon", "2099-01-01", "2099-01-01T00:00:00", "9999-12-31T23:59:59-23:59"])
def test_an_unreadable_end_is_never_for_ever(give_standing, until):
    answer = give_standing(standing="BANNED", until=until)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["until"])


def test_a_ban_without_an_end_has_none(give_standing):
    assert give_standing(standing="BANNED", until=None).json["author"]["standing"]["until"] is None


@pytest.mark.parametrize(
    "moment", ["", "0024-10-07T15:27:51-22:26", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_a_story_is_published_in_four_digit_years(client, cast, moment):
    sent = {"site": "herald", "id": "well", "published_at": moment}
    answer = client.post("/api/v1/admin/stories", json=sent, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["published_at"])


@pytest.mark.parametrize("link", [
    {"label": "", "url": ""},
    {"label": "Two", "url": "https://a.example https://b.example"},
    {"label": "No address", "url": " "},
    {"label": None, "url": "https://a.example"},
    "https://a.example",
])  # fmt: skip
def test_a_link_has_a_label_and_one_address(client, cast, link):
    sent = {"site": "herald", "name": "Nadim", "links": [link]}
    answer = client.post("/api/v1/admin/authors", json=sent, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["links"])


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\u2028", "\u00a0", "  "])
def test_a_label_is_one_line(client, cast, blank):
    sent = {
        "site": "herald",
        "name": "Nadim",
        "links": [{"label": f"My{blank}notes", "url": "https://a.example"}],
    }
    answer = client.post("/api/v1/admin/authors", json=sent, headers=cast.ada.headers)
    assert answer.json["author"]["links"] == [{"label": "My notes", "url": "https://a.example/"}]


def test_counts_pass_over_blanks_and_repetitions(client, cast):
    stories = "&".join(["story=a"] * 101)
    assert client.get(f"/api/v1/counts?site=herald&{stories}&story=&story=+&url=").json == {"counts": {"a": 0}}


def test_counts_of_blanks_alone_name_no_story(client, cast):
    assert client.get("/api/v1/counts?site=herald&story=&url=+").status_code == 422


@pytest.mark.parametrize(("name", "limit"), [("story", 200), ("url", 2000)])
def test_counts_keep_the_limits_of_a_storys_name(client, cast, name, limit):
    start = "https://a.example/" if name == "url" else ""
    asked = [client.get(f"/api/v1/counts?site=herald&{name}={start:a<{length}}") for length in (limit, limit + 1)]
    assert [answer.status_code for answer in asked] == [200, 422]


@pytest.mark.parametrize("query", ["sort=", "limit=", "cursor=", "format=", "sort=&limit=&cursor=&format="])
def test_a_query_parameter_sent_empty_counts_as_left_out(client, cast, query):
    plain = client.get("/api/v1/thread?site=herald&story=a")
    assert client.get(f"/api/v1/thread?site=herald&story=a&{query}").json == plain.json


@pytest.mark.parametrize("asked", [{"since": "0999-12-31"}, {"until": "9999-01-01T00:00:00Z"}, {"since": "0000-00-00"}])
@pytest.mark.parametrize(
    "call", ["moderation/log", "admin/authors", "moderation/queue", "moderation/decisions/matching"]
)
def test_times_of_a_query_lie_in_the_years_1000_to_9998(client, cast, call, asked):
    answer = client.get(f"/api/v1/{call}", query_string={"site": "herald", **asked}, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, list(asked))


@pytest.mark.parametrize("asked", [{"since": "1000-01-01"}, {"until": "9998-12-31T23:59:59-23:59"}])
@pytest.mark.parametrize(
    "call", ["moderation/log", "admin/authors", "moderation/queue", "moderation/decisions/matching"]
)
def test_times_at_either_end_are_times_like_any_other(client, cast, call, asked):
    answer = client.get(f"/api/v1/{call}", query_string={"site": "herald", **asked}, headers=cast.ada.headers)
    assert answer.status_code == 200


def test_a_whole_number_may_come_with_a_point(client, cast):
    sent = {"site": "herald", "name": "World", "close_after_days": 14.0}
    answer = client.patch("/api/v1/admin/sections", json=sent, headers=cast.ada.headers)
    assert answer.json["section"]["close_after_days"] == 14
    half = client.patch("/api/v1/admin/sections", json={**sent, "close_after_days": 14.5}, headers=cast.ada.headers)
    assert (half.status_code, list(half.json["fields"])) == (422, ["close_after_days"])


def test_who_shows_no_token_is_not_known_afterwards_either(client, cast):
    answer = client.delete("/api/v1/sessions?site=herald")
    assert (answer.status_code, answer.json) == (200, {"known": False})
