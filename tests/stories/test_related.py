""" "You may also like", and the boxes about who signed a story."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, insert, select

from commentsvc.accounts.models import Role
from commentsvc.authors.service import new_byline, write_bio
from commentsvc.comments.models import Comment
from commentsvc.comments.related import IN_DISCUSSION, OF_BYLINES, OF_SECTION, OF_SITE, series_of
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline, Story
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with
from tests.cast import csrf_token, in_words

HERALD = "https://www.herald.example/news"
NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


@pytest.fixture
def paper(newsroom, herald) -> list[str]:
    """Stories of the Herald: `world-1` (newest) to `world-3`, and `sport-1` to `sport-3`, each newer than any of them."""
    return [
        newsroom.story(
            id=f"{category}-{n}",
            title=f"{category.title()} of {name}",
            category=category.title(),
            published_at=NOON + timedelta(days=days - n),
        )
        for category, days, names in (
            ("world", 0, ("bread", "water", "stone")),
            ("sport", 10, ("oars", "nets", "sails")),
        )
        for n, name in enumerate(names, start=1)
    ]


@pytest.fixture
def signed(app):
    """Let somebody sign a story."""

    def sign(story: str, *names: str, bio: str = "") -> None:
        with app.app_context(), unit_of_work():
            site = site_named("herald")
            authors = [new_byline(site.id, name=name, now=now()) for name in names]
            for author in authors:
                write_bio(author, bio)
            sign_with(find_story(site.id, StoryName(story, None)), authors)

    return sign


def ids(answer: dict) -> list[str]:
    return [each["id"] for each in answer["stories"]]


def test_its_own_category_first_each_newest_first(get, paper):
    assert ids(get("related", story="world-2", limit=5)) == ["world-1", "world-3", "sport-1", "sport-2", "sport-3"]


@pytest.mark.parametrize("story", ["world-1", "world-2", "sport-3"])
def test_never_the_story_itself(get, paper, story):
    assert story not in ids(get("related", story=story, limit=20))


def test_the_story_may_be_named_by_its_address(get, paper):
    assert ids(get("related", url="https://www.herald.example/news/world-2?utm_source=x", limit=2)) == [
        "world-1",
        "world-3",
    ]


def test_four_unless_asked_otherwise(get, paper):
    assert len(ids(get("related", story="world-1"))) == 4


def test_for_an_unknown_story_the_newest(get, paper):
    assert ids(get("related", story="unknown", limit=2)) == ["sport-1", "sport-2"]


def test_nothing_of_another_site(get, paper):
    assert "harbour" not in ids(get("related", story="world-1", limit=20))


@pytest.mark.parametrize("limit", ["0", "21", "x"])
def test_a_limit_that_is_none_is_named(client, herald, limit):
    answer = client.get("/api/v1/related", query_string={"site": "herald", "story": "world-1", "limit": limit})
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["limit"])


def test_an_entry_has_all_a_teaser_shows(get, newsroom, herald, signed):
    newsroom.story(
        id="harbour",
        title="Boats return",
        excerpt="At last.",
        image="/pictures/boat.jpg",
        category="World",
        published_at=NOON,
    )
    newsroom.comment("harbour")
    signed("harbour", "Mina Wanjiku")
    assert get("related", story="unknown")["stories"] == [
        {
            "id": "harbour",
            "title": "Boats return",
            "url": "https://www.herald.example/news/harbour",
            "excerpt": "At last.",
            "image": "/pictures/boat.jpg",
            "category": "World",
            "published_at": "2026-01-20T12:00:00Z",
            "authors": ["Mina Wanjiku"],
            "comment_count": 1,
        }
    ]


def test_a_story_without_an_address_leads_nowhere_and_is_left_out(get, newsroom, paper):
    newsroom.story(id="secret", url=None, category="World", published_at=NOON)
    assert "secret" not in ids(get("related", story="world-1", limit=20))


def test_a_title_a_stranger_typed_is_not_put_on_other_pages(get, post, newsroom, paper):
    newsroom.set("herald", hold_first_comments=1)
    post(story="pills", title="Cheap pills", url="https://www.herald.example/search?q=pills")
    assert "pills" not in ids(get("related", story="world-1", limit=20))


def test_a_story_readers_brought_in_is_there_once_a_comment_of_it_is_approved(get, post, newsroom, paper):
    post(title="The harbour")
    assert "harbour" in ids(get("related", story="world-1", limit=20))


def test_related_stories_cost_a_fixed_number_of_statements(client, paper, signed, statements):
    for story in paper:
        signed(story, "Mina Wanjiku", "Jonas Lund")
    with statements() as counted:
        client.get("/api/v1/related?site=herald&story=world-1&limit=20")
    assert len(counted) <= 4, counted


@pytest.fixture
def many(app, newsroom, herald, signed):
    """Make stories of one section, by one byline, straight in the database, with a comment in the last hour each."""

    def make(number: int) -> None:
        newsroom.story(id="first", title="The first", category="World", published_at=NOON)
        newsroom.comment("first")
        signed("first", "Mina Wanjiku")
        with app.app_context():
            session = db.session
            story, comment = (
                dict(session.execute(select(each.__table__).order_by(each.id)).mappings().all()[-1])
                for each in (Story, Comment)
            )
            byline = dict(session.execute(select(Byline.__table__)).mappings().one())
            ids = [story["id"] + n for n in range(1, number)]
            stories = [
                story | {"id": n, "external_id": f"s{n}", "url": f"{HERALD}/{n}", "title": f"About {in_words(n)}"}
                for n in ids
            ]
            session.execute(insert(Story.__table__), stories)
            session.execute(insert(Byline.__table__), [byline | {"story_id": n} for n in ids])
            about = [
                comment | {"id": comment["id"] + n, "story_id": n, "receipt_salt": str(n), "fingerprint": f"{n:064}"}
                for n in ids
            ]
            session.execute(insert(Comment.__table__), about)
            session.commit()

    return make


@pytest.mark.parametrize("number", [10, 1_000])
def test_what_it_costs_does_not_grow_with_the_number_of_stories(client, many, statements, number):
    many(number)
    loaded: list[object] = []
    note = lambda story, _context: loaded.append(story)  # noqa: E731
    event.listen(Story, "load", note)
    try:
        with statements() as counted:
            answer = client.get("/api/v1/related?site=herald&story=first&limit=20")
    finally:
        event.remove(Story, "load", note)
    assert len(answer.json["stories"]) == min(number - 1, 20)
    assert len(counted) == 4, counted
    assert len(loaded) <= 1 + OF_SITE * 2 + OF_SECTION + OF_BYLINES + IN_DISCUSSION


def test_words_in_common_bring_a_story_of_another_section_to_the_front(get, newsroom, paper):
    newsroom.story(id="dam", title="The dam above Hasaka holds", category="World", published_at=NOON)
    newsroom.story(
        id="wells", title="Above Hasaka the dam holds, below it wells run dry", category="Science", published_at=NOON
    )
    assert ids(get("related", story="dam"))[0] == "wells"


def test_a_word_that_every_story_has_says_nothing(get, newsroom, herald):
    for n, name in enumerate(("alpha", "beta", "gamma", "delta", "epsilon")):
        category = "World" if name == "epsilon" else "Sport"
        title = f"Story {name}" if category == "Sport" else "Nothing alike"
        newsroom.story(id=name, title=title, category=category, published_at=NOON - timedelta(days=n))
    newsroom.story(id="asked", title="Story asked", category="World", published_at=NOON)
    assert ids(get("related", story="asked"))[0] == "epsilon"


def test_who_signed_it_counts(get, app, newsroom, paper):
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        mina = new_byline(site.id, name="Mina Wanjiku", now=now())
        newsroom_story = find_story(site.id, StoryName("sport-3", None))
        sign_with(newsroom_story, [mina])
        sign_with(find_story(site.id, StoryName("world-1", None)), [mina])
    assert "sport-3" in ids(get("related", story="world-1", limit=3))


def test_a_discussion_that_is_alive_counts(get, newsroom, paper):
    for _ in range(6):
        newsroom.comment("sport-3")
    assert ids(get("related", story="unknown", limit=1)) == ["sport-3"]


def test_a_discussion_of_last_week_does_not(get, newsroom, paper):
    for _ in range(6):
        newsroom.comment("sport-3", minutes_ago=60 * 24 * 7)
    assert ids(get("related", story="unknown", limit=1)) == ["sport-1"]


@pytest.mark.parametrize("title", ["Letters from Hasaka: {}", "LETTERS FROM HASAKA {} 7", "Letters from Hasaka – {}", "Letters from Hasaka #{}"])  # fmt: skip
def test_no_series_fills_the_box(get, newsroom, paper, title):
    names = ("the well", "the bridge", "the school", "the road", "the market")
    for n, name in enumerate(names):
        place = title.format(n if "#" in title or "7" in title else name)
        newsroom.story(id=f"letter-{n}", title=place, category="World", published_at=NOON + timedelta(days=30))
    found = ids(get("related", story="world-1"))
    assert len(found) == 4
    assert sum(each.startswith("letter") for each in found) == 2


@pytest.mark.parametrize("title", ["7 things to know", "Boats return", "", "A: b"])
def test_a_title_that_begins_no_series(title):
    assert series_of(title) == ""


def test_nothing_that_the_page_shows_already(get, paper):
    shown = ["world-1", "https://www.herald.example/news/world-3?utm_source=x"]
    assert ids(get("related", story="world-2", exclude=shown, limit=2)) == ["sport-1", "sport-2"]


def test_one_address_once(get, newsroom, paper):
    newsroom.story(id="again", title="The same", category="World", url="https://www.herald.example/news/world-1")
    addresses = [each["url"] for each in get("related", story="world-2", limit=20)["stories"]]
    assert len(addresses) == len(set(addresses))


def test_more_to_leave_out_than_fifty_is_refused(client, herald):
    answer = client.get(
        "/api/v1/related", query_string={"site": "herald", "story": "x", "exclude": [f"s{n}" for n in range(51)]}
    )
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["exclude"])


# What the newsroom decides


@pytest.fixture
def decide(client, newsroom, paper, number_of):
    """Change a story as an admin's script does."""
    ada = newsroom.account("Ada", Role.ADMIN)

    def patch(story: str, **changes):
        return client.patch(f"/api/v1/admin/stories/{number_of(story)}", json=changes, headers=ada.headers)

    return patch


