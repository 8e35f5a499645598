"""A typed address is not an identity; the receipt of an earlier comment is."""

import pytest

from commentsvc.authors.models import Author
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work


@pytest.fixture
def rosa(post, newsroom) -> dict:
    """Rosa's first comment, approved: the answer she got, with her receipt."""
    answer = post(website="https://rosa.example/").json
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    return answer


@pytest.fixture
def author_of(app):
    def find(answer: dict) -> dict:
        with app.app_context():
            author = db.session.get_one(Author, db.session.get_one(Comment, int(answer["comment"]["id"])).author_id)
            return {column.key: getattr(author, column.key) for column in Author.__table__.columns}

    return find


def test_a_stranger_with_her_address_waits_like_everybody_new(post, rosa):
    assert post(text="I am Rosa.").json["comment"]["status"] == "pending"


def test_a_stranger_with_her_address_and_name_has_a_profile_of_their_own(post, rosa):
    assert post(text="I am Rosa.").json["comment"]["author"]["slug"] != rosa["comment"]["author"]["slug"]


def test_a_stranger_with_her_address_changes_nothing_of_her(post, rosa, author_of):
    before = author_of(rosa)
    post(text="I am Rosa.", name="Rosa the Liar", website="https://evil.example/")
    assert author_of(rosa) == before


def test_what_a_stranger_says_is_not_on_her_profile(post, rosa, newsroom, client):
    newsroom.decide(int(post(text="I am Rosa.").json["comment"]["id"]), "approve")
    profile = client.get(f"/api/v1/authors/{rosa['comment']['author']['slug']}?site=herald").json
    assert [each["id"] for each in profile["comments"]] == [rosa["comment"]["id"]]


def test_a_stranger_with_a_trusted_authors_address_waits(post, rosa, app, newsroom):
    with app.app_context(), unit_of_work():
        db.session.get_one(Author, newsroom.row(int(rosa["comment"]["id"])).author_id).standing = "TRUSTED"
    assert post(text="I am Rosa.").json["comment"]["status"] == "pending"


def test_with_her_receipt_her_second_comment_is_published_at_once(post, rosa):
    assert post(text="More.", receipt=rosa["receipt"]["token"]).json["comment"]["status"] == "approved"


def test_with_her_receipt_she_is_the_same_author(post, rosa):
    second = post(text="More.", receipt=rosa["receipt"]["token"]).json
    assert second["comment"]["author"]["slug"] == rosa["comment"]["author"]["slug"]


def test_the_second_receipt_proves_her_too(post, rosa):
    second = post(text="More.", receipt=rosa["receipt"]["token"]).json
    assert post(text="And more.", receipt=second["receipt"]["token"]).json["comment"]["status"] == "approved"


def test_the_spelling_of_her_address_makes_her_nobody_else(post, rosa):
    answer = post(text="More.", email="ROSA@example.org", receipt=rosa["receipt"]["token"]).json
    assert answer["comment"]["author"]["slug"] == rosa["comment"]["author"]["slug"]


def test_her_receipt_with_another_address_proves_nothing(post, rosa):
    answer = post(text="More.", email="other@example.org", receipt=rosa["receipt"]["token"]).json["comment"]
    assert (answer["status"], answer["author"]["slug"] == rosa["comment"]["author"]["slug"]) == ("pending", False)


def test_her_receipt_proves_nothing_on_another_site(post, rosa):
    url = "https://www.gazette.example/news/harbour"
    answer = post(text="More.", site="gazette", url=url, receipt=rosa["receipt"]["token"])
    assert answer.json["comment"]["status"] == "pending"


def test_the_receipt_of_a_waiting_comment_vouches_for_nobody(post):
    first = post().json
    assert post(text="More.", receipt=first["receipt"]["token"]).json["comment"]["status"] == "pending"


@pytest.mark.parametrize("spoil", [
    lambda token: "bogus",
    lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
    lambda token: "999999." + token.partition(".")[2],
    lambda token: token.replace(".", ""),
    lambda token: token + "é",
    lambda token: "." * 200,
])  # fmt: skip
def test_with_a_spoilt_receipt_the_comment_is_not_lost(post, rosa, spoil):
    answer = post(text="More.", receipt=spoil(rosa["receipt"]["token"]))
    assert (answer.status_code, answer.json["comment"]["status"]) == (201, "pending")


def test_every_site_may_ask_for_more_approved_comments(post, newsroom, rosa):
    newsroom.set("herald", hold_first_comments=2)
    assert post(text="More.", receipt=rosa["receipt"]["token"]).json["comment"]["status"] == "pending"


def test_nobody_gets_a_badge_by_typing_a_name(post, newsroom, app):
    assert post(name="The Editor").json["comment"]["author"]["badges"] == []


def test_a_name_that_nobody_let_through_is_not_in_the_profiles_address_either(post, newsroom, client):
    first = post(name="Filthy Liar").json
    second = post(text="More.", receipt=first["receipt"]["token"]).json
    newsroom.decide(int(second["comment"]["id"]), "approve")
    shown = client.get(f"/api/v1/comments/{second['comment']['id']}").json["comment"]["author"]
    assert shown["slug"].startswith("rosa-reader-")
    assert client.get(f"/api/v1/authors/{shown['slug']}?site=herald").json["author"]["name"] == "Rosa Reader"


def test_the_writer_is_told_the_new_address_at_once(post, newsroom, client):
    newsroom.words("herald", "hold", "boats")
    newsroom.set("herald", hold_first_comments=0)
    first = post(name="Filthy Liar").json
    second = post(text="More.", receipt=first["receipt"]["token"]).json
    assert second["comment"]["status"] == "approved"
    assert client.get(f"/api/v1/authors/{second['comment']['author']['slug']}?site=herald").status_code == 200


def test_a_name_that_was_let_through_keeps_its_address(post, rosa):
    second = post(text="More.", name="Rosa R.", receipt=rosa["receipt"]["token"]).json
    assert second["comment"]["author"]["slug"] == rosa["comment"]["author"]["slug"]
