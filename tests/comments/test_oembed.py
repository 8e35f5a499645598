"""One comment for whoever quotes it elsewhere."""

from xml.etree import ElementTree as ET

import pytest

from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story

HERE, ARTICLE = "http://localhost", "https://www.herald.example/news/harbour"


@pytest.fixture
def harbour(newsroom, herald) -> str:
    return newsroom.story(id="harbour", title="Boats return")


@pytest.fixture
def ask(client):
    return lambda url, **query: client.get("/oembed", query_string={"url": url, **query})


@pytest.mark.parametrize(
    "address",
    [
        HERE + "/c/{}",
        HERE + "/thread/herald/replies/{}",
        ARTICLE + "#comment-{}",
        ARTICLE + "/?utm_source=x#comment-{}",
    ],
)
def test_every_address_of_a_comment_describes_it(ask, newsroom, harbour, address):
    comment = newsroom.comment(harbour, "Well *said*.", name="Rosa <b>")
    answer = ask(address.format(comment))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    said = answer.json
    assert (said["type"], said["version"], said["provider_name"]) == ("rich", "1.0", "The Herald")
    assert (said["title"], said["author_name"]) == ("Rosa <b> on Boats return", "Rosa <b>")
    assert said["html"].startswith("<blockquote") and "<p>Well <em>said</em>.</p>" in said["html"]
    assert "Rosa &lt;b&gt;" in said["html"] and "<script" not in said["html"]
    assert isinstance(said["width"], int) and isinstance(said["height"], int)


def test_as_xml(ask, newsroom, harbour):
    answer = ask(f"{HERE}/c/{newsroom.comment(harbour, name='Rosa & Co')}", format="xml")
    assert answer.mimetype == "text/xml"
    root = ET.fromstring(answer.data)
    assert (root.tag, root.findtext("type"), root.findtext("author_name")) == ("oembed", "rich", "Rosa & Co")


def test_another_format_is_not_implemented(ask, newsroom, harbour):
    assert ask(f"{HERE}/c/{newsroom.comment(harbour)}", format="yaml").status_code == 501


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/c/{}",
        "https://elsewhere.example/news/harbour#comment-{}",
        "https://www.herald.example/news/ferry#comment-{}",
        HERE + "/c/{}0000",
        HERE + "/authors/herald/rosa",
        "javascript:alert(1)#comment-{}",
        "http://[#comment-{}",
        "nothing",
    ],
)
def test_any_other_address_is_unknown(ask, newsroom, harbour, address):
    assert ask(address.format(newsroom.comment(harbour))).status_code == 404


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
def test_nothing_is_told_of_a_comment_nobody_sees(ask, newsroom, harbour, status):
    assert ask(f"{HERE}/c/{newsroom.comment(harbour, status=status)}").status_code == 404


def test_nothing_is_told_of_one_that_keeps_its_place_for_its_replies(ask, newsroom, harbour):
    above = newsroom.comment(harbour)
    newsroom.comment(harbour, parent=above)
    newsroom.decide(above, "reject")
    assert ask(f"{HERE}/c/{above}").status_code == 404


def test_nothing_is_told_of_a_hidden_story(app, ask, newsroom, harbour):
    comment = newsroom.comment(harbour)
    with app.app_context(), unit_of_work():
        find_story(site_named("herald").id, StoryName(harbour, None)).mode = "hidden"
    assert ask(f"{HERE}/c/{comment}").status_code == 404


def test_it_fits_the_room_there_is(ask, newsroom, harbour):
    said = ask(f"{HERE}/c/{newsroom.comment(harbour)}", maxwidth=300, maxheight=110).json
    assert said["width"] == 300
    assert said["height"] <= 110


@pytest.mark.parametrize("size", ["0", "-1", "wide"])
def test_a_size_that_is_none_is_refused(ask, newsroom, harbour, size):
    assert ask(f"{HERE}/c/{newsroom.comment(harbour)}", maxwidth=size).status_code == 422


def test_the_answer_is_kept_by_its_etag(client, ask, newsroom, harbour):
    comment = newsroom.comment(harbour)
    etag = ask(f"{HERE}/c/{comment}").headers["ETag"]
    again = client.get(f"/oembed?url={HERE}/c/{comment}", headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_the_pages_of_a_comment_lead_to_its_description(client, newsroom, harbour):
    comment = newsroom.comment(harbour)
    page = client.get(f"/thread/herald/replies/{comment}").get_data(as_text=True)
    headers = client.get(f"/c/{comment}").headers.getlist("Link")
    for media_type in ("application/json+oembed", "text/xml+oembed"):
        assert f'type="{media_type}"' in page
        assert any(media_type in each for each in headers)
