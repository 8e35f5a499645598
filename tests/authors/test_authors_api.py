"""Authors, as a script of an admin reads and changes them."""

from datetime import UTC, datetime, timedelta

import pytest

from commentsvc.authors.models import Author, Standing
from commentsvc.core.clock import now, rfc3339
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.accounts.vectors import hostile_class
from tests.cast import Cast, Newsroom
from tests.scenes import scene

SOON = "2999-01-20T08:30:00Z"


@pytest.fixture(autouse=True)
def cast(newsroom: Newsroom) -> Cast:
    """As everywhere, but the Gazette has a reader of her own."""
    return scene(newsroom, _with_greta)


def _with_greta(newsroom: Newsroom) -> Cast:
    people = Cast(newsroom)
    newsroom.comment(
        newsroom.story("gazette", "theirs"), site="gazette", name="Greta of the Gazette", email="greta@example.org"
    )
    return people


def test_an_admin_sees_the_whole_record(ada, rosa):
    author = ada.show(rosa).json["author"]
    assert (author["id"], author["name"], author["byline"], author["confirmed"]) == (rosa, "Rosa Reader", False, False)
    assert author["has_address"] is True
    assert "rosa@" not in ada.show(rosa).get_data(as_text=True) + ada.search().get_data(as_text=True)
    assert author["standing"] == {"standing": "NORMAL", "reason": "", "until": None}
    assert (author["record"]["approved"], author["record"]["rejected"]) == (1, 0)
    assert ada.show(rosa).json["standing_history"] == []


def test_a_moderator_sees_the_record_without_the_address(hanna, rosa):
    answer = hanna.show(rosa)
    assert (answer.status_code, "rosa@" in answer.get_data(as_text=True)) == (200, False)
    assert "rosa@" not in hanna.search().get_data(as_text=True)


@pytest.mark.parametrize(
    ("call", "body"),
    [("add", {"name": "New"}), ("edit", {"name": "New"}), ("stand", {"standing": "BANNED"})],
)
def test_a_moderator_changes_no_author(hanna, rosa, call, body):
    answer = hanna.add(**body) if call == "add" else getattr(hanna, call)(rosa, **body)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_of_another_sites_authors_there_is_nothing(gus, rosa):
    answers = [
        gus.show(rosa),
        gus.edit(rosa, name="Gus"),
        gus.stand(rosa, standing="BANNED"),
        gus.search(),
        gus.add(name="X"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert gus.names(site="gazette") == ["Greta of the Gazette"]


@pytest.mark.parametrize("number", ["0", "x", "999999", "9" * 30])
def test_an_unknown_author_is_not_found(ada, number):
    assert {
        ada.show(number).status_code,
        ada.edit(number, name="X").status_code,
        ada.stand(number, standing="NORMAL").status_code,
    } == {404}


# Finding


@pytest.fixture
def crowd(newsroom, rosa) -> None:
    for name in ("100% Sure", "100 percent", "snake_case", "snakeXcase", "Ümit Öz", "C:\\Windows"):
        newsroom.comment("harbour", name=name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rosa", ["Rosa Reader"]),
        ("ROSA R", ["Rosa Reader"]),
        ("rosa-reader", ["Rosa Reader"]),  # the slug
        ("100%", ["100% Sure"]),
        ("snake_", ["snake_case"]),
        ("%", []),
        ("_", []),
        ("C:\\", ["C:\\Windows"]),
        ("ümit", ["Ümit Öz"]),
        ("reader", []),  # names are searched from their beginning
        ("greta", []),
    ],
)
def test_a_name_is_found_by_its_beginning(ada, crowd, typed, found):
    assert ada.names(q=typed) == found


def test_an_address_finds_nobody(ada, rosa):
    assert ada.names(q="rosa@example.org") == []


def test_authors_come_page_by_page_newest_first(ada, newsroom, rosa):
    for number in range(60):
        newsroom.comment("harbour", name=f"Reader {number}")
    first = ada.search().json
    second = ada.search(cursor=first["next_cursor"]).json
    names = [author["name"] for author in first["authors"] + second["authors"]]
    assert names == [f"Reader {number}" for number in reversed(range(60))] + ["Rosa Reader"]
    assert second["next_cursor"] is None


def test_a_standing_that_is_over_is_not_found_as_if_it_still_held(app, ada, rosa):
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, int(rosa))
        author.standing, author.standing_until = Standing.SUSPENDED, now() - timedelta(minutes=1)
    assert (ada.names(standing="SUSPENDED"), ada.names(standing="NORMAL")) == ([], ["Rosa Reader"])
    author = ada.show(rosa).json["author"]
    assert (author["standing"]["standing"], author["record"]["standing"]) == ("NORMAL", "NORMAL")


