"""The mail server as it is configured, and what goes to it."""

import socket
import threading
import time
from contextlib import suppress

import pytest
from aiosmtpd.controller import Controller

from commentsvc import create_app
from commentsvc.config import Misconfigured
from commentsvc.core.clock import now
from commentsvc.notifications import mail
from commentsvc.notifications.mail import Letter, MailServer, message_for
from commentsvc.outbox import lanes
from tests.conftest import settings
from tests.stage import free_port


def test_a_mail_server_is_read_from_its_address():
    server = MailServer.at("smtps://us%40er:pa%3Ass@mail.example:465?from=comments@news.example")
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 465, "us@er", "pa:ss")
    assert (server.wrapped, server.tls, server.sender) == (True, False, "comments@news.example")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example?from=nobody",
        "smtp://mail.example?from=a@b.example%0D%0ABcc:c@d.example",
    ],
)
def test_a_wrong_address_stops_the_start(tmp_path, url):
    with pytest.raises(Misconfigured, match="COMMENTSVC_MAIL_URL"):
        create_app(settings("sqlite://", tmp_path, mail_url=url, base_url="https://comments.example"))


def test_mail_without_a_public_address_stops_the_start(tmp_path):
    with pytest.raises(Misconfigured, match="COMMENTSVC_BASE_URL"):
        create_app(settings("sqlite://", tmp_path, mail_url="smtp://mail.example?from=a@b.example"))


@pytest.mark.parametrize(
    ("url", "offered"),
    [("smtp://mail.example?from=a@b.example", ["none", "replies", "all"]), (None, [])],
)
def test_mail_is_offered_only_where_it_can_be_sent(tmp_path, url, offered):
    from commentsvc.core.database import db
    from commentsvc.core.unit_of_work import unit_of_work
    from commentsvc.sites.service import add_site

    app = create_app(
        settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, mail_url=url, base_url="https://c.example")
    )
    with app.app_context():
        db.create_all()
        with unit_of_work():
            add_site("herald", name="The Herald", origins=["https://www.herald.example"])
    client = app.test_client()
    assert client.get("/api/v1/thread?site=herald&story=x").json["form"]["notify"] == offered
    assert ('name="notify"' in client.get("/thread/herald?story=x").text) == bool(offered)


NAMES = [
    "The Herald",
    'Zürich, "Blatt" <x@y>',
    "صحيفة الميناء",
    "a\r\nBcc: x@y.example",
    "=?utf-8?q?x=0D=0ABcc:_v@ok.test?=",
    "x" * 500,
    'The Very, Very Long: Name of a "Newspaper" (with) <all> [of] the; specials @ once, and more of them',
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_makes_another_header_or_address(name):
    from email import message_from_bytes, policy

    letter = Letter(
        "rosa@example.org", name, "text", "<p>text</p>", {"List-Unsubscribe": f"<https://c.example/{'x' * 300}>"}
    )
    raw = message_for(letter, sender="comments@herald.example", sender_name=name, uid="msg_1", now=now()).as_bytes()
    read = message_from_bytes(raw, policy=policy.default)
    assert [each.addr_spec for each in read["From"].addresses] == ["comments@herald.example"]
    assert [each.addr_spec for each in read["To"].addresses] == ["rosa@example.org"]
    assert (read["Bcc"], read["Message-ID"]) == (None, "<msg_1@herald.example>")
    assert read["List-Unsubscribe"] == f"<https://c.example/{'x' * 300}>"
    assert max(map(len, raw.split(b"\r\n"))) < 998


def dripping(stop: threading.Event) -> socket.socket:
    """A mail server whose greeting never comes to an end: one line after the other, each in good time."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            while not stop.wait(0.1):
                line.sendall(b"220-one moment\r\n")

    threading.Thread(target=drip, daemon=True).start()
    return listening


def test_a_server_that_drips_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(mail, "HAND_OVER", 0.5)
    stop = threading.Event()
    with dripping(stop) as listening:
        server = MailServer.at(f"smtp://127.0.0.1:{listening.getsockname()[1]}?from=comments@news.example")
        letter = Letter("rosa@example.org", "Hello", "Hello", "<p>Hello</p>")
        message = message_for(letter, sender="comments@news.example", sender_name="News", uid="msg_1", now=now())
        began = time.monotonic()
        answer = server.send(message)
        took = time.monotonic() - began
        stop.set()
    assert (answer.succeeded, answer.final, took < 3) == (False, False, True)


def test_handing_over_ends_before_the_lane_is_somebody_elses():
    assert lanes.LEASE.total_seconds() > 1.5 * mail.HAND_OVER


def test_a_letter_that_was_taken_is_taken_however_the_server_says_goodbye():
    class Rude:
        def __init__(self) -> None:
            self.got = 0

        async def handle_DATA(self, server, session, envelope) -> str:
            self.got += 1
            return "250 OK"

        async def handle_QUIT(self, server, session, envelope) -> str:
            return "421 Get out"

    rude = Rude()
    controller = Controller(rude, hostname="127.0.0.1", port=free_port())
    controller.start()
    server = MailServer.at(f"smtp://127.0.0.1:{controller.port}?from=comments@news.example")
    letter = Letter("rosa@example.org", "Hello", "Hello", "<p>Hello</p>")
    message = message_for(letter, sender="comments@news.example", sender_name="News", uid="msg_1", now=now())
    answer = server.send(message)
    controller.stop()
    assert (answer.succeeded, rude.got) == (True, 1)
