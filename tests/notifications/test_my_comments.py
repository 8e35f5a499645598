"""My comments: all of a confirmed reader's own, as a page without JavaScript and as a call."""

import re

import pytest

from commentsvc.comments.models import Status
from commentsvc.core.database import db
from commentsvc.notifications.models import Confirmation
from tests.notifications.test_confirming import ELSEWHERE, ROSA, code_in, confirmed, letter_link, row_of, said

PAGE = "/me/herald"


@pytest.fixture
def asks(mail, newsroom):
    newsroom.set("herald", confirm_addresses="offer", hold_first_comments=1)
    return mail


@pytest.fixture
def rosa(asks) -> tuple[dict, str]:
    """Her first comment and her token; her browser is `asks.client`."""
    return confirmed(asks)


def id_of(answer: dict) -> int:
    return int(answer["comment"]["id"])


def ask_for_link(mail, email: str = ROSA, **more):
    return mail.app.test_client().post(f"{PAGE}/link", data={"email": email}, **more)


def mine(mail, token: str | None, **query):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return mail.app.test_client().get("/api/v1/me/comments", query_string={"site": "herald", **query}, headers=headers)


# Seeing


def test_a_browser_nobody_knows_is_asked_for_an_address(asks):
    page = asks.client.get(PAGE)
    assert (page.status_code, 'name="email"' in page.text, "Set-Cookie" in page.headers) == (200, True, False)


def test_the_page_is_kept_nowhere_and_found_by_no_search_engine(asks, rosa):
    headers = asks.client.get(PAGE).headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_everything_of_hers_is_there_in_every_state(asks, rosa, cast, newsroom):
    first, token = rosa
    asks.decide(id_of(first), "approve", actor=cast.hanna)
    rejected, retracted, waiting = (said(asks, text, shown=token) for text in ("One.", "Two.", "Three."))
    asks.decide(id_of(rejected), "reject", actor=cast.hanna, reason="abuse")
    asks.client.post(f"{PAGE}/comments/{id_of(retracted)}/retract")
    newsroom.decide(id_of(waiting), "hold")
    page = asks.client.get(PAGE).text
    states = re.findall(r'<span class="badge">([^<]+)</span>', page)
    assert states == ["Waits for a moderator", "Taken back", "Not published", "Published"]
    assert "The reason: it attacks or insults somebody." in page
    answer = mine(asks, token).json
    assert [(each["status"], each["reason"]) for each in answer["comments"]] == [
        ("pending", None),
        ("retracted", None),
        ("rejected", "abuse"),
        ("approved", None),
    ]


def test_a_rules_no_is_not_told(asks, rosa, newsroom):
    newsroom.words("herald", "reject", "swindle")
    said(asks, "A swindle.", shown=rosa[1])
    assert mine(asks, rosa[1]).json["comments"][0]["status"] == "pending"


def test_a_moderators_own_words_are_not_told(asks, rosa, cast, newsroom):
    newsroom.set("herald", reasons="this fool again\nother")
    asks.decide(id_of(rosa[0]), "reject", actor=cast.hanna, reason="this fool again")
    assert "fool" not in asks.client.get(PAGE).text + mine(asks, rosa[1]).text


def test_replies_that_everybody_sees_stand_with_them(asks, rosa, cast, newsroom):
    asks.decide(id_of(rosa[0]), "approve", actor=cast.hanna)
    newsroom.set("herald", hold_first_comments=0)
    said(asks, "I agree.", email="ben@example.org", name="Ben", parent=rosa[0]["comment"]["id"])
    newsroom.words("herald", "hold", "secret")
    said(asks, "A secret.", email="ben@example.org", name="Ben", parent=rosa[0]["comment"]["id"])
    assert ("I agree." in asks.client.get(PAGE).text, "A secret." in asks.client.get(PAGE).text) == (True, False)
    assert [each["content"] for each in mine(asks, rosa[1]).json["comments"][0]["replies"]] == [[["p", "I agree."]]]


def test_nobody_elses_is_there(asks, rosa):
    said(asks, "A stranger with her address.", network=ELSEWHERE)
    said(asks, "Somebody else.", email="ben@example.org")
    assert [each["id"] for each in mine(asks, rosa[1]).json["comments"]] == [rosa[0]["comment"]["id"]]


