"""What a thread takes: the strictest of site, section, story, age and opening hours."""

from datetime import UTC, datetime, timedelta

import pytest

from commentsvc.core import published
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.models import Section
from commentsvc.sites.service import site_named
from commentsvc.stories.modes import mode_in_force
from commentsvc.stories.queries import StoryName, find_story

SUNDAY = datetime(2026, 1, 25, 12, tzinfo=UTC)
WEDNESDAY = datetime(2026, 1, 21, 12, tzinfo=UTC)
OFFICE = "Mo-Fr 08:00-22:00"


@pytest.fixture
def section(app, herald):
    """Set something for a section of the Herald."""

    def make(name: str = "Politics", **set_to) -> None:
        with app.app_context(), unit_of_work():
            db.session.add(Section(site_id=site_named("herald").id, name=name, **set_to))

    return make


@pytest.fixture
def force(app):
    """The mode in force under the story `harbour` of the Herald."""

    def ask(now: datetime = WEDNESDAY):
        with app.app_context():
            site = site_named("herald")
            return mode_in_force(site, find_story(site.id, StoryName("harbour", None)), now)

    return ask


@pytest.fixture
def clock(app, monkeypatch):
    """Let readers come at another time, and what is kept ready be looked at again, as 0.2 seconds later."""

    def turn(moment: datetime) -> None:
        app.extensions[published.EXTENSION].changes.told()
        for module in ("routes", "pages", "public"):
            monkeypatch.setattr(f"commentsvc.comments.{module}.now", lambda: moment)

    return turn


@pytest.mark.parametrize(("site", "of_section", "story", "mode", "source"), [
    ("open", None, None, "open", "site"),
    ("hold_new", None, None, "hold_new", "site"),
    ("open", "hold_new", None, "hold_new", "section Politics"),
    ("open", "hold_new", "hold_all", "hold_all", "story"),
    ("hold_all", "closed", "open", "closed", "section Politics"),
    ("hidden", "closed", "closed", "hidden", "site"),
    ("open", "hidden", "open", "hidden", "section Politics"),
    ("closed", "closed", "closed", "closed", "story"),
    ("closed", "open", "open", "closed", "site"),
])  # fmt: skip
def test_the_strictest_is_in_force_and_says_where_it_comes_from(
    newsroom, herald, section, force, site, of_section, story, mode, source
):
    newsroom.story(id="harbour", category="Politics", mode=story)
    newsroom.set("herald", mode=site)
    section(mode=of_section)
    assert (force().mode, force().source) == (mode, source)


def test_a_story_closes_when_it_is_old_enough(newsroom, herald, force):
    newsroom.set("herald", close_after_days=14)
    newsroom.story(id="harbour", published_at=WEDNESDAY - timedelta(days=13))
    assert (force().mode, force().until) == ("open", WEDNESDAY + timedelta(days=1))
    later = force(WEDNESDAY + timedelta(days=1, seconds=1))
    assert (later.mode, later.source, later.until) == ("closed", "closed after 14 days", None)


@pytest.mark.parametrize(("days", "mode"), [(7, "closed"), (0, "open"), (30, "open"), (None, "closed")])
def test_the_days_of_a_section_take_the_place_of_the_sites(newsroom, herald, section, force, days, mode):
    newsroom.set("herald", close_after_days=14)
    section(close_after_days=days)
    newsroom.story(id="harbour", category="Politics", published_at=WEDNESDAY - timedelta(days=20))
    assert force().mode == mode


def test_outside_opening_hours_it_is_closed_until_they_begin(newsroom, herald, force):
    newsroom.story(id="harbour")
    newsroom.set("herald", opening_hours=OFFICE, time_zone="Europe/Berlin")
    found, monday = force(SUNDAY), datetime(2026, 1, 26, 7, tzinfo=UTC)
    assert (found.mode, found.source) == ("closed", "opening hours until Mon 08:00")
    assert (found.opens_at, found.until) == (monday, monday)
    assert found.because == "Comments open again on Monday at 08:00."
    assert (force().mode, force().until) == ("open", datetime(2026, 1, 21, 21, tzinfo=UTC))


def test_the_hours_of_a_section_take_the_place_of_the_sites(newsroom, herald, section, force):
    newsroom.story(id="harbour", category="Politics")
    newsroom.set("herald", opening_hours=OFFICE)
    section(opening_hours="00:00-24:00")
    assert force(SUNDAY).mode == "open"


