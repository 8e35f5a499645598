"""What the writer of a comment can still do with it, and nobody else can."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from commentsvc.comments.models import Decision, Revision
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work


def bearer(answer: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['receipt']['token']}"}


@pytest.fixture
def edit(client):
    def send(answer: dict, text: object = "The harbour is better with boats in it.", headers: dict | None = None):
        shown = bearer(answer) if headers is None else headers
        return client.patch(f"/api/v1/comments/{answer['comment']['id']}", json={"text": text}, headers=shown)

    return send


@pytest.fixture
def retract(client):
    def send(answer: dict, headers: dict | None = None):
        shown = bearer(answer) if headers is None else headers
        return client.delete(f"/api/v1/comments/{answer['comment']['id']}", headers=shown)

    return send


@pytest.fixture
def published(post, newsroom) -> dict:
    """Rosa's comment, which no rule minded."""
    newsroom.set("herald", hold_first_comments=0)
    return post().json


@pytest.fixture
def approved(post, newsroom) -> dict:
    """Rosa's comment, which a moderator approved."""
    answer = post().json
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    return answer


@pytest.fixture
def trusted(published, app, newsroom) -> dict:
    """Rosa's comment; the newsroom trusts Rosa."""
    with app.app_context(), unit_of_work():
        newsroom.row(int(published["comment"]["id"])).author.standing = "TRUSTED"
    return published


def test_a_trusted_authors_edit_is_published(trusted, edit, thread):
    assert edit(trusted).status_code == 200
    assert thread()["comments"][0]["content"] == [["p", "The harbour is better with boats in it."]]


def test_an_edited_comment_says_when(trusted, edit, thread):
    edit(trusted)
    assert thread()["comments"][0]["edited_at"] is not None


def test_the_answer_to_an_edit_is_that_of_a_post(trusted, edit):
    answer = edit(trusted).json
    assert (answer["comment"]["status"], answer["receipt"]) == ("approved", trusted["receipt"])


def test_what_no_moderator_read_waits_when_it_is_changed(published, edit, thread):
    answer = edit(published, "Buy my boats.").json
    assert (answer["comment"]["status"], thread()["comments"]) == ("pending", [])


def test_the_same_text_again_changes_nothing(approved, edit, newsroom):
    before = newsroom.version(int(approved["comment"]["id"]))
    assert edit(approved, "The harbour was better with boats in it.").json["comment"]["status"] == "approved"
    assert newsroom.version(int(approved["comment"]["id"])) == before


def test_edits_have_a_pace(published, edit, newsroom):
    edit(published)
    newsroom.set("herald", flood_seconds=15)
    answer = edit(published, "And again.")
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (429, "too_fast", "10")


def test_a_comment_is_not_edited_for_ever(published, edit):
    answers = [edit(published, f"Version {number}.").status_code for number in range(25)]
    assert (answers[0], answers[-1]) == (200, 409)


def test_every_text_a_comment_had_is_kept(published, edit, app):
    edit(published)
    with app.app_context():
        rows = select(Revision.text).where(Revision.comment_id == int(published["comment"]["id"]))
        assert list(db.session.scalars(rows.order_by(Revision.number))) == [
            "The harbour was better with boats in it.",
            "The harbour is better with boats in it.",
        ]


def test_an_edit_is_screened_like_a_new_comment(published, edit, newsroom, thread):
    newsroom.words("herald", "hold", "better")
    answer = edit(published).json
    assert (answer["comment"]["status"], thread()["comments"]) == ("pending", [])


def test_an_edit_that_waits_says_why(published, edit, newsroom):
    newsroom.words("herald", "hold", "better")
    assert "It uses words that a moderator looks at first." in edit(published).json["reasons"]


def test_an_edit_can_be_rejected_by_the_rules(published, edit, newsroom, thread):
    newsroom.words("herald", "reject", "better")
    edit(published)
    assert thread()["comments"] == []


def test_an_approved_comment_edited_into_something_else_waits(approved, edit, thread):
    answer = edit(approved, "Buy my boats.").json
    assert (answer["comment"]["status"], thread()["comments"]) == ("pending", [])


@pytest.mark.parametrize("text", [
    "The har bour was better with boats in it.", "The harbour was better with boats in it. \U0001f4a9",
])  # fmt: skip
def test_an_approval_is_for_the_very_text_it_was_given_to(approved, edit, newsroom, thread, text):
    newsroom.set("herald", hold_first_comments=0)
    edit(approved, text)
    assert thread()["comments"] == []


def test_a_waiting_comment_stays_waiting(post, edit, newsroom):
    waiting = post().json
    newsroom.set("herald", hold_first_comments=0)
    assert edit(waiting).json["comment"]["status"] == "pending"


