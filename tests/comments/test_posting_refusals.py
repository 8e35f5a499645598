"""Who may not comment where and when; a refusal stores nothing, but that somebody was too fast is counted."""

from datetime import timedelta

import pytest

from commentsvc.authors.models import Author
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import rosas_comment

HERALD = "https://www.herald.example"


@pytest.fixture
def refused(rows):
    """Nothing was stored, and the answer is this status and code."""

    def kept() -> dict[str, int]:
        return {table: number for table, number in rows().items() if table != "commentsvc_unwanted"}

    def check(send, status: int, code: str):
        before = kept()
        answer = send()
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert kept() == before
        return answer

    return check


@pytest.fixture
def standing(app, newsroom):
    """Give the author of a comment a standing, with an end or without."""

    def give(comment_id: int, standing: str, until=None) -> None:
        with app.app_context(), unit_of_work():
            author = db.session.get_one(Author, newsroom.row(comment_id).author_id)
            author.standing, author.standing_until, author.standing_reason = standing, until, "shouts at people"

    return give


@pytest.mark.parametrize("site", ["nowhere", "HERALD", "herald'--", "../herald"])
def test_a_site_that_does_not_exist(post, refused, site):
    refused(lambda: post(site=site), 404, "unknown_site")


@pytest.mark.parametrize("origin", [
    "https://evil.example",
    "https://www.gazette.example",
    "http://www.herald.example",
    "https://www.herald.example.evil.example",
    "https://evil-www.herald.example",
    "https://herald.example",
    "https://www.herald.example:8443",
    "https://WWW.HERALD.EXAMPLE",
    "null",
    "",
])  # fmt: skip
def test_a_page_of_a_foreign_origin(client, herald, refused, origin):
    def send():
        return client.post("/api/v1/comments", json=rosas_comment(), headers={"Origin": origin})

    refused(send, 403, "origin_not_allowed")


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": HERALD}, {"Origin": "http://localhost"}], ids=["none", "its", "own"]
)
def test_scripts_the_sites_pages_and_the_services_own_pages_may_write(client, herald, headers):
    assert client.post("/api/v1/comments", json=rosas_comment(), headers=headers).status_code == 201


@pytest.mark.parametrize("url", [
    "https://evil.example/news/harbour",
    "https://www.gazette.example/news/harbour",
    "http://www.herald.example/news/harbour",
    "https://www.herald.example:8443/news/harbour",
    "https://www.herald.example.evil.example/",
])  # fmt: skip
@pytest.mark.parametrize("story", [None, "harbour"])
def test_a_story_outside_the_sites_origins_is_not_made(post, refused, story, url):
    refused(lambda: post(story=story, url=url), 403, "origin_not_allowed")


@pytest.mark.parametrize("url", [
    "javascript:alert(1)",
    "/news/harbour",
    "//www.herald.example/",
    "ftp://www.herald.example/",
    "https://www.herald.example@evil.example/",
    "https://www.herald.example\\@evil.example/",
    "https://",
])  # fmt: skip
@pytest.mark.parametrize("story", [None, "harbour"])
def test_an_address_that_is_none_names_its_field(post, refused, story, url):
    answer = refused(lambda: post(story=story, url=url), 422, "validation_failed")
    assert list(answer.json["fields"]) == ["url"]


@pytest.mark.parametrize("mode", ["closed", "hidden"])
def test_a_closed_site(post, newsroom, refused, mode):
    newsroom.set("herald", mode=mode)
    refused(post, 403, "story_closed")


def test_a_closed_story(post, newsroom, refused):
    newsroom.story(id="harbour", state="closed")
    refused(post, 403, "story_closed")


@pytest.mark.parametrize(("days_ago", "status"), [(8, 403), (6, 201)])
def test_a_story_closes_so_many_days_after_it_was_published(post, newsroom, days_ago, status):
    newsroom.set("herald", close_after_days=7)
    newsroom.story(id="harbour", published_at=now() - timedelta(days=days_ago))
    assert post().status_code == status


def test_a_held_story_takes_comments_that_wait(post, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="harbour", state="held")
    assert post().json["comment"]["status"] == "pending"


def test_on_a_site_that_holds_all_everybody_waits(post, newsroom):
    newsroom.set("herald", hold_first_comments=0, mode="hold_all")
    assert post().json["comment"]["status"] == "pending"


