"""A story's page at the desk, the page of sections, and the calls behind them."""

import pytest

from commentsvc.core.database import db
from commentsvc.stories.models import Story
from tests.moderation.pages import Browser, by_class, form_to, text_of


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def admin(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.ada))


@pytest.fixture
def number(app, story) -> int:
    """The harbour's number at the desk."""
    return number_of(app, story)


def number_of(app, story: str) -> int:
    with app.app_context():
        return db.session.query(Story).filter_by(external_id=story).one().id


def voices(desk: Browser, path: str) -> dict[int, str]:
    return {int(each.get("id").removeprefix("card-")): text_of(each) for each in by_class(desk.see(path), "voice")}


# The thread


def test_a_storys_page_shows_its_thread_in_order_with_what_readers_do_not_see(desk, newsroom, story, number):
    root = newsroom.comment(story, "Boats!", minutes_ago=9)
    waits = newsroom.comment(story, "Cars!", parent=root, status="hold", minutes_ago=5)
    gone = newsroom.comment(story, "Bikes!", status="reject", minutes_ago=7)
    found = voices(desk, f"/desk/stories/{number}")
    assert list(found) == [root, waits, gone]
    assert ("Cars!" in found[waits], "Pending" in found[waits], "Rejected" in found[gone]) == (True, True, True)


def test_the_thread_goes_on_page_after_page(desk, newsroom, story, number):
    written = [newsroom.comment(story, minutes_ago=60 - n) for n in range(23)]
    path, found = f"/desk/stories/{number}", []
    while path:
        page = desk.see(path)
        found += [int(each.get("id").removeprefix("card-")) for each in by_class(page, "voice")]
        path = next((each.get("href") for each in page.iter("a") if text_of(each) == "Next page"), None)
    assert found == written


@pytest.mark.parametrize(("replies", "leads_on"), [(20, False), (21, True)])
def test_a_conversation_of_which_there_is_more_leads_to_the_whole(desk, newsroom, story, number, replies, leads_on):
    root = newsroom.comment(story, "Boats!", minutes_ago=59)
    for n in range(replies):
        newsroom.comment(story, f"Boat {n}!", parent=root, minutes_ago=50 - n)
    page = desk.see(f"/desk/stories/{number}")
    links = [each.get("href") for each in page.iter("a") if "The whole conversation" in text_of(each)]
    assert len(links) == leads_on
    assert all(f"/desk/comments/{root}" in each for each in links)
    assert len(by_class(page, "voice")) == 21


def test_the_thread_costs_the_same_statements_however_long(desk, newsroom, story, number, statements):
    costs = []
    for _ in range(2):
        for _ in range(3):
            newsroom.comment(newsroom.story(category="City"), parent=None)
            newsroom.comment(story, parent=newsroom.comment(story))
        with statements() as said:
            desk.see(f"/desk/stories/{number}")
        costs.append(len(said))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(("button", "badge", "opposite"), [("pin", "Pinned", "unpin"), ("lock", "Locked", "unlock")])
def test_a_comment_is_pinned_and_locked_in_its_place(desk, newsroom, story, number, button, badge, opposite):
    root, path = newsroom.comment(story), f"/desk/stories/{number}"
    desk.press(form_to(desk.see(path), "/desk/decisions"), button)
    assert f"1 comment {badge.lower()}." in desk.told(path)
    assert badge in voices(desk, path)[root]
    desk.press(form_to(desk.see(path), "/desk/decisions"), opposite)
    assert badge not in voices(desk, path)[root]


def test_a_decision_leads_back_to_the_comment(desk, newsroom, story, number):
    root = newsroom.comment(story, status="hold")
    answer = desk.press(form_to(desk.see(f"/desk/stories/{number}"), "/desk/decisions"), "approve")
    assert answer.location.endswith(f"/desk/stories/{number}#card-{root}")


# What readers may do


def test_the_card_says_what_is_in_force_and_where_that_comes_from(desk, newsroom, story, app):
    newsroom.comment(story, status="hold")
    newsroom.set("herald", mode="hold_new")
    (card,) = desk.cards().values()
    assert "Comments: new writers are held (site)" in text_of(card)


def test_what_is_in_force_costs_the_queue_no_statement_a_card(desk, newsroom, statements):
    costs = []
    for _ in range(2):
        for _ in range(4):
            newsroom.comment(newsroom.story(category=f"Part {_}"), status="hold")
        with statements() as said:
            desk.see("/desk")
        costs.append(len(said))
    assert costs[0] == costs[1]


