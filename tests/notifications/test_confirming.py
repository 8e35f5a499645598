"""A guest who confirms an address is known by it; a stranger who types the same address gains nothing."""

import json

import pytest
from sqlalchemy import select

from commentsvc.authors.models import Author, ReaderToken, StandingChange
from commentsvc.comments.models import Comment, Status
from commentsvc.core.database import db
from commentsvc.notifications.models import Confirmation
from commentsvc.outbox.models import Event
from tests.cast import rosas_comment
from tests.notifications.conftest import BASE

ROSA = "rosa@example.org"
ELSEWHERE = "198.51.100.7"  # a stranger's network


@pytest.fixture
def asks(mail, newsroom):
    """The Herald offers to confirm addresses, and holds the first comment of everybody."""
    newsroom.set("herald", confirm_addresses="offer", hold_first_comments=1)
    return mail


def said(mail, text: str, *, shown: str | None = None, network: str = "192.0.2.10", **changes) -> dict:
    """The answer to a comment under Rosa's address."""
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    sent = rosas_comment(text=text, **changes)
    answer = mail.app.test_client().post(
        "/api/v1/comments", json=sent, headers=headers, environ_base={"REMOTE_ADDR": network}
    )
    assert answer.status_code == 201, answer.json
    return answer.json


def letter_link(mail, email: str = ROSA) -> str:
    mail.deliver()
    return mail.link(mail.to(email)[-1], "confirm")


def confirmed(mail, first: str = "The harbour is loud.") -> tuple[dict, str]:
    """Rosa's first comment, confirmed in her browser: the answer to it and her token."""
    answer = said(mail, first)
    assert mail.client.post(letter_link(mail)).status_code == 200
    mail.room.messages.clear()
    return answer, mail.known_as()


def row_of(answer: dict) -> Comment:
    return db.session.get_one(Comment, int(answer["comment"]["id"]))


def code_in(page) -> str:
    return page.text.split("#commentsvc-known=")[1].split('"')[0]


def session_for(mail, code: str, **more):
    return mail.app.test_client().post("/api/v1/sessions", json={"site": "herald", "code": code}, **more)


# Asking


def test_whoever_writes_is_asked_once_with_what_was_written_and_under_which_name(asks):
    answer = said(asks, "Cheap pills at pills.example", name="Rosa R.")
    said(asks, "More of it.", shown=answer["receipt"]["token"])
    asks.deliver()
    [letter] = asks.to(ROSA)
    assert ("Rosa R. wrote:" in asks.text(letter), "Cheap pills at […]" in asks.text(letter)) == (True, True)


def test_where_nobody_is_asked_no_letter_goes_out(mail):
    said(mail, "The harbour is loud.")
    mail.deliver()
    assert mail.room.messages == []


def test_without_a_mail_server_nobody_is_asked_and_a_receipt_has_its_history(app, client, newsroom, cast):
    newsroom.set("herald", confirm_addresses="before_publishing", quick_form_seconds=0)
    first = client.post("/api/v1/comments", json=rosas_comment()).json
    newsroom.decide(int(first["comment"]["id"]), "approve")
    shown = {"Authorization": f"Bearer {first['receipt']['token']}"}
    second = client.post("/api/v1/comments", json=rosas_comment(text="Once more."), headers=shown).json
    assert (second["comment"]["status"], db_count(app, Confirmation)) == ("approved", 0)


def db_count(app, model) -> int:
    with app.app_context():
        return db.session.query(model).count()


def test_the_writer_is_told_that_a_link_comes(asks):
    assert said(asks, "The harbour is loud.")["reasons"][-1].startswith("Your address is not confirmed yet")


def test_an_answer_does_not_tell_whether_an_address_is_known(asks):
    confirmed(asks)
    known = said(asks, "By a stranger.", network=ELSEWHERE)
    unknown = said(asks, "By a stranger too.", network=ELSEWHERE, email="nobody@example.org")
    for answer in (known, unknown):
        for name in ("id", "url", "created_at", "content"):
            del answer["comment"][name]
        for name in ("slug", "url", "avatar"):  # drawn from random digits, other ones for everybody
            del answer["comment"]["author"][name]
        del answer["receipt"]
    assert known == unknown


# Confirming


