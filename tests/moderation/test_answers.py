"""The newsroom writes in public, under the names its people go by."""

import pytest
from sqlalchemy import select, update

from commentsvc.accounts.models import Account
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.preferences import KEYS, Preferences
from commentsvc.accounts.service import find_account
from commentsvc.authors.models import Author, Standing
from commentsvc.authors.service import give_byline_address
from commentsvc.comments.models import Comment, Decision, StoredVerdict
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation.answers import Words, comment_on
from commentsvc.outbox.models import Event
from commentsvc.stories.models import Byline, Story
from tests.cast import SOMEONE, rosas_comment
from tests.moderation.pages import Browser, by_class, form_to, has_form_to, parsed, text_of


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    """Hanna's browser."""
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def shown(newsroom, story) -> int:
    return newsroom.comment(story, "Where are the boats?")


@pytest.fixture
def waiting(newsroom, story) -> int:
    return newsroom.comment(story, "What a swindle this is.", status="hold")


@pytest.fixture
def reply(client, cast):
    """Hanna's script answers a comment."""

    def send(comment: int, text: str = "They are back on Monday.", *, person=None, headers=None, **more):
        headers = {**(person or cast.hanna).headers, **(headers or {})}
        body = {"text": text, **more}
        return client.post(f"/api/v1/moderation/comments/{comment}/reply", json=body, headers=headers)

    return send


@pytest.fixture
def say(client, cast, app, story):
    """Somebody's script writes a comment of its own under the story."""

    def send(text: str = "A word from the desk.", person=None):
        with app.app_context():
            number = db.session.scalar(select(Comment.story_id).limit(1)) or 1
        path = f"/api/v1/moderation/stories/{number}/comments"
        return client.post(path, json={"text": text}, headers=(person or cast.hanna).headers)

    return send


def calls_herself(app, newsroom, person, alias: str | None) -> None:
    with app.app_context(), unit_of_work():
        db.session.get_one(Account, newsroom.account_id(person)).alias = alias


def thread(client, **more):
    return client.get("/api/v1/thread", query_string={"site": "herald", "story": "harbour", **more}).json


def row(app, model, **which):
    with app.app_context():
        return db.session.scalars(select(model).filter_by(**which)).all()


# What readers see


def test_an_answer_is_published_at_once_under_the_alias_with_the_badge(app, cast, client, newsroom, reply, shown):
    calls_herself(app, newsroom, cast.hanna, "Desk 4")
    made = reply(shown)
    assert (made.status_code, made.json["comment"]["status"]) == (201, "approved")
    (answer,) = thread(client)["comments"][0]["replies"]
    assert answer["author"]["name"] == "Desk 4"
    assert answer["author"]["badges"] == ["moderator"]
    assert answer["author"]["website"] is None
    assert answer["content"] == [["p", "They are back on Monday."]]
    assert cast.hanna.email not in client.get("/api/v1/thread?site=herald&story=harbour").get_data(as_text=True)


def test_it_stands_in_the_section_its_story_has_by_then(app, cast, shown):
    """Whoever waits for a turn to write has read the story before it."""
    with app.app_context():
        story = db.session.get_one(Comment, shown).story
        db.session.commit()
        with db.engine.begin() as another:
            another.execute(update(Story.__table__).values(category="Sport"))
        with unit_of_work():
            hanna = Actor.of(find_account(cast.hanna.email, house().keys))
            made = comment_on(story, Words("A word from the desk."), actor=hanna, keys=house().keys, now=now())
        assert made.section == "Sport"


def test_an_admin_has_the_badge_staff(cast, client, reply, shown):
    reply(shown, person=cast.ada)
    assert thread(client)["comments"][0]["replies"][0]["author"]["badges"] == ["staff"]


def test_the_page_without_a_script_shows_the_badge(client, reply, shown):
    reply(shown)
    said = [text_of(each) for each in by_class(parsed(client.get("/thread/herald?story=harbour").text), "badge")]
    assert said == ["Moderator"]


def test_the_profile_has_the_badge_and_an_address_that_tells_no_name(cast, client, reply, shown):
    slug = reply(shown).json["comment"]["author"]["slug"]
    assert slug.startswith("staff-")
    profile = client.get(f"/api/v1/authors/{slug}?site=herald").json["author"]
    assert (profile["name"], profile["badges"]) == ("Hanna", ["moderator"])
    assert "Moderator" in client.get(f"/authors/herald/{slug}").text


