"""A reader posts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from commentsvc.comments.models import Comment, Decision, Revision, StoredVerdict
from commentsvc.core.database import db
from tests.cast import rosas_comment

WEBSITE = "https://rosa.example/"


def test_the_first_comment_of_everyone_waits(post):
    answer = post()
    assert (answer.status_code, answer.json["comment"]["status"]) == (201, "pending")


def test_a_waiting_comment_is_in_nobodys_thread(post, thread):
    post()
    assert thread()["comments"] == []


def test_an_approved_comment_stands_in_the_thread(post, thread, newsroom):
    posted = post().json["comment"]
    newsroom.decide(int(posted["id"]), "approve")
    assert [each["id"] for each in thread()["comments"]] == [posted["id"]]


def test_the_answer_is_the_comment_as_the_thread_will_show_it_and_its_status(post, thread, newsroom):
    posted = post(website=WEBSITE).json["comment"]
    assert posted.pop("status") == "pending"
    newsroom.decide(int(posted["id"]), "approve")
    assert thread()["comments"] == [{**posted, "state": "visible"}]


def test_the_answer_has_every_field_of_a_comment(post):
    comment = post().json["comment"]
    assert set(comment) == {
        "id", "parent", "state", "author", "content", "created_at", "edited_at", "likes", "featured", "pinned", "locked", "reply_count",
        "replies", "replies_cursor", "url", "status",
    }  # fmt: skip


def test_an_id_is_a_string(post):
    assert isinstance(post().json["comment"]["id"], str)


def test_the_writer_sees_the_words_of_a_waiting_comment(post):
    assert post().json["comment"]["content"] == [["p", "The harbour was better with boats in it."]]


def test_the_writer_may_ask_for_html(client, herald):
    comment = client.post("/api/v1/comments?format=html", json=rosas_comment(text="**Boats!**")).json["comment"]
    assert (comment["html"], "content" in comment) == ("<p><strong>Boats!</strong></p>", False)


def test_a_format_that_does_not_exist_is_refused_before_anything_is_stored(client, herald, rows):
    before = rows()
    answer = client.post("/api/v1/comments?format=pdf", json=rosas_comment())
    assert (answer.status_code, list(answer.json["fields"]), rows()) == (422, ["format"], before)


def test_the_receipt_ends_with_the_sites_edit_window(post):
    until = datetime.fromisoformat(post().json["receipt"]["editable_until"])
    assert timedelta(minutes=14) < until - datetime.now(UTC) <= timedelta(minutes=15)


def test_without_an_edit_window_the_receipt_has_no_end_of_editing(post, newsroom):
    newsroom.set("herald", edit_window_minutes=0)
    assert post().json["receipt"]["editable_until"] is None


def test_a_waiting_writer_is_told_why(post):
    assert post().json["reasons"] == ["A moderator reads a writer's first comments before they appear."]


def test_a_waiting_writer_is_told_why_in_the_pages_language(client, herald):
    answer = client.post("/api/v1/comments", json=rosas_comment(), headers={"Accept-Language": "tr"})
    assert answer.json["reasons"] == ["Bir kişinin ilk yorumlarını yayınlanmadan önce bir moderatör okur."]


def test_on_a_site_that_holds_nobody_a_comment_is_published_at_once(post, newsroom, thread):
    newsroom.set("herald", hold_first_comments=0)
    assert post().json["comment"]["status"] == "approved"
    assert thread()["story"]["comment_count"] == 1


def test_a_published_comment_has_no_reasons(post, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    assert post().json["reasons"] == []


def test_a_writer_caught_in_the_hidden_field_is_told_nothing(post):
    answer = post(topic="cheap watches")
    assert (answer.status_code, answer.json["comment"]["status"], answer.json["reasons"]) == (201, "pending", [])


def test_a_form_that_came_back_too_quickly_waits(post, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    assert post(elapsed=1.5).json["comment"]["status"] == "pending"


def test_a_form_that_took_its_time_is_published(post, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    assert post(elapsed=30).json["comment"]["status"] == "approved"


def test_a_stored_comment_has_one_revision_and_one_decision_bound_to_it(post, app):
    number = int(post().json["comment"]["id"])
    with app.app_context():
        revision = db.session.scalars(select(Revision).where(Revision.comment_id == number)).one()
        decision = db.session.scalars(select(Decision).where(Decision.comment_id == number)).one()
    assert (decision.revision_id, decision.rule, decision.before) == (revision.id, "author_is_new", None)


def test_every_rule_that_spoke_is_kept(post, app, newsroom):
    newsroom.words("herald", "hold", "boats")
    newsroom.set("herald", links_allowed=0)
    number = int(post(text="More boats: https://boats.example/").json["comment"]["id"])
    with app.app_context():
        rules = set(db.session.scalars(select(StoredVerdict.rule).where(StoredVerdict.comment_id == number)))
    assert rules == {"uses_held_word", "too_many_links", "author_is_new"}


def test_the_typed_text_is_kept_beside_what_was_made_of_it(post, app):
    number = int(post(text="<b>More</b> boats <script>").json["comment"]["id"])
    with app.app_context():
        revision = db.session.scalars(select(Revision).where(Revision.comment_id == number)).one()
    assert revision.text == "<b>More</b> boats <script>"


def test_a_reply_names_its_parent(post, newsroom):
    above = newsroom.comment(newsroom.story(id="harbour"))
    assert post(parent=str(above)).json["comment"]["parent"] == str(above)


def test_the_name_is_the_one_given_with_this_comment(post, newsroom):
    first = post().json
    newsroom.decide(int(first["comment"]["id"]), "approve")
    second = post(name="Rosa R.", text="And more boats.", receipt=first["receipt"]["token"]).json["comment"]
    assert (second["author"]["name"], second["author"]["slug"]) == ("Rosa R.", first["comment"]["author"]["slug"])


def test_the_website_stands_beside_the_name(post):
    assert post(website="http://rosa.example/blog?a=1").json["comment"]["author"]["website"] == (
        "http://rosa.example/blog?a=1"
    )


@pytest.mark.parametrize("title", [None, "Boats & more"])
def test_the_first_approved_comment_shows_the_story(post, thread, newsroom, title):
    newsroom.decide(int(post(title=title).json["comment"]["id"]), "approve")
    story = thread()["story"]
    assert (story["id"], story["url"], story["title"]) == (
        "harbour", "https://www.herald.example/news/harbour", title or "",
    )  # fmt: skip


def test_a_title_that_only_a_waiting_reader_gave_is_shown_to_nobody(post, thread):
    post(title="Our editor takes bribes")
    assert (thread()["story"]["title"], thread()["story"]["url"]) == ("", None)


def test_what_tells_how_a_reader_came_is_not_kept(post, thread, newsroom):
    came = "https://www.herald.example/news/harbour?page=2&fbclid=READER&utm_source=mail#end"
    newsroom.decide(int(post(url=came).json["comment"]["id"]), "approve")
    assert thread()["story"]["url"] == "https://www.herald.example/news/harbour?page=2"


def test_a_later_comment_does_not_rename_the_story(post, thread, newsroom):
    newsroom.decide(int(post(title="The harbour").json["comment"]["id"]), "approve")
    post(title="Something else", text="No.", email="other@example.org")
    assert thread()["story"]["title"] == "The harbour"


def test_no_answer_to_a_writer_is_cached(post):
    assert post().headers["Cache-Control"] == "no-store"


def test_an_acknowledged_comment_is_in_the_database(post, app):
    number = int(post().json["comment"]["id"])
    with app.app_context():
        assert db.session.get(Comment, number).status == "PENDING"
