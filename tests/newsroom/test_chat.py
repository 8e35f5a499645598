"""Messages to the newsroom's chats: short, calm, to where an admin said and nowhere else."""

import gc
import json
import logging
import socket
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic, sleep

import pytest
from sqlalchemy.exc import IntegrityError

from commentsvc.core import http_out
from commentsvc.core.database import db
from commentsvc.core.errors import ValidationFailed
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import chat as chats
from commentsvc.notifications import chat_services
from commentsvc.notifications.chat_services import Message
from commentsvc.notifications.newsroom_models import ChatTarget
from commentsvc.outbox import channels
from commentsvc.outbox.models import Delivery, DeliveryStatus, Lane
from commentsvc.sites.service import site_named
from tests.stage import free_port


@pytest.fixture
def opened(app, plain_chat, slack):
    """This machine is opened for chats, as COMMENTSVC_OUTGOING_ALLOWED does."""
    channel = app.extensions[channels.EXTENSION].channels["chat"]
    before = channel.allowed
    channel.allowed = ("127.0.0.1", "localhost")
    yield channel.allowed
    channel.allowed = before


def add(app, time, url, events=("comment.held", "queue.threshold"), allowed=("127.0.0.1", "localhost")) -> int:
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        made = chats.add_target(
            site.id, name="Newsroom", url=url, events=events, keys=house().keys, allowed=allowed, now=time()
        )
        return made.id


@pytest.fixture
def hooked(app, cast, time, slack, opened, letterbox) -> int:
    return add(app, time, f"https://localhost:{slack.port}/services/T0/B0/secret")


def test_a_held_comment_is_told_in_three_lines(hooked, desk, newsroom, slack):
    comment = newsroom.comment(newsroom.story(title="Harbour"), "Where are *the* boats?", status="hold")
    desk.work()
    assert slack.paths == ["POST /services/T0/B0/secret"]
    assert slack.got[0]["text"].split("\n") == [
        "A comment waits for a decision on “Harbour”",
        "Rosa Reader: Where are the boats?",
        f"https://comments.herald.example/desk/comments/{comment}",
    ]


def test_what_was_not_chosen_is_not_told(hooked, desk, newsroom, slack):
    newsroom.comment(newsroom.story(), "Fine.")
    desk.work()
    assert [each["text"] for each in slack.got if "approved" in each["text"]] == []


def test_a_long_queue_is_told_in_numbers(hooked, desk, newsroom, slack):
    newsroom.set("herald", notify_queue_above=1)
    for _ in range(2):
        newsroom.comment(newsroom.story(), status="hold", minutes_ago=3.5)
    desk.minute()
    assert slack.got[-1]["text"].startswith("The queue has grown too long at The Herald: 2 wait, the oldest for 3 min.")


def test_another_sites_chat_hears_nothing(app, hooked, desk, newsroom, slack, cast):
    newsroom.comment(newsroom.story("gazette"), site="gazette", status="hold")
    desk.work()
    assert slack.got == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<!channel> <@U123> <https://evil.example|here>", ["&lt;!channel&gt;", "&lt;@"]),
        ("@channel @here @everyone @room @all", ["@\u200bchannel @\u200bhere @\u200beveryone @\u200broom @\u200ball"]),
        ("a & b &lt;!here&gt;", ["a &amp; b &amp;lt;!here&amp;gt;"]),
        ("one\u2028two\u202ethree", ["one two"]),
    ],
)
def test_hostile_words_neither_ping_nor_pretend(hooked, desk, newsroom, slack, said, shown):
    newsroom.comment(newsroom.story(title=said), said, name=said.replace("\u2028", " ")[:80], status="hold")
    desk.work()
    text = slack.got[0]["text"]
    assert all(words in text for words in (each.replace("<@", "<") for each in shown)), text
    assert not any(mark in text for mark in ("<", ">", "@channel", "@here", "@room", "@U123", "\u202e", "\u2028"))
    assert len(text.split("\n")) == 3