def test_the_decision_after_an_edit_is_bound_to_the_new_text(published, edit, app):
    edit(published)
    with app.app_context():
        rows = select(Revision.number, Decision.before).join(Decision, Decision.revision_id == Revision.id)
        rows = rows.where(Decision.comment_id == int(published["comment"]["id"])).order_by(Decision.id)
        assert [tuple(row) for row in db.session.execute(rows)] == [(1, None), (2, "APPROVED")]


def test_an_edit_does_not_count_as_a_repetition_or_as_too_fast(post, edit, newsroom):
    newsroom.set("herald", flood_seconds=15)
    answer = post().json
    assert edit(answer, "The harbour was better with boats in it!").status_code == 200


def test_an_edit_keeps_the_place_and_the_replies(published, edit, post, thread):
    reply = post(text="It was.", email="other@example.org", parent=published["comment"]["id"]).json["comment"]
    edit(published)
    shown = thread()["comments"][0]
    assert (shown["id"], [each["id"] for each in shown["replies"]]) == (published["comment"]["id"], [reply["id"]])


@pytest.mark.parametrize(("text", "status"), [
    ("", 422), (" ", 422), (None, 422), (12, 422), ("x" * 10_001, 422), ("\x00", 422), ("x" * 10_000, 200),
])  # fmt: skip
def test_an_edit_keeps_the_limits_of_a_post(published, edit, text, status):
    answer = edit(published, text)
    assert answer.status_code == status
    assert status == 200 or list(answer.json["fields"]) == ["text"]


def test_a_refused_edit_changes_nothing(published, edit, rows, thread):
    before = rows(), thread()
    edit(published, "")
    assert (rows(), thread()) == before


def test_without_a_window_nothing_can_be_edited(post, edit, newsroom):
    newsroom.set("herald", edit_window_minutes=0)
    answer = edit(post().json)
    assert (answer.status_code, answer.json["code"]) == (409, "window_over")


def test_after_the_window_nothing_can_be_edited(published, edit, change, thread):
    change(published["comment"]["id"], editable_until=now() - timedelta(seconds=1))
    before = thread()
    answer = edit(published)
    assert (answer.status_code, answer.json["code"], thread()) == (409, "window_over", before)


@pytest.mark.parametrize("action", ["reject", "spam"])
def test_what_a_moderator_refused_can_not_be_edited(published, edit, newsroom, action):
    newsroom.decide(int(published["comment"]["id"]), action)
    assert edit(published).json["code"] == "window_over"


def test_nothing_is_edited_under_a_closed_story(published, edit, newsroom):
    newsroom.set("herald", mode="closed")
    answer = edit(published)
    assert (answer.status_code, answer.json["code"]) == (403, "story_closed")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_receipt_nobody_edits_or_retracts(published, edit, retract, thread, headers):
    before = thread()
    answers = [edit(published, headers=headers), retract(published, headers=headers)]
    assert [(each.status_code, each.json["code"]) for each in answers] == [(401, "unauthorized")] * 2
    assert thread() == before


def test_an_answer_that_asks_for_a_receipt_says_how_to_show_it(published, retract):
    assert retract(published, headers={}).headers["WWW-Authenticate"] == "Bearer"


def test_the_receipt_of_another_comment_opens_nothing(published, post, edit, retract, thread):
    other = bearer(post(text="More.", email="other@example.org").json)
    before = thread()
    answers = [edit(published, headers=other), retract(published, headers=other)]
    assert [(each.status_code, each.json["code"]) for each in answers] == [(404, "not_found")] * 2
    assert thread() == before


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
    lambda token: token[:-1],
    lambda token: token.upper(),
    lambda token: token.partition(".")[0] + ".",
    lambda token: "999999." + token.partition(".")[2],
    lambda token: "x" + token,
    lambda token: token + "é",
])  # fmt: skip
def test_a_tampered_receipt_opens_nothing(published, edit, retract, spoil):
    headers = {"Authorization": f"Bearer {spoil(published['receipt']['token'])}"}
    answers = [edit(published, headers=headers), retract(published, headers=headers)]
    assert [(each.status_code, each.json["code"]) for each in answers] == [(401, "unauthorized")] * 2


def test_a_foreign_page_edits_and_retracts_nothing(published, edit, retract):
    headers = {**bearer(published), "Origin": "https://evil.example"}
    answers = [edit(published, headers=headers), retract(published, headers=headers)]
    assert [each.json["code"] for each in answers] == ["origin_not_allowed"] * 2