@pytest.mark.parametrize("email", ["rosa@example.org", "Rosa@Example.org", "ROSA@EXAMPLE.ORG"])
def test_a_banned_author_is_not_welcome_under_any_spelling(post, newsroom, standing, refused, email):
    standing(newsroom.comment(newsroom.story(), email="rosa@example.org"), "BANNED")
    refused(lambda: post(email=email), 403, "not_welcome")


def test_a_banned_author_is_not_welcome_with_a_receipt_either(post, newsroom, standing, refused):
    first = post().json
    standing(int(first["comment"]["id"]), "BANNED")
    refused(lambda: post(text="Again.", receipt=first["receipt"]["token"]), 403, "not_welcome")


def test_nobody_is_told_why_somebody_was_banned(post, newsroom, standing):
    standing(newsroom.comment(newsroom.story(), email="rosa@example.org"), "BANNED")
    assert "shouts" not in post().get_data(as_text=True)


def test_a_ban_holds_on_its_own_site_only(post, newsroom, standing):
    standing(newsroom.comment("ferry", email="rosa@example.org", site="gazette"), "BANNED")
    assert post().status_code == 201


def test_a_suspended_author_is_told_until_when(post, standing, refused):
    until = now() + timedelta(days=3)
    first = post().json
    standing(int(first["comment"]["id"]), "SUSPENDED", until)
    again = refused(lambda: post(text="More.", receipt=first["receipt"]["token"]), 403, "not_welcome")
    assert f"{until:%Y-%m-%d %H:%M} UTC" in again.json["detail"]


def test_who_only_types_a_suspended_address_hears_what_a_ban_says(post, newsroom, standing):
    standing(newsroom.comment(newsroom.story(), email="rosa@example.org"), "SUSPENDED", now() + timedelta(days=3))
    standing(newsroom.comment(newsroom.story(), email="other@example.org"), "BANNED")
    assert post().json["detail"] == post(email="other@example.org").json["detail"]


def test_what_a_stranger_did_under_an_address_is_not_held_against_its_proven_author(post, newsroom, standing):
    rosa = post().json
    newsroom.decide(int(rosa["comment"]["id"]), "approve")
    standing(int(post(text="Trolling.", network="192.0.2.99").json["comment"]["id"]), "BANNED")
    assert post(text="More.", receipt=rosa["receipt"]["token"]).status_code == 201


def test_nobody_finds_out_whose_address_wrote_a_comment(post, newsroom):
    newsroom.set("herald", flood_seconds=15)
    post(network="192.0.2.10")
    assert post(network="192.0.2.99").status_code == 201


def test_a_suspension_ends_by_itself(post, newsroom, standing):
    standing(newsroom.comment(newsroom.story(), email="rosa@example.org"), "SUSPENDED", now() - timedelta(minutes=1))
    assert post().status_code == 201


def test_a_watched_author_waits(post, newsroom, standing):
    newsroom.set("herald", hold_first_comments=0)
    standing(newsroom.comment(newsroom.story(), email="rosa@example.org"), "WATCHED")
    assert post().json["comment"]["status"] == "pending"


@pytest.mark.parametrize("again", [
    "The harbour was better with boats in it.",
    "The harbour  was better with boats in it",
    "the harbour was better with boats in it!",
    "THE HARBOUR WAS BETTER — with boats in it...",
    "The har\u200bbour was better with boats in it.",
])  # fmt: skip
def test_saying_the_same_again(post, refused, again):
    post()
    refused(lambda: post(text=again), 409, "duplicate")


def test_somebody_else_may_say_the_same(post):
    post()
    assert post(email="other@example.org").status_code == 201


def test_the_same_may_be_said_under_another_story(post):
    post()
    assert post(story="ferry", url=f"{HERALD}/news/ferry").status_code == 201


def test_what_was_taken_back_may_be_said_again(post, client):
    first = post().json
    headers = {"Authorization": f"Bearer {first['receipt']['token']}"}
    client.delete(f"/api/v1/comments/{first['comment']['id']}", headers=headers)
    assert post().status_code == 201


def test_what_was_rejected_may_not_be_said_again(post, newsroom, refused):
    newsroom.decide(int(post().json["comment"]["id"]), "reject")
    refused(post, 409, "duplicate")


def test_a_site_may_allow_repetitions(post, newsroom):
    newsroom.set("herald", duplicate_check=False)
    post()
    assert post().status_code == 201