def test_a_standing_is_found_while_it_holds(ada, crowd, rosa):
    ada.stand(rosa, standing="SUSPENDED", until=SOON)
    assert ada.names(standing="SUSPENDED") == ["Rosa Reader"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"standing": "LIKED"}, "standing"), ({"cursor": "x"}, "cursor"), ({"q": "x" * 81}, "q"), ({"site": ""}, "site")],
)
def test_what_cannot_be_asked_is_refused_by_name(ada, asked, field):
    answer = ada.search(**asked)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])


# Bylines


def test_a_byline_needs_neither_account_nor_address(ada, client):
    answer = ada.add(
        name="Ines Writer",
        bio="Writes *about* boats.",
        website="https://ines.example/",
        links=[{"label": "Work", "url": "https://work.example/"}],
    )
    author = answer.json["author"]
    assert (answer.status_code, author["slug"], author["byline"], author["has_address"]) == (
        201,
        "ines-writer",
        True,
        False,
    )
    public = client.get("/api/v1/authors/ines-writer?site=herald").json["author"]
    assert (public["bio"], public["badges"]) == ([["p", "Writes ", ["em", "about"], " boats."]], ["author"])
    assert public["links"] == [{"label": "Work", "url": "https://work.example/"}]


def test_two_bylines_of_one_name_have_different_addresses(ada, ines):
    slugs = {ada.show(ines).json["author"]["slug"], ada.add(name="Ines Writer").json["author"]["slug"]}
    assert len(slugs) == 2


def test_a_chosen_address_that_is_taken_is_refused(ada, ines):
    answer = ada.add(name="Another", slug="ines-writer")
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["slug"])


@pytest.mark.parametrize("name", ["李小龙", "Ωmega", "🐙", "!!!", "-"])
def test_a_name_without_latin_letters_has_an_address_too(ada, client, name):
    slug = ada.add(name=name).json["author"]["slug"]
    assert slug.isascii()
    assert client.get(f"/api/v1/authors/{slug}?site=herald").json["author"]["name"] == name


# Editing


def test_what_is_not_sent_stays(ada, ines):
    ada.edit(ines, bio="First.", website="https://ines.example/")
    ada.edit(ines, name="Ines W.")
    author = ada.show(ines).json["author"]
    assert (author["name"], author["bio_text"], author["website"]) == ("Ines W.", "First.", "https://ines.example/")