def test_what_will_be_closed_for_its_age_is_not_said_to_open_again(newsroom, herald, force):
    newsroom.set("herald", opening_hours=OFFICE, close_after_days=14)
    newsroom.story(id="harbour", published_at=SUNDAY - timedelta(days=13, hours=20))
    assert (force(SUNDAY).is_open, force(SUNDAY).opens_at) == (False, None)
    assert force(SUNDAY).because == "Comments are closed under this story."


def test_a_closed_story_is_not_said_to_open_again(newsroom, herald, force):
    newsroom.set("herald", opening_hours=OFFICE)
    newsroom.story(id="harbour", mode="closed")
    assert (force(SUNDAY).source, force(SUNDAY).opens_at) == ("story", None)


# Readers


def test_readers_are_told_when_comments_open_again(newsroom, herald, client, get, clock):
    newsroom.story(id="harbour")
    newsroom.set("herald", opening_hours=OFFICE, time_zone="Europe/Berlin")
    clock(SUNDAY)
    answer = get("thread", story="harbour")
    assert (answer["form"]["state"], answer["form"]["opens_at"]) == ("closed", "2026-01-26T07:00:00Z")
    assert answer["story"]["opens_at"] == "2026-01-26T07:00:00Z"
    for page in ("/thread/herald?story=harbour", "/fragment/thread?site=herald&story=harbour"):
        assert "Comments open again on Monday at 08:00." in client.get(page).get_data(as_text=True)


def test_an_answer_kept_from_before_closing_time_is_not_taken_for_the_new_one(newsroom, herald, client, clock):
    newsroom.story(id="harbour")
    newsroom.set("herald", opening_hours=OFFICE)
    clock(WEDNESDAY)
    first = client.get("/api/v1/thread?site=herald&story=harbour")
    assert "max-age=0" in first.headers["Cache-Control"]
    clock(WEDNESDAY.replace(hour=22))
    again = client.get("/api/v1/thread?site=herald&story=harbour", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.json["form"]["state"]) == (200, "closed")


def test_nothing_is_taken_outside_opening_hours(newsroom, herald, post, clock):
    newsroom.story(id="harbour")
    newsroom.set("herald", opening_hours=OFFICE)
    clock(SUNDAY)
    refused = post()
    assert (refused.status_code, refused.json["code"]) == (403, "story_closed")
    assert refused.json["detail"] == "Comments open again on Monday at 08:00."
    clock(WEDNESDAY)
    assert post().status_code == 201


@pytest.mark.parametrize(("mode", "status"), [("open", "approved"), ("hold_new", "pending"), ("hold_all", "pending")])
@pytest.mark.parametrize("of", ["story", "section"])
def test_what_a_story_or_its_section_asks_for_decides_about_a_new_writer(newsroom, section, post, mode, status, of):
    newsroom.story(id="harbour", category="Politics", mode=mode if of == "story" else None)
    section(mode=mode if of == "section" else None)
    assert post().json["comment"]["status"] == status


@pytest.mark.parametrize("of", ["story", "section"])
def test_the_comments_of_a_hidden_story_are_nowhere(newsroom, herald, section, client, get, post, of):
    newsroom.story(id="harbour", category="Politics")
    comment = newsroom.comment("harbour", "Boats, boats, boats.")
    elsewhere = get("thread", story="harbour")["comments"][0]["author"]["slug"]
    section(mode="hidden" if of == "section" else None)
    with client.application.app_context(), unit_of_work():
        story = find_story(site_named("herald").id, StoryName("harbour", None))
        story.mode = "hidden" if of == "story" else None
    for address in (
        "/api/v1/thread?site=herald&story=harbour",
        f"/api/v1/comments/{comment}",
        f"/api/v1/authors/{elsewhere}?site=herald",
        "/thread/herald?story=harbour",
        "/fragment/thread?site=herald&story=harbour",
        f"/authors/herald/{elsewhere}",
        f"/c/{comment}",
    ):
        assert "Boats, boats" not in client.get(address).get_data(as_text=True), address
    assert client.get(f"/api/v1/comments/{comment}").status_code == 404
    assert get("counts", story="harbour")["counts"] == {"harbour": 0}
    assert get("thread", story="harbour")["story"]["comment_count"] == 0
    assert post().status_code == 403


# Setting


@pytest.mark.parametrize(("setting", "value"), [
    ("opening_hours", "Mo-Fr eight to ten"), ("time_zone", "Mars/Olympus"), ("time_zone", ""),
])  # fmt: skip
def test_hours_nobody_can_read_are_no_setting(newsroom, herald, setting, value):
    with pytest.raises(Exception, match="cannot be read|no time zone"):
        newsroom.set("herald", **{setting: value})
