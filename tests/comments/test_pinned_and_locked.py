"""Pinned comments come first; a locked conversation takes no replies."""

import pytest


@pytest.fixture
def harbour(herald, newsroom) -> str:
    newsroom.set("herald", hold_first_comments=0)
    return newsroom.story(id="harbour")


@pytest.fixture
def ten(harbour, newsroom) -> list[int]:
    return [newsroom.comment(harbour, minutes_ago=20 - number) for number in range(10)]


def pages(thread, **query) -> list[list[int]]:
    """The roots of every page."""
    found, cursor = [], None
    while True:
        page = thread(**query, **({"cursor": cursor} if cursor else {}))
        found.append([int(comment["id"]) for comment in page["comments"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["oldest", "newest", "liked"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 100])
def test_pinned_comments_come_first_and_every_comment_comes_once(ten, newsroom, thread, sort, limit):
    before = [id for page in pages(thread, sort=sort) for id in page]
    newsroom.decide(ten[4], "pin")
    newsroom.decide(ten[7], "pin")
    found = pages(thread, sort=sort, limit=limit)
    rest = [id for id in before if id not in (ten[4], ten[7])]
    assert [id for page in found for id in page] == [ten[7], ten[4], *rest]
    assert max(map(len, found)) <= max(limit, 3)


def test_only_what_is_pinned_says_so(ten, newsroom, thread):
    newsroom.decide(ten[4], "pin")
    assert [comment["pinned"] for comment in thread()["comments"]] == [True, *[False] * 9]


def test_a_pinned_comment_that_is_rejected_is_not_pinned_any_more(ten, newsroom, thread):
    newsroom.decide(ten[4], "pin")
    newsroom.decide(ten[4], "reject")
    newsroom.decide(ten[4], "approve")
    assert [int(comment["id"]) for comment in thread()["comments"]] == ten


def test_pins_cost_no_statement(ten, newsroom, thread, statements):
    with statements() as before:
        thread()
    for number in ten[3:6]:
        newsroom.decide(number, "pin")
    with statements() as after:
        thread()
    assert len(after) == len(before)


def test_a_locked_conversation_takes_no_reply_anywhere_under_it(harbour, newsroom, post, client, thread):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    deep = newsroom.comment(harbour, parent=reply)
    other = newsroom.comment(harbour)
    newsroom.decide(reply, "lock")
    for number in (reply, deep):
        refused = post(text=f"To {number}", parent=str(number))
        assert (refused.status_code, refused.json["code"]) == (403, "story_closed")
        assert refused.json["detail"] == "This conversation is locked: nobody can reply in it any more."
    assert [post(text=f"To {number}", parent=str(number)).status_code for number in (root, other)] == [201, 201]
    newsroom.decide(reply, "unlock")
    assert post(text="Once more", parent=str(deep)).status_code == 201


def test_every_answer_says_what_is_locked(harbour, newsroom, client, thread):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    deep = newsroom.comment(harbour, parent=reply)
    newsroom.decide(reply, "lock")
    shown = thread()["comments"][0]
    assert shown["locked"] is False
    assert (shown["replies"][0]["locked"], shown["replies"][0]["replies"][0]["locked"]) == (True, True)
    assert client.get(f"/api/v1/comments/{deep}").json["comment"]["locked"] is True
    assert [each["locked"] for each in client.get(f"/api/v1/comments/{deep}").json["ancestors"]] == [False, True]
    assert client.get(f"/api/v1/comments/{reply}/replies").json["comments"][0]["locked"] is True
    assert client.get(f"/api/v1/comments/{root}").json["comment"]["locked"] is False


def test_the_page_offers_no_reply_in_a_locked_conversation(harbour, newsroom, client):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    address = f"parent={reply}"
    assert address in client.get("/thread/herald?story=harbour").get_data(as_text=True)
    newsroom.decide(root, "lock")
    page = client.get("/thread/herald?story=harbour").get_data(as_text=True)
    assert (address in page, f"parent={root}" in page, "Locked" in page) == (False, False, True)
    assert address not in client.get(f"/thread/herald/replies/{root}").get_data(as_text=True)
    asked = client.get(f"/thread/herald?story=harbour&parent={reply}").get_data(as_text=True)
    assert ("is locked" in asked, "Cancel reply" in asked) == (True, False)


def test_a_reply_that_waits_in_a_locked_conversation_can_still_be_let_through(harbour, newsroom, thread):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root, status="hold")
    newsroom.decide(root, "lock")
    newsroom.decide(reply, "approve")
    assert thread()["comments"][0]["reply_count"] == 1