@pytest.fixture
def number_of(app):
    def find(story: str) -> int:
        with app.app_context():
            return find_story(site_named("herald").id, StoryName(story, None)).id

    return find


def test_what_is_pinned_comes_first_in_its_order(get, decide):
    answer = decide("world-1", pinned=["sport-3", "https://www.herald.example/news/sport-2"])
    assert answer.json["story"]["pinned"] == ["sport-3", "sport-2"]
    assert ids(get("related", story="world-1", limit=3)) == ["sport-3", "sport-2", "world-2"]
    assert ids(get("related", story="world-2", limit=1)) == ["world-1"]


def test_what_is_excluded_never_comes(get, decide):
    assert decide("world-1", excluded=["world-2"]).json["story"]["excluded"] == ["world-2"]
    assert "world-2" not in ids(get("related", story="world-1", limit=20))
    assert "world-2" in ids(get("related", story="world-3", limit=20))


def test_a_story_that_is_not_to_be_suggested_comes_where_it_is_pinned_only(get, decide):
    assert decide("world-2", suggested=False).json["story"]["suggested"] is False
    assert "world-2" not in ids(get("related", story="world-1", limit=20))
    decide("world-1", pinned=["world-2"])
    assert ids(get("related", story="world-1", limit=1)) == ["world-2"]


