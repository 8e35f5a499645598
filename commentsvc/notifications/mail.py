"""Mail as a channel of the outbox: letters are written when they are sent, from what is true then.

A delivery's payload holds ids and words, never an address: the letter's writer looks the address up.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import idna

from ..core.mail_address import WrongAddress, read_address
from ..core.text import one_line
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, Event

PATIENCE = 10  # seconds for each step of talking to the mail server
HAND_OVER = 45.0  # seconds for all of it: less than a lane's lease, or a letter would go out twice
WITHOUT_A_SERVER = 600  # seconds until a letter is looked at again while no mail server is configured
SUBJECT_LENGTH = 120  # characters (reference: security.md T17)
FINAL = range(500, 600)  # SMTP: the server will say the same next time


class AsWritten(UnstructuredHeader):
    """A header that leaves as we wrote it, on one line.

    Python folds a long address into encoded words, which no mail program follows, and loses the quotes around a
    name it folds, after which an @ in that name counts as an address.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> "EmailPolicy[Any]":
    registry = HeaderRegistry()
    for name in ("from", "list-unsubscribe"):
        registry.map_to_type(name, AsWritten)  # type: ignore[arg-type]
    return SMTP.clone(header_factory=registry)


POLICY = _policy()


@dataclass(frozen=True)
class Letter:
    """One mail to one person: `subject` and `text` are plain, `html` is the same for those who read that.

    `headers` are our own words only (List-Unsubscribe, …), never a stranger's.
    """

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and whom it is from (`COMMENTSVC_MAIL_URL`)."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    sender: str
    wrapped: bool = False
    """Whether the whole conversation is encrypted (`smtps`), not from STARTTLS on (`tls`)."""

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """Reads `smtp://user:pass@host:port?tls=1&from=comments@news.example`. Raises ValueError."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("Write it like smtp://user:password@mail.example:587?tls=1&from=comments@news.example")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 587 if query.get("tls") == "1" else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=query.get("tls") == "1",
            sender=_sender(query.get("from") or f"comments@{parts.hostname}"),
            wrapped=parts.scheme == "smtps",
        )

    def send(self, message: EmailMessage) -> Answer:
        """Hand one mail in; the answer is the server's."""
        return self._said(lambda server: server.send_message(message), "Handed to the mail server.")

    def greet(self) -> Answer:
        """Whether the server lets us in, without a letter."""
        return self._said(lambda server: server.noop(), f"{self.host} lets us in.")

    def _said(self, act: Callable[[smtplib.SMTP], object], done: str) -> Answer:
        try:
            self._with_server(act)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return _refused(code, said)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError:
            return Answer(False, "The mail server does not know what this takes (SMTPUTF8, STARTTLS or a login).")
        except (OSError, smtplib.SMTPException) as error:
            return Answer(False, f"The mail server did not take it: {type(error).__name__}.")
        return Answer(True, done, 250)

    def _with_server(self, act: Callable[[smtplib.SMTP], object]) -> None:
        server = self._connected()
        try:
            if self.tls and not self.wrapped:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password or "")
            act(server)
            with suppress(smtplib.SMTPException, OSError):  # the letter is theirs, however they say goodbye
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        if self.wrapped:
            return _Wrapped(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return _Plain(self.host, self.port, timeout=PATIENCE)


class _InTime:
    """A conversation that ends after HAND_OVER seconds, whatever the other side does: a server that drips one line
    after the other keeps within every step's patience for ever."""

    sock: socket.socket | None
    _alarm: threading.Timer | None = None

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        self._alarm = threading.Timer(HAND_OVER, self._hang_up)
        self._alarm.daemon = True
        self._alarm.start()
        try:
            return super().connect(*where, **more)  # type: ignore[misc]
        except BaseException:
            self._alarm.cancel()
            raise

    def _hang_up(self) -> None:
        if self.sock:
            with suppress(OSError):  # it ended by itself in the same moment
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        super().close()  # type: ignore[misc]


class _Plain(_InTime, smtplib.SMTP):
    pass


class _Wrapped(_InTime, smtplib.SMTP_SSL):
    pass


def _sender(address: str) -> str:
    try:
        return read_address(address)
    except WrongAddress as error:
        raise ValueError(f"{address!r} is no address to send mail from: use ?from=comments@news.example") from error


def _refused(code: int, said: bytes | str) -> Answer:
    # The server's words may repeat the address; the code says enough.
    return Answer(False, f"The mail server refused it with {code}.", code, final=code in FINAL)


def message_for(letter: Letter, *, sender: str, sender_name: str, uid: str, now: datetime) -> EmailMessage:
    """The letter as a message. Header injection is impossible: every header is one cleaned line."""
    to, by = _address(letter.to), _address(sender)
    message = EmailMessage(policy=POLICY.clone(utf8=not f"{to.addr_spec}{by.addr_spec}".isascii()))
    message["From"] = f"{_name(sender_name)} <{by.addr_spec}>"
    message["To"] = to
    message["Subject"] = one_line(letter.subject, SUBJECT_LENGTH)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{uid}@{by.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        message[name] = one_line(value, 2_000)
    # Quoted-printable: no line is too long for any server, and none has to take eight bits.
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _name(name: str) -> str:
    """A name before an address: plain where letters, digits and spaces make it, in encoded words otherwise."""
    line = one_line(name, SUBJECT_LENGTH)
    if line.isascii() and line.replace(" ", "").isalnum():
        return line
    return Header(line, "utf-8").encode(linesep="")


def _address(address: str) -> Address:
    """An address for a header; its domain as the DNS spells it, so that every server takes it."""
    local, _, domain = address.rpartition("@")
    try:
        spelled = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:  # an address literal, or a name of one's own network
        spelled = domain
    return Address(username=local, domain=spelled)


Writer = Callable[[Delivery, datetime], tuple[Letter, str] | None]
"""Writes the letter of one delivery and says in whose name it is sent (the site's); None when it became pointless."""

Maker = Callable[[Event, datetime], Iterable[Outgoing]]
"""The letters an event leads to."""


class MailChannel:
    """Mail through one server. Without one configured nothing is lost: letters wait until there is one."""

    name = "mail"
    pauses = False

    def __init__(self, server: MailServer | None, writers: dict[str, Writer], makers: Iterable[Maker]) -> None:
        self.server, self.writers, self.makers = server, writers, tuple(makers)

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        return [outgoing for maker in self.makers for outgoing in maker(event, now)]

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        written = self.writers[delivery.kind](delivery, now)
        if written is None:
            return None
        letter, name = written
        server = self.server
        if server is None:
            return lambda: Answer(False, "No mail server is configured.", not_now=WITHOUT_A_SERVER)
        message = message_for(letter, sender=server.sender, sender_name=name, uid=delivery.uid, now=now)
        return lambda: server.send(message)

    def shown_in_full(self, delivery: Delivery, now: datetime) -> str:
        """The letter as text, for a demo; without whom it goes to."""
        written = self.writers[delivery.kind](delivery, now)
        return f"Subject: {written[0].subject}\n\n{written[0].text}" if written else "(There is nothing left to say.)"
