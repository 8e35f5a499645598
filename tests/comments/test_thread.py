"""The thread of a story: one cacheable answer, the same for every reader."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
ADDRESS = "/api/v1/thread?site=herald&story=harbour"
SORTED_BY = {
    "oldest": lambda each: (each[1]["created_at"], each[0]),
    "newest": lambda each: (-each[1]["created_at"].timestamp(), -each[0]),
    "liked": lambda each: (-each[1]["likes"], -each[0]),
}


@pytest.fixture
def harbour(herald, newsroom) -> str:
    return newsroom.story(id="harbour")


@pytest.fixture
def pages(thread):
    """Every page of the thread, from the first to the last."""

    def walk(**query) -> list[dict]:
        found = [thread(**query)]
        while found[-1]["next_cursor"]:
            found.append(thread(**query, cursor=found[-1]["next_cursor"]))
        return found

    return walk


@pytest.fixture
def whole(pages, client):
    """Every comment of the thread, in the order a reader meets them who opens everything there is to open."""

    def opened(comment: dict) -> list[dict]:
        replies, cursor = list(comment["replies"]), comment["replies_cursor"]
        while cursor:
            address = f"/api/v1/comments/{comment['id']}/replies"
            more = client.get(address, query_string={"cursor": cursor}).json
            replies, cursor = replies + more["comments"], more["next_cursor"]
        return [comment] + [each for reply in replies for each in opened(reply)]

    def read(**query) -> list[dict]:
        return [each for page in pages(**query) for root in page["comments"] for each in opened(root)]

    return read


def test_a_story_nobody_wrote_under_reads_as_empty_and_open(herald, thread):
    answer = thread("not-known-yet")
    assert (answer["story"]["state"], answer["story"]["comment_count"], answer["comments"], answer["next_cursor"]) == (
        "open", 0, [], None,
    )  # fmt: skip


def test_reading_a_story_does_not_make_it(herald, thread, rows):
    before = rows()
    thread("not-known-yet")
    assert rows() == before


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://evil.example/"])
def test_the_address_of_an_unknown_story_is_not_what_somebody_wrote_beside_its_id(herald, thread, url):
    assert thread("not-known-yet", url=url)["story"]["url"] is None


@pytest.mark.parametrize(("changes", "state"), [
    ({}, "open"), ({"mode": "hold_all"}, "held"), ({"mode": "closed"}, "closed"), ({"mode": "hidden"}, "closed"),
])  # fmt: skip
def test_the_site_decides_whether_comments_are_taken(harbour, newsroom, thread, changes, state):
    newsroom.set("herald", **changes)
    answer = thread()
    assert (answer["story"]["state"], answer["form"]["state"]) == (state, state)


@pytest.mark.parametrize("state", ["open", "held", "closed"])
def test_so_does_the_story(herald, newsroom, thread, state):
    newsroom.story(id="harbour", state=state)
    assert thread()["story"]["state"] == state


def test_a_closed_thread_is_still_read(harbour, newsroom, thread):
    newsroom.comment(harbour)
    newsroom.set("herald", mode="closed")
    assert len(thread()["comments"]) == 1


def test_the_comments_of_a_hidden_site_are_nowhere(harbour, newsroom, thread, client):
    comment = newsroom.comment(harbour, "Boats, boats, boats.")
    slug = thread()["comments"][0]["author"]["slug"]
    newsroom.set("herald", mode="hidden")
    for address in (
        ADDRESS,
        f"/api/v1/comments/{comment}",
        f"/api/v1/comments/{comment}/replies",
        f"/api/v1/authors/{slug}?site=herald",
        "/thread/herald?story=harbour",
        "/fragment/thread?site=herald&story=harbour",
        f"/authors/herald/{slug}",
    ):
        assert "Boats, boats" not in client.get(address).get_data(as_text=True), address


def test_the_comments_of_a_hidden_site_are_not_even_counted(harbour, newsroom, client):
    newsroom.comment(harbour)
    newsroom.story("herald", "ferry", title="The ferry")
    newsroom.set("herald", mode="hidden")
    related = client.get("/api/v1/related?site=herald&story=ferry").json["stories"]
    assert [each["comment_count"] for each in related] == [0]
    for page in ("/thread/herald?story=harbour", "/fragment/thread?site=herald&story=harbour"):
        assert "1 comment" not in client.get(page).get_data(as_text=True)


def test_the_profile_of_a_byline_on_a_hidden_site_counts_nothing(newsroom, client, app, harbour):
    number = newsroom.comment(harbour)
    with app.app_context(), unit_of_work():
        author = newsroom.row(number).author
        author.is_byline = True
        sign_with(find_story(author.site_id, StoryName("harbour", None)), [author])
        slug = author.slug
    newsroom.set("herald", mode="hidden")
    shown = client.get(f"/api/v1/authors/{slug}?site=herald").json["author"]
    assert (shown["comment_count"], [story["comment_count"] for story in shown["stories"]]) == (0, [0])
    assert "1 comment" not in client.get(f"/authors/herald/{slug}").get_data(as_text=True)


def test_the_form_says_what_it_asks_and_where_the_limits_are(harbour, newsroom, thread):
    newsroom.set("herald", text_max_length=500)
    form = thread()["form"]
    assert form["required"] == ["text", "name", "email"]
    assert form["limits"] == {"text": 500, "name": 80, "email": 254, "website": 2000}


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
def test_what_no_moderator_approved_is_not_there(harbour, newsroom, thread, status):
    newsroom.comment(harbour, status=status)
    assert (thread()["comments"], thread()["story"]["comment_count"]) == ([], 0)


def test_times_are_rfc_3339_in_utc(harbour, bulk, thread):
    bulk(harbour, [{"created_at": NOON}])
    assert thread()["comments"][0]["created_at"] == "2026-01-20T12:00:00Z"


def test_the_address_of_a_comment_is_its_place_in_the_article(harbour, newsroom, thread):
    comment = newsroom.comment(harbour)
    assert thread()["comments"][0]["url"] == f"https://www.herald.example/news/harbour#comment-{comment}"


def test_a_byline_who_comments_has_a_badge(harbour, newsroom, app, thread):
    from commentsvc.stories.queries import StoryName, find_story
    from commentsvc.stories.service import sign_with

    comment = newsroom.comment(harbour)
    with app.app_context():
        row = newsroom.row(comment)
        sign_with(find_story(row.site_id, StoryName("harbour", None)), [row.author])
        db.session.commit()
    assert thread()["comments"][0]["author"]["badges"] == ["author"]


@pytest.mark.parametrize("sort", SORTED_BY)
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_walking_the_pages_meets_every_root_once_in_its_order(harbour, bulk, pages, sort, limit):
    # Three moments and three numbers of likes for all of them: most places are decided by the id.
    roots = [{"created_at": NOON + timedelta(seconds=n * 7 % 3), "likes": n * 5 % 3} for n in range(40)]
    ids = bulk(harbour, roots)
    expected = [str(id) for id, _ in sorted(zip(ids, roots, strict=True), key=SORTED_BY[sort])]
    found = pages(sort=sort, limit=limit)
    assert [each["id"] for page in found for each in page["comments"]] == expected
    assert [len(page["comments"]) for page in found[:-1]] == [limit] * (len(found) - 1)


@pytest.mark.parametrize("sort", SORTED_BY)
def test_a_comment_that_comes_while_somebody_pages_moves_nothing(harbour, bulk, thread, newsroom, sort):
    bulk(harbour, [{"created_at": NOON + timedelta(seconds=n), "likes": n} for n in range(10)])
    first = thread(sort=sort, limit=5)
    newsroom.comment(harbour)
    second = thread(sort=sort, limit=5, cursor=first["next_cursor"])
    assert not {each["id"] for each in first["comments"]} & {each["id"] for each in second["comments"]}


def test_oldest_first_unless_asked_otherwise(harbour, thread):
    assert thread()["sort"] == "oldest"


def test_twenty_five_roots_unless_asked_otherwise(harbour, bulk, thread):
    bulk(harbour, [{} for _ in range(26)])
    assert len(thread()["comments"]) == 25


@pytest.mark.parametrize(("field", "value"), [
    ("limit", "0"), ("limit", "101"), ("limit", "-1"), ("limit", "1.5"), ("limit", "ten"), ("limit", "9" * 30),
    ("limit", "٣"), ("sort", "best"), ("sort", "OLDEST"), ("format", "xml"),
    ("cursor", "x"), ("cursor", "é"), ("cursor", "bnVsbA"), ("cursor", "WzEsMl0x"),
    ("cursor", "WzEuNSwgMV0"),  # [1.5, 1]
    ("cursor", "WyIxIiwgMV0"),  # ["1", 1]
    ("cursor", "W3RydWUsIDFd"),  # [true, 1]
    ("cursor", str(Cursor(0, 2**63))), ("cursor", str(Cursor(2**60, 1))), ("cursor", str(Cursor(1 - 2**56, 1))),
    ("cursor", str(Cursor(0, -1))), ("story", "s" * 201), ("story", "\x00"), ("site", "\x00"),
])  # fmt: skip
def test_what_cannot_be_read_is_named(client, harbour, field, value):
    query = {"site": "herald", "story": "harbour"} | {field: value}
    answer = client.get("/api/v1/thread", query_string=query)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


def test_an_unreadable_address_is_named(client, harbour):
    answer = client.get("/api/v1/thread?site=herald&url=/news/harbour")
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["url"])


@pytest.mark.parametrize(("query", "status", "code"), [
    ("story=harbour", 422, "validation_failed"),
    ("site=herald", 422, "validation_failed"),
    ("site=nowhere&story=harbour", 404, "unknown_site"),
])  # fmt: skip
def test_a_thread_has_a_site_and_a_story(client, harbour, query, status, code):
    answer = client.get(f"/api/v1/thread?{query}")
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("sort", SORTED_BY)
def test_a_cursor_of_another_sort_is_an_answer_and_no_failure(client, harbour, bulk, sort):
    bulk(harbour, [{"created_at": NOON, "likes": 1} for _ in range(3)])
    for other in SORTED_BY:
        cursor = client.get(f"{ADDRESS}&limit=1&sort={other}").json["next_cursor"]
        assert client.get(f"{ADDRESS}&sort={sort}&cursor={cursor}").status_code == 200


def test_replies_stand_below_their_parent_the_oldest_first(harbour, newsroom, thread):
    root = newsroom.comment(harbour, minutes_ago=9)
    first = newsroom.comment(harbour, parent=root, minutes_ago=8)
    second = newsroom.comment(harbour, parent=root, minutes_ago=7)
    below = newsroom.comment(harbour, parent=first, minutes_ago=6)
    shown = thread(sort="newest")["comments"]
    assert [each["id"] for each in shown] == [str(root)]
    assert [each["id"] for each in shown[0]["replies"]] == [str(first), str(second)]
    assert [each["id"] for each in shown[0]["replies"][0]["replies"]] == [str(below)]


def test_the_replies_beyond_the_first_twenty_are_fetched_by_cursor(harbour, bulk, thread, whole):
    ids = bulk(harbour, [{"created_at": NOON}] + [{"created_at": NOON, "parent": 0} for _ in range(55)])
    root = thread()["comments"][0]
    assert (root["reply_count"], len(root["replies"]), root["replies_cursor"] is None) == (55, 20, False)
    assert [each["id"] for each in whole()] == [str(id) for id in ids]


def test_a_thread_deeper_than_any_stack_is_walked_to_its_end(harbour, bulk, thread, client):
    chain = [{"created_at": NOON} | ({"parent": n - 1} if n else {}) for n in range(1500)]
    ids = bulk(harbour, chain)
    assert thread()["comments"][0]["reply_count"] == 1499
    ancestors = client.get(f"/api/v1/comments/{ids[-1]}").json["ancestors"]
    assert [each["id"] for each in ancestors] == [str(id) for id in ids[:-1]]


@pytest.mark.parametrize("seed", range(4))
def test_opening_everything_meets_everything_once_below_its_parent(harbour, bulk, whole, seed):
    chance = random.Random(seed)
    tree = [{"created_at": NOON, "status": "APPROVED"}]
    for number in range(1, 120):
        parent = chance.choice([None, 0, chance.randrange(number), number - 1])
        after = NOON if parent is None else tree[parent]["created_at"]
        each = {
            "created_at": after + timedelta(seconds=chance.randrange(3)),
            "status": chance.choice(["APPROVED", "APPROVED", "APPROVED", "REJECTED", "PENDING"]),
            "retracted_at": NOON if chance.random() < 0.1 else None,
        }
        tree.append(each if parent is None else each | {"parent": parent})
    ids = bulk(harbour, tree)
    expected = {
        str(id): str(each["parent_id"]) if each["parent_id"] else None
        for id, each in zip(ids, tree, strict=True)
        if (each["status"] == "APPROVED" and not each["retracted_at"]) or each["visible_replies"]
    }
    found = whole(limit=10)
    assert len(found) == len(expected)
    assert {each["id"]: each["parent"] for each in found} == expected


@pytest.mark.parametrize(("action", "state"), [("reject", "removed"), ("spam", "removed"), ("hold", "removed")])
def test_a_removed_comment_with_a_visible_reply_keeps_its_place_and_nothing_else(
    harbour, newsroom, thread, action, state
):
    root = newsroom.comment(harbour)
    newsroom.comment(harbour, parent=root)
    newsroom.decide(root, action)
    shown = thread()["comments"][0]
    assert (shown["id"], shown["state"], shown["content"], shown["author"]) == (str(root), state, [], None)


def test_a_removed_comment_without_replies_is_gone(harbour, newsroom, thread):
    newsroom.decide(newsroom.comment(harbour), "reject")
    assert thread()["comments"] == []


def test_a_removed_comment_goes_with_its_last_visible_reply(harbour, newsroom, thread):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    newsroom.decide(root, "reject")
    newsroom.decide(reply, "reject")
    assert thread()["comments"] == []


def test_a_removed_comment_with_a_waiting_reply_is_gone(harbour, newsroom, thread):
    root = newsroom.comment(harbour)
    newsroom.comment(harbour, parent=root, status="hold")
    newsroom.decide(root, "reject")
    assert thread()["comments"] == []


def test_as_html_a_comment_has_html_and_no_tree(harbour, newsroom, thread):
    newsroom.comment(harbour, "**Boats** & <script>alert(1)</script>")
    shown = thread(format="html")["comments"][0]
    assert shown["html"] == "<p><strong>Boats</strong> &amp; &lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert "content" not in shown


def test_as_html_a_removed_comment_is_empty(harbour, newsroom, thread):
    root = newsroom.comment(harbour)
    newsroom.comment(harbour, parent=root)
    newsroom.decide(root, "reject")
    assert thread(format="html")["comments"][0]["html"] == ""


def test_a_thread_has_a_strong_etag(client, harbour):
    assert client.get(ADDRESS).headers["ETag"].startswith('"')


def test_who_has_the_thread_already_is_told_so_in_no_bytes(client, harbour, newsroom):
    newsroom.comment(harbour)
    etag = client.get(ADDRESS).headers["ETag"]
    answer = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize("happens", ["comment", "reject", "like"])
def test_the_etag_changes_with_the_thread(client, harbour, newsroom, happens):
    first = newsroom.comment(harbour)
    etag = client.get(ADDRESS).headers["ETag"]
    if happens == "comment":
        newsroom.comment(harbour)
    elif happens == "reject":
        newsroom.decide(first, "reject")
    else:
        client.put(f"/api/v1/comments/{first}/like")
    assert client.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 200


def test_a_thread_may_be_kept_by_caches_that_ask_again(client, harbour):
    assert client.get(ADDRESS).headers["Cache-Control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("headers", [
    {"Cookie": "session=abc; commentsvc=def", "User-Agent": "Other"},
    {"Authorization": "Bearer 1.abc", "Accept-Language": "de"},
    {"Origin": "https://www.herald.example", "Referer": "https://www.herald.example/news/harbour"},
    {"Host": "elsewhere.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
])  # fmt: skip
def test_every_reader_gets_the_same_bytes(client, harbour, newsroom, headers):
    newsroom.comment(harbour)
    plain, other = client.get(ADDRESS), client.get(ADDRESS, headers=headers)
    assert (other.data, other.headers["ETag"]) == (plain.data, plain.headers["ETag"])


def test_the_writer_of_a_comment_gets_the_same_bytes(post, newsroom, client):
    answer = post().json
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    headers = {"Authorization": f"Bearer {answer['receipt']['token']}"}
    assert client.get(ADDRESS, headers=headers).data == client.get(ADDRESS).data


@pytest.mark.parametrize("address", [
    ADDRESS,
    "/fragment/thread?site=herald&story=harbour",
    "/thread/herald?story=harbour",
    "/api/v1/counts?site=herald&story=harbour",
    "/api/v1/related?site=herald&story=harbour",
    "/api/v1/stories/about?site=herald&story=harbour",
    "/api/v1/comments/999999",
])  # fmt: skip
def test_reading_knows_no_cookies(client, harbour, address):
    answer = client.get(address, headers={"Cookie": "commentsvc=abc"})
    assert ("Set-Cookie" in answer.headers, "cookie" in answer.headers.get("Vary", "").lower()) == (False, False)


def test_posting_sets_no_cookie(post):
    assert "Set-Cookie" not in post().headers


@pytest.mark.parametrize("count", [0, 10, 1000])
def test_a_page_costs_two_statements_however_long_the_thread(client, harbour, bulk, statements, count):
    bulk(harbour, [{"parent": n // 10 * 10} if n % 10 else {} for n in range(count)] or [{"status": "PENDING"}])
    with statements() as counted:
        client.get(f"{ADDRESS}&limit=100")
    assert len(counted) == 2, counted


def test_a_story_with_bylines_costs_no_more(client, harbour, bulk, statements, app):
    from commentsvc.authors.service import new_byline
    from commentsvc.core.clock import now
    from commentsvc.stories.queries import StoryName, find_story
    from commentsvc.stories.service import sign_with

    (id,) = bulk(harbour, [{}])
    with app.app_context():
        site_id = db.session.scalar(select(Comment.site_id).where(Comment.id == id))
        authors = [new_byline(site_id, name=name, now=now()) for name in ("Mina Wanjiku", "Jonas Lund")]
        sign_with(find_story(site_id, StoryName("harbour", None)), authors)
        db.session.commit()
    with statements() as counted:
        answer = client.get(ADDRESS).json
    assert [each["name"] for each in answer["story"]["authors"]] == ["Mina Wanjiku", "Jonas Lund"]
    assert len(counted) == 2, counted
