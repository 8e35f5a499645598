"""The thread as HTML for the publisher's own page, and what search engines read of it."""

import json
import re

import pytest

from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story

FRAGMENT = "/fragment/thread?site=herald&story=harbour"
ARTICLE = "https://www.herald.example/news/harbour"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
HOSTILE = "</script><script>alert(1)</script><!--"


@pytest.fixture
def harbour(newsroom, herald) -> str:
    return newsroom.story(id="harbour", title="Boats return")


@pytest.fixture
def fragment(client):
    return lambda address=FRAGMENT: client.get(address).get_data(as_text=True)


def data_in(page: str) -> dict:
    return json.loads(BLOCK.search(page)[1])


def test_the_comments_are_of_the_hosts_article(fragment, newsroom, harbour):
    comment = newsroom.comment(harbour, "Well *said*.", name="Rosa")
    said = data_in(fragment())
    assert (said["@type"], said["@id"], said["commentCount"]) == ("NewsArticle", ARTICLE, 1)
    only = said["comment"][0]
    assert (only["@type"], only["text"], only["author"]) == (
        "Comment",
        "Well said.",
        {"@type": "Person", "name": "Rosa"},
    )
    assert only["url"] == f"{ARTICLE}#comment-{comment}"
    assert (only["upvoteCount"], only["datePublished"][-1]) == (0, "Z")


def test_a_reply_is_a_comment_of_the_comment(fragment, newsroom, harbour):
    newsroom.comment(harbour, parent=newsroom.comment(harbour))
    assert len(data_in(fragment())["comment"][0]["comment"]) == 1


def test_what_is_gone_is_not_in_it(fragment, newsroom, harbour):
    above = newsroom.comment(harbour, "Nonsense.")
    newsroom.comment(harbour, parent=above)
    newsroom.decide(above, "reject")
    assert "Nonsense" not in fragment()
    assert data_in(fragment())["comment"] == []


@pytest.mark.parametrize("field", ["text", "name"])
def test_hostile_words_do_not_end_the_block(fragment, newsroom, harbour, field):
    newsroom.comment(harbour, **{field: HOSTILE})
    block = BLOCK.search(fragment())[1]
    assert "<" not in block
    assert HOSTILE in json.dumps(json.loads(block))


def test_the_ids_are_those_the_widget_draws(fragment, newsroom, harbour):
    assert f'id="comment-{newsroom.comment(harbour)}"' in fragment()


def test_a_site_keeps_its_comments_out_of_snippets(client, fragment, newsroom, harbour):
    newsroom.comment(harbour)
    assert "data-nosnippet" not in fragment()
    newsroom.set("herald", comments_in_snippets=False)
    assert 'aria-labelledby="commentsvc-title" data-nosnippet>' in fragment()
    assert not BLOCK.search(fragment())
    assert "data-nosnippet" in client.get("/thread/herald?story=harbour").get_data(as_text=True)


def test_no_data_of_a_story_without_comments(fragment, harbour):
    assert not BLOCK.search(fragment())


def test_no_data_of_a_hidden_story(app, fragment, newsroom, harbour):
    newsroom.comment(harbour)
    with app.app_context(), unit_of_work():
        find_story(site_named("herald").id, StoryName(harbour, None)).mode = "hidden"
    assert not BLOCK.search(fragment())


def test_links_of_readers_are_marked_as_theirs(fragment, newsroom, harbour):
    newsroom.comment(harbour, "See https://example.com/ for more.", website="https://rosa.example/")
    for link in re.findall(r"<a [^>]*(?:example\.com|rosa\.example)[^>]*>", fragment()):
        assert 'rel="nofollow ugc noopener"' in link


def test_the_same_bytes_have_the_same_etag(client, newsroom, harbour):
    newsroom.comment(harbour)
    etag = client.get(FRAGMENT).headers["ETag"]
    assert client.get(FRAGMENT, headers={"If-None-Match": etag}).status_code == 304
