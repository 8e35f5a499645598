"""A story is named by the publisher's own id, or by any address it has been known by."""

import pytest
from sqlalchemy import func, select

from commentsvc.core.database import db
from commentsvc.core.errors import ValidationFailed
from commentsvc.stories.models import Story, StoryUrl

HARBOUR = "https://www.herald.example/news/harbour"


def stories(app) -> int:
    with app.app_context():
        return db.session.scalar(
            select(func.count()).select_from(Story).where(Story.url.startswith("https://www.herald"))
        )


@pytest.mark.parametrize("written", [
    HARBOUR, f"{HARBOUR}/", f"{HARBOUR}#comments", f"{HARBOUR}?utm_source=letter&fbclid=1",
    "http://www.herald.example/news/harbour", "HTTPS://WWW.HERALD.EXAMPLE:443//news//harbour",
])  # fmt: skip
def test_a_story_is_found_by_its_address_however_it_is_written(get, post, written):
    post()
    assert get("thread", url=written)["story"]["comment_count"] == 1


@pytest.mark.parametrize("written", [f"{HARBOUR}/", f"{HARBOUR}?utm_source=letter", f"{HARBOUR}#top"])
def test_two_spellings_of_one_address_make_one_story(app, post, written):
    assert post(story=None).status_code == 201
    assert post(story=None, url=written, text="More.").status_code == 201
    assert stories(app) == 1


def test_a_story_named_by_its_address_has_no_id(get, post):
    post(story=None)
    assert get("thread", url=HARBOUR)["story"]["id"] is None


def test_the_id_is_preferred_to_the_address(get, newsroom):
    newsroom.story(id="harbour")
    newsroom.comment(newsroom.story(id="ferry"))
    assert get("thread", story="ferry", url=HARBOUR)["story"]["id"] == "ferry"


def test_a_story_with_an_id_keeps_it_when_its_address_changes(app, post):
    post()
    assert post(text="More.", url="https://www.herald.example/2026/harbour").status_code == 201
    assert stories(app) == 1


def test_an_id_means_another_story_on_another_site(get, herald):
    assert get("thread", story="harbour")["story"]["comment_count"] == 0


def test_a_story_is_known_by_every_address_it_had(get, newsroom, also_known_by):
    newsroom.comment(newsroom.story(id="harbour", url=HARBOUR))
    also_known_by("harbour", "https://www.herald.example/2026/01/harbour")
    found = [get("thread", url=url)["story"]["id"] for url in (HARBOUR, "https://www.herald.example/2026/01/harbour/")]
    assert found == ["harbour", "harbour"]


def test_naming_an_address_twice_keeps_it_once(app, newsroom, herald, also_known_by):
    newsroom.story(id="harbour", url=HARBOUR)
    also_known_by("harbour", f"{HARBOUR}/?utm_source=letter")
    with app.app_context():
        rows = select(func.count()).select_from(StoryUrl).where(StoryUrl.url.startswith(HARBOUR))
        assert db.session.scalar(rows) == 1


def test_an_address_belongs_to_one_story(newsroom, herald, also_known_by):
    newsroom.story(id="harbour", url=HARBOUR)
    newsroom.story(id="ferry")
    with pytest.raises(ValidationFailed):
        also_known_by("ferry", HARBOUR)


def test_an_address_that_is_another_storys_keeps_nobody_from_commenting(post, get):
    post()
    assert post(story="ferry", text="The ferry is late.").status_code == 201
    assert get("thread", story="ferry")["story"]["comment_count"] == 1


def test_nobody_takes_the_address_of_another_story(post, get):
    post()
    post(story="ferry", text="The ferry is late.")
    assert get("thread", url=HARBOUR)["story"]["id"] == "harbour"


@pytest.mark.parametrize("tail", ["ü" * 1000, "?q=" + "/" * 1900])
def test_an_address_the_database_cannot_keep_is_refused(app, post, tail):
    answer = post(url=f"https://www.herald.example/{tail}")
    assert (answer.status_code, list(answer.json["fields"]), stories(app)) == (422, ["url"], 0)


def test_an_origin_beyond_ascii_is_the_one_browsers_send(app, client, newsroom):
    newsroom.site("strasse", origin="https://straße.example")
    headers = {"Origin": "https://xn--strae-oqa.example"}
    answer = client.get("/api/v1/thread?site=strasse&story=a", headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://xn--strae-oqa.example"