def test_it_comes_page_by_page(asks, rosa, newsroom):
    for number in range(21):
        said(asks, f"Number {'x' * number}.", shown=rosa[1])
    first = mine(asks, rosa[1]).json
    rest = mine(asks, rosa[1], cursor=first["next_cursor"]).json
    ids = [each["id"] for each in first["comments"] + rest["comments"]]
    assert (len(first["comments"]), len(set(ids)), rest["next_cursor"]) == (20, 22, None)
    assert "cursor=" in asks.client.get(PAGE).text


def test_a_page_takes_the_same_few_statements_however_much_was_written(asks, rosa, statements):
    with statements() as few:
        mine(asks, rosa[1])
    for number in range(8):
        said(asks, f"Number {'x' * number}.", shown=rosa[1])
    with statements() as many:
        mine(asks, rosa[1])
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize("token", [None, "reader_made-up", "1.abc", ""])
def test_without_a_readers_token_nothing_is_told(asks, rosa, token):
    assert mine(asks, token).status_code == 401


def test_a_receipt_is_no_readers_token(asks, rosa):
    receipt = said(asks, "More.", shown=rosa[1])["receipt"]["token"]
    assert mine(asks, receipt).status_code == 401


def test_a_token_is_for_one_site(asks, rosa):
    assert mine(asks, rosa[1], site="gazette").status_code == 401


# Doing


def test_she_edits_a_comment_through_the_page(app, asks, rosa):
    number = id_of(rosa[0])
    editor = asks.client.post(f"{PAGE}/comments/{number}/editor")
    assert "The harbour is loud.</textarea>" in editor.text
    saved = asks.client.post(f"{PAGE}/comments/{number}/edit", data={"text": "The harbour is very loud."})
    assert (saved.status_code, saved.location) == (
        303,
        f"https://comments.herald.example{PAGE}?done=held#comment-{number}",
    )
    assert "The harbour is very loud." in asks.client.get(PAGE).text


def test_what_she_typed_is_not_lost_when_it_cannot_be_saved(asks, rosa, newsroom):
    number = id_of(rosa[0])
    newsroom.decide(number, "reject")
    tried = asks.client.post(f"{PAGE}/comments/{number}/edit", data={"text": "Long and dear to me."})
    assert (tried.status_code, "Long and dear to me." in tried.text) == (409, True)
    empty = asks.client.post(f"{PAGE}/comments/{number}/edit", data={"text": " "})
    assert (empty.status_code, "Write your comment." in empty.text) == (422, True)


def test_she_takes_a_comment_back(app, asks, rosa):
    asks.client.post(f"{PAGE}/comments/{id_of(rosa[0])}/retract")
    with app.app_context():
        assert row_of(rosa[0]).retracted_at is not None


@pytest.mark.parametrize("act", ["editor", "edit", "retract"])
def test_she_does_nothing_to_anybody_elses(app, asks, rosa, act):
    other = said(asks, "Not hers.", email="ben@example.org")
    tried = asks.client.post(f"{PAGE}/comments/{id_of(other)}/{act}", data={"text": "Mine now."})
    with app.app_context():
        assert (tried.status_code, row_of(other).retracted_at, row_of(other).revision_number) == (404, None, 1)


@pytest.mark.parametrize("act", ["editor", "edit", "retract"])
def test_a_browser_nobody_knows_does_nothing(app, asks, rosa, act):
    tried = asks.app.test_client().post(f"{PAGE}/comments/{id_of(rosa[0])}/{act}", data={"text": "Mine now."})
    with app.app_context():
        assert (tried.status_code, row_of(rosa[0]).retracted_at) == (401, None)


def test_no_other_page_acts_in_her_name(app, asks, rosa):
    path = f"{PAGE}/comments/{id_of(rosa[0])}/retract"
    assert asks.client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with app.app_context():
        assert row_of(rosa[0]).retracted_at is None


def test_her_mail_is_chosen_from_here(asks, rosa):
    link = re.search(r'href="https://comments.herald.example(/mail/preferences/[^"]+)"', asks.client.get(PAGE).text)
    assert link
    assert asks.client.get(link[1]).status_code == 200