def test_another_change_leaves_the_picks_as_they_are(decide):
    decide("world-1", pinned=["sport-3"], excluded=["sport-1"], suggested=False)
    changed = decide("world-1", title="Another title").json["story"]
    assert (changed["pinned"], changed["excluded"], changed["suggested"]) == (["sport-3"], ["sport-1"], False)
    assert decide("world-1", pinned=[], excluded=["sport-3"]).json["story"]["excluded"] == ["sport-3"]


@pytest.mark.parametrize(("sent", "wrong"), [
    ({"pinned": ["nowhere"]}, "pinned"),
    ({"pinned": ["world-1"]}, "pinned"),
    ({"pinned": ["javascript:alert(1)"]}, "pinned"),
    ({"pinned": ["a\x00"]}, "pinned"),
    ({"pinned": ["sport-1\nsport-2"]}, "pinned"),
    ({"pinned": "sport-1"}, "pinned"),
    ({"pinned": ["sport-1"], "excluded": ["sport-1"]}, "excluded"),
    ({"excluded": [f"s{n}" for n in range(51)]}, "excluded"),
    ({"pinned": ["sport-3"] * 11}, "pinned"),
    ({"excluded": ["sport-3"] * 51}, "excluded"),
    ({"guests": ["Mina"] * 9}, "guests"),
    ({"pinned": [""]}, "pinned"),
    ({"excluded": [" "]}, "excluded"),
    ({"guests": ["Mina", ""]}, "guests"),
    ({"bylines": [""]}, "bylines"),
    ({"suggested": "no"}, "suggested"),
])  # fmt: skip
def test_a_pick_that_is_none_is_named(decide, sent, wrong):
    answer = decide("world-1", **sent)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [wrong])