def test_null_takes_away(ada, ines):
    ada.edit(ines, bio="First.", website="https://ines.example/", avatar="/static/icon.svg")
    ada.edit(ines, bio=None, website=None, avatar=None)
    author = ada.show(ines).json["author"]
    assert (author["bio_text"], author["bio"], author["website"]) == ("", [], None)
    assert author["avatar"].startswith("/avatars/1-")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b \u2800"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 5}, "name"),
        ({"bio": "x" * 2001}, "bio"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "data:text/html,x"}, "website"),
        ({"website": "https://" + "x" * 2000}, "website"),
        ({"website": "https://x.example/" + "é" * 1900}, "website"),
        ({"links": [{"label": "x", "url": "javascript:alert(1)"}]}, "links"),
        ({"links": [{"label": "x", "url": "https://x.example/"}] * 9}, "links"),
        ({"links": "https://x.example/"}, "links"),
        ({"links": [["x", "https://x.example/"]]}, "links"),
        ({"links": [{"label": "x"}]}, "links"),
        ({"links": [{"label": "x", "url": "https://x.example/ javascript:alert(1)"}]}, "links"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_changed(ada, ines, body, field):
    before = ada.show(ines).json
    answer = ada.edit(ines, **body)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert ada.show(ines).json == before


ELSEWHERE = [
    "https://evil.test/pixel.gif",
    "http://www.herald.example/pixel.gif",  # another scheme is another origin
    "https://www.gazette.example/ines.jpg",
    "https://www.herald.example.evil.test/x.png",
    "https://www.herald.example@evil.test/x.png",
    "https://evil.test\\@www.herald.example/x.png",
    "//evil.test/x.png",
    "/\\evil.test/x.png",
    "\\\\evil.test/x.png",
    "/\t/evil.test/x.png",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "evil.test/x.png",
    "https:evil.test/x.png",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_picture_from_elsewhere_would_tell_strangers_who_reads(ada, ines, address):
    answer = ada.edit(ines, avatar=address)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["avatar"])


@pytest.mark.parametrize("address", ["https://www.herald.example/ines.jpg", "/static/icon.svg"])
def test_a_picture_of_the_sites_own_is_shown(ada, ines, client, address):
    ada.edit(ines, avatar=address)
    assert client.get("/api/v1/authors/ines-writer?site=herald").json["author"]["avatar"] == address


@pytest.mark.parametrize(
    "vector",
    [*hostile_class("script-element"), *hostile_class("event-handler")[:12], *hostile_class("href-scheme")[:12]],
)
def test_a_bio_goes_through_the_one_door_to_html(ada, ines, app, vector):
    if ada.edit(ines, bio=f"Writes. {vector}").status_code == 422:  # a character nobody can be shown
        return
    with app.app_context():
        html = db.session.get_one(Author, int(ines)).bio_html.lower()
    assert [
        bad
        for bad in ("<script", "<img", "<svg", "onerror=", "onclick=", "javascript:")
        if f"<{bad.strip('<')}" in html or f'"{bad}' in html
    ] == []


# Standing


def test_a_standing_has_a_reason_an_end_and_whoever_gave_it(ada, app, cast, newsroom, rosa):
    answer = ada.stand(rosa, standing="SUSPENDED", reason="Insulted another reader.", until="2999-01-20T10:30:00+02:00")
    assert answer.json["author"]["standing"] == {
        "standing": "SUSPENDED",
        "reason": "Insulted another reader.",
        "until": SOON,
    }
    (line,) = ada.show(rosa).json["standing_history"]
    assert (line["standing"], line["reason"], line["until"]) == ("SUSPENDED", "Insulted another reader.", SOON)


def test_every_change_stays_in_the_record_newest_first(ada, rosa):
    for standing in ("WATCHED", "BANNED", "NORMAL"):
        ada.stand(rosa, standing=standing)
    assert [line["standing"] for line in ada.show(rosa).json["standing_history"]] == ["NORMAL", "BANNED", "WATCHED"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "standing"),
        ({"standing": "DISLIKED"}, "standing"),
        ({"standing": "suspended", "until": SOON}, "standing"),
        ({"standing": "SUSPENDED"}, "until"),  # without an end
        ({"standing": "SUSPENDED", "until": ""}, "until"),
        ({"standing": "SUSPENDED", "until": None}, "until"),
        ({"standing": "SUSPENDED", "until": "2001-01-01T00:00:00Z"}, "until"),  # past
        ({"standing": "BANNED", "until": "next week"}, "until"),  # never "for ever"
        ({"standing": "BANNED", "until": "2999-01-20"}, "until"),
        ({"standing": "BANNED", "until": "2999-01-20T08:30:00"}, "until"),  # of which zone?
        ({"standing": "BANNED", "until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"standing": "BANNED", "until": 5}, "until"),
        ({"standing": "WATCHED", "reason": "x" * 501}, "reason"),
    ],
)
def test_a_standing_that_cannot_be_is_refused_by_name(ada, rosa, body, field):
    answer = ada.stand(rosa, **body)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert (ada.show(rosa).json["author"]["standing"]["standing"], ada.show(rosa).json["standing_history"]) == (
        "NORMAL",
        [],
    )


def test_a_suspension_ends_by_itself(ada, rosa):
    end = datetime.now(UTC) + timedelta(days=14)
    ada.stand(rosa, standing="SUSPENDED", until=end.isoformat())
    author = Author(standing=Standing.SUSPENDED, standing_until=end)
    assert (author.standing_at(end - timedelta(seconds=1)), author.standing_at(end)) == (
        Standing.SUSPENDED,
        Standing.NORMAL,
    )
    assert ada.show(rosa).json["author"]["standing"]["until"] == rfc3339(end)


def test_many_authors_cost_as_many_statements_as_one(app, ada, newsroom, rosa, statements):
    with statements() as one:
        ada.search()
    for number in range(40):
        newsroom.comment("harbour", name=f"Reader {number}")
    with statements() as many:
        assert len(ada.names()) == 41
    assert len(many) == len(one) <= 8


@pytest.mark.parametrize("name", ["find", "standing"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_call_under_a_name_is_no_author(client, cast, method, name):
    answer = client.open(f"/api/v1/admin/authors/{name}", method=method, json={}, headers=cast.ada.headers)
    assert (answer.status_code, set(answer.allow)) == (405, {"POST", "OPTIONS"})


@pytest.mark.parametrize("id", ["abc", "0", "05", "-1", "9" * 20])
def test_what_is_no_id_is_nobody(client, cast, id):
    answer = client.get(f"/api/v1/admin/authors/{id}", headers=cast.ada.headers)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert client.get(f"/api/v1/admin/authors/{id}").status_code == 401
