"""The mail server as it is configured, and what goes to it."""

import pytest

from commentsvc import create_app
from commentsvc.config import Misconfigured
from commentsvc.core.clock import now
from commentsvc.notifications.mail import Letter, MailServer, message_for
from tests.conftest import settings


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
