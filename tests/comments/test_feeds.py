"""Atom feeds of a site and of a story."""

from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from commentsvc.authors.models import Author
from commentsvc.comments.feeds import ENTRIES
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story

ATOM = "{http://www.w3.org/2005/Atom}"
ANSWERS = "{http://purl.org/syndication/thread/1.0}in-reply-to"
SITE, STORY = "/feeds/herald.atom", "/feeds/herald/story.atom?story=harbour"


@pytest.fixture
def harbour(newsroom, herald) -> str:
    return newsroom.story(id="harbour", title="Boats return")


@pytest.fixture
def feed(client):
    def read(address: str) -> ET.Element:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
        return ET.fromstring(answer.data)

    return read


def texts(feed: ET.Element, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") or "" for entry in feed.iter(f"{ATOM}entry")]


@pytest.mark.parametrize("address", [SITE, STORY])
def test_a_feed_has_what_rfc_4287_asks_of_it(feed, newsroom, harbour, address):
    newsroom.comment(harbour, "Well *said*.")
    found = feed(address)
    for owner in (found, found.find(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(owner.findall(f"{ATOM}{name}")) == 1, name
        assert owner.findtext(f"{ATOM}id").startswith("urn:uuid:")
        assert datetime.fromisoformat(owner.findtext(f"{ATOM}updated")).tzinfo is not None
        assert owner.findtext(f"{ATOM}author/{ATOM}name")
    assert [link.get("rel") for link in found.findall(f"{ATOM}link")][0] == "self"


def test_an_entry_has_the_words_their_writer_and_their_place(feed, newsroom, harbour):
    comment = newsroom.comment(harbour, "Well *said*.", name="Rosa")
    entry = feed(STORY).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Rosa on Boats return"
    assert entry.findtext(f"{ATOM}content") == "<p>Well <em>said</em>.</p>"
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert entry.find(f"{ATOM}link").get("href") == f"https://www.herald.example/news/harbour#comment-{comment}"


def test_a_reply_names_the_entry_it_answers(feed, newsroom, harbour):
    newsroom.comment(harbour, minutes_ago=1, parent=newsroom.comment(harbour, minutes_ago=5))
    answer, first = feed(STORY).iter(f"{ATOM}entry")
    assert answer.find(ANSWERS).get("ref") == first.findtext(f"{ATOM}id")
    assert first.find(ANSWERS) is None


def test_the_newest_first_and_no_more_than_fifty(feed, harbour, bulk):
    moments = [{"created_at": datetime.fromisoformat(f"2026-01-20T12:{n:02}:00Z")} for n in range(ENTRIES + 5)]
    bulk(harbour, moments)
    times = texts(feed(SITE), "published")
    assert (len(times), times) == (ENTRIES, sorted(times, reverse=True))


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
@pytest.mark.parametrize("address", [SITE, STORY])
def test_nothing_that_waits_or_was_refused(feed, newsroom, harbour, status, address):
    newsroom.comment(harbour, status=status)
    assert texts(feed(address), "id") == []


def test_nothing_that_was_taken_back(feed, newsroom, harbour, change):
    change(newsroom.comment(harbour), retracted_at=datetime.fromisoformat("2026-01-20T12:00:00Z"))
    assert texts(feed(STORY), "id") == []


def test_no_address_of_anybody(client, newsroom, harbour):
    newsroom.comment(harbour, email="rosa@example.org")
    for address in (SITE, STORY):
        assert b"rosa@example.org" not in client.get(address).data


def test_a_story_has_its_own_comments_only_and_a_site_all_of_its_own(feed, newsroom, harbour):
    newsroom.comment(harbour)
    newsroom.comment(newsroom.story(id="ferry"))
    assert (len(texts(feed(STORY), "id")), len(texts(feed(SITE), "id"))) == (1, 2)


def test_a_story_nobody_knows_has_an_empty_feed(feed, herald):
    assert texts(feed("/feeds/herald/story.atom?story=tomorrow"), "id") == []


def test_a_story_by_its_address(feed, newsroom, harbour):
    newsroom.comment(harbour)
    found = feed("/feeds/herald/story.atom?url=https://www.herald.example/news/harbour?utm_source=x")
    assert len(texts(found, "id")) == 1


def test_a_hidden_story_has_no_feed_and_is_in_no_other(app, client, feed, newsroom, harbour):
    newsroom.comment(harbour)
    with app.app_context(), unit_of_work():
        find_story(site_named("herald").id, StoryName(harbour, None)).mode = "hidden"
    assert client.get(STORY).status_code == 404
    assert texts(feed(SITE), "id") == []


def test_a_hidden_site_has_no_feed(client, newsroom, harbour):
    newsroom.set("herald", mode="hidden")
    assert [client.get(address).status_code for address in (SITE, STORY)] == [404, 404]


@pytest.mark.parametrize("address", ["/feeds/nowhere.atom", "/feeds/nowhere/story.atom?story=harbour"])
def test_no_feed_of_a_site_there_is_not(client, address):
    assert client.get(address).status_code == 404


def test_what_xml_cannot_hold_is_left_out(app, feed, newsroom, harbour, change):
    """No door of the service lets these in; a database may hold them from before."""
    change(newsroom.comment(harbour), author_name="Ro\x0bsa & <b>\ufffe", html="<p>a\x1f]]>b</p>")
    found = feed(STORY)
    assert texts(found, "title") == ["Rosa & <b> on Boats return"]
    assert texts(found, "content") == ["<p>a]]>b</p>"]


@pytest.mark.parametrize("address", [SITE, STORY])
def test_what_did_not_change_is_not_sent_again(client, newsroom, harbour, address):
    newsroom.comment(harbour)
    first = client.get(address)
    assert "public" in first.headers["Cache-Control"]
    assert first.last_modified is not None
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_comment_that_goes_away_is_seen_by_who_asks_by_date_alone(client, newsroom, harbour):
    newsroom.comment(harbour, minutes_ago=9)
    comment = newsroom.comment(harbour)
    date = client.get(STORY).headers["Last-Modified"]
    newsroom.decide(comment, "reject")
    assert client.get(STORY, headers={"If-Modified-Since": date}).status_code == 200


def test_a_feed_costs_three_statements_whatever_its_length(client, newsroom, harbour, statements):
    for _ in range(5):
        newsroom.comment(harbour)
    with statements() as counted:
        client.get(STORY)
    assert len(counted) <= 3, counted


def test_the_page_of_a_thread_names_its_feeds(client, newsroom, harbour):
    page = client.get("/thread/herald?story=harbour").get_data(as_text=True)
    for address in (SITE, STORY):
        assert f'href="{address}"' in page


def test_a_writer_who_renamed_keeps_the_name_given_with_the_comment(app, feed, newsroom, harbour):
    newsroom.comment(harbour, name="Rosa")
    with app.app_context():
        db.session.execute(update(Author).values(name="Somebody else"))
        db.session.commit()
    assert texts(feed(STORY), "title") == ["Rosa on Boats return"]
