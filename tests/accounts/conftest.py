"""What the tests of the staff share: letters that are read as they would be sent, browsers, apps with codes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from commentsvc.accounts import second_step
from commentsvc.accounts.models import Account, Act
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import find_account
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import staff_letters
from commentsvc.outbox.models import Delivery
from tests.cast import Cast, Newsroom, Person, csrf_token

BASE = "https://comments.herald.example"
GOOD = "seven quiet lighthouses"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Staff:
    """The staff of the tests and what they do."""

    def __init__(self, app: Flask, cast: Cast, newsroom: Newsroom) -> None:
        self.app, self.cast, self.newsroom = app, cast, newsroom

    def letters(self) -> list[str]:
        """The text of every letter that waits; a delivery without anything to say is none."""
        with self.app.app_context():
            waiting = db.session.scalars(select(Delivery).where(Delivery.channel == "mail").order_by(Delivery.id)).all()
            written = [staff_letters.WRITERS[each.kind](each, now()) for each in waiting]
            return [letter[0].text for letter in written if letter]

    def link(self) -> str:
        """The path of the link in the newest letter."""
        return next(line for line in self.letters()[-1].splitlines() if line.startswith(BASE)).removeprefix(BASE)

    def invite(self, email: str = "ida@newsroom.example", **more: str) -> str:
        """Ada invites somebody by the page; returns the path of the link in the letter."""
        sent = {"email": email, "name": "Ida", "role": "moderator", "site-herald": "yes", **more}
        answer = post(self.newsroom.signed_in(self.cast.ada), "/admin/accounts/new", **sent)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self.link()

    def with_codes(self, person: Person, secret: str = SECRET, *, at: datetime | None = None) -> list[str]:
        """Give somebody a second step; returns the recovery codes. The app's code of two steps ago is used up."""
        moment = (at or now()) - timedelta(seconds=60)
        with self.app.app_context(), unit_of_work():
            account = find_account(person.email, house().keys)
            code = pyotp.TOTP(secret).at(moment)
            return second_step.turn_on(account, secret, code, actor=Actor.of(account), keys=house().keys, now=moment)

    def account(self, person: Person) -> Account:
        return find_account(person.email, house().keys)

    def acts(self) -> list[tuple[str, str]]:
        """Who did what, without sign-ins."""
        with self.app.app_context():
            found = db.session.scalars(select(Act).where(Act.action != "signed in").order_by(Act.id))
            return [(each.by, each.action) for each in found]


def post(client: FlaskClient, path: str, *, page: str | None = None, **data: str):
    """Send what a form at `page` (the path itself, unless named) would send."""
    shown = client.get(page or path).get_data(as_text=True)
    return client.post(path, data={"csrf_token": csrf_token(shown), **data})


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))


@pytest.fixture
def staff(app, cast, newsroom, monkeypatch) -> Staff:
    """The cast in a house that sends mail from a public address."""
    monkeypatch.setitem(
        app.extensions, "commentsvc", replace(app.extensions["commentsvc"], base_url=BASE, sends_mail=True)
    )
    return Staff(app, cast, newsroom)


@pytest.fixture
def later(monkeypatch) -> Callable[[timedelta], None]:
    """Let time pass for everything at the doors."""
    from commentsvc.accounts import guards, routes
    from commentsvc.staff import accounts_pages, entrance_pages, security_pages

    def pass_by(span: timedelta) -> None:
        for module in (guards, routes, accounts_pages, entrance_pages, security_pages):
            monkeypatch.setattr(module, "now", lambda: now() + span)

    return pass_by