def test_the_sites_own_page_edits_and_retracts(published, edit, retract):
    headers = {**bearer(published), "Origin": "https://www.herald.example"}
    answers = [edit(published, headers=headers), retract(published, headers=headers)]
    assert [each.status_code for each in answers] == [200, 200]


def test_a_receipt_does_not_moderate(published, client):
    answer = client.get("/api/v1/moderation/queue?site=herald", headers=bearer(published))
    assert answer.status_code == 401


@pytest.mark.parametrize("id", ["0", "abc", "-1", "9" * 30])
def test_a_comment_that_does_not_exist_is_not_found_with_any_receipt(published, client, id):
    assert client.delete(f"/api/v1/comments/{id}", headers=bearer(published)).status_code == 404


def test_a_retracted_comment_vanishes(published, retract, thread):
    assert retract(published).json["comment"] == {"id": published["comment"]["id"], "state": "retracted"}
    assert (thread()["comments"], thread()["story"]["comment_count"]) == ([], 0)


def test_a_comment_can_be_retracted_long_after_the_window(published, retract, change, thread):
    long_ago = now() - timedelta(days=900)
    change(published["comment"]["id"], created_at=long_ago, editable_until=long_ago)
    assert (retract(published).status_code, thread()["comments"]) == (200, [])


@pytest.mark.parametrize("mode", ["closed", "hold_all"])
def test_a_comment_can_be_retracted_whatever_the_mode(published, retract, newsroom, thread, mode):
    newsroom.set("herald", mode=mode)
    assert (retract(published).status_code, thread()["comments"]) == (200, [])


def test_a_waiting_comment_can_be_retracted(post, retract, newsroom, thread):
    waiting = post().json
    retract(waiting)
    newsroom.decide(int(waiting["comment"]["id"]), "approve")
    assert thread()["comments"] == []


def test_retracting_twice_is_retracting_once(published, retract, thread):
    retract(published)
    assert (retract(published).status_code, thread()["story"]["comment_count"]) == (200, 0)


def test_a_retracted_comment_is_not_edited(published, edit, retract):
    retract(published)
    assert edit(published).json["code"] == "window_over"


def test_a_retracted_comment_with_replies_keeps_its_place_and_nothing_else(published, retract, post, thread):
    post(text="It was.", email="other@example.org", parent=published["comment"]["id"])
    retract(published)
    shown = thread()["comments"][0]
    assert (shown["state"], shown["content"], shown["author"], shown["edited_at"], shown["likes"], shown["featured"]) == (
        "retracted", [], None, None, 0, False,
    )  # fmt: skip


def test_its_replies_stay(published, retract, post, thread):
    reply = post(text="It was.", email="other@example.org", parent=published["comment"]["id"]).json["comment"]
    retract(published)
    assert [each["id"] for each in thread()["comments"][0]["replies"]] == [reply["id"]]


def test_what_was_retracted_is_kept_for_the_newsroom(published, retract, app):
    retract(published)
    with app.app_context():
        rows = select(Revision.text).where(Revision.comment_id == int(published["comment"]["id"]))
        assert db.session.scalars(rows).one() == "The harbour was better with boats in it."


@pytest.mark.parametrize("address", ["/authors/herald/{}", "/api/v1/authors/{}?site=herald"])
def test_whoever_took_the_only_comment_back_has_no_profile_any_more(client, post, newsroom, address):
    answer = post().json
    number, slug = answer["comment"]["id"], answer["comment"]["author"]["slug"]
    newsroom.decide(int(number), "approve")
    assert client.get(address.format(slug)).status_code == 200
    receipt = {"Authorization": f"Bearer {answer['receipt']['token']}"}
    assert client.delete(f"/api/v1/comments/{number}", headers=receipt).status_code == 200
    assert client.get(address.format(slug)).status_code == 404


def test_what_waits_is_not_called_removed_to_its_writer(post):
    comment = post().json["comment"]
    assert (comment["state"], comment["status"]) == ("visible", "pending")


def test_an_edit_that_waits_says_to_its_writer_when_it_was_made(approved, edit):
    comment = edit(approved).json["comment"]
    assert (comment["state"], comment["status"]) == ("visible", "pending")
    assert comment["edited_at"] is not None


@pytest.mark.parametrize("address", ["/thread/herald?story=harbour", "/fragment/thread?site=herald&story=harbour"])
def test_nobody_says_that_a_moderator_removed_what_only_waits(approved, edit, newsroom, client, address):
    newsroom.comment("harbour", parent=int(approved["comment"]["id"]))
    edit(approved)
    page = client.get(address).get_data(as_text=True)
    assert "This comment is not shown." in page
    assert "moderator" not in page
