"""Another secret key: who an address belongs to, and that its mail was stopped, is still known."""

from dataclasses import replace

import pytest

from commentsvc.core.crypto import Keyring
from commentsvc.core.database import db
from commentsvc.notifications.models import Recipient, Stopped

ROSA = "rosa@example.org"


@pytest.fixture
def new_key(app, mail):
    def turn() -> None:
        house = app.extensions["commentsvc"]
        old = app.config["COMMENTSVC"].secret_keys
        app.extensions["commentsvc"] = replace(house, keys=Keyring(["a new key of thirty-two characters!", *old]))

    return turn


def stop(mail) -> None:
    def complain() -> None:
        one = db.session.query(Recipient).one()
        one.stopped_at, one.stopped_because = mail.time(), Stopped.COMPLAINT

    mail.change(complain)


def test_an_address_that_complained_stays_stopped(mail, new_key):
    mail.reader(ROSA)
    stop(mail)
    new_key()
    mail.receipts.clear()
    mail.post(ROSA, notify="all", network="192.0.2.99")
    mail.deliver()
    with mail.app.app_context():
        assert db.session.query(Recipient).count() == 1
    assert mail.to(ROSA) == []


def test_a_reader_of_before_hears_of_a_reply(mail, new_key):
    first = mail.reader(ROSA)
    new_key()
    mail.post("ben@example.org", parent=str(first))
    mail.deliver()
    assert len(mail.to(ROSA)) == 1


def test_ones_own_reply_is_no_news_under_another_key_either(mail, new_key):
    first = mail.reader(ROSA)
    new_key()
    mail.receipts.clear()
    mail.post(ROSA, parent=str(first), network="192.0.2.99")
    mail.deliver()
    assert mail.to(ROSA) == []


def test_what_was_kept_under_the_old_key_is_kept_under_the_new_one(mail, new_key):
    mail.reader(ROSA)
    new_key()
    mail.receipts.clear()
    mail.post(ROSA, notify="replies", network="192.0.2.99")
    with mail.app.app_context():
        present = app_hash(mail)
        assert db.session.query(Recipient).one().email_hash == present


def app_hash(mail) -> str:
    from commentsvc.core.mail_address import address_hashes
    from commentsvc.sites.service import site_named

    return address_hashes(ROSA, f"site {site_named('herald').id}", mail.app.extensions["commentsvc"].keys)[0]
