"""Likes: one per reader and comment."""

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def comment(herald, newsroom) -> int:
    return newsroom.comment(newsroom.story(id="harbour"))


@pytest.fixture
def like(client, comment):
    def send(
        method: str = "PUT", network: str = "192.0.2.10", browser: str = "Firefox", id: int | str = comment, **headers
    ):
        return client.open(
            f"/api/v1/comments/{id}/like",
            method=method,
            headers={"User-Agent": browser, **headers},
            environ_base={"REMOTE_ADDR": network},
        )

    return send


def test_a_like_is_counted(like, thread):
    assert (like().json, thread()["comments"][0]["likes"]) == ({"likes": 1}, 1)


def test_a_reader_likes_a_comment_once(like):
    like()
    answer = like()
    assert (answer.status_code, answer.json) == (200, {"likes": 1})


def test_a_like_can_be_taken_back(like, thread):
    like()
    assert (like("DELETE").json, thread()["comments"][0]["likes"]) == ({"likes": 0}, 0)


def test_taking_back_what_was_not_given_changes_nothing(like):
    like(network="198.51.100.7")
    assert like("DELETE").json == {"likes": 1}


@pytest.mark.parametrize("other", [{"network": "198.51.100.7"}, {"browser": "Safari"}])
def test_another_reader_is_one_more(like, other):
    like()
    assert like(**other).json == {"likes": 2}


def test_a_like_is_no_new_version_for_the_moderators(like, newsroom, comment):
    before = newsroom.version(comment)
    like()
    assert newsroom.version(comment) == before


def test_an_impatient_reader_is_one_reader(app, comment):
    def send(_: int):
        return app.test_client().put(f"/api/v1/comments/{comment}/like")

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert send(0).json == {"likes": 1}


def test_twenty_readers_at_once_are_twenty(app, comment):
    def send(number: int):
        return app.test_client().put(f"/api/v1/comments/{comment}/like", headers={"User-Agent": f"Reader {number}"})

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert send(0).json == {"likes": 20}


@pytest.mark.parametrize("action", ["hold", "reject", "spam"])
def test_what_nobody_sees_cannot_be_liked(like, newsroom, comment, action):
    newsroom.decide(comment, action)
    assert like().status_code == 404


def test_a_removed_comment_that_keeps_its_place_cannot_be_liked(like, newsroom, comment):
    newsroom.comment("harbour", parent=comment)
    newsroom.decide(comment, "reject")
    assert like().status_code == 404


@pytest.mark.parametrize("id", ["999999", "0", "abc"])
def test_what_does_not_exist_cannot_be_liked(like, id):
    assert like(id=id).status_code == 404


def test_a_foreign_page_likes_nothing(like):
    answer = like(Origin="https://evil.example")
    assert (answer.status_code, answer.json["code"]) == (403, "origin_not_allowed")


def test_who_liked_is_not_kept_in_a_form_that_tells(like, app, comment):
    from sqlalchemy import select

    from commentsvc.comments.models import Like
    from commentsvc.core.database import db

    like()
    with app.app_context():
        kept = db.session.scalars(select(Like)).one().reader_hash
    assert "192.0.2.10" not in kept and len(kept) == 64


def test_one_network_does_not_like_as_a_hundred_readers(client, herald, newsroom):
    comment = newsroom.comment(newsroom.story())
    for number in range(61):
        answer = client.put(f"/api/v1/comments/{comment}/like", headers={"User-Agent": f"Reader {number}"})
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (429, "too_fast", "60")
    report = client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "abuse"})
    assert report.status_code == 429
