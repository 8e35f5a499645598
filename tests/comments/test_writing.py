"""What the widget's editor asks for: a preview, the time to edit, what became of a comment, the word for liking."""

from datetime import datetime, timedelta

import pytest

from commentsvc.core.clock import now
from commentsvc.sites.settings import SiteSettings, described
from tests.cast import rosas_comment


def preview(client, **changes):
    return client.post("/api/v1/preview", json={"site": "herald", "text": "The road was **open**.", **changes})


def test_a_preview_is_the_tree_the_comment_would_have(client, herald):
    assert preview(client).json == {"content": [["p", "The road was ", ["strong", "open"], "."]]}


def test_a_preview_stores_nothing(client, herald, rows):
    before = rows()
    preview(client)
    assert rows() == before


def test_a_preview_shows_typed_html_as_text(client, herald):
    shown = preview(client, text="<img src=x onerror=alert(1)>").json
    assert shown == {"content": [["p", "<img src=x onerror=alert(1)>"]]}


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001, "\x00", None], ids=repr)
def test_a_preview_of_what_cannot_be_sent_says_why(client, herald, text):
    answer = preview(client, text=text)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["text"])


def test_pages_of_foreign_origins_get_no_preview(client, herald):
    answer = client.post(
        "/api/v1/preview", json={"site": "herald", "text": "x"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.json["code"] == "origin_not_allowed"


def test_previews_are_limited(client, herald):
    codes = [preview(client).status_code for _ in range(31)]
    assert (codes[29], codes[30]) == (200, 429)


@pytest.fixture
def written(post):
    """Rosa's comment and what its receipt opens."""
    answer = post(text="The road was **open**.").json
    return answer["comment"]["id"], {"Authorization": f"Bearer {answer['receipt']['token']}"}


def open_editor(client, written):
    return client.post(f"/api/v1/comments/{written[0]}/editor", headers=written[1])


def receipt(client, written):
    return client.get(f"/api/v1/comments/{written[0]}/receipt", headers=written[1]).json


def test_the_editor_has_the_text_as_it_was_typed(client, written):
    assert open_editor(client, written).json["text"] == "The road was **open**."


def test_whoever_opens_the_editor_in_time_is_not_hurried(client, written, change):
    open_editor(client, written)
    change(written[0], created_at=now() - timedelta(minutes=100))
    edited = client.patch(f"/api/v1/comments/{written[0]}", json={"text": "It was not."}, headers=written[1])
    assert edited.status_code == 200


def test_opened_again_it_gives_no_more(client, written):
    first = open_editor(client, written).json["editable_until"]
    assert open_editor(client, written).json["editable_until"] == first


def test_it_gives_two_hours_beyond_the_window(client, written, change):
    start = now() - timedelta(minutes=10)
    change(written[0], created_at=start)
    until = datetime.fromisoformat(open_editor(client, written).json["editable_until"])
    assert abs(until - start - timedelta(hours=2, minutes=15)) < timedelta(seconds=1)


def test_after_the_window_it_does_not_open(client, written, change):
    change(written[0], editable_until=now() - timedelta(seconds=1))
    assert open_editor(client, written).json["code"] == "window_over"


def test_without_the_receipt_it_does_not_open(client, written):
    assert client.post(f"/api/v1/comments/{written[0]}/editor").status_code == 401


def test_an_open_editor_is_nothing_a_moderator_has_to_know_of(client, written, newsroom):
    before = newsroom.version(int(written[0]))
    open_editor(client, written)
    assert newsroom.version(int(written[0])) == before


def test_the_writer_learns_that_it_waits(client, written):
    assert receipt(client, written)["status"] == "pending"


def test_the_writer_learns_that_a_moderator_said_no(client, cast):
    answer = client.post("/api/v1/comments", json=rosas_comment()).json
    written = answer["comment"]["id"], {"Authorization": f"Bearer {answer['receipt']['token']}"}
    seen = {"comments": [{"id": written[0], "version": 1}], "action": "reject", "reason": "abuse"}
    client.post("/api/v1/moderation/decisions", json=seen, headers=cast.hanna.headers)
    assert receipt(client, written)["status"] == "rejected"


def test_what_a_rule_found_is_not_told(client, post):
    answer = post(topic="I am a program.").json
    written = answer["comment"]["id"], {"Authorization": f"Bearer {answer['receipt']['token']}"}
    assert receipt(client, written)["status"] == "pending"


def test_what_became_of_a_comment_is_nobody_else_s_to_know(client, written):
    assert client.get(f"/api/v1/comments/{written[0]}/receipt").status_code == 401


def test_the_word_for_liking_is_the_site_s(newsroom, thread, herald):
    newsroom.set("herald", like_label="Respect")
    assert thread()["form"]["like_label"] == "Respect"


def test_the_usual_word_is_left_to_the_reader_s_language(thread, herald):
    assert thread()["form"]["like_label"] is None


def test_the_setting_says_its_usual_word():
    named = {each["name"]: each["default"] for each in described(SiteSettings())}
    assert named["like_label"] == "Like"