def test_a_browser_can_be_forgotten(asks, rosa):
    asks.client.post(f"{PAGE}/forget")
    assert asks.client.get_cookie("commentsvc-reader-herald") is None
    assert mine(asks, rosa[1]).status_code == 401


# The link


def test_the_link_leads_to_her_comments_in_another_browser(asks, rosa):
    ask_for_link(asks)
    asks.deliver()
    [letter] = asks.to(ROSA)
    link, phone = asks.link(letter, "enter"), asks.app.test_client()
    assert "The harbour is loud." not in phone.get(link).text
    assert phone.get(PAGE).text.count("The harbour is loud.") == 0  # opening it alone opened nothing
    assert phone.post(link).status_code == 303
    assert "The harbour is loud." in phone.get(PAGE).text


def test_that_link_works_once_and_for_nothing_else(asks, rosa):
    ask_for_link(asks)
    asks.deliver()
    link = asks.link(asks.to(ROSA)[0], "enter")
    crossed = asks.client.post(link.replace("enter", "confirm")).status_code
    asks.app.test_client().post(link)
    second = asks.app.test_client()
    assert (crossed, second.post(link).status_code, second.get_cookie("commentsvc-reader-herald")) == (404, 200, None)


def test_that_link_ends_within_an_hour(asks, rosa, monkeypatch):
    import time

    ask_for_link(asks)
    asks.deliver()
    link, at = asks.link(asks.to(ROSA)[0], "enter"), time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: at + 3700)
    assert asks.client.post(link).status_code == 410


def test_the_answer_is_the_same_for_an_address_nobody_knows(asks, rosa):
    known, unknown = ask_for_link(asks), ask_for_link(asks, "nobody@example.org")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert "rosa@" not in known.text
    asks.deliver()
    assert {str(each["To"]) for each in asks.room.messages} == {ROSA}


def test_who_never_confirmed_is_asked_whether_the_last_comment_is_theirs(app, asks):
    answer = said(asks, "The harbour is loud.")
    asks.deliver()
    asks.room.messages.clear()
    ask_for_link(asks)
    asks.client.post(letter_link(asks))
    with app.app_context():
        assert row_of(answer).author.confirmed_at is not None


def test_nobodys_mailbox_is_filled_with_links(app, asks, rosa):
    for number in range(6):
        ask_for_link(asks, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
    asks.deliver()
    assert len(asks.to(ROSA)) == 2  # the question was the first of three that day
    with app.app_context():
        assert db.session.query(Confirmation).count() == 3


def test_one_network_asks_only_so_often(asks):
    assert [ask_for_link(asks, "nobody@example.org").status_code for _ in range(21)][-1] == 429


def test_an_address_that_is_none_is_named(asks):
    answer = ask_for_link(asks, "rosa")
    assert (answer.status_code, "Enter an email address such as" in answer.text) == (422, True)


def test_where_no_mail_is_sent_nothing_is_promised(client, cast):
    page = client.get(PAGE).text
    asked = client.post(f"{PAGE}/link", data={"email": ROSA}).text
    assert ("<form" in page, "is on its way" in asked) == (False, False)


def test_a_rejected_comment_cannot_be_published_by_confirming(app, asks, cast):
    answer = said(asks, "The harbour is loud.")
    asks.decide(id_of(answer), "reject", actor=cast.hanna)
    page = asks.client.post(letter_link(asks))
    with app.app_context():
        assert (row_of(answer).status, page.status_code) == (Status.REJECTED, 200)


def test_the_way_back_is_only_to_the_sites_own_pages(app, asks, cast, newsroom):
    answer = said(asks, "The harbour is loud.")
    asks.decide(id_of(answer), "approve", actor=cast.hanna)
    asks.change(lambda: setattr(row_of(answer).story, "url", "https://elsewhere.example/"))
    page = asks.client.post(letter_link(asks)).text
    assert ("commentsvc-known" in page, "elsewhere.example" in page) == (False, False)
    with pytest.raises(IndexError):
        code_in(type("Page", (), {"text": page}))