def test_a_second_comment_within_the_flood_time(post, newsroom, refused):
    newsroom.set("herald", flood_seconds=15)
    post()
    answer = refused(lambda: post(text="And another thing."), 429, "too_fast")
    assert 1 <= int(answer.headers["Retry-After"]) <= 15


def test_a_second_comment_after_the_flood_time(post, newsroom, change):
    newsroom.set("herald", flood_seconds=15)
    first = post().json["comment"]
    change(first["id"], created_at=now() - timedelta(seconds=16))
    assert post(text="And another thing.").status_code == 201


def test_a_receipt_is_no_way_around_the_flood_time(post, newsroom, refused):
    newsroom.set("herald", flood_seconds=15)
    receipt = post().json["receipt"]["token"]
    refused(lambda: post(text="More.", receipt=receipt, network="198.51.100.7"), 429, "too_fast")


def test_a_stranger_who_types_her_address_does_not_silence_rosa(post, newsroom):
    newsroom.set("herald", flood_seconds=15)
    post(text="I am not Rosa.", network="198.51.100.7")
    assert post().status_code == 201


def test_a_stranger_who_types_her_address_does_not_silence_rosa_with_her_receipt(post, newsroom, change):
    newsroom.set("herald", flood_seconds=15)
    first = post().json
    change(first["comment"]["id"], created_at=now() - timedelta(minutes=5))
    post(text="I am not Rosa.", network="198.51.100.7")
    assert post(text="But I am.", receipt=first["receipt"]["token"]).status_code == 201


def test_two_readers_of_one_network_do_not_wait_for_each_other(post, newsroom):
    newsroom.set("herald", flood_seconds=15)
    post()
    assert post(email="other@example.org").status_code == 201


def test_a_network_that_sends_on_and_on_has_to_wait(post, newsroom, refused):
    newsroom.set("herald", flood_seconds=15)
    for number in range(20):
        assert post(email=f"reader{number}@example.org").status_code == 201
    answer = refused(lambda: post(email="reader20@example.org"), 429, "too_fast")
    assert int(answer.headers["Retry-After"]) >= 1


def test_ipv6_readers_of_one_line_are_one_network(post, newsroom, refused):
    newsroom.set("herald", flood_seconds=15)
    post(network="2001:db8:1:2::1")
    refused(lambda: post(text="More.", network="2001:db8:1:2:ffff::9"), 429, "too_fast")


@pytest.mark.parametrize("parent", ["999999", "0", "-1", "abc", "9" * 30, "٣", "1 or 1=1"])
def test_a_reply_to_nothing(post, refused, parent):
    refused(lambda: post(parent=parent), 422, "parent_not_in_story")


def test_a_reply_to_a_comment_of_another_story(post, newsroom, refused):
    elsewhere = newsroom.comment(newsroom.story())
    refused(lambda: post(parent=str(elsewhere)), 422, "parent_not_in_story")


def test_a_reply_to_a_comment_of_another_site(post, app, refused):
    with app.app_context():
        elsewhere = db.session.query(Comment.id).order_by(Comment.id).first()[0]
    refused(lambda: post(parent=str(elsewhere)), 422, "parent_not_in_story")


@pytest.mark.parametrize("action", ["hold", "reject", "spam"])
def test_a_reply_to_a_comment_nobody_can_see(post, newsroom, refused, action):
    above = newsroom.comment(newsroom.story(id="harbour"), status=action)
    refused(lambda: post(parent=str(above)), 422, "parent_not_visible")


def test_a_reply_to_a_retracted_comment(post, client, newsroom, refused):
    newsroom.set("herald", hold_first_comments=0)
    first = post().json
    headers = {"Authorization": f"Bearer {first['receipt']['token']}"}
    client.delete(f"/api/v1/comments/{first['comment']['id']}", headers=headers)
    refused(lambda: post(text="But why?", parent=first["comment"]["id"]), 422, "parent_not_visible")


def test_a_refusal_is_not_cached(post, newsroom):
    newsroom.set("herald", mode="closed")
    assert post().headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("https://evil.example/news/harbour", 403, "origin_not_allowed"),
        ("no address", 422, "validation_failed"),
    ],
)
def test_a_wrong_address_beside_a_known_story_is_refused(post, newsroom, url, status, code):
    newsroom.story(id="harbour")
    answer = post(url=url)
    assert (answer.status_code, answer.json["code"]) == (status, code)
