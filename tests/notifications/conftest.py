"""A mail server that keeps what is handed in, and the readers who get mail."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient

from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.notifications import digest, own_pages, own_routes, pages
from commentsvc.notifications.mail import MailServer
from commentsvc.outbox import channels, lanes, work
from commentsvc.outbox.models import Delivery
from tests.cast import rosas_comment
from tests.outbox.conftest import Clock
from tests.stage import free_port

BASE = "https://comments.herald.example"


class Mailroom:
    """What aiosmtpd hands over; `refused` addresses are answered with 550."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        if address in self.refused:
            return f"550 5.1.1 {address} is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(envelope)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def smtp() -> Iterator[tuple[Mailroom, str]]:
    room = Mailroom()
    controller = Controller(room, hostname="127.0.0.1", port=(port := free_port()))
    controller.start()
    yield room, f"smtp://127.0.0.1:{port}?from=comments@herald.example"
    controller.stop()


@pytest.fixture
def time(monkeypatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr("commentsvc.now", moved)  # the roof's, by which facts are kept
    for door in (work, digest, pages, own_pages, own_routes):
        monkeypatch.setattr(door, "now", moved)
    return moved


class Mail:
    """The readers' mail of the Herald, from asking for it to what arrives."""

    def __init__(self, app: Flask, room: Mailroom, time: Clock) -> None:
        self.app, self.room, self.time = app, room, time
        self.client = app.test_client()
        self.receipts: dict[str, str] = {}

    def post(self, email: str = "rosa@example.org", *, network: str = "192.0.2.10", **changes) -> int:
        """A comment through the API; who wrote before shows the receipt. Returns its id."""
        shown = {"Authorization": f"Bearer {self.receipts[email]}"} if email in self.receipts else {}
        sent = rosas_comment(
            email=email, **{"text": f"The harbour, once more: {len(self.receipts)} {changes}", **changes}
        )
        answer = self.client.post("/api/v1/comments", json=sent, headers=shown, environ_base={"REMOTE_ADDR": network})
        assert answer.status_code == 201, answer.json
        self.receipts[email] = answer.json["receipt"]["token"]
        return int(answer.json["comment"]["id"])

    def reader(self, email: str = "rosa@example.org", notify: str = "replies", **changes) -> int:
        """Somebody who asked for mail and confirmed; their mailbox is empty again. Returns their first comment's id."""
        comment = self.post(email, notify=notify, **changes)
        self.deliver()
        [letter] = self.to(email)
        assert self.client.post(self.link(letter, "confirm")).status_code == 200
        self.receipts[email] = self.known_as()  # what proved them before is worth nothing any more
        self.room.messages.clear()
        return comment

    def known_as(self, client: FlaskClient | None = None) -> str:
        """The token a confirmation gave to a browser."""
        cookie = (client or self.client).get_cookie("commentsvc-reader-herald")
        assert cookie, "this browser is not known"
        return cookie.value

    def deliver(self) -> None:
        """What a worker does until nothing is due."""
        with self.app.app_context():
            for _ in range(20):
                work.release()
                if not lanes.due(now=self.time()):
                    return
                work.pull()
        raise AssertionError("it does not come to an end")

    def summaries(self) -> None:
        with self.app.app_context():
            digest.make_digests()
        self.deliver()

    def decide(self, comment: int, action: str, *, actor, reason: str = "") -> None:
        seen = (
            self.app.test_client()
            .get("/api/v1/moderation/queue?site=herald&queue=all&limit=100", headers=actor.headers)
            .json
        )
        version = next(each["version"] for each in seen["items"] if each["id"] == str(comment))
        body = {"comments": [{"id": str(comment), "version": version}], "action": action, "reason": reason}
        answer = self.app.test_client().post("/api/v1/moderation/decisions", json=body, headers=actor.headers)
        assert answer.json["decided"], answer.json
        self.time.pass_by(seconds=31)

    def to(self, email: str) -> list[EmailMessage]:
        return [each for each in self.room.messages if each["To"].addresses[0].addr_spec == email]

    def subjects(self, email: str = "rosa@example.org") -> list[str]:
        return [str(each["Subject"]) for each in self.to(email)]

    @staticmethod
    def text(letter: EmailMessage) -> str:
        return letter.get_body(("plain",)).get_content()

    @staticmethod
    def html(letter: EmailMessage) -> str:
        return letter.get_body(("html",)).get_content()

    def link(self, letter: EmailMessage, page: str) -> str:
        """The path of one of a letter's links."""
        found = re.search(rf"{BASE}(/mail/{page}/\S+)", self.text(letter))
        assert found, self.text(letter)
        return found[1]

    def deliveries(self) -> list[Delivery]:
        with self.app.app_context():
            return list(db.session.query(Delivery).order_by(Delivery.id))

    def change(self, act: Callable[[], None]) -> None:
        with self.app.app_context(), unit_of_work():
            act()


@pytest.fixture
def mail(app, cast, newsroom, smtp, time) -> Iterator[Mail]:
    """The Herald publishes at once and sends mail to a real server."""
    room, url = smtp
    newsroom.set("herald", hold_first_comments=0, quick_form_seconds=0, duplicate_check=False, confirm_addresses="off")
    house, channel = app.extensions["commentsvc"], app.extensions[channels.EXTENSION].channels["mail"]
    app.extensions["commentsvc"] = type(house)(house.keys, BASE, sends_mail=True)
    channel.server = MailServer.at(url)
    yield Mail(app, room, time)
    app.extensions["commentsvc"], channel.server = house, None