def test_what_is_opened_by_a_mail_scanner_confirms_nothing(app, asks):
    answer = said(asks, "The harbour is loud.")
    link = letter_link(asks)
    page = asks.client.get(link)
    asks.client.head(link)
    with app.app_context():
        assert (page.status_code, row_of(answer).author.confirmed_at) == (200, None)
    assert asks.client.get_cookie("commentsvc-reader-herald") is None


def test_the_page_shows_what_would_become_the_readers(asks):
    said(asks, "The harbour is <b>loud</b>.", name="Rosa R.")
    page = asks.client.get(letter_link(asks))
    assert ("The harbour is loud." in page.text, "Rosa R." in page.text, ROSA in page.text) == (True, True, False)


def test_a_confirmed_browser_has_a_history(asks, newsroom):
    answer, token = confirmed(asks)
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    second = said(asks, "And at night it is dark.", shown=token)
    assert second["comment"]["status"] == "approved"
    assert second["comment"]["author"]["slug"] == answer["comment"]["author"]["slug"]


def test_an_unconfirmed_receipt_has_none(asks, newsroom):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    second = said(asks, "Once more.", shown=answer["receipt"]["token"])
    assert second["comment"]["status"] == "pending"


def test_an_unconfirmed_receipt_has_no_trust(app, asks):
    answer = said(asks, "The harbour is loud.")
    asks.change(lambda: setattr(row_of(answer).author, "standing", "TRUSTED"))
    assert said(asks, "Once more.", shown=answer["receipt"]["token"])["comment"]["status"] == "pending"


def test_a_restraint_stands_on_the_address_whatever_unconfirmed_receipt_is_shown(asks):
    first = said(asks, "The harbour is loud.")
    other = said(asks, "From another browser.")
    asks.change(lambda: setattr(row_of(other).author, "standing", "WATCHED"))
    second = said(asks, "Once more.", shown=first["receipt"]["token"])
    assert "A moderator reads it first." in second["reasons"]


def test_what_was_written_in_another_browser_joins_the_same_person(app, asks, newsroom):
    answer, _ = confirmed(asks)
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    other = said(asks, "From my telephone.", network=ELSEWHERE)
    phone = asks.app.test_client()
    assert phone.post(letter_link(asks)).status_code == 200
    with app.app_context():
        mine, also = row_of(answer), row_of(other)
        assert (also.author_id, also.status) == (mine.author_id, Status.APPROVED)
        assert (mine.author.approved_count, mine.author.name) == (2, "Rosa Reader")
    assert said(asks, "And more.", shown=asks.known_as(phone))["comment"]["status"] == "approved"


@pytest.mark.parametrize("standing", ["WATCHED", "BANNED"])
def test_a_restraint_goes_along_with_what_is_confirmed(app, asks, standing):
    answer, _ = confirmed(asks)
    other = said(asks, "From my telephone.")
    link = letter_link(asks)
    asks.change(lambda: setattr(row_of(other).author, "standing", standing))
    asks.app.test_client().post(link)
    with app.app_context():
        assert row_of(answer).author.standing == standing


def test_a_restraint_that_goes_along_is_told_of_with_what_was_before(app, asks):
    answer, _ = confirmed(asks)
    other = said(asks, "From my telephone.")
    link = letter_link(asks)
    asks.change(lambda: setattr(row_of(other).author, "standing", "BANNED"))
    asks.app.test_client().post(link)
    with app.app_context():
        [change] = db.session.scalars(select(StandingChange))
        [told] = db.session.scalars(select(Event).where(Event.type == "author.standing_changed"))
        mine = row_of(answer).author_id
    assert (change.author_id, change.standing_before, change.standing, change.account_id) == (
        mine,
        "NORMAL",
        "BANNED",
        None,
    )
    assert (told.subject, told.data["standing"]) == (f"author:{mine}", "BANNED")


def test_a_comment_waits_for_its_confirmation_and_for_nothing_else(app, asks, newsroom):
    newsroom.set("herald", confirm_addresses="before_publishing", hold_first_comments=0)
    answer = said(asks, "The harbour is loud.")
    asks.client.post(letter_link(asks))
    with app.app_context():
        assert (answer["comment"]["status"], row_of(answer).status) == ("pending", Status.APPROVED)