def test_a_moderator_sets_what_a_story_takes(desk, client, number):
    form = form_to(desk.see(f"/desk/stories/{number}"), f"/desk/stories/{number}/mode")
    assert desk.press(form, mode="hold_all").status_code == 302
    page = text_of(desk.see(f"/desk/stories/{number}"))
    assert "All are held (story)" in page
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["state"] == "held"


def test_a_locked_story_takes_nothing(desk, client, number):
    forms = [
        form
        for form in desk.see(f"/desk/stories/{number}").iter("form")
        if form.get("action") == f"/desk/stories/{number}/mode"
    ]
    desk.press(forms[1])
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["state"] == "closed"


def test_a_mode_there_is_not_is_refused(desk, number):
    assert desk.send(f"/desk/stories/{number}/mode", mode="ajar").status_code == 422


# Moving


def test_a_conversation_is_moved_and_moved_back_by_the_log(desk, app, newsroom, story, number):
    root = newsroom.comment(story)
    newsroom.comment(story, parent=root)
    newsroom.story("herald", "ferry", title="The ferry")
    form = form_to(desk.see(f"/desk/comments/{root}/move"), f"/desk/comments/{root}/move")
    answer = desk.press(form, to="ferry")
    ferry = number_of(app, "ferry")
    assert answer.location.endswith(f"/desk/stories/{ferry}#card-{root}")
    assert (len(voices(desk, f"/desk/stories/{ferry}")), voices(desk, f"/desk/stories/{number}")) == (2, {})
    log = desk.see("/desk/log")
    assert "Moved by Hanna" in text_of(log)
    undo = next(form for form in log.iter("form") if (form.get("action") or "").endswith("/undo"))
    desk.press(undo)
    assert len(voices(desk, f"/desk/stories/{number}")) == 2


@pytest.mark.parametrize("what", ["comments", "stories"])
def test_the_page_that_tells_of_a_move_takes_it_back(desk, app, newsroom, story, number, what):
    root = newsroom.comment(story)
    newsroom.story("herald", "ferry", title="The ferry")
    moved = f"/desk/comments/{root}/move" if what == "comments" else f"/desk/stories/{number}/move"
    page = desk.see(moved if what == "comments" else f"/desk/stories/{number}")
    there = desk.see(desk.press(form_to(page, moved), to="ferry").location)
    desk.press(form_to(there, "/desk/undo"))
    assert len(voices(desk, f"/desk/stories/{number}")) == 1


@pytest.mark.parametrize("how", ["id", "number", "address", "new address"])
def test_the_other_story_is_named_in_any_way(desk, app, newsroom, story, number, how):
    newsroom.comment(story)
    newsroom.story("herald", "ferry")
    to = {
        "id": "ferry",
        "number": str(number_of(app, "ferry")),
        "address": "https://www.herald.example/news/ferry?utm_source=x",
        "new address": "https://www.herald.example/news/new",
    }[how]
    form = form_to(desk.see(f"/desk/stories/{number}"), f"/desk/stories/{number}/move")
    assert desk.press(form, to=to).status_code == 302
    assert voices(desk, f"/desk/stories/{number}") == {}


@pytest.mark.parametrize(("to", "status", "said"), [
    ("", 422, "Say to which story"),
    ("nowhere", 422, "There is no story of this name"),
    ("https://evil.example/x", 403, "not one of the site"),
    ("https://", 422, ""),
    ("harbour", 409, "already"),
])  # fmt: skip
def test_a_place_that_is_none_is_refused_beside_the_field(desk, newsroom, story, number, to, status, said):
    root = newsroom.comment(story)
    for path in (f"/desk/stories/{number}/move", f"/desk/comments/{root}/move"):
        answer = desk.send(path, to=to, version=newsroom.version(root))
        assert (answer.status_code, said in answer.get_data(as_text=True)) == (status, True), path
    assert list(voices(desk, f"/desk/stories/{number}")) == [root]


def test_a_conversation_that_changed_meanwhile_stays(desk, newsroom, story, number):
    root = newsroom.comment(story)
    newsroom.story("herald", "ferry")
    answer = desk.send(f"/desk/comments/{root}/move", to="ferry", version=newsroom.version(root) + 1)
    assert (answer.status_code, "changed after you opened it" in answer.get_data(as_text=True)) == (409, True)


