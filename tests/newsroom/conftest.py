"""A mail server and chats that write down what reaches them, and a clock one can set."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commentsvc.core import clock, http_out
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.notifications import desk as notices
from commentsvc.notifications import digests, newsroom, thresholds
from commentsvc.notifications.mail import MailServer
from commentsvc.notifications.newsroom_models import How
from commentsvc.outbox import channels, work
from commentsvc.outbox.models import Delivery
from commentsvc.sites.service import site_named
from tests.stage import free_port

BASE = "https://comments.herald.example"


class Clock:
    """The service's time, to be moved."""

    def __init__(self) -> None:
        self.moment = clock.now()

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def time(monkeypatch) -> Clock:
    moved = Clock()
    for module in (work, thresholds, digests, notices):
        monkeypatch.setattr(module, "now", moved)
    monkeypatch.setattr("commentsvc.now", moved)  # the roof's, by which facts are kept
    return moved


class Letterbox:
    """An SMTP server's handler: every letter with its envelope."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.got.append(message_from_bytes(envelope.content, policy=SMTP))
        self.envelopes.append(envelope.rcpt_tos)
        return "250 OK"

    def parts(self, number: int = -1) -> tuple[str, str]:
        """Text and HTML of a letter."""
        letter = self.got[number]
        return letter.get_body(("plain",)).get_content(), letter.get_body(("html",)).get_content()

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.got]


@pytest.fixture
def letterbox(app) -> Iterator[Letterbox]:
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    mail = app.extensions[channels.EXTENSION].channels["mail"]
    before, house = mail.server, app.extensions["commentsvc"]
    mail.server = MailServer.at(f"smtp://127.0.0.1:{controller.port}?from=comments@herald.example")
    app.extensions["commentsvc"] = replace(house, base_url=BASE)
    yield box
    mail.server, app.extensions["commentsvc"] = before, house
    controller.stop()


class Desk:
    """What happens in the newsroom of the Herald, and what a worker does about it."""

    def __init__(self, app, newsroom, time: Clock) -> None:
        self.app, self.newsroom, self.time = app, newsroom, time

    def choose(self, person, kind: str, how: How, site: str = "herald") -> None:
        number = self.newsroom.account_id(person)
        with self.app.app_context(), unit_of_work():
            newsroom.choose(number, site_named(site).id, kind, how, now=self.time())

    def work(self) -> None:
        """What a worker does once: release, then empty every lane that is due."""
        with self.app.app_context():
            work.release()
            work.pull()

    def minute(self) -> None:
        with self.app.app_context():
            thresholds.watch()
        self.work()

    def hour(self) -> None:
        with self.app.app_context():
            digests.send_daily()
        self.work()

    def later(self, **span: float) -> None:
        self.time.pass_by(**span)

    def deliveries(self) -> list[Delivery]:
        with self.app.app_context():
            return list(Delivery.query.order_by(Delivery.id))


@pytest.fixture
def desk(app, cast, newsroom, time) -> Desk:
    return Desk(app, newsroom, time)


class Chat:
    """A real receiver of messages over HTTP: `got` are the JSON bodies, `says` the statuses it answers."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.got: list[dict] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.says: list[tuple[int, dict[str, str]]] = []
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.got.append(json.loads(body or b"{}"))
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def do_PUT(self) -> None:
                self.do_POST()

            def _answer(self) -> None:
                chat.paths.append(f"{self.command} {self.path}")
                chat.keys.append(self.headers["Authorization"])
                status, headers = chat.says.pop(0) if chat.says else (200, {})
                body = chat.body(self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def body(self, path: str) -> bytes:
        return b'{"room_id": "!room:h", "event_id": "$1", "joined_rooms": ["!room:h"]}' if "_matrix" in path else b"ok"

    @property
    def port(self) -> int:
        return self.server.server_port

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def plain_chat() -> Iterator[Chat]:
    chat = Chat()
    yield chat
    chat.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate for localhost, and what signed it (itself)."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def slack(authority, monkeypatch) -> Iterator[Chat]:
    """A receiver of Slack's webhooks over TLS, trusted by the service."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    trusted = ssl.create_default_context(cafile=str(authority))
    monkeypatch.setattr(http_out, "trust", lambda: trusted)
    chat = Chat(context)
    yield chat
    chat.stop()
