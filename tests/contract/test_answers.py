"""Real answers keep what the document promises, and hold nothing it does not name."""

import pytest

from tests.cast import rosas_comment
from tests.contract.promises import broken_promises

STORY = "site=herald&story=harbour"


@pytest.fixture
def thread(cast, newsroom) -> dict[str, int]:
    """A story signed by a byline; a thread with replies to replies, a tombstone, a report and a comment that waits."""
    newsroom.story("herald", "harbour", category="Local", title="The harbour")
    newsroom.story("herald", "bridge", category="Local", title="The bridge")
    root = newsroom.comment(
        "harbour", "See **this**: https://example.com/a", minutes_ago=9, website="https://rosa.example/"
    )
    reply = newsroom.comment("harbour", parent=root, minutes_ago=8)
    below = newsroom.comment("harbour", parent=reply, minutes_ago=7)
    waiting = newsroom.comment("harbour", status="hold", parent=root)
    newsroom.decide(reply, "reject")
    newsroom.decide(root, "feature")
    return {"root": root, "gone": reply, "below": below, "waiting": waiting}


@pytest.fixture
def byline(client, cast, thread) -> str:
    """The slug of who signs the story `harbour`."""
    sent = {
        "site": "herald",
        "name": "Nadim",
        "bio": "On *water*.",
        "links": [{"label": "Notes", "url": "https://n.example"}],
    }
    slug = client.post("/api/v1/admin/authors", json=sent, headers=cast.ada.headers).json["author"]["slug"]
    listed = client.get("/api/v1/admin/stories?site=herald", headers=cast.ada.headers).json["stories"]
    number = next(story["number"] for story in listed if story["id"] == "harbour")
    client.patch(f"/api/v1/admin/stories/{number}", json={"bylines": [slug]}, headers=cast.ada.headers)
    return slug


@pytest.mark.parametrize("query", [
    STORY,
    f"{STORY}&format=html",
    f"{STORY}&sort=liked&limit=1",
    "site=herald&story=unheard-of",
    "site=herald&url=https://www.herald.example/unheard-of",
])  # fmt: skip
def test_a_thread(client, byline, query):
    answer = client.get(f"/api/v1/thread?{query}")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_a_thread_with_many_replies(client, thread, newsroom):
    for _ in range(25):
        newsroom.comment("harbour", parent=thread["root"])
    answer = client.get(f"/api/v1/thread?{STORY}")
    assert answer.json["comments"][0]["replies_cursor"] is not None
    assert broken_promises(answer) == []


def test_a_thread_that_the_caller_has_already(client, thread):
    etag = client.get(f"/api/v1/thread?{STORY}").headers["ETag"]
    answer = client.get(f"/api/v1/thread?{STORY}", headers={"If-None-Match": etag})
    assert (answer.status_code, broken_promises(answer)) == (304, [])


@pytest.mark.parametrize("which", ["root", "gone", "below"])
@pytest.mark.parametrize("format", ["tree", "html"])
def test_one_comment_with_those_above_it(client, thread, which, format):
    answer = client.get(f"/api/v1/comments/{thread[which]}?format={format}")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_replies(client, thread):
    answer = client.get(f"/api/v1/comments/{thread['root']}/replies")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_a_posted_comment_that_waits(client, cast):
    answer = client.post("/api/v1/comments", json=rosas_comment())
    assert (answer.status_code, answer.json["comment"]["status"], broken_promises(answer)) == (
        201,
        "pending",
        [],
    )


def test_a_posted_comment_that_readers_see_at_once(client, cast, newsroom):
    newsroom.set("herald", hold_first_comments=0, edit_window_minutes=0)
    answer = client.post("/api/v1/comments?format=html", json=rosas_comment())
    assert (answer.status_code, answer.json["comment"]["status"], broken_promises(answer)) == (
        201,
        "approved",
        [],
    )


@pytest.fixture
def own(client, cast) -> tuple[str, dict[str, str]]:
    """The address of Rosa's comment, and the headers with its receipt."""
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    return f"/api/v1/comments/{posted['comment']['id']}", receipt


