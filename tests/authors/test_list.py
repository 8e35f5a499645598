"""The list of authors: every filter, every order, what is counted, what is done to many at once."""

import csv
import io
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from commentsvc.authors import listing, standings
from commentsvc.authors.models import Author, Standing, StandingChange
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import csrf_token

LIST = "/api/v1/admin/authors"


@pytest.fixture
def people(app, newsroom, cast):
    """Fixes what the database knows of somebody: `people("Ben", approved_count=3)`."""
    newsroom.story("herald", "harbour")

    def make(name: str, **facts) -> int:
        newsroom.comment("harbour", name=name, email=facts.pop("email", None))
        with app.app_context(), unit_of_work():
            author = db.session.scalars(select(Author).where(Author.name == name)).one()
            if facts:
                db.session.execute(update(Author).where(Author.id == author.id).values(facts))
            return author.id

    return make


@pytest.fixture
def town(people):
    """Ann, Ben, Cat, Dan and Eve, each with something of their own."""
    moment = now()
    people("Ann", approved_count=9, rejected_count=0, created_at=moment - timedelta(days=400))
    people("Ben", approved_count=1, rejected_count=1, confirmed_at=moment, last_seen_at=moment - timedelta(days=9))
    people("Cat", approved_count=1, rejected_count=3, standing="WATCHED")
    people("Dan", approved_count=0, rejected_count=7, standing="BANNED", last_seen_at=moment + timedelta(hours=1))
    people("Eve", approved_count=30, rejected_count=5, is_byline=True, created_at=moment - timedelta(days=100))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"standing": "WATCHED"}, ["Cat"]),
        ({"standing": "NORMAL"}, ["Ben", "Eve", "Ann"]),
        ({"kind": "bylines"}, ["Eve"]),
        ({"kind": "commenters", "standing": "NORMAL"}, ["Ben", "Ann"]),
        ({"confirmed": "yes"}, ["Ben"]),
        ({"confirmed": "no", "standing": "NORMAL"}, ["Eve", "Ann"]),
        ({"rejected": "10"}, ["Dan", "Cat", "Ben", "Eve"]),
        ({"rejected": "50"}, ["Dan", "Cat", "Ben"]),
        ({"rejected": "75"}, ["Dan", "Cat"]),
        ({"since": (now() - timedelta(days=200)).isoformat()}, ["Dan", "Cat", "Ben", "Eve"]),
        ({"until": (now() - timedelta(days=200)).isoformat()}, ["Ann"]),
        ({"q": "e", "kind": "bylines"}, ["Eve"]),
        ({"sort": "name"}, ["Ann", "Ben", "Cat", "Dan", "Eve"]),
        ({"sort": "comments"}, ["Eve", "Ann", "Dan", "Cat", "Ben"]),
        ({"sort": "rejected"}, ["Dan", "Eve", "Cat", "Ben", "Ann"]),
        ({"sort": "seen", "standing": "NORMAL"}, ["Eve", "Ann", "Ben"]),
        ({"sort": "rejected", "standing": "NORMAL", "confirmed": "no", "rejected": "10"}, ["Eve"]),
    ],
)
def test_what_is_asked_for_is_listed_in_its_order(ada, town, asked, names):
    answer = ada.search(**asked).json
    assert [author["name"] for author in answer["authors"]] == names
    assert (answer["count"], answer["count_is_capped"]) == (len(names), False)


@pytest.mark.parametrize("sort", listing.SORTS)
@pytest.mark.parametrize("asked", [{}, {"standing": "NORMAL"}, {"q": "Reader"}], ids=str)
def test_a_page_goes_on_where_the_last_one_ended(ada, people, monkeypatch, sort, asked):
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in range(7):
        people(f"Reader {number % 2}{number}", rejected_count=number % 3, approved_count=number % 2)
    with ada.client.application.app_context():
        seen, after = [], None
        while True:
            shown = listing.page(listing.Asked(1, **_words(asked), sort=sort), now=now(), after=after, limit=3)
            seen += [author.id for author in shown.authors]
            after = shown.following
            if after is None:
                break
    assert (len(seen), len(set(seen))) == (7, 7)


