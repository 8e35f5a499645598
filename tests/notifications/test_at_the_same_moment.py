"""Two of one reader's requests at the same moment."""

from commentsvc.authors.models import Author
from commentsvc.core.database import db
from commentsvc.notifications import choices
from commentsvc.notifications.models import Kind, Pace


def test_a_choice_somebody_else_just_made_is_no_failure(mail, monkeypatch):
    mail.reader("rosa@example.org")
    monkeypatch.setattr(db.session, "get", lambda *args, **more: None)  # looked before the other one was there

    def choose() -> None:
        choices.choose(db.session.query(Author).filter(Author.email_hash.is_not(None)).one(), {Kind.REPLY: Pace.DAILY})

    mail.change(choose)
    monkeypatch.undo()

    def check() -> None:
        author = db.session.query(Author).filter(Author.email_hash.is_not(None)).one()
        assert choices.pace_of(author.id, Kind.REPLY) is Pace.DAILY

    mail.change(check)
