"""A link to one's own data, asked for by typing an address: by mail, used once, the same for every address."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from commentsvc.authors.models import Author
from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.extensions import limiter
from commentsvc.notifications.models import Recipient, Stopped
from commentsvc.outbox.models import Delivery
from commentsvc.privacy import erasing, own_pages, requests, retention
from commentsvc.privacy.models import DataRequest, Erasure, PrivacyAct
from tests.cast import SOMEONE
from tests.notifications.conftest import mail, smtp, time
from tests.privacy.conftest import rows_of

__all__ = ["mail", "smtp", "time"]

ROSA, PAGE = "rosa@example.org", "/my-data/herald"


@pytest.fixture(autouse=True)
def moved(monkeypatch, time):
    monkeypatch.setattr(own_pages, "now", time)


@pytest.fixture
def rosa(mail) -> int:
    """The number of a comment of hers; her address is confirmed."""
    return mail.reader(ROSA)


def ask(mail, email: str = ROSA, wish: str = "copy", *, network: str = "192.0.2.20", site: str = "herald"):
    limiter.reset()
    asked = {"email": email, "wish": wish}
    asks = {"environ_base": {"REMOTE_ADDR": network}}
    return mail.app.test_client().post(f"/my-data/{site}", data=asked, **asks)


def link(mail, wish: str = "copy") -> str:
    ask(mail, wish=wish)
    mail.deliver()
    return mail.link(mail.to(ROSA)[-1], wish)


# What it does


def test_the_link_gives_a_copy(mail, rosa):
    got = mail.client.post(link(mail))
    assert (got.mimetype, got.headers["Cache-Control"], got.headers["Referrer-Policy"]) == (
        "application/zip",
        "no-store",
        "no-referrer",
    )
    assert "The harbour, once more" in ZipFile(io.BytesIO(got.data)).read("comments.html").decode()


def test_the_other_link_begins_the_erasure_and_a_letter_says_how_to_take_it_back(app, mail, rosa):
    page = mail.client.post(link(mail, "erase"))
    assert (page.status_code, "is erased at this time" in page.text) == (200, True)
    mail.deliver()
    back = mail.link(mail.to(ROSA)[-1], "mine")
    assert mail.client.post(back, data={"do": "cancel"}).status_code == 200
    [erasure] = rows_of(app, Erasure)
    assert (erasure.account_id, erasure.cancelled_at is None) == (None, False)


def test_who_asked_is_remembered_as_the_person(app, mail, rosa):
    mail.client.post(link(mail))
    assert [(each.act, each.account_id) for each in rows_of(app, PrivacyAct)] == [("exported", None)]


def test_the_page_of_ones_comments_leads_here(mail):
    assert f'href="{PAGE}"' in mail.client.get("/me/herald").text
    page = mail.client.get(PAGE)
    assert (page.status_code, page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == (
        200,
        "no-store",
        "noindex, nofollow",
    )


# Once, by a press, for what it names


@pytest.mark.parametrize("wish", ["copy", "erase"])
def test_a_program_that_opens_the_link_does_nothing_and_uses_nothing_up(app, mail, rosa, wish):
    door = link(mail, wish)
    assert [mail.client.open(door, method=method).status_code for method in ("GET", "HEAD", "GET")] == [200] * 3
    assert mail.client.get(f"{door}?wish={wish}&do={wish}").status_code == 200
    assert (rows_of(app, PrivacyAct), rows_of(app, Erasure)) == ([], [])
    assert mail.client.post(door).status_code == 200


@pytest.mark.parametrize("wish", ["copy", "erase"])
def test_it_works_once(app, mail, rosa, wish):
    door = link(mail, wish)
    answers = [mail.client.post(door), mail.client.post(door), mail.client.get(door)]
    assert [each.status_code for each in answers] == [200, 410, 410]
    assert "This link was used already" in answers[1].text
    assert len(rows_of(app, PrivacyAct)) == 1


def test_it_ends_after_an_hour(mail, rosa, time, monkeypatch):
    door = link(mail)
    made = clock.now()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: made.timestamp() + 3_599)
    assert mail.client.get(door).status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: made.timestamp() + 3_602)
    assert (mail.client.get(door).status_code, mail.client.post(door).status_code) == (410, 410)


@pytest.mark.parametrize(
    "other", ["/mail/erase/", "/mail/mine/", "/mail/enter/", "/mail/confirm/", "/mail/preferences/"]
)
def test_it_opens_nothing_else(app, mail, rosa, other):
    token = link(mail).rpartition("/")[2]
    assert {mail.client.get(other + token).status_code, mail.client.post(other + token).status_code} == {404}
    assert (rows_of(app, PrivacyAct), rows_of(app, Erasure)) == ([], [])


def test_a_link_with_a_sign_changed_opens_nothing(mail, rosa):
    door = link(mail)
    assert mail.client.post(door[:-1] + ("A" if door[-1] != "A" else "Q")).status_code == 404


def test_a_page_of_somebody_elses_asks_for_nothing(app, mail, rosa):
    sent = {"data": {"email": ROSA, "wish": "erase"}, "headers": {"Sec-Fetch-Site": "cross-site"}}
    assert mail.client.post(PAGE, **sent).status_code == 403
    assert rows_of(app, DataRequest) == []


# Nobody learns whose address it is


@pytest.mark.parametrize("other", ["nobody@example.org", "typed@example.org", "stopped@example.org"])
@pytest.mark.parametrize("wish", ["copy", "erase"])
def test_answer_statements_and_what_is_left_behind_are_the_same_for_every_address(
    app, mail, rosa, statements, other, wish
):
    """Known, never seen, only typed, or one that mail was stopped to."""
    mail.post("typed@example.org")
    mail.reader("stopped@example.org")
    with app.app_context(), unit_of_work():
        recipient = db.session.scalars(select(Recipient).order_by(Recipient.id.desc())).first()
        recipient.stopped_at, recipient.stopped_because = mail.time(), Stopped.BOUNCE

    def asked(email: str, network: str) -> tuple:
        before = len(mail.deliveries())
        with statements() as said:
            answer = ask(mail, email, wish, network=network)
        return said, answer.status_code, answer.text.replace(email, ""), len(mail.deliveries()) - before

    known, unknown = asked(ROSA, "192.0.2.31"), asked(other, "192.0.2.32")
    assert known == unknown
    assert (known[1], known[3]) == (200, 1)


def test_an_address_nobody_wrote_under_gets_no_letter(mail, rosa):
    ask(mail, "nobody@example.org")
    mail.deliver()
    assert mail.room.messages == []


def test_an_address_that_was_only_typed_is_told_how_to_show_that_it_is_theirs(mail):
    mail.post(ROSA)
    ask(mail)
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert "https://comments.herald.example/me/herald" in mail.text(letter)
    assert ("/mail/copy/" in mail.text(letter), "Rosa Reader" in mail.text(letter)) == (False, False)


def test_a_link_is_worth_nothing_once_the_address_is_not_confirmed_any_more(app, mail, rosa):
    door = link(mail)
    with app.app_context(), unit_of_work():
        for author in db.session.scalars(select(Author)):
            author.confirmed_at = None
    assert mail.client.post(door).status_code == 404


def test_a_mailbox_mail_was_stopped_to_gets_none(app, mail, rosa):
    with app.app_context(), unit_of_work():
        recipient = db.session.scalars(select(Recipient)).one()
        recipient.stopped_at, recipient.stopped_because = mail.time(), Stopped.COMPLAINT
    ask(mail)
    mail.deliver()
    assert mail.room.messages == []


def test_an_address_of_one_site_is_none_of_another(mail, rosa):
    ask(mail, site="gazette")
    mail.deliver()
    assert mail.room.messages == []


@pytest.mark.parametrize("email", ["", "rosa", "rosa@", "a@b@c", "x" * 400 + "@example.org"])
def test_what_is_no_address_is_said_so(app, mail, email):
    assert (ask(mail, email).status_code, rows_of(app, DataRequest)) == (422, [])


@pytest.mark.parametrize("wish", ["everything", "mine", "COPY"])
def test_what_cannot_be_wished_for_is_refused(app, mail, rosa, wish):
    assert (ask(mail, wish=wish).status_code, rows_of(app, DataRequest)) == (422, [])


# Not too many


def test_a_mailbox_gets_three_a_day_whoever_asks_and_the_answer_stays_the_same(mail, rosa, time):
    texts = {ask(mail, network=f"192.0.2.{number}").text for number in range(5)}
    mail.deliver()
    assert (len(mail.to(ROSA)), len(texts)) == (3, 1)
    time.pass_by(hours=24, seconds=1)
    ask(mail)
    mail.deliver()
    assert len(mail.to(ROSA)) == 4


def test_a_network_asks_for_twenty_addresses_a_day(app, mail):
    statuses = {ask(mail, f"reader{number}@example.org").status_code for number in range(25)}
    assert (statuses, len(rows_of(app, DataRequest))) == ({200}, 20)


# What is left of it


def test_it_is_forgotten_after_a_day(app, mail, rosa, monkeypatch):
    ask(mail)
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(retention.clock, "now", lambda: tomorrow)
    with app.app_context():
        retention.forget()
    assert rows_of(app, DataRequest) == []


def test_an_erased_person_leaves_no_request_and_no_letter_behind(app, mail, rosa):
    ask(mail)
    with app.app_context(), unit_of_work():
        author = db.session.scalars(select(Author).where(Author.confirmed_at.is_not(None))).one()
        erasing.ask(author, actor=SOMEONE, now=clock.now()).due_at = clock.now()
    with app.app_context():
        erasing.erase_due()
        left = db.session.scalars(select(Delivery.kind).where(Delivery.kind == requests.KIND)).all()
    assert (rows_of(app, DataRequest), left) == ([], [])


def test_no_address_stands_in_what_waits(app, mail, rosa):
    ask(mail)
    [waiting] = [each for each in mail.deliveries() if each.kind == requests.KIND]
    assert set(waiting.payload) == {"asked"}
    assert "rosa" not in str(vars(rows_of(app, DataRequest)[0])).lower()


def test_without_a_mail_server_nobody_is_promised_a_letter(app, client, cast):
    assert "sends no mail" in client.get(PAGE).text
    answer = client.post(PAGE, data={"email": ROSA, "wish": "copy"})
    assert ("on its way" in answer.text, rows_of(app, DataRequest)) == (False, [])