@pytest.mark.parametrize("sent", [{"state": None}, {"state": ""}, {"state": "AAA"}, {"state": 1},
                                  {"state": "AAA", "mode": "closed"}])  # fmt: skip
def test_a_state_that_is_none_opens_no_story(decide, sent):
    decide("world-1", mode="hold_all")
    answer = decide("world-1", **sent)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["state"])
    assert decide("world-1").json["story"]["mode"] == "hold_all"


def test_a_mode_goes_before_a_state(decide):
    assert decide("world-1", state="closed", mode="hold_all").json["story"]["mode"] == "hold_all"


def test_the_story_of_another_site_cannot_be_pinned(decide, newsroom):
    newsroom.story("gazette", id="theirs")
    assert decide("world-1", pinned=["theirs"]).status_code == 422


def test_a_pinned_story_that_has_gone_is_gone_from_the_box(app, get, decide, number_of):
    decide("world-1", pinned=["sport-3"])
    with app.app_context():
        db.session.execute(delete(Story).where(Story.id == number_of("sport-3")))
        db.session.commit()
    assert "sport-3" not in ids(get("related", story="world-1"))


def test_the_desk_has_the_same_fields(newsroom, paper, number_of, get):
    client = newsroom.signed_in(newsroom.account("Ada", Role.ADMIN))
    page = f"/desk/stories/{number_of('world-1')}"
    shown = client.get(page).get_data(as_text=True)
    typed = {
        "mode": "",
        "title": "World",
        "pinned": "sport-3\n",
        "excluded": "sport-1",
        "csrf_token": csrf_token(shown),
    }
    assert client.post(f"/admin/stories/{number_of('world-1')}", data=typed).status_code == 302
    assert ids(get("related", story="world-1", limit=1)) == ["sport-3"]
    again = client.get(page).get_data(as_text=True)
    assert "sport-3</textarea>" in again
    assert "nobody signs it" in again


def test_the_desk_says_why_a_box_about_an_author_is_hidden(newsroom, paper, number_of, signed):
    signed("world-1", "Mina Wanjiku")
    client = newsroom.signed_in(newsroom.account("Ada", Role.ADMIN))
    assert "there is no bio yet" in client.get(f"/desk/stories/{number_of('world-1')}").get_data(as_text=True)


def test_the_box_about_the_author_has_who_signed_in_their_order(get, newsroom, herald, signed):
    newsroom.story(id="harbour", title="Boats return")
    signed("harbour", "Mina Wanjiku", "Jonas Lund", bio="Writes about **boats**.")
    answer = get("stories/about", story="harbour")
    assert answer["story"] == {
        "id": "harbour",
        "url": "https://www.herald.example/news/harbour",
        "title": "Boats return",
    }
    assert [each["name"] for each in answer["authors"]] == ["Mina Wanjiku", "Jonas Lund"]
    assert answer["authors"][0]["bio"] == [["p", "Writes about ", ["strong", "boats"], "."]]


def test_a_story_nobody_signed_has_no_box(get, newsroom, herald):
    newsroom.story(id="harbour")
    assert get("stories/about", story="harbour")["authors"] == []


def test_a_story_nobody_knows_has_no_box_and_is_no_error(get, herald):
    assert get("stories/about", story="unknown")["authors"] == []


def test_the_same_authors_stand_in_the_thread(get, newsroom, herald, signed):
    newsroom.story(id="harbour")
    signed("harbour", "Mina Wanjiku")
    assert get("thread", story="harbour")["story"]["authors"] == get("stories/about", story="harbour")["authors"]


def test_a_byline_has_a_profile_before_any_comment(get, newsroom, herald, signed):
    newsroom.story(id="harbour", title="Boats return")
    signed("harbour", "Mina Wanjiku")
    answer = get("authors/mina-wanjiku")
    assert (answer["author"]["badges"], ids(answer["author"])) == (["author"], ["harbour"])


def test_a_bylines_profile_costs_a_fixed_number_of_statements(client, app, paper, signed, statements):
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        mina = new_byline(site.id, name="Mina Wanjiku", now=now())
        for story in paper:
            sign_with(find_story(site.id, StoryName(story, None)), [mina])
    with statements() as counted:
        answer = client.get("/api/v1/authors/mina-wanjiku?site=herald")
    assert len(answer.json["author"]["stories"]) == 6
    assert len(counted) <= 5, counted