def test_each_comment_keeps_the_name_it_was_given_and_all_are_one_authors(app, cast, client, newsroom, reply, shown):
    reply(shown, "The first.")
    calls_herself(app, newsroom, cast.hanna, "Desk 4")
    reply(shown, "The second.")
    first, second = thread(client)["comments"][0]["replies"]
    assert (first["author"]["name"], second["author"]["name"]) == ("Hanna", "Desk 4")
    assert first["author"]["slug"] == second["author"]["slug"]
    (author,) = row(app, Author, account_id=newsroom.account_id(cast.hanna))
    assert (author.name, author.standing, author.email_hash) == ("Desk 4", Standing.TRUSTED, None)


def test_staff_comment_under_a_story_and_in_closed_and_locked_places(app, client, hanna, newsroom, reply, say, shown):
    hanna.decide(shown, action="lock")
    assert reply(shown, "This conversation is closed.").status_code == 201
    newsroom.set("herald", mode="closed")
    assert say("Comments are closed here.").status_code == 201
    assert thread(client)["story"]["comment_count"] == 3


# The rules


def test_every_rule_speaks_and_is_kept_and_nothing_is_held(app, hanna, newsroom, reply, shown):
    newsroom.words("herald", "reject", "swindle")
    newsroom.words("herald", "hold", "Hanna")
    made = reply(shown, "NOT A SWINDLE AT ALL, AS YOU CAN READ ABOVE!").json["comment"]
    assert made["status"] == "approved"
    verdicts = {each.rule: each.outcome for each in row(app, StoredVerdict, comment_id=int(made["id"]))}
    assert {"uses_rejected_word", "uses_held_word", "shouting"} <= verdicts.keys()
    assert set(verdicts.values()) == {"note"}
    newest = hanna.log()[0]
    assert (newest["action"], newest["actor"], newest["after"]) == ("approve", {"rule": "staff"}, "approved")


def test_staffs_words_go_through_the_gate_like_everybodys(client, reply, shown):
    reply(shown, "<script>alert(1)</script><b onclick=x>See</b> [here](javascript:alert(1))")
    (answer,) = thread(client, format="html")["comments"][0]["replies"]
    assert "<script" not in answer["html"]
    assert "onclick" not in answer["html"].replace("&lt;b onclick=x&gt;", "")
    assert "href" not in answer["html"]


def test_a_standing_is_a_persons_decision_and_holds_staffs_words_too(app, reply, shown):
    slug = reply(shown).json["comment"]["author"]["slug"]
    with app.app_context(), unit_of_work():
        db.session.scalars(select(Author).filter_by(slug=slug)).one().standing = Standing.BANNED
    refused = reply(shown, "And another word.")
    assert (refused.status_code, refused.json["code"]) == (403, "not_welcome")


def test_it_is_told_outside_like_any_comment(app, reply, shown):
    number = reply(shown).json["comment"]["id"]
    said = [each.type for each in row(app, Event, subject=f"comment:{number}")]
    assert said == ["comment.created", "comment.approved"]


# Approving with the answer


def test_approve_and_answer_is_one_stroke_and_a_decision_of_ones_own(client, hanna, newsroom, reply, waiting):
    made = reply(waiting, version=newsroom.version(waiting), approve=True)
    assert made.status_code == 201
    (root,) = thread(client)["comments"]
    assert [root["id"], root["replies"][0]["id"]] == [str(waiting), made.json["comment"]["id"]]
    about = hanna.log(comment=waiting)[0]
    assert (about["action"], about["actor"]["account"], about["before"]) == ("approve", "Hanna", "pending")


def test_without_approving_what_readers_cannot_see_is_not_answered(app, reply, waiting):
    refused = reply(waiting)
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert row(app, Comment, parent_id=waiting) == []


def test_a_stale_version_neither_approves_nor_answers(app, hanna, newsroom, reply, waiting):
    seen = newsroom.version(waiting)
    hanna.decide(waiting, action="spam", reason="spam")
    refused = reply(waiting, version=seen, approve=True)
    assert (refused.status_code, refused.json["code"]) == (409, "stale")
    assert [each.status for each in row(app, Comment)] == ["SPAM"]


def test_what_its_writer_took_back_cannot_be_answered(app, client, newsroom, reply, story):
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    number = int(posted["comment"]["id"])
    client.delete(f"/api/v1/comments/{number}", headers={"Authorization": f"Bearer {posted['receipt']['token']}"})
    assert reply(number, version=newsroom.version(number), approve=True).status_code == 409
    assert len(row(app, Comment)) == 1


