"""What readers see first, in which order, and how they hear of what came since."""

from urllib.parse import quote

import pytest
from sqlalchemy import text

from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.models import Section
from commentsvc.sites.service import site_named

NAMED = "site=herald&story=harbour"


@pytest.fixture
def harbour(herald, newsroom) -> str:
    newsroom.set("herald", hold_first_comments=0)
    return newsroom.story(id="harbour", category="City")


@pytest.fixture
def version(client):
    def ask() -> dict:
        return client.get(f"/api/v1/thread/version?{NAMED}").json

    return ask


@pytest.fixture
def since(client):
    def ask(version: str) -> dict:
        answer = client.get(f"/api/v1/thread/new?{NAMED}&since={quote(version)}")
        assert answer.status_code == 200, answer.json
        return answer.json

    return ask


def ids(comments: list[dict]) -> list[int]:
    return [int(comment["id"]) for comment in comments]


# --- The order


def test_the_editors_latest_picks_come_after_what_is_pinned(harbour, newsroom, thread):
    ten = [newsroom.comment(harbour, minutes_ago=20 - number) for number in range(10)]
    for number in (ten[2], ten[8], ten[5], ten[6]):
        newsroom.decide(number, "feature")
    newsroom.decide(ten[9], "pin")
    first = [ten[9], ten[6], ten[5], ten[8]]
    assert ids(thread()["comments"]) == [*first, *(id for id in ten if id not in first)]


