"""What a page of the queue asks for while it is open."""

import pytest

from commentsvc.accounts.models import Account
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from tests.cast import rosas_comment
from tests.moderation.pages import Browser


class Open:
    """A page of the queue that is open in somebody's browser."""

    def __init__(self, desk: Browser, *ids: int, **query) -> None:
        self.desk, self.ids = desk, ids
        self.query = {"site": "herald", "drawn": Cursor.at(now(), 0).key, **query}

    def ask(self, etag: str = "", **more):
        query = {**self.query, "ids": ",".join(map(str, self.ids)), **more}
        return self.desk.client.get("/desk/live", query_string=query, headers={"If-None-Match": etag} if etag else {})


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


def test_the_numbers_of_all_queues_are_told(desk, newsroom, story, report):
    for action in ("hold", "hold", "hold", "later", "escalate"):
        newsroom.decide(newsroom.comment(story, status="hold"), action)
    report(newsroom.comment(story))
    assert Open(desk).ask().json["counts"] == {"pending": 3, "flagged": 1, "later": 1, "escalated": 1}


def test_what_was_written_since_is_new_if_it_matches(desk, newsroom, story):
    newsroom.comment(story, "Boats", status="hold")
    page = Open(desk, q="boats")
    newsroom.comment(story, "More boats", status="hold")
    newsroom.comment(story, "Cars", status="hold")
    assert page.ask().json["new"] == 1


def test_the_number_of_a_saved_filter_is_told(desk, newsroom, story):
    desk.send("/desk/filters?site=herald", name="Boats", query="queue=pending&q=boats")
    newsroom.comment(story, "Boats", status="hold")
    assert list(Open(desk).ask().json["saved"].values()) == ["1"]


def test_what_came_into_the_queue_since_is_new_too(ada, desk, newsroom, story, report):
    held, aside, reported, mine = (newsroom.comment(story, minutes_ago=60) for _ in range(4))
    report(mine)
    newsroom.decide(aside, "later")
    pages = {name: Open(desk, queue=name) for name in ("pending", "later", "flagged", "approved", "all")}
    ada.decide(held, action="hold")
    ada.decide(aside, action="hold")
    report(reported)
    report(mine)  # was in the queue already
    assert {name: page.ask().json["new"] for name, page in pages.items()} == {
        "pending": 2,
        "later": 0,
        "flagged": 1,
        "approved": 0,
        "all": 0,
    }


def test_what_one_puts_back_oneself_is_not_new(hanna, desk, newsroom, story):
    number = newsroom.comment(story, status="hold", minutes_ago=60)
    page = Open(desk)
    hanna.undo(hanna.decide(number, action="approve").json["decided"][0]["decision"])
    assert page.ask().json["new"] == 0


def test_a_filter_by_date_of_the_page_stays_a_filter(desk, newsroom, story):
    newsroom.comment(story, status="hold")
    page = Open(desk, since="2001-01-01", until="2001-01-02")
    newsroom.comment(story, status="hold")
    answer = page.ask()
    assert (answer.status_code, answer.json["new"]) == (200, 0)


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("approve", "approved", "Approved by Ada"),
        ("spam", "spam", "Marked as spam by Ada"),
        ("later", "pending", "Put aside for later by Ada"),
    ],
)
def test_what_a_colleague_decided_is_told_with_the_name(ada, desk, newsroom, story, action, status, said):
    number, other = newsroom.comment(story, status="hold"), newsroom.comment(story, status="hold")
    page = Open(desk, number, other)
    ada.decide(number, action=action)
    told = {"status": status, "version": newsroom.version(number), "by": "Ada", "said": said}
    assert page.ask().json["changed"] == {str(number): told}


def test_of_several_decisions_the_last_is_told(ada, desk, hanna, newsroom, story):
    number = newsroom.comment(story, status="hold")
    page = Open(desk, number)
    ada.decide(number, action="approve")
    hanna.decide(number, action="reject")
    assert page.ask().json["changed"][str(number)]["said"] == "Rejected by you"


def test_what_the_writer_edited_or_took_back_is_told_too(client, desk, newsroom, story):
    posts = [client.post("/api/v1/comments", json=rosas_comment(text=text)).json for text in ("One.", "Two.")]
    edited, taken_back = (int(post["comment"]["id"]) for post in posts)
    receipts = [{"Authorization": f"Bearer {post['receipt']['token']}"} for post in posts]
    page = Open(desk, edited, taken_back)
    client.patch(f"/api/v1/comments/{edited}", json={"text": "Something else."}, headers=receipts[0])
    client.delete(f"/api/v1/comments/{taken_back}", headers=receipts[1])
    changed = page.ask().json["changed"]
    said = {number: (each["by"], each["said"]) for number, each in changed.items()}
    assert said == {str(edited): (None, "Changed meanwhile"), str(taken_back): (None, "Taken back by the writer")}


def test_what_was_decided_before_the_page_was_drawn_is_no_news(ada, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    ada.decide(number, action="approve")
    assert Open(desk, number).ask().json["changed"] == {}


def test_nothing_is_sent_where_nothing_changed_and_something_where_it_did(ada, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    page = Open(desk, number)
    etag = page.ask().headers["ETag"]
    same = page.ask(etag)
    assert (same.status_code, same.data, same.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    ada.decide(number, action="approve")
    assert page.ask(etag).status_code == 200


def test_it_costs_five_statements_whatever_the_number(ada, desk, newsroom, story, statements):
    numbers = [newsroom.comment(story, status="hold") for _ in range(20)]
    page = Open(desk, *numbers)
    ada.decide(*numbers, action="approve")
    with statements() as alone:
        desk.client.get("/desk/matching/result?site=herald&action=x")  # who is asking, and of which site
    with statements() as counted:
        assert len(page.ask().json["changed"]) == 20
    assert len(counted) - len(alone) <= 5  # one asks whether whoever looks is shielded, one for saved filters


def test_another_sites_comments_and_numbers_are_not_told(ada, cast, desk, newsroom, story):
    newsroom.story("gazette", "theirs")
    theirs = newsroom.comment("theirs", site="gazette", status="hold")
    page = Open(desk, theirs)
    ada.decide(theirs, action="spam")
    newsroom.comment("theirs", site="gazette", status="hold")
    told = page.ask().json
    assert (told["counts"]["pending"], told["new"], told["changed"]) == (0, 0, {})
    assert page.ask(site="gazette").status_code == 404


def test_another_sections_comments_and_numbers_are_not_told(ada, app, cast, desk, newsroom, story):
    sport = newsroom.story("herald", category="Sport")
    with app.app_context():
        db.session.get(Account, newsroom.account_id(cast.hanna)).sites[0].sections = ["City"]
        db.session.commit()
    theirs = newsroom.comment(sport, status="hold")
    page = Open(desk, theirs)
    ada.decide(theirs, action="spam")
    newsroom.comment(sport, status="hold")
    newsroom.comment(story, status="hold")
    told = page.ask().json
    assert (told["counts"]["pending"], told["new"], told["changed"]) == (1, 1, {})


@pytest.mark.parametrize(
    "changes",
    [
        {"drawn": ""},
        {"drawn": "yesterday"},
        {"drawn": "-1"},
        {"drawn": "9" * 30},
        {"ids": "x"},
        {"ids": "0"},
        {"ids": ",".join(map(str, range(1, 202)))},
        {"queue": "lost"},
    ],
)
def test_what_cannot_be_asked_is_refused(desk, story, changes):
    assert Open(desk).ask(**changes).status_code == 422