def test_sent_twice_under_one_key_it_is_said_once(app, newsroom, reply, waiting):
    seen, key = newsroom.version(waiting), {"Idempotency-Key": "one-press"}
    first, second = (reply(waiting, version=seen, approve=True, headers=key) for _ in range(2))
    assert first.json["comment"]["id"] == second.json["comment"]["id"]
    assert len(row(app, Comment)) == 2
    assert len(row(app, Decision, comment_id=waiting, action="approve")) == 1


# Who may


def test_outside_ones_site_and_sections_there_is_nothing_to_answer(app, cast, newsroom, reply, say, shown):
    assert reply(shown, person=cast.gus).status_code == 404
    assert say(person=cast.gus).status_code == 404
    with app.app_context(), unit_of_work():
        db.session.get_one(Account, newsroom.account_id(cast.hanna)).sites[0].sections = ["Sport"]
    assert (reply(shown).status_code, say().status_code) == (404, 404)
    assert len(row(app, Comment)) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"approve": True}, "version"),
        ({"version": "1"}, "version"),
        ({"approve": "yes", "version": 1}, "approve"),
        ({"badges": ["staff"]}, "badges"),
        ({"author": "Ada"}, "author"),
        ({"name": "Ada"}, "name"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_its_name(app, reply, shown, sent, field):
    answer = reply(shown, **sent)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert len(row(app, Comment)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"badges": ["staff"]},
        {"badge": "staff"},
        {"account_id": 1, "author_id": 1},
        {"author": {"badges": ["staff"], "account_id": 1}},
        {"role": "admin", "is_staff": True, "standing": "TRUSTED"},
    ],
    ids=str,
)
def test_no_reader_gets_a_badge_or_an_account_by_what_they_send(app, cast, client, story, more):
    posted = client.post("/api/v1/comments", json=rosas_comment(**more)).json["comment"]
    client.post("/thread/herald?story=harbour", data={**rosas_comment(email="other@example.org"), **more})
    assert posted["author"]["badges"] == []
    authors = row(app, Author)
    assert len(authors) == 2
    assert {(each.badge, each.account_id, each.standing) for each in authors} == {(None, None, "NORMAL")}


def test_no_admin_gives_a_badge_by_what_they_send(app, cast, client, newsroom, shown):
    with app.app_context():
        number = newsroom.row(shown).author_id
    body = {"badge": "staff", "badges": ["staff"], "account_id": 1, "name": "Rosa"}
    client.patch(f"/api/v1/admin/authors/{number}", json=body, headers=cast.ada.headers)
    form = {"badge": "staff", "account_id": "1", "name": "Rosa"}
    Browser(newsroom.signed_in(cast.ada)).send(f"/admin/authors/{number}", **form)
    assert [(each.badge, each.account_id) for each in row(app, Author)] == [(None, None)]


# Names that are the newsroom's


@pytest.mark.parametrize(
    "name",
    ["Desk Four", "desk four", "DeskFour", "Dеsk Fоur", "Desk\u200b Four", "D3sk F0ur", "Désk. Foúr", "The Herald"],
)
def test_a_stranger_cannot_take_a_name_of_the_newsroom(app, cast, client, newsroom, story, name):
    calls_herself(app, newsroom, cast.hanna, "Desk Four")
    refused = client.post("/api/v1/comments", json=rosas_comment(name=name))
    assert (refused.status_code, refused.json["code"]) == (422, "validation_failed")
    assert refused.json["fields"] == {"name": ["This name belongs to the newsroom. Choose another one."]}
    assert row(app, Comment) == []


@pytest.mark.parametrize("name", ["Desk Five", "Desk", "Four Desk", "Gus", "Hanna"])
def test_other_names_are_free(app, cast, client, newsroom, story, name):
    """Gus works for another site; Hanna's own name is nobody's business since she has an alias."""
    calls_herself(app, newsroom, cast.hanna, "Desk Four")
    assert client.post("/api/v1/comments", json=rosas_comment(name=name)).status_code == 201


def test_a_bylines_name_is_taken_on_its_own_site_only(cast, client, story, newsroom):
    client.post("/api/v1/admin/authors", json={"site": "herald", "name": "Nuri Nil"}, headers=cast.ada.headers)
    assert client.post("/api/v1/comments", json=rosas_comment(name="Nuri Niı")).status_code == 422
    newsroom.story("gazette", "harbour")
    elsewhere = rosas_comment(site="gazette", name="Nuri Nil", url=None)
    assert client.post("/api/v1/comments", json=elsewhere).status_code == 201


