""" "You may also like", and the boxes about who signed a story."""

from datetime import UTC, datetime, timedelta

import pytest

from commentsvc.authors.service import new_byline, write_bio
from commentsvc.core.clock import now
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


@pytest.fixture
def paper(newsroom, herald) -> list[str]:
    """Stories of the Herald: `world-1` (newest) to `world-3`, and `sport-1` to `sport-3`, each newer than any of them."""
    return [
        newsroom.story(id=f"{category}-{n}", category=category.title(), published_at=NOON + timedelta(days=days - n))
        for category, days in (("world", 0), ("sport", 10))
        for n in (1, 2, 3)
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
    assert len(counted) <= 3, counted


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