def test_an_edited_comment(client, own):
    answer = client.patch(own[0], json={"text": "With boats."}, headers=own[1])
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_a_retracted_comment(client, own):
    answer = client.delete(own[0], headers=own[1])
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_an_edit_of_a_retracted_comment(client, own):
    client.delete(own[0], headers=own[1])
    answer = client.patch(own[0], json={"text": "With boats."}, headers=own[1])
    assert (answer.status_code, answer.json["code"], broken_promises(answer)) == (409, "window_over", [])


@pytest.mark.parametrize("method", ["put", "delete"])
def test_likes(client, thread, method):
    answer = getattr(client, method)(f"/api/v1/comments/{thread['root']}/like")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_a_report(client, thread):
    answer = client.post(f"/api/v1/comments/{thread['root']}/flags", json={"reason": "spam", "details": "Again."})
    assert (answer.status_code, broken_promises(answer)) == (202, [])


def test_counts(client, thread):
    answer = client.get("/api/v1/counts?site=herald&story=harbour&story=none&url=https://www.herald.example/x")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


def test_the_profile_of_a_byline(client, byline):
    answer = client.get(f"/api/v1/authors/{byline}?site=herald")
    assert answer.json["author"]["stories"][0]["id"] == "harbour"
    assert broken_promises(answer) == []


def test_the_profile_of_a_commenter(client, thread):
    slug = client.get(f"/api/v1/comments/{thread['root']}").json["comment"]["author"]["slug"]
    answer = client.get(f"/api/v1/authors/{slug}?site=herald&format=html")
    assert len(answer.json["comments"]) == 1
    assert broken_promises(answer) == []


@pytest.mark.parametrize("call", ["related", "stories/about"])
@pytest.mark.parametrize("story", ["harbour", "unheard-of"])
def test_what_stands_beside_a_story(client, byline, call, story):
    answer = client.get(f"/api/v1/{call}?site=herald&story={story}")
    assert (answer.status_code, broken_promises(answer)) == (200, [])


@pytest.mark.parametrize("queue", ["pending", "flagged", "approved", "rejected", "all"])
@pytest.mark.parametrize("format", ["tree", "html"])
def test_the_queue(client, thread, cast, queue, format):
    client.post(f"/api/v1/comments/{thread['below']}/flags", json={"reason": "other"})
    address = f"/api/v1/moderation/queue?site=herald&queue={queue}&format={format}&limit=1"
    answer = client.get(address, headers=cast.hanna.headers)
    assert len(answer.json["items"]) == 1
    assert broken_promises(answer) == []


def test_decisions_and_a_conflict(client, thread, cast, newsroom):
    seen = [
        {"id": str(thread["waiting"]), "version": newsroom.version(thread["waiting"])},
        {"id": str(thread["root"]), "version": 1},
    ]
    sent = {"comments": seen, "action": "reject", "reason": "abuse"}
    answer = client.post("/api/v1/moderation/decisions", json=sent, headers=cast.hanna.headers)
    assert (len(answer.json["decided"]), len(answer.json["conflicts"]), broken_promises(answer)) == (1, 1, [])


def test_all_that_match_a_wrong_number_and_near_identical_ones(client, thread, cast, newsroom):
    for number in range(2):
        newsroom.comment("harbour", f"Buy boat covers, order {number}", status="hold")
    queue = client.get("/api/v1/moderation/queue?site=herald", headers=cast.hanna.headers)
    assert (queue.json["items"][-1]["alike"], broken_promises(queue)) == (2, [])
    address = "/api/v1/moderation/decisions/matching"
    counted = client.get(f"{address}?site=herald&q=covers", headers=cast.hanna.headers)
    assert (counted.json["count"], broken_promises(counted)) == (2, [])
    sent = {"site": "herald", "q": "covers", "action": "feature", "snapshot": counted.json["snapshot"]}
    for expected, status in ((3, 409), (2, 200)):
        answer = client.post(address, json={**sent, "expected": expected}, headers=cast.hanna.headers)
        assert (answer.status_code, broken_promises(answer)) == (status, [])
    assert len(answer.json["failed"]) == 2