def test_who_left_keeps_the_name_they_wrote_under(app, cast, client, newsroom, reply, shown):
    reply(shown)
    with app.app_context(), unit_of_work():
        account = db.session.get_one(Account, newsroom.account_id(cast.hanna))
        account.disabled_at = account.created_at
    assert client.post("/api/v1/comments", json=rosas_comment(name="Hanna")).status_code == 422


def test_the_page_says_at_the_field_whose_name_it_is_and_keeps_the_text(client, cast, story):
    answer = client.post("/thread/herald?story=harbour", data=rosas_comment(name="Hanna"))
    page = parsed(answer.text)
    assert answer.status_code == 422
    (wrong,) = [each for each in page.iter("input") if each.get("aria-invalid") == "true"]
    assert wrong.get("name") == "name"
    assert "This name belongs to the newsroom." in text_of(page)
    assert rosas_comment()["text"] in answer.text


# At the desk


def test_the_card_leads_to_a_form_that_answers_and_comes_back(app, desk, client, newsroom, report, shown):
    report(shown)
    card = desk.cards("/desk?queue=flagged")[shown]
    (link,) = [each for each in by_class(card, "reply") if each.tag == "a"]
    opened = desk.client.get(link.get("href"), headers={"Referer": "http://localhost/desk?queue=flagged"})
    form = form_to(parsed(opened.text), link.get("href"))
    answer = desk.press(form, text="They are back on Monday.")
    assert (answer.status_code, answer.location) == (302, "/desk?queue=flagged")
    assert "Your answer is published." in desk.told(answer.location)
    assert thread(client)["comments"][0]["replies"][0]["author"]["badges"] == ["moderator"]


def test_pressed_twice_on_the_page_it_is_said_once(app, desk, shown):
    form = form_to(desk.see(f"/desk/comments/{shown}/reply"), f"/desk/comments/{shown}/reply")
    assert [desk.press(form, text="Once.").status_code for _ in range(2)] == [302, 302]
    assert len(row(app, Comment, parent_id=shown)) == 1


def test_on_an_error_nothing_typed_is_lost_and_the_next_press_works(app, desk, hanna, waiting):
    path = f"/desk/comments/{waiting}/reply"
    form = form_to(desk.see(path), path)
    hanna.decide(waiting, action="later")
    answer = desk.press(form, "1", text="They are <b>back</b>.")
    again = form_to(parsed(answer.text), path)
    assert answer.status_code == 409
    assert "This comment changed after you opened it." in text_of(again)
    assert ["".join(each.itertext()) for each in again.iter("textarea")] == ["They are <b>back</b>."]
    assert desk.press(again, "1").status_code == 302
    assert len(row(app, Comment, parent_id=waiting)) == 1


def test_only_what_readers_cannot_see_offers_to_approve(desk, shown, waiting):
    buttons = {
        each: [text_of(button) for button in form_to(desk.see(path), path).iter("button")]
        for each, path in ((number, f"/desk/comments/{number}/reply") for number in (shown, waiting))
    }
    assert buttons == {shown: ["Answer"], waiting: ["Approve and answer"]}


def test_on_the_card_the_answer_is_the_line_in_its_place(desk, waiting):
    path = f"/desk/comments/{waiting}/reply"
    form = parsed(desk.client.get(f"{path}?fragment=1").text)
    answer = desk.press(form_to(form, path), "1", text="Welcome.", fragment="1")
    (line,) = by_class(parsed(answer.text), "done")
    assert "Approved by Hanna, and answered: the comment by Rosa Reader" in text_of(line)
    assert has_form_to(line, next(line.iter("form")).get("action"))


def test_the_story_page_takes_a_comment_and_keeps_what_cannot_be_published(app, desk, client, newsroom, shown):
    with app.app_context():
        number = newsroom.row(shown).story_id
    page = desk.see(f"/desk/stories/{number}")
    assert has_form_to(page, f"/desk/stories/{number}/comments")
    assert f"/desk/comments/{shown}/reply" in {each.get("href") for each in page.iter("a")}
    form = form_to(page, f"/desk/stories/{number}/comments")
    refused = desk.press(form, text="x" * 10_001)
    assert refused.status_code == 422
    assert "x" * 10_001 in refused.text
    assert desk.press(form, text="A word from the desk.").status_code == 302
    newest = thread(client, sort="newest")["comments"][0]
    assert (newest["content"], newest["author"]["badges"]) == ([["p", "A word from the desk."]], ["moderator"])