def test_a_script_moves_comments(client, cast, newsroom, story, number):
    root, other = newsroom.comment(story), newsroom.comment(story)
    newsroom.story("herald", "ferry")
    address = f"/api/v1/admin/stories/{number}/move"
    moved = client.post(address, json={"to": "ferry", "comment": str(root)}, headers=cast.hanna.headers)
    assert (moved.status_code, moved.json["story"]["comment_count"], len(moved.json["decisions"])) == (200, 1, 1)
    rest = client.post(address, json={"to": "ferry"}, headers=cast.hanna.headers)
    assert (rest.status_code, rest.json["story"]["comment_count"]) == (200, 2)
    again = client.post(address, json={"to": "ferry"}, headers=cast.hanna.headers)
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    foreign = client.post(address, json={"to": "ferry", "comment": str(other)}, headers=cast.hanna.headers)
    assert foreign.status_code == 404


# Sections


def test_an_admin_sets_what_a_section_takes(admin, client, number):
    page = admin.see("/admin/sections?site=herald&name=City")
    form = next(form for form in page.iter("form") if form.get("action") == "/admin/sections?site=herald")
    answer = admin.press(form, mode="hold_all", close_after_days="14", opening_hours="Mo-Fr 08:00-22:00")
    assert answer.status_code == 302
    (row,) = list(admin.see("/admin/sections?site=herald").iter("tr"))[1:]
    assert text_of(row) == "City Hold all 14 days Mo-Fr 08:00-22:00 as the site 1"
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["state"] in ("held", "closed")


@pytest.mark.parametrize(("typed", "said"), [
    ({"mode": "ajar"}, "Use one of"),
    ({"close_after_days": "soon"}, "whole number"),
    ({"close_after_days": "-1"}, "whole number"),
    ({"opening_hours": "Mo-Fr 08:00-22:00; Sx 10:00"}, "“Sx 10:00” cannot be read"),
    ({"default_sort": "loudest"}, "Use one of"),
    ({"name": ""}, "Name a section"),
    ({"name": "x" * 81}, "Name a section"),
])  # fmt: skip
def test_what_cannot_be_a_section_is_refused_with_the_reason(admin, client, cast, typed, said):
    sent = {"name": "City", "mode": "", "close_after_days": "", "opening_hours": "", **typed}
    answer = admin.send("/admin/sections?site=herald", **sent)
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)
    listed = client.get("/api/v1/admin/sections?site=herald", headers=cast.ada.headers).json["sections"]
    assert listed == []


def test_a_script_sets_and_clears_what_a_section_takes(client, cast, story):
    def send(**sent):
        body = {"site": "herald", "name": "City", **sent}
        return client.patch("/api/v1/admin/sections", json=body, headers=cast.ada.headers)

    assert send(mode="closed", close_after_days=0).json["section"] == {
        "name": "City", "mode": "closed", "close_after_days": 0, "opening_hours": None, "default_sort": None,
        "stories": 1,
    }  # fmt: skip
    assert send(mode=None).json["section"]["close_after_days"] == 0
    wrong = send(opening_hours="never", close_after_days="soon")
    assert (wrong.status_code, wrong.json["code"]) == (422, "validation_failed")


def test_a_moderator_reads_sections_and_sets_none(desk, client, cast, story):
    assert client.get("/api/v1/admin/sections?site=herald", headers=cast.hanna.headers).status_code == 200
    body = {"site": "herald", "name": "City", "mode": "closed"}
    assert client.patch("/api/v1/admin/sections", json=body, headers=cast.hanna.headers).status_code == 403
    assert desk.client.get("/admin/sections?site=herald").status_code == 403


def test_a_story_takes_both_the_mode_and_the_older_word(client, cast, number):
    def send(**sent):
        address = f"/api/v1/admin/stories/{number}"
        return client.patch(address, json=sent, headers=cast.ada.headers).json["story"]

    assert [send(mode="hold_new")[name] for name in ("mode", "state")] == ["hold_new", "open"]
    assert [send(state="held")[name] for name in ("mode", "state")] == ["hold_all", "held"]
    assert send(mode="hold_new", state="open")["mode"] == "hold_new"
    assert send(state="open")["mode"] == "hold_new"
    assert send(state="held")["in_force"] == {"mode": "hold_all", "source": "story", "until": None}
    assert [send(mode=None)[name] for name in ("mode", "state")] == [None, "open"]
    assert send(title="Another")["mode"] is None


def test_an_older_word_there_is_not_is_refused(client, cast, number):
    answer = client.patch(f"/api/v1/admin/stories/{number}", json={"state": "ajar"}, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["state"])