def test_an_undone_decision(client, thread, cast, newsroom):
    seen = [{"id": str(thread["waiting"]), "version": newsroom.version(thread["waiting"])}]
    sent = {"comments": seen, "action": "approve"}
    decided = client.post("/api/v1/moderation/decisions", json=sent, headers=cast.hanna.headers).json["decided"]
    undo = f"/api/v1/moderation/decisions/{decided[0]['decision']}/undo"
    first, second = [client.post(undo, headers=cast.hanna.headers) for _ in range(2)]
    assert (first.status_code, broken_promises(first)) == (200, [])
    assert (second.status_code, broken_promises(second)) == (409, [])


def test_many_undone_decisions(client, thread, cast, newsroom):
    newsroom.decide(thread["waiting"], "approve")
    hanna, ada = cast.hanna.headers, cast.ada.headers
    seen = [{"id": str(thread["waiting"]), "version": newsroom.version(thread["waiting"])}]
    client.post("/api/v1/moderation/decisions", json={"comments": seen, "action": "reject"}, headers=hanna)
    batch = client.get("/api/v1/moderation/log?site=herald", headers=hanna).json["decisions"][0]["batch"]
    asked = [{"batch": batch, "dry_run": True}, {"batch": batch}, {"batch": batch}, {"rule": "x"}, {"batch": "x"}, {}]
    answers = [client.post("/api/v1/moderation/undo", json={"site": "herald", **each}, headers=hanna) for each in asked]
    answers.append(client.post("/api/v1/moderation/undo", json={"site": "herald", "rule": "screening"}, headers=ada))
    assert [each.status_code for each in answers] == [200, 200, 200, 403, 404, 422, 404]
    assert [broken_promises(each) for each in answers] == [[]] * 7


def test_the_tally(client, thread, newsroom):
    closed = client.get("/api/v1/tally?site=herald")
    newsroom.set("herald", public_tally=True)
    told = client.get("/api/v1/tally?site=herald")
    assert (closed.status_code, broken_promises(closed)) == (404, [])
    assert (told.status_code, len(told.json["by_rules"]), broken_promises(told)) == (200, 1, [])


def test_the_log_of_rules_and_people(client, thread, cast, newsroom):
    seen = [{"id": str(thread["waiting"]), "version": newsroom.version(thread["waiting"])}]
    sent = {"comments": seen, "action": "approve"}
    client.post("/api/v1/moderation/decisions", json=sent, headers=cast.hanna.headers)
    client.post("/api/v1/comments", json=rosas_comment())
    answer = client.get("/api/v1/moderation/log?site=herald", headers=cast.hanna.headers)
    actors = [decision["actor"] for decision in answer.json["decisions"]]
    assert "Hanna" in [actor.get("account") for actor in actors]
    assert {"rule": "author_is_new"} in actors
    assert broken_promises(answer) == []


@pytest.mark.parametrize("who", ["hanna", "ada"])
def test_the_list_of_authors(client, byline, cast, who):
    answer = client.get("/api/v1/admin/authors?site=herald", headers=getattr(cast, who).headers)
    assert "email" not in {name for author in answer.json["authors"] for name in author}
    assert broken_promises(answer) == []


def test_an_author_who_was_suspended(client, thread, cast):
    someone = client.get("/api/v1/admin/authors?site=herald", headers=cast.ada.headers).json["authors"][0]
    address = f"/api/v1/admin/authors/{someone['id']}"
    sent = {"standing": "SUSPENDED", "reason": "Insults.", "until": "2099-01-01T00:00:00Z"}
    given = client.post(f"{address}/standing", json=sent, headers=cast.ada.headers)
    shown = client.get(address, headers=cast.ada.headers)
    assert (given.status_code, broken_promises(given)) == (200, [])
    assert (len(shown.json["standing_history"]), broken_promises(shown)) == (1, [])