def test_a_confirmation_lifts_no_other_objection(app, asks, newsroom):
    newsroom.set("herald", confirm_addresses="before_publishing", hold_first_comments=0)
    newsroom.words("herald", "hold", "swindle")
    answer = said(asks, "What a swindle.")
    asks.client.post(letter_link(asks))
    with app.app_context():
        assert row_of(answer).status == Status.PENDING


def test_what_a_moderator_decided_stays(app, asks, newsroom):
    newsroom.set("herald", confirm_addresses="before_publishing", hold_first_comments=0)
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "reject")
    asks.client.post(letter_link(asks))
    with app.app_context():
        assert row_of(answer).status == Status.REJECTED


# A stranger


def test_a_stranger_with_her_address_changes_nothing_of_her(app, asks):
    answer, _ = confirmed(asks)

    def rosa() -> dict:
        with app.app_context():
            author = row_of(answer).author
            return {column.key: getattr(author, column.key) for column in Author.__table__.columns}

    before = rosa()
    said(asks, "I am Rosa.", name="Rosa the Liar", website="https://evil.example/", network=ELSEWHERE)
    assert rosa() == before


def test_what_she_confirms_by_her_click_gives_nothing_to_whoever_wrote_it(app, asks, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    stranger = said(asks, "I am Rosa.", network=ELSEWHERE)
    asks.client.post(letter_link(asks))
    dead = stranger["receipt"]["token"]
    again = said(asks, "I am Rosa still.", shown=dead, network=ELSEWHERE)
    with app.app_context():
        assert row_of(again).author_id != row_of(stranger).author_id
    edited = asks.app.test_client().patch(
        f"/api/v1/comments/{stranger['comment']['id']}",
        json={"text": "Changed."},
        headers={"Authorization": f"Bearer {dead}"},
    )
    assert edited.status_code == 401


def test_what_a_stranger_adds_while_she_looks_is_shown_before_it_becomes_hers(app, asks):
    stranger = said(asks, "The harbour is loud.", network=ELSEWHERE)
    link = letter_link(asks)
    page = asks.client.get(link)
    said(asks, "And the mayor is a thief.", shown=stranger["receipt"]["token"], network=ELSEWHERE)
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    answer = asks.client.post(link, data={"seen": seen})
    assert (answer.status_code, "the mayor is a thief" in answer.text) == (409, True)
    with app.app_context():
        assert row_of(stranger).author.confirmed_at is None


def test_two_people_of_one_name_are_two_authors(app, asks):
    one, other = said(asks, "I am Rosa."), said(asks, "So am I.", email="other@example.org")
    with app.app_context():
        assert row_of(one).author_id != row_of(other).author_id


# The link


def test_a_link_used_twice_makes_no_second_browser_known(asks):
    said(asks, "The harbour is loud.")
    link, second = letter_link(asks), asks.app.test_client()
    first = asks.client.post(link)
    again = second.post(link)
    assert (first.status_code, again.status_code, second.get_cookie("commentsvc-reader-herald")) == (200, 200, None)
    assert "commentsvc-known" not in again.text


def test_a_link_is_for_no_other_action(asks):
    said(asks, "The harbour is loud.")
    link = letter_link(asks)
    crossed = [link.replace("confirm", other) for other in ("enter", "unsubscribe", "preferences")]
    assert {asks.client.post(each).status_code for each in crossed} == {404}


@pytest.mark.parametrize("from_where", ["cross-site", "same-site"])
def test_no_other_page_can_press_the_button(app, asks, from_where):
    answer = said(asks, "The harbour is loud.")
    pressed = asks.client.post(letter_link(asks), headers={"Sec-Fetch-Site": from_where})
    with app.app_context():
        assert (pressed.status_code, row_of(answer).author.confirmed_at) == (403, None)


def test_a_browser_is_remembered_only_if_the_reader_asks_for_it(asks):
    said(asks, "The harbour is loud.")
    asks.client.post(letter_link(asks))
    assert asks.client.get_cookie("commentsvc-reader-herald").max_age is None


def test_who_asks_for_it_is_remembered_for_half_a_year(asks):
    said(asks, "The harbour is loud.")
    asks.client.post(letter_link(asks), data={"remember": "1"})
    cookie = asks.client.get_cookie("commentsvc-reader-herald")
    assert (cookie.max_age, cookie.http_only, cookie.same_site) == (180 * 86_400, True, "Lax")


# On the way back to the article


def back(mail) -> str:
    """The code in the link back to the article, after Rosa's comment was let through."""
    mail.change(lambda: None)
    return code_in(mail.client.post(letter_link(mail)))


def test_the_article_changes_the_code_for_a_token_that_proves_her(asks, newsroom):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    session = session_for(asks, back(asks))
    assert (session.status_code, session.json["comments"]) == (201, [answer["comment"]["id"]])
    assert said(asks, "More.", shown=session.json["token"])["comment"]["status"] == "approved"
    edited = asks.app.test_client().patch(
        f"/api/v1/comments/{answer['comment']['id']}",
        json={"text": "The harbour is very loud."},
        headers={"Authorization": f"Bearer {session.json['token']}"},
    )
    assert edited.status_code == 200


@pytest.mark.parametrize("spoilt", ["used", "old", "made up", "elsewhere", "another site"])
def test_a_code_that_opens_nothing(asks, newsroom, spoilt):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    code, more, site = back(asks), {}, "herald"
    if spoilt == "used":
        session_for(asks, code)
    if spoilt == "old":
        asks.time.pass_by(minutes=11)
    if spoilt == "made up":
        code = "reader_" + code
    if spoilt == "elsewhere":
        more = {"environ_base": {"REMOTE_ADDR": ELSEWHERE}}
    if spoilt == "another site":
        site = "gazette"
    tried = asks.app.test_client().post("/api/v1/sessions", json={"site": site, "code": code}, **more)
    assert (tried.status_code, tried.json["code"]) == (401, "unauthorized")


def test_a_code_is_no_token(asks, newsroom):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    code = back(asks)
    assert said(asks, "More.", shown=code)["comment"]["status"] == "pending"


def test_a_page_of_another_origin_changes_no_code(asks, newsroom):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    assert session_for(asks, back(asks), headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_closed_session_proves_nothing(asks, newsroom):
    answer, token = confirmed(asks)
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    asks.client.delete("/api/v1/sessions?site=herald", headers={"Authorization": f"Bearer {token}"})
    assert said(asks, "More.", shown=token)["comment"]["status"] == "pending"


def test_her_token_proves_nothing_with_another_address(asks, newsroom):
    answer, token = confirmed(asks)
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    assert said(asks, "More.", shown=token, email="other@example.org")["comment"]["status"] == "pending"


def test_her_token_touches_nobody_elses_comment(asks, newsroom):
    _, token = confirmed(asks)
    other = said(asks, "Not hers.", email="other@example.org")["comment"]["id"]
    tried = asks.client.delete(f"/api/v1/comments/{other}", headers={"Authorization": f"Bearer {token}"})
    assert tried.status_code == 404


def test_tokens_are_kept_as_hashes_and_end(app, asks):
    _, token = confirmed(asks)
    with app.app_context():
        stored = db.session.scalars(select(ReaderToken.token_hash)).all()
    assert [each for each in stored if token in each or each in token] == []
    asks.time.pass_by(days=2)
    asks.summaries()  # what is done every hour
    with app.app_context():
        from commentsvc.notifications import choices

        choices.forget(now=asks.time())
        assert db.session.query(ReaderToken).count() == 0


def test_without_javascript_the_page_knows_her_by_its_cookie(app, asks, newsroom):
    answer, _ = confirmed(asks)
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    sent = {"text": "By the page.", "name": "Rosa Reader", "email": ROSA}
    posted = asks.client.post("/thread/herald?story=harbour", data=sent)
    assert (posted.status_code, "waiting" in posted.location) == (303, False)


def test_what_everybody_reads_is_the_same_with_her_cookie(asks):
    confirmed(asks)
    hers = asks.client.get("/api/v1/thread?site=herald&story=harbour")
    theirs = asks.app.test_client().get("/api/v1/thread?site=herald&story=harbour")
    assert (hers.headers["ETag"], "Cookie" in hers.headers.get("Vary", "")) == (theirs.headers["ETag"], False)


def test_no_answer_holds_an_address(asks, newsroom):
    answer = said(asks, "The harbour is loud.")
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    link = letter_link(asks)
    page = asks.client.get(link).text + (done := asks.client.post(link)).text
    session = session_for(asks, code_in(done))
    assert "rosa@" not in page + json.dumps(session.json) + json.dumps(answer)
    assert BASE in page