def _words(asked):
    return {"search" if name == "q" else name: value for name, value in asked.items()}


@pytest.mark.parametrize("sort", ["name", "comments"])
def test_a_search_that_fits_very_many_is_in_the_order_of_names_and_says_so(ada, people, monkeypatch, sort):
    monkeypatch.setattr(listing, "FEW", 3)
    for number in range(6):
        people(f"Reader {number}", approved_count=number)
    answer = ada.search(q="READ", sort=sort).json
    assert [author["name"] for author in answer["authors"]] == [f"Reader {number}" for number in range(6)]
    assert answer["sort"] == "name"
    answer = ada.search(q="reader 5", sort=sort).json
    assert ([author["name"] for author in answer["authors"]], answer["sort"]) == (["Reader 5"], sort)


def test_a_time_that_fits_very_many_is_in_its_own_order_and_says_so(ada, people, monkeypatch):
    monkeypatch.setattr(listing, "FEW", 3)
    for number in range(6):
        people(f"Reader {number}", rejected_count=number)
    answer = ada.search(since="2001-01-01", sort="rejected").json
    assert (answer["sort"], answer["authors"][0]["name"]) == ("newest", "Reader 5")


@pytest.mark.parametrize("prefix", ["z", "\ud7ff", "\U0010ffff", "ß", "a\U0010ffff"])
def test_the_end_of_what_begins_so_is_the_next_text_of_all(prefix):
    end = listing.beyond(prefix)
    assert end is None or (prefix + "\U0010ffff" * 9 < end and end.encode() > prefix.encode())


def test_a_number_no_page_needs_is_not_counted_to_its_end(ada, people, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 2)
    for number in range(4):
        people(f"Reader {number}")
    assert (ada.search().json["count"], ada.search().json["count_is_capped"]) == (2, True)


def test_every_choice_says_how_many_it_fits(app, town):
    with app.app_context():
        counted = listing.choices(1, now=now())
    assert (counted["NORMAL"], counted["WATCHED"], counted["bylines"], counted["confirmed yes"]) == (3, 1, 1, 1)
    assert (counted["rejected 10"], counted["rejected 75"]) == (4, 2)


def test_a_standing_that_is_over_counts_as_normal_before_anybody_wrote_it_down(app, ada, people):
    people("Ann", standing="BANNED", standing_until=now() - timedelta(minutes=1))
    assert (ada.search(standing="BANNED").json["count"], ada.search(standing="NORMAL").json["count"]) == (0, 1)
    assert ada.names(standing="NORMAL", sort="name", q="an") == ["Ann"]
    with app.app_context():
        counted = listing.choices(1, now=now())
    assert (counted["BANNED"], counted["NORMAL"]) == (0, 1)


# The address


def test_the_exact_address_finds_whoever_typed_it_and_nothing_else_does(ada, client, people):
    people("Ann", email="ann@example.org")
    people("Bea", email="Ann@Example.org")

    def find(address, person=ada):
        return client.post(f"{LIST}/find", json={"site": "herald", "address": address}, headers=person.headers)

    assert [author["name"] for author in find("ANN@example.org").json["authors"]] == ["Bea", "Ann"]
    assert [find(part).json.get("authors") for part in ("nn@example.org", "ann@example.or")] == [[], []]
    assert find("ann").status_code == 422
    assert "example.org" not in find("ann@example.org").get_data(as_text=True)


def test_who_may_not_see_addresses_asks_for_none(client, hanna, gus, people):
    people("Ann", email="ann@example.org")
    body = {"site": "herald", "address": "ann@example.org"}
    assert client.post(f"{LIST}/find", json=body, headers=hanna.headers).status_code == 403
    assert client.post(f"{LIST}/find", json=body, headers=gus.headers).status_code == 404