@pytest.mark.parametrize("sort", ["oldest", "newest", "liked"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_with_picks_every_comment_comes_once(harbour, newsroom, thread, sort, limit):
    ten = [newsroom.comment(harbour, minutes_ago=20 - number) for number in range(10)]
    for number in ten[3:8]:
        newsroom.decide(number, "feature")
    found, cursor = [], None
    while not found or cursor:
        page = thread(sort=sort, limit=limit, **({"cursor": cursor} if cursor else {}))
        found, cursor = [*found, *ids(page["comments"])], page["next_cursor"]
    assert sorted(found) == ten


def test_the_site_says_in_which_order_a_thread_comes(harbour, newsroom, thread):
    newsroom.set("herald", default_sort="newest")
    old, new = newsroom.comment(harbour, minutes_ago=9), newsroom.comment(harbour, minutes_ago=1)
    page = thread()
    assert (page["sort"], ids(page["comments"])) == ("newest", [new, old])


def test_a_section_has_an_order_of_its_own(app, harbour, newsroom, thread):
    newsroom.set("herald", default_sort="newest")
    with app.app_context(), unit_of_work():
        db.session.add(Section(site_id=site_named("herald").id, name="City", default_sort="liked"))
    assert (thread()["sort"], thread("elsewhere")["sort"]) == ("liked", "newest")


def test_a_reader_who_chose_an_order_gets_it(harbour, newsroom, thread):
    newsroom.set("herald", default_sort="newest")
    assert thread(sort="oldest")["sort"] == "oldest"


def test_the_page_without_javascript_has_the_same_order(client, harbour, newsroom):
    newsroom.set("herald", default_sort="liked")
    newsroom.comment(harbour)
    newsroom.comment(harbour)
    page = client.get("/thread/herald?story=harbour").get_data(as_text=True)
    assert '<option value="liked" selected>' in page


# --- What came since


def test_the_version_of_a_thread_is_the_one_its_page_has(harbour, newsroom, thread, version):
    newsroom.comment(harbour)
    assert version() == {"version": thread()["version"], "comment_count": 1}


def test_an_unknown_story_has_a_version_too(herald, version, thread):
    assert version() == {"version": thread()["version"], "comment_count": 0}


def test_a_new_comment_makes_another_version(harbour, newsroom, version):
    before = version()
    newsroom.comment(harbour)
    assert version()["version"] != before["version"]


def test_a_comment_that_goes_makes_another_version(harbour, newsroom, version):
    number = newsroom.comment(harbour)
    before = version()
    newsroom.decide(number, "reject")
    assert version()["version"] != before["version"]


def test_a_held_comment_makes_none(harbour, newsroom, version):
    newsroom.set("herald", hold_first_comments=1)
    before = version()
    newsroom.comment(harbour, status="hold")
    assert version() == before


def test_what_did_not_change_costs_no_bytes(client, harbour, newsroom):
    newsroom.comment(harbour)
    tag = client.get(f"/api/v1/thread/version?{NAMED}").headers["ETag"]
    assert client.get(f"/api/v1/thread/version?{NAMED}", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("count", [0, 10, 1000])
def test_the_version_costs_one_statement_however_long_the_thread(client, harbour, bulk, statements, count):
    bulk(harbour, [{} for _ in range(count)] or [{"status": "PENDING"}])
    with statements() as counted:
        client.get(f"/api/v1/thread/version?{NAMED}")
    assert len(counted) == 1, counted


def test_that_statement_reads_no_row_of_another_comment(app, harbour, bulk, statements, client):
    bulk(harbour, [{} for _ in range(50)])
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL reads a table of this size whole")
        plan = db.session.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT shown_at FROM commentsvc_comment"
                " WHERE story_id = 1 AND shown_at IS NOT NULL ORDER BY shown_at DESC LIMIT 1"
            )
        ).all()
    assert [row[-1] for row in plan] == [
        "SEARCH commentsvc_comment USING COVERING INDEX ix_commentsvc_comment_shown (story_id=? AND shown_at>?)"
    ]


def test_the_version_of_a_hidden_thread_says_nothing(harbour, newsroom, version):
    before = version()
    newsroom.comment(harbour)
    newsroom.set("herald", mode="hidden")
    assert version() == before


@pytest.mark.parametrize(("query", "code"), [
    ("site=nobody&story=harbour", "unknown_site"), ("story=harbour", "validation_failed"), ("site=herald", "validation_failed"),
])  # fmt: skip
def test_a_version_of_nothing_is_refused(client, herald, query, code):
    assert client.get(f"/api/v1/thread/version?{query}").json["code"] == code


def test_what_came_since_comes_in_the_order_readers_saw_it(harbour, newsroom, version, since):
    waited = newsroom.comment(harbour, status="hold", minutes_ago=60)
    newsroom.comment(harbour, minutes_ago=50)
    before = version()["version"]
    soon = newsroom.comment(harbour)
    newsroom.decide(waited, "approve")
    assert ids(since(before)["comments"])[-2:] == [soon, waited]


def test_a_new_reply_comes_with_all_above_it(harbour, newsroom, version, since):
    top = newsroom.comment(harbour, minutes_ago=50)
    middle = newsroom.comment(harbour, minutes_ago=40, parent=top)
    before = version()["version"]
    reply = newsroom.comment(harbour, parent=middle)
    answer = since(before)
    assert (ids(answer["comments"])[-1:], ids(answer["ancestors"])[:2]) == ([reply], [top, middle])


def test_the_answer_says_the_version_it_leads_to(harbour, newsroom, version, since):
    before = version()["version"]
    newsroom.comment(harbour)
    assert since(before)["version"] == version()["version"]


def test_new_comments_cost_the_same_however_many(client, harbour, newsroom, bulk, statements):
    asked = []
    for count in (1, 60):
        bulk(harbour, [{} for _ in range(count)])
        with statements() as counted:
            client.get(f"/api/v1/thread/new?{NAMED}&since=WzEsIDBd")
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_what_was_taken_back_is_not_new(harbour, newsroom, version, since):
    before = version()["version"]
    newsroom.decide(newsroom.comment(harbour), "reject")
    assert since(before)["comments"] == []


@pytest.mark.parametrize("wrong", ["", "soon", "WzEsMl0x"])
def test_a_version_nobody_gave_out_is_refused(client, harbour, wrong):
    answer = client.get(f"/api/v1/thread/new?{NAMED}&since={wrong}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