def test_links_and_pictures_of_markdown_fall_apart(hooked, desk, newsroom, slack):
    newsroom.comment(
        newsroom.story(title="![x](https://evil.example/t.png)"), "`[here](https://evil.example)`", status="hold"
    )
    desk.work()
    assert "](" not in slack.got[0]["text"]


def test_a_long_comment_is_an_excerpt(hooked, desk, newsroom, slack):
    newsroom.comment(newsroom.story(), "boats " * 500, status="hold")
    desk.work()
    assert len(slack.got[0]["text"].split("\n")[1]) <= len("Rosa Reader: ") + 201


def test_no_address_and_no_secret_is_in_rows_or_logs(app, hooked, desk, newsroom, slack, caplog):
    slack.says = [(500, {})]
    with caplog.at_level(logging.DEBUG):
        newsroom.comment(newsroom.story(), email="secret@reader.example", status="hold")
        desk.work()
    with app.app_context():
        rows = [str((each.payload, each.lane_key, each.once)) for each in Delivery.query]
        stored = db.session.get_one(ChatTarget, hooked).url_encrypted
    assert "secret@" not in str(slack.got) + str(rows)
    assert "B0/secret" not in stored + caplog.text + str(rows)


def test_a_chat_that_is_down_hears_later(hooked, desk, newsroom, slack):
    slack.says = [(500, {})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    desk.later(seconds=10)
    desk.work()
    assert [each.status for each in desk.deliveries()] == [DeliveryStatus.SENT]


def test_a_chat_that_asks_for_time_gets_it(app, hooked, desk, newsroom, slack, time):
    slack.says = [(429, {"Retry-After": "300"})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    with app.app_context():
        assert (db.session.get_one(Lane, f"chat:{hooked}").next_at - time()).total_seconds() >= 299


@pytest.mark.parametrize("status", [404, 410])
def test_a_chat_that_is_gone_is_set_aside(app, hooked, desk, newsroom, slack, status):
    slack.says = [(status, {})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    with app.app_context():
        lane = db.session.get_one(Lane, f"chat:{hooked}")
        assert (lane.paused_at is not None, lane.paused_because) == (True, f"The chat answered {status}.")


def test_a_redirect_leads_nowhere(hooked, desk, newsroom, slack, plain_chat):
    slack.says = [(302, {"Location": f"http://127.0.0.1:{plain_chat.port}/elsewhere"})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    assert plain_chat.paths == []
    assert [each.status for each in desk.deliveries()] == [DeliveryStatus.WAITING]


def test_what_is_a_day_old_is_no_news(app, hooked, desk, newsroom, slack):
    slack.says = [(500, {})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    slack.got.clear()
    desk.later(hours=25)
    desk.work()
    assert (slack.got, [each.status for each in desk.deliveries()]) == ([], [DeliveryStatus.CANCELLED])


def test_a_chat_that_is_switched_off_hears_nothing(app, hooked, desk, newsroom, slack, time):
    with app.app_context(), unit_of_work():
        chats.switch(db.session.get_one(ChatTarget, hooked), on=False, now=time())
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    assert slack.got == []


def test_a_chat_that_was_removed_leaves_no_address_and_nothing_waits(app, hooked, desk, newsroom, slack, time):
    slack.says = [(500, {})]
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    with app.app_context(), unit_of_work():
        chats.remove(db.session.get_one(ChatTarget, hooked), now=time())
    desk.later(hours=1)
    desk.work()
    with app.app_context():
        assert ChatTarget.query.count() == 0
    assert [each.status for each in desk.deliveries()] == [DeliveryStatus.CANCELLED]


# Mattermost, Matrix, Telegram


HELLO = Message("Hello", "msg_1")


def test_mattermost_is_reached(app, cast, desk, newsroom, opened, plain_chat, time, letterbox):
    add(app, time, f"mmost://127.0.0.1:{plain_chat.port}/tokentoken")
    newsroom.comment(newsroom.story(title="Harbour"), "@channel <b>x</b>", status="hold")
    desk.work()
    assert plain_chat.paths == ["POST /hooks/tokentoken"]
    said = plain_chat.got[0]["text"]
    assert "Harbour" in said and "@channel" not in said


def test_matrix_is_reached(app, cast, desk, newsroom, opened, plain_chat, time, letterbox):
    add(app, time, f"matrix://syt_token@127.0.0.1:{plain_chat.port}/#news:h")
    newsroom.comment(newsroom.story(title="Harbour"), "@room Hello", status="hold")
    desk.work()
    [delivery] = desk.deliveries()
    assert plain_chat.paths == [
        "POST /_matrix/client/v3/join/%23news%3Ah",
        f"PUT /_matrix/client/v3/rooms/%21room%3Ah/send/m.room.message/{delivery.uid}",
    ]
    said = plain_chat.got[1]
    assert "Harbour" in said["body"] and "@room" not in said["body"] and said["m.mentions"] == {}
    assert plain_chat.keys == ["Bearer syt_token"] * 2


def test_telegram_is_called_with_text_only(monkeypatch):
    called = []
    reply = http_out.Reply(200, {}, "{}")
    monkeypatch.setattr(http_out, "request", lambda *call, **more: called.append(call) or reply)
    assert chats.send("tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/-1002", HELLO, ()).succeeded
    [(method, url, body)] = called
    assert (method, url) == (
        "POST",
        "https://api.telegram.org/bot123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/sendMessage",
    )
    assert json.loads(body) == {"chat_id": "-1002", "text": "Hello", "link_preview_options": {"is_disabled": True}}


@pytest.mark.parametrize("address", ["mmost://127.0.0.1:{}/tokentoken", "matrix://syt_token@127.0.0.1:{}/!room:h"])
def test_no_message_goes_to_a_private_address(app, cast, desk, newsroom, plain_chat, time, address):
    """What was opened once and is not any more: the address is checked again at every message."""
    add(app, time, address.format(plain_chat.port))
    newsroom.comment(newsroom.story(), "Hello", status="hold")
    desk.work()
    [delivery] = desk.deliveries()
    assert (plain_chat.paths, delivery.status) == ([], DeliveryStatus.WAITING)
    with app.app_context():
        assert Lane.query.one().paused_because.startswith("Port")


ONES = [
    "mmosts://mm.example/tokentoken",
    "matrixs://syt_token@mx.example/#room",
    "tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12345",
]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
@pytest.mark.parametrize("kind", ONES)
def test_a_name_that_leads_inside_is_not_followed(monkeypatch, address, kind):
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **more: [(2, 1, 6, "", (address, 443))])
    answer = chats.send(kind, HELLO, ())
    assert (answer.succeeded, answer.pause) == (False, True)


@pytest.mark.parametrize("kind", ONES)
def test_a_name_that_changes_between_two_look_ups_leads_nowhere_else(monkeypatch, kind):
    """The name is looked up once, and the connection goes to what was checked."""
    answers, called = iter(["93.184.215.14", "127.0.0.1"]), []
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **more: [(2, 1, 6, "", (next(answers), 443))])

    def connect(self, where):
        called.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.socket.connect", connect)
    assert not chats.send(kind, HELLO, ()).succeeded
    assert (called, list(answers)) == (["93.184.215.14"], ["127.0.0.1"])


def plain_ones(port: int) -> list[str]:
    return [f"mmost://127.0.0.1:{port}/tokentoken", f"matrix://syt_token@127.0.0.1:{port}/!room:h"]


@pytest.mark.parametrize("which", [0, 1])
def test_no_proxy_of_the_environment_hears_of_it(monkeypatch, opened, plain_chat, which):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert chats.send(plain_ones(plain_chat.port)[which], HELLO, opened).succeeded


@pytest.mark.parametrize("which", [0, 1])
def test_an_answer_that_drips_is_not_waited_for(monkeypatch, opened, which):
    monkeypatch.setattr(chat_services, "PATIENCE", 0.5)
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x", pause=0.1) as port:
        began = monotonic()
        answer = chats.send(plain_ones(port)[which], HELLO, opened)
    assert not answer.succeeded and monotonic() - began < 3


@pytest.mark.parametrize("which", [0, 1])
def test_an_answer_without_end_is_hung_up_on(opened, which, slow_to_let_go):
    with answering(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536, pause=0) as port:
        answer = chats.send(plain_ones(port)[which], HELLO, opened)
    assert (answer.succeeded, "larger than" in answer.text) == (False, True)


@pytest.fixture
def slow_to_let_go(monkeypatch):
    """As on a busy machine: the other side fills all buffers before we hang up. And nothing is let go by accident."""
    let_go = http_out._Exchange._let_go
    monkeypatch.setattr(http_out._Exchange, "_let_go", lambda exchange: (sleep(0.3), let_go(exchange)))
    gc.disable()
    yield
    gc.enable()


@contextmanager
def answering(head: bytes, piece: bytes, *, pause: float):
    """A server that goes on answering until it is hung up on."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line, suppress(OSError):
            line.recv(65_536)
            line.sendall(head)
            while True:
                line.sendall(piece)
                sleep(pause)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(10)
    listener.close()
    assert not thread.is_alive(), "nobody hung up"


def test_no_redirect_is_followed(opened, plain_chat):
    plain_chat.says = [(302, {"Location": f"http://127.0.0.1:{plain_chat.port}/inside"})]
    assert not chats.send(f"mmost://127.0.0.1:{plain_chat.port}/tokentoken", HELLO, opened).succeeded
    assert plain_chat.paths == ["POST /hooks/tokentoken"]


@pytest.mark.parametrize("said", [b"", b"[]", b"{", b'{"room_id": 7}', b'{"room_id": "../../inside"}', b"[" * 50_000])
def test_a_server_that_is_no_matrix_server_is_told_nothing(opened, plain_chat, said):
    plain_chat.body = lambda path: said
    assert not chats.send(plain_ones(plain_chat.port)[1], HELLO, opened).succeeded
    assert len(plain_chat.paths) == 1


def test_tokens_are_kept_out_of_the_log(opened, plain_chat, caplog):
    plain_chat.says = [(500, {})]
    with caplog.at_level(logging.DEBUG):
        chats.send(f"mmost://127.0.0.1:{plain_chat.port}/tokentoken", HELLO, opened)
    assert "tokentoken" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "", "hello", "http://hooks.slack.com/services/x", "ftp://x/y", "file:///etc/passwd", "json://127.0.0.1/x",
        "mailto://user:pass@example.org", "syslog://", "exec://rm", "slack://", "tgram://x", "matrix://",
        "mmosts://mm.example/tok?redirect=yes", "mmosts://mm.example/tok?verify=no", "mmosts://mm.example/t?RTO=900",
        "matrixs://syt_t@mx.example/#r?discovery=yes", "matrixs://user:password@mx.example/#r", "https://127.0.0.1/hook", "https://[::1]/hook",
        "https://10.0.0.1/services", "https://user:pass@hooks.slack.com/services/x", "https://hooks.slack.com:22/x",
        "https://hooks.slack.com/ x", "https://hooks.slack.com/\nx", "https://" + "x" * 1_000,
    ],
)  # fmt: skip
def test_an_address_the_service_does_not_write_to_is_refused(app, url):
    with pytest.raises(ValidationFailed) as error:
        chats.kind_of(url, ())
    assert list(error.value.fields) == ["url"]


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "slack"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", "slack"),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12345", "telegram"),
        ("matrixs://syt_token@matrix.example/#room", "matrix"),
        ("mmosts://chat.example/abcdefgh", "mattermost"),
    ],
)
def test_the_kind_of_a_chat_is_read_from_its_address(url, kind):
    assert chats.kind_of(url, ()) == kind


def test_the_database_keeps_no_kind_of_chat_there_is_not(app, cast, time):
    with app.app_context(), pytest.raises(IntegrityError), unit_of_work():
        telex = {"name": "x", "kind": "telex", "url_encrypted": "x", "events": [], "created_at": time()}
        db.session.add(ChatTarget(site_id=site_named("herald").id, **telex))
