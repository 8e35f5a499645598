"""What is done to a whole story or section leaves a line in the log that stays."""

import csv
import io

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from commentsvc.accounts.models import Account
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.doctor import examine_all
from commentsvc.sites.service import site_named
from commentsvc.stories import acts as stories_acts
from commentsvc.stories.acts import examine
from commentsvc.stories.models import Act, Story
from tests.conftest import unguarded
from tests.moderation.pages import Browser, form_to, text_of


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def number(app, story) -> int:
    with app.app_context():
        return db.session.scalars(select(Story.id)).one()


@pytest.fixture
def acts(client, cast):
    def read(person=None, **asked):
        query = {"site": "herald", **asked}
        headers = (person or cast.hanna).headers
        return client.get("/api/v1/moderation/log", query_string=query, headers=headers).json["acts"]

    return read


def set_mode(desk, number: int, mode: str) -> None:
    desk.press(form_to(desk.see(f"/desk/stories/{number}"), f"/desk/stories/{number}/mode"), mode=mode)


def test_a_lock_and_its_end_are_shown_on_the_page_in_the_file_and_by_the_api(acts, cast, desk, number):
    set_mode(desk, number, "closed")
    set_mode(desk, number, "")
    said = [(each["before"], each["after"], each["actor"]["account"], each["story_id"]) for each in acts()]
    assert said == [("closed", None, "Hanna", str(number)), (None, "closed", "Hanna", str(number))]
    page = text_of(desk.see("/desk/log?site=herald"))
    assert "Comments: closed, by Hanna (was as what stands above it)" in page
    assert "the story Boats return to the harbour" in page
    lines = list(csv.DictReader(io.StringIO(desk.client.get("/desk/log.csv?site=herald").text)))
    assert [(each["action"], each["before"], each["after"], each["who"]) for each in lines] == [
        ("mode", "closed", "", "Hanna"),
        ("mode", "", "closed", "Hanna"),
    ]


def test_every_door_that_changes_a_mode_leaves_a_line(acts, cast, client, newsroom, number):
    admin, headers = Browser(newsroom.signed_in(cast.ada)), cast.ada.headers
    path = f"/admin/stories/{number}"
    admin.press(form_to(admin.see(f"/desk/stories/{number}"), path), mode="hold_all")
    client.patch(f"/api/v1{path}", json={"mode": "hidden"}, headers=headers)
    body = {"site": "herald", "id": "new", "url": "https://www.herald.example/new", "mode": "closed"}
    client.post("/api/v1/admin/stories", json=body, headers=headers)
    form = next(
        each
        for each in admin.see("/admin/sections?site=herald").iter("form")
        if "sections" in each.get("action", "") and each.get("method") == "post"
    )
    assert admin.press(form, name="City", mode="hold_new").status_code == 302
    client.patch("/api/v1/admin/sections", json={"site": "herald", "name": "City", "mode": None}, headers=headers)
    done = [(each["section"] if not each["story_id"] else "", each["before"], each["after"]) for each in acts()]
    assert done[::-1] == [
        ("", None, "hold_all"),
        ("", "hold_all", "hidden"),
        ("", None, "closed"),
        ("City", None, "hold_new"),
        ("City", "hold_new", None),
    ]


def test_what_changes_nothing_leaves_no_line(acts, cast, client, desk, number):
    set_mode(desk, number, "")
    client.patch(f"/api/v1/admin/stories/{number}", json={"title": "Another"}, headers=cast.ada.headers)
    assert acts() == []


def test_acts_stand_among_decisions_in_the_order_of_time_and_on_one_page_each(
    acts, cast, client, desk, hanna, newsroom, number, story
):
    before = newsroom.comment(story, status="hold", minutes_ago=60)
    set_mode(desk, number, "closed")
    hanna.decide(before, action="reject")
    page = text_of(desk.see("/desk/log?site=herald"))
    assert page.rindex("Rejected by") < page.rindex("Comments: closed") < page.rindex("Held by")
    asked = {"site": "herald"}
    for _ in range(60):
        hanna.decide(before, action="hold")
        hanna.decide(before, action="reject")
    seen, cursor = [], None
    while True:
        query = {**asked, **({"cursor": cursor} if cursor else {})}
        answer = client.get("/api/v1/moderation/log", query_string=query, headers=cast.hanna.headers).json
        seen += [each["number"] for each in answer["acts"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [1]


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"action": "mode"}, 1), ({"action": "approve"}, 0), ({"rule": "author_is_new"}, 0), ({"until": "2020"}, 0)],
    ids=str,
)
def test_the_logs_filters_hold_for_acts(acts, desk, number, asked, count):
    asked = {name: value.replace("2020", "2020-01-01T00:00:00Z") for name, value in asked.items()}
    set_mode(desk, number, "closed")
    assert len(acts(**asked)) == count


def test_whoever_is_limited_to_sections_sees_the_acts_of_theirs(acts, app, cast, desk, newsroom, number):
    set_mode(desk, number, "closed")
    for sections, count in ((["City"], 1), (["Sport"], 0)):
        with app.app_context(), unit_of_work():
            db.session.get_one(Account, newsroom.account_id(cast.hanna)).sites[0].sections = sections
        assert len(acts()) == count


@pytest.mark.parametrize("change", [update(Act).values(after="open"), delete(Act)], ids=["change", "delete"])
def test_the_database_itself_keeps_an_act(app, desk, number, change):
    set_mode(desk, number, "closed")
    with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(change)


@pytest.mark.parametrize(
    ("behind", "wrong"),
    [
        (update(Act).where(Act.number == 1).values(after="open"), "act 1 of the site was changed"),
        (delete(Act).where(Act.number == 1), "act 1 of the site is missing"),
        (delete(Act).where(Act.number == 2), "the end is missing: there should be 2 acts"),
    ],
    ids=["changed", "missing", "cut off"],
)
def test_doctor_finds_an_act_that_was_changed_behind_its_back(app, desk, number, behind, wrong):
    set_mode(desk, number, "closed")
    set_mode(desk, number, "")
    with app.app_context():
        site = site_named("herald").id
        assert examine(site) == (2, None)
        db.session.rollback()
        with unguarded() as connection:
            connection.execute(behind)
        assert examine(site)[1] == wrong
    assert wrong in " ".join(each.said for each in examine_all(app) if not each.is_well)


def test_an_act_while_the_log_is_read_is_no_false_alarm(app, desk, number, monkeypatch):
    set_mode(desk, number, "closed")
    read = stories_acts._rows

    def rows_with_company(*asked):
        set_mode(desk, number, "hold_all")
        yield from read(*asked)

    monkeypatch.setattr(stories_acts, "_rows", rows_with_company)
    with app.app_context():
        assert examine(site_named("herald").id) == (1, None)