# Many at once


def test_one_stroke_says_what_was_done_skipped_and_failed_and_is_undone(app, ada, client, people):
    ids = [people("Ann"), people("Ben", standing="WATCHED", standing_reason="Look."), people("Cat", standing="BANNED")]
    body = {"site": "herald", "authors": [*map(str, ids), "999"], "standing": "WATCHED", "reason": "Look."}
    answer = client.post(f"{LIST}/standing", json=body, headers=ada.headers).json
    assert answer["done"] == [str(ids[0]), str(ids[2])]
    assert answer["skipped"] == [{"id": str(ids[1]), "reason": "same_already"}]
    assert answer["failed"] == [{"id": "999", "reason": "unknown"}]
    ada.stand(str(ids[2]), standing="TRUSTED")
    sent = {"site": "herald", "batch": answer["batch"]}
    undone = client.post(f"{LIST}/standing/undo", json=sent, headers=ada.headers).json
    assert (undone["done"], undone["skipped"]) == (
        [str(ids[0])],
        [{"id": str(ids[2]), "reason": "changed_since"}],
    )
    assert ada.names(standing="TRUSTED") == ["Cat"]
    assert ada.names(standing="NORMAL") == ["Ann"]
    again = client.post(f"{LIST}/standing/undo", json=sent, headers=ada.headers).json
    assert {each["reason"] for each in again["skipped"]} == {"undone_already", "changed_since"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"authors": []}, "authors"),
        ({"authors": "all"}, "authors"),
        ({"authors": ["1"] * 3, "lasts": "forever"}, "lasts"),
        ({"lasts": "2h"}, "lasts"),
        ({"lasts": "1h", "until": "2999-01-01T00:00:00Z"}, "until"),
        ({"standing": "SUSPENDED"}, "until"),
        ({"standing": "LIKED"}, "standing"),
    ],
)
def test_a_stroke_that_cannot_be_changes_nobody(app, ada, client, people, change, field):
    author = people("Ann")
    body = {"site": "herald", "authors": [str(author)], "standing": "WATCHED", **change}
    answer = client.post(f"{LIST}/standing", json=body, headers=ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    with app.app_context():
        assert db.session.scalars(select(StandingChange)).all() == []


def test_nobody_of_another_site_is_changed_by_a_stroke(ada, client, newsroom, people):
    newsroom.comment(newsroom.story("gazette", "theirs"), site="gazette", name="Greta")
    with client.application.app_context():
        greta = db.session.scalars(select(Author).where(Author.name == "Greta")).one().id
    body = {"site": "herald", "authors": [str(greta)], "standing": "BANNED"}
    answer = client.post(f"{LIST}/standing", json=body, headers=ada.headers).json
    assert (answer["done"], answer["failed"]) == ([], [{"id": str(greta), "reason": "unknown"}])


def test_what_came_to_its_end_is_written_down_as_over(app, ada, people):
    author = people("Ann", standing="SUSPENDED", standing_until=now() - timedelta(minutes=1), standing_reason="Rude.")
    people("Ben", standing="SUSPENDED", standing_until=now() + timedelta(hours=1))
    with app.app_context():
        standings.end_those_over()
        standings.end_those_over()
        ann = db.session.get_one(Author, author)
        assert (ann.standing, ann.standing_until, ann.standing_reason) == (Standing.NORMAL, None, "")
        changes = db.session.scalars(select(StandingChange)).all()
        assert [(each.author_id, each.account_id, each.reason) for each in changes] == [(author, None, standings.ENDED)]


# The page and the file


@pytest.fixture
def desk(cast, newsroom):
    return newsroom.signed_in(cast.ada)


def test_the_page_changes_ticked_authors_and_offers_the_way_back(desk, people, ada):
    ids = [people("Ann"), people("Ben")]
    shown = desk.get("/desk/authors?site=herald").get_data(as_text=True)
    sent = {"csrf_token": csrf_token(shown), "author": ids, "standing": "SUSPENDED", "lasts": "3h", "reason": "Rude."}
    done = desk.post("/admin/authors/standing?site=herald", data=sent).get_data(as_text=True)
    assert "Undo for 2 authors" in done
    assert ada.names(standing="SUSPENDED") == ["Ben", "Ann"]
    batch = done.partition('name="batch" value="')[2].partition('"')[0]
    desk.post("/admin/authors/standing/undo?site=herald", data={"csrf_token": csrf_token(done), "batch": batch})
    assert ada.names(standing="NORMAL") == ["Ben", "Ann"]


@pytest.mark.parametrize("lasts", ["2 weeks", "until", "∞"])
def test_an_unreadable_duration_on_the_page_is_an_error(desk, people, ada, lasts):
    author = people("Ann")
    token = csrf_token(desk.get("/desk/authors?site=herald").get_data(as_text=True))
    sent = {"csrf_token": token, "author": author, "standing": "BANNED", "lasts": lasts}
    said = desk.post("/admin/authors/standing?site=herald", data=sent, follow_redirects=True).get_data(as_text=True)
    assert "No standing was changed." in said
    assert ada.names(standing="NORMAL") == ["Ann"]


def test_the_address_is_never_part_of_the_address_of_a_page(desk, people):
    people("Ann", email="ann@example.org")
    shown = desk.get("/desk/authors?site=herald").get_data(as_text=True)
    sent = {"csrf_token": csrf_token(shown), "address": "ann@example.org"}
    answer = desk.post("/desk/authors/find?site=herald", data=sent)
    assert (answer.status_code, "Ann" in answer.get_data(as_text=True)) == (200, True)
    assert "ann@example.org" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["standing=LIKED", "since=yesterday", "rejected=33", "sort=luck", "confirmed=maybe"])
