"""Whoever is about to be erased is told, and can take it back from their mailbox. Mail reaches a real server."""

from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.privacy import erasing
from commentsvc.privacy.models import Erasure
from tests.cast import SOMEONE
from tests.notifications.conftest import mail, smtp, time
from tests.privacy.conftest import rows_of

__all__ = ["mail", "smtp", "time"]


def asked(mail, comment: int) -> None:
    with mail.app.app_context(), unit_of_work():
        erasing.ask(db.session.get_one(Comment, comment).author, actor=SOMEONE, now=mail.time())


def test_the_letter_leads_to_the_way_back(app, mail):
    asked(mail, mail.reader())
    mail.deliver()
    [letter] = mail.to("rosa@example.org")
    assert str(letter["Subject"]) == "Your data at The Herald are about to be erased"
    assert mail.client.post(mail.link(letter, "mine"), data={"do": "cancel"}).status_code == 200
    assert rows_of(app, Erasure)[0].cancelled_at is not None


def test_an_address_nobody_confirmed_gets_none(mail):
    asked(mail, mail.post(notify="replies"))
    mail.deliver()
    assert mail.subjects() == ["Please confirm your address for The Herald"]


def test_what_was_cancelled_before_the_letter_went_is_not_told(app, mail):
    asked(mail, mail.reader())
    with app.app_context(), unit_of_work():
        erasing.cancel(db.session.get_one(Erasure, 1), actor=SOMEONE, now=mail.time())
    mail.deliver()
    assert mail.subjects() == []
