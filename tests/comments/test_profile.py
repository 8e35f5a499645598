"""The public page of an author: what stands on it, what never does, and who decides."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from commentsvc.authors.models import Author
from commentsvc.authors.service import choose_to_show_comments, new_byline, read_links, write_bio
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import sign_with

ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def harbour(newsroom, herald) -> str:
    return newsroom.story("herald", "harbour", title="The harbour", category="Local")


@pytest.fixture
def slug_of(app, newsroom):
    """The slug of whoever wrote a comment."""

    def find(comment_id: int) -> str:
        with app.app_context():
            return db.session.get_one(Author, newsroom.row(comment_id).author_id).slug

    return find


@pytest.fixture
def ines(app, harbour) -> str:
    """Ines signs the story about the harbour."""
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        author = new_byline(site.id, name="Ines </script> Writer", now=now())
        write_bio(author, "Writes *about* boats.")
        author.links = read_links([("Notes", "https://notes.example/")])
        db.session.flush()
        sign_with(find_story(site.id, StoryName("harbour", None)), [author])
        return author.slug


@pytest.fixture
def choose(app):
    """Somebody decides whether their comments are listed."""

    def write(slug: str, wanted: bool | None) -> None:
        with app.app_context(), unit_of_work():
            choose_to_show_comments(db.session.query(Author).filter_by(slug=slug).one(), wanted)

    return write


@pytest.fixture
def profile(client):
    def read(slug: str, **query):
        return client.get(f"/api/v1/authors/{slug}", query_string={"site": "herald", **query})

    return read


@pytest.fixture
def write_as(app, newsroom):
    """A comment of a byline, under the story about the harbour."""

    def write(slug: str, text: str, parent: int | None = None) -> int:
        number = newsroom.comment("harbour", text, parent=parent)
        with app.app_context(), unit_of_work():
            author = db.session.query(Author).filter_by(slug=slug).one()
            newsroom.row(number).author_id = author.id
            author.approved_count += 1
        return number

    return write


# What stands on it


def test_a_comment_stands_with_its_story_and_what_it_answers(client, newsroom, harbour, slug_of, profile):
    above = newsroom.comment("harbour", "Where do the *boats* go now?", name="Omar")
    below = newsroom.comment("harbour", "To the river.", parent=above)
    (comment,) = profile(slug_of(below)).json["comments"]
    assert comment["story"]["title"] == "The harbour"
    assert comment["in_reply_to"] == {"id": str(above), "name": "Omar", "excerpt": "Where do the boats go now?"}
    page = client.get(f"/authors/herald/{slug_of(below)}").text
    assert "In reply to <bdi>Omar</bdi>:" in page
    assert "Where do the boats go now?" in page


@pytest.mark.parametrize("fate", ["reject", "spam", "hold"])
def test_of_an_answered_comment_that_is_gone_nothing_is_said(client, newsroom, harbour, slug_of, profile, fate):
    above = newsroom.comment("harbour", "Hateful words.", name="Hater")
    below = newsroom.comment("harbour", "Please do not.", parent=above)
    newsroom.decide(above, fate)
    answer, page = profile(slug_of(below)), client.get(f"/authors/herald/{slug_of(below)}")
    assert answer.json["comments"][0]["in_reply_to"] == {"id": str(above), "name": None, "excerpt": ""}
    assert "In reply to a comment that is gone." in page.text
    assert not [text for text in (answer.text, page.text) if "Hate" in text]


def test_what_a_comment_on_the_story_itself_answers_is_nothing(newsroom, harbour, slug_of, profile):
    number = newsroom.comment("harbour")
    assert profile(slug_of(number)).json["comments"][0]["in_reply_to"] is None


def test_a_long_answered_comment_is_only_begun(newsroom, harbour, slug_of, profile):
    for text, end in (("word " * 100, "word…"), ("字" * 400, "字…")):
        below = newsroom.comment("harbour", parent=newsroom.comment("harbour", text))
        excerpt = profile(slug_of(below)).json["comments"][0]["in_reply_to"]["excerpt"]
        assert (len(excerpt) > 100, len(excerpt) <= 141, excerpt.endswith(end)) == (True, True, True)


def test_a_byline_has_bio_links_stories_and_comments(client, ines, write_as):
    write_as(ines, "I asked the town hall.")
    page = client.get(f"/authors/herald/{ines}").text
    for words in (
        "Writes <em>about</em> boats.",
        "https://notes.example/",
        "The harbour",
        "I asked the town hall.",
        "Here since",
    ):
        assert words in page
    assert page.count('<span class="badge ">Author</span>') == 2  # beside the name, and at the comment on an own story


def test_comments_come_page_by_page_each_once(newsroom, ines, write_as, profile):
    written = [str(write_as(ines, f"Answer {'x' * number}.")) for number in range(45)]
    found, cursor = [], ""
    for _ in range(3):
        page = profile(ines, cursor=cursor).json
        found += [comment["id"] for comment in page["comments"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == (written[::-1], None)


def test_a_page_takes_the_same_few_statements_however_much_there_is(client, newsroom, ines, write_as, statements):
    def asked() -> int:
        with statements() as counted:
            assert client.get(f"/authors/herald/{ines}").status_code == 200
        return len(counted)

    above = newsroom.comment("harbour")
    write_as(ines, "One.", parent=above)
    few = asked()
    for number in range(8):
        write_as(ines, f"Another {'y' * number}.", parent=above)
    assert asked() == few <= 8


# What never does


@pytest.mark.parametrize("fate", ["hold", "reject", "spam"])
def test_a_comment_that_is_not_published_is_nowhere_on_it(client, newsroom, harbour, ines, write_as, profile, fate):
    write_as(ines, "A visible answer.")
    newsroom.decide(write_as(ines, "A hidden answer."), fate)
    feed = client.get(f"/feeds/herald/authors/{ines}.atom")
    for text in (profile(ines).text, client.get(f"/authors/herald/{ines}").text, feed.text):
        assert "A visible answer." in text
        assert "A hidden answer." not in text
    assert profile(ines).json["author"]["comment_count"] == 1


def test_a_comment_that_was_taken_back_is_nowhere_on_it(client, newsroom, ines, write_as, profile, change):
    change(write_as(ines, "Taken back."), retracted_at=now())
    assert "Taken back." not in profile(ines).text + client.get(f"/authors/herald/{ines}").text


@pytest.mark.parametrize("where", ["story", "site"])
def test_of_a_hidden_thread_nothing_shows(app, client, newsroom, ines, write_as, profile, where):
    write_as(ines, "Said in a hidden thread.")
    if where == "site":
        newsroom.set("herald", mode="hidden")
    else:
        with app.app_context(), unit_of_work():
            find_story(site_named("herald").id, StoryName("harbour", None)).mode = "hidden"
    answer = profile(ines)
    assert (answer.json["comments"], answer.json["author"]["comment_count"]) == ([], 0)
    assert "Said in a hidden" not in client.get(f"/authors/herald/{ines}").text
    assert "Said in a hidden" not in client.get(f"/feeds/herald/authors/{ines}.atom").text


def test_a_guests_page_has_what_that_guest_wrote_whoever_typed_the_same_address(newsroom, harbour, slug_of, profile):
    one = newsroom.comment("harbour", "One of us.", name="Rosa", email="rosa@example.org")
    newsroom.comment("harbour", "A stranger.", name="Rosa", email="rosa@example.org")
    assert [comment["id"] for comment in profile(slug_of(one)).json["comments"]] == [str(one)]


def test_a_title_that_only_a_reader_gave_waits(app, client, ines, newsroom):
    with app.app_context(), unit_of_work():
        story = find_story(site_named("herald").id, StoryName("harbour", None))
        story.from_reader, story.title, story.url = True, "Typed by a stranger", "https://www.herald.example/typed"
    page = client.get(f"/authors/herald/{ines}").text
    assert "Typed by a stranger" not in page
    assert "/typed" not in page


# Who decides


def test_who_does_not_exist_and_who_shows_nothing_are_answered_alike(client, newsroom, harbour, slug_of, choose):
    waiting = slug_of(newsroom.comment("harbour", status="hold"))
    rejected = slug_of(newsroom.comment("harbour", status="reject"))
    private = slug_of(newsroom.comment("harbour"))
    choose(private, False)
    for address in ("/authors/herald/{}", "/api/v1/authors/{}?site=herald", "/feeds/herald/authors/{}.atom"):
        answers = [client.get(address.format(slug)) for slug in ("nobody-abc234", waiting, rejected, private)]
        told = {(each.status_code, _without_ids(each.text), each.headers.get("ETag")) for each in answers}
        assert len(told) == 1
        assert answers[0].status_code == 404


def _without_ids(text: str) -> str:
    """Without the number of the request, which every answer has."""
    return re.sub(r"\b[0-9a-f]{16}\b", "", text)


def test_a_reader_who_lists_nothing_is_not_linked_either(client, newsroom, harbour, slug_of, choose):
    number = newsroom.comment("harbour")
    address = f"/authors/herald/{slug_of(number)}"
    assert address in client.get("/thread/herald?story=harbour").text
    choose(slug_of(number), False)
    (comment,) = client.get("/api/v1/thread?site=herald&story=harbour").json["comments"]
    assert (comment["author"]["url"], comment["author"]["name"]) == (None, "Rosa Reader")
    pages = [
        client.get(each).text
        for each in ("/thread/herald?story=harbour", "/fragment/thread?site=herald&story=harbour", "/feeds/herald.atom")
    ]
    assert not [page for page in pages if address in page]


def test_a_byline_may_keep_the_comments_to_the_threads(client, ines, write_as, choose, profile):
    write_as(ines, "I asked the town hall.")
    choose(ines, False)
    answer = profile(ines).json
    assert (answer["author"]["lists_comments"], answer["author"]["feed"], answer["comments"]) == (False, None, [])
    page = client.get(f"/authors/herald/{ines}")
    assert "The harbour" in page.text
    assert "I asked the town hall." not in page.text
    assert client.get(f"/feeds/herald/authors/{ines}.atom").status_code == 404


def test_a_site_may_give_readers_no_page_unless_they_choose_it(client, newsroom, harbour, slug_of, choose, profile):
    slug = slug_of(newsroom.comment("harbour"))
    newsroom.set("herald", readers_comments_listed=False)
    assert profile(slug).status_code == 404
    choose(slug, True)
    assert len(profile(slug).json["comments"]) == 1


def test_without_a_choice_bylines_and_readers_are_listed(newsroom, ines, write_as, slug_of, profile):
    write_as(ines, "I asked.")
    reader = slug_of(newsroom.comment("harbour"))
    assert [len(profile(slug).json["comments"]) for slug in (ines, reader)] == [1, 1]


# For machines


def structured(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def test_the_page_describes_itself_to_search_engines(client, ines, write_as):
    write_as(ines, "I asked.")
    answer = client.get(f"/authors/herald/{ines}")
    said = structured(answer.text)
    person = said["mainEntity"]
    assert (said["@type"], person["@type"]) == ("ProfilePage", "Person")
    assert person["name"] == "Ines </script> Writer"
    assert person["description"] == "Writes about boats."
    assert person["sameAs"] == ["https://notes.example/"]
    assert person["agentInteractionStatistic"]["userInteractionCount"] == 1
    assert [article["headline"] for article in said["hasPart"]] == ["The harbour"]
    assert "</script> Writer" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_feed_has_the_authors_comments_alone(client, newsroom, ines, write_as):
    newsroom.comment("harbour", "Somebody else.")
    write_as(ines, "I asked the town hall.")
    answer = client.get(f"/feeds/herald/authors/{ines}.atom")
    feed = ET.fromstring(answer.data)
    assert answer.mimetype == "application/atom+xml"
    assert feed.findtext("atom:title", namespaces=ATOM) == "Comments by Ines </script> Writer"
    assert [entry.text for entry in feed.findall("atom:entry/atom:content", ATOM)] == ["<p>I asked the town hall.</p>"]
    again = client.get(f"/feeds/herald/authors/{ines}.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_names_its_feed(client, ines, write_as):
    write_as(ines, "I asked.")
    page = client.get(f"/authors/herald/{ines}").text
    assert page.count(f'href="/feeds/herald/authors/{ines}.atom"') == 2