# One's own words, later


@pytest.fixture
def own(reply, shown) -> int:
    return int(reply(shown).json["comment"]["id"])


def test_ones_own_words_can_be_edited_at_any_time_and_stay_published(app, client, desk, newsroom, own):
    newsroom.words("herald", "hold", "swindle")
    path = f"/desk/comments/{own}/edit"
    assert path in {each.get("href") for each in desk.see(f"/desk/comments/{own}").iter("a")}
    assert desk.press(form_to(desk.see(path), path), text="No swindle.").status_code == 302
    (answer,) = thread(client)["comments"][0]["replies"]
    assert (answer["content"], answer["edited_at"] is not None) == ([["p", "No swindle."]], True)


def test_an_edit_does_not_undo_what_a_colleague_decided(app, cast, client, desk, newsroom, own):
    newsroom.decide(own, "hold")
    body = {"text": "Other words.", "version": newsroom.version(own)}
    answer = client.patch(f"/api/v1/moderation/comments/{own}", json=body, headers=cast.hanna.headers)
    assert (answer.status_code, answer.json["comment"]["status"]) == (200, "pending")
    newsroom.decide(own, "reject")
    body = {"text": "And others.", "version": newsroom.version(own)}
    refused = client.patch(f"/api/v1/moderation/comments/{own}", json=body, headers=cast.hanna.headers)
    assert (refused.status_code, refused.json["code"]) == (409, "window_over")


def test_nothing_is_taken_back_where_the_answer_could_not_be_told(client, cast, own):
    path = f"/api/v1/moderation/comments/{own}?format=pdf"
    answer = client.delete(path, headers=cast.hanna.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["format"])
    assert [reply["state"] for reply in thread(client)["comments"][0]["replies"]] == ["visible"]


def test_ones_own_words_can_be_taken_back(client, desk, own):
    path = f"/desk/comments/{own}/take-back"
    assert desk.press(form_to(desk.see(f"/desk/comments/{own}/edit"), path)).status_code == 302
    assert thread(client)["comments"][0]["replies"] == []


def test_nobody_changes_the_words_of_others(app, cast, client, newsroom, own, shown):
    before = [(each.html, each.retracted_at) for each in row(app, Comment)]
    body = {"text": "Mine now.", "version": 1}
    for person, number in ((cast.ada, own), (cast.hanna, shown)):
        path = f"/api/v1/moderation/comments/{number}"
        assert client.patch(path, json=body, headers=person.headers).status_code == 403
        assert client.delete(path, headers=person.headers).status_code == 403
        browser = Browser(newsroom.signed_in(person))
        assert browser.send(f"/desk/comments/{number}/edit", text="Mine now.", version="1").status_code == 403
        assert browser.send(f"/desk/comments/{number}/take-back").status_code == 403
    assert [(each.html, each.retracted_at) for each in row(app, Comment)] == before


# Keys


def test_reply_has_the_key_it_has_in_wordpress_and_context_another():
    assert (KEYS["reply"], KEYS["context"]) == ("r", "c")


@pytest.mark.parametrize(
    "chosen",
    [{"hold": "r"}, {"approve": "c"}, {"context": "q", "hold": "r", "spam": "c"}, {"hold": "b", "spam": "r"}, {}],
    ids=str,
)
def test_keys_somebody_chose_stay_and_no_key_has_two_jobs(chosen):
    keys = Preferences(chosen_keys=chosen).key_map
    assert {action: keys[action] for action in chosen} == chosen
    assert len(set(keys.values())) == len(KEYS)
    assert all(len(key) == 1 and not key.isdigit() for key in keys.values())


def test_who_signs_the_story_answers_as_its_author(app, client, ada, hanna, cast, newsroom, story):
    question = newsroom.comment(story, "Where do the boats come from?")
    made = client.post("/api/v1/admin/authors", json={"site": "herald", "name": "Hanna Harbour"}, headers=ada.headers)
    with app.app_context(), unit_of_work():
        byline = db.session.get_one(Author, int(made.json["author"]["id"]))
        give_byline_address(byline, cast.hanna.email, actor=SOMEONE, keys=house().keys, now=now())
        db.session.add(Byline(story_id=newsroom.row(question).story_id, author_id=byline.id))
    sent = {"text": "From the islands."}
    answered = client.post(f"/api/v1/moderation/comments/{question}/reply", json=sent, headers=hanna.headers)
    author = answered.json["comment"]["author"]
    assert (author["name"], author["badges"]) == ("Hanna Harbour", ["author"])