def test_an_added_and_edited_author(client, cast):
    sent = {"site": "herald", "name": "Nadim", "website": "https://nadim.example"}
    added = client.post("/api/v1/admin/authors", json=sent, headers=cast.ada.headers)
    address = f"/api/v1/admin/authors/{added.json['author']['id']}"
    edited = client.patch(address, json={"website": None, "bio": "On *water*."}, headers=cast.ada.headers)
    assert (added.status_code, broken_promises(added)) == (201, [])
    assert (edited.status_code, broken_promises(edited)) == (200, [])


def test_an_added_edited_and_listed_story(client, cast):
    sent = {"site": "herald", "id": "well", "title": "The well", "published_at": "2026-01-20T06:00:00+02:00"}
    added = client.post("/api/v1/admin/stories", json=sent, headers=cast.ada.headers)
    address = f"/api/v1/admin/stories/{added.json['story']['number']}"
    edited = client.patch(address, json={"state": "held", "published_at": None}, headers=cast.ada.headers)
    listed = client.get("/api/v1/admin/stories?site=herald", headers=cast.hanna.headers)
    shown = client.get(address, headers=cast.hanna.headers)
    answers = [added, edited, listed, shown]
    assert [(answer.status_code, broken_promises(answer)) for answer in answers] == [
        (201, []),
        *[(200, [])] * 3,
    ]


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_the_service_itself(client, address):
    answer = client.get(address)
    assert (answer.status_code, broken_promises(answer)) == (200, [])


REFUSALS = [
    ("post", "/api/v1/comments", {"json": rosas_comment(site="nowhere")}, 404, "unknown_site"),
    ("post", "/api/v1/comments", {"json": rosas_comment(email="rosa")}, 422, "validation_failed"),
    ("post", "/api/v1/comments", {"json": rosas_comment(parent="999")}, 422, "parent_not_in_story"),
    (
        "post",
        "/api/v1/comments",
        {"json": rosas_comment(url="https://evil.example/")},
        403,
        "origin_not_allowed",
    ),
    ("post", "/api/v1/comments", {"data": "{", "content_type": "application/json"}, 400, "malformed_json"),
    (
        "post",
        "/api/v1/comments",
        {"data": b"\xff", "content_type": "application/json"},
        400,
        "wrong_encoding",
    ),
    ("post", "/api/v1/comments", {"data": "text=a"}, 415, "unsupported_media_type"),
    ("post", "/api/v1/comments", {"json": rosas_comment(text="a" * 70_000)}, 413, "too_large"),
    ("get", "/api/v1/comments/999", {}, 404, "not_found"),
    ("delete", "/api/v1/comments/1", {}, 401, "unauthorized"),
    ("get", "/api/v1/moderation/queue?site=herald", {}, 401, "unauthorized"),
    ("get", "/api/v1/thread?site=herald", {}, 422, "validation_failed"),
    ("get", "/api/v1/thread?site=herald&story=a&cursor=b", {}, 422, "validation_failed"),
]


@pytest.mark.parametrize(("method", "address", "sent", "status", "code"), REFUSALS)
def test_a_refusal(client, cast, method, address, sent, status, code):
    answer = getattr(client, method)(address, **sent)
    assert (answer.status_code, answer.json["code"], broken_promises(answer)) == (status, code, [])


@pytest.mark.parametrize(("setting", "value", "text", "status", "code"), [
    ("mode", "closed", "Another one.", 403, "story_closed"),
    ("flood_seconds", 60, "Another one.", 429, "too_fast"),
    ("duplicate_check", True, "The same.", 409, "duplicate"),
])  # fmt: skip
def test_a_refusal_by_the_rules(client, cast, newsroom, setting, value, text, status, code):
    client.post("/api/v1/comments", json=rosas_comment(text="The same."))
    newsroom.set("herald", **{setting: value})
    answer = client.post("/api/v1/comments", json=rosas_comment(text=text))
    assert (answer.status_code, answer.json["code"], broken_promises(answer)) == (status, code, [])


def test_a_moderator_who_wants_to_be_an_admin(client, cast):
    answer = client.post("/api/v1/admin/authors", json={"site": "herald", "name": "N"}, headers=cast.hanna.headers)
    assert (answer.status_code, answer.json["code"], broken_promises(answer)) == (403, "forbidden", [])