def test_a_filter_that_makes_no_sense_lists_nobody_and_says_so(desk, people, query):
    people("Ann")
    answer = desk.get(f"/desk/authors?site=herald&{query}")
    assert (answer.status_code, "This cannot be searched" in answer.get_data(as_text=True)) == (422, True)
    assert "Ann</bdi>" not in answer.get_data(as_text=True)


def test_the_file_has_all_of_them_no_address_and_no_formula(app, desk, people, monkeypatch):
    monkeypatch.setattr(listing, "IN_ONE_READ", 2)
    for name in ("=cmd()", "@sum", "Ann", "Ben", "Cat"):
        people(name, email="secret@example.org")
    answer = desk.get("/desk/authors.csv?site=herald&sort=name")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == ["'=cmd()", "'@sum", "Ann", "Ben", "Cat"]
    assert "secret" not in answer.get_data(as_text=True)


def test_a_moderator_gets_neither_the_file_nor_the_form(cast, newsroom, people):
    people("Ann")
    hanna = newsroom.signed_in(cast.hanna)
    assert hanna.get("/desk/authors.csv?site=herald").status_code == 403
    shown = hanna.get("/desk/authors?site=herald").get_data(as_text=True)
    assert ("Ann" in shown, 'id="bulk"' in shown, "Exact email" in shown) == (True, False, False)


def test_names_are_sorted_and_found_in_any_letters(app, ada, people):
    for name in ("Zoë", "Ärzte", "ábel", "Øyvind", "李小龙", "𝔅ea"):
        people(name)
    with app.app_context():
        keys = [author["name"].casefold() for author in ada.search(sort="name").json["authors"]]
    assert all(one <= other for one, other in pairwise(keys))
    assert (ada.names(q="ÄR"), ada.names(q="ØY"), ada.names(q="李")) == (["Ärzte"], ["Øyvind"], ["李小龙"])
