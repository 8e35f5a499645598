"""Mail as a channel of the outbox: letters are written when they are sent, from what is true then.

A delivery's payload holds ids and words, never an address: the letter's writer looks the address up.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from ..core.text import one_line
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, Event

PATIENCE = 10  # seconds for each step of talking to the mail server
SUBJECT_LENGTH = 120  # characters (reference: security.md T17)
FINAL = range(500, 600)  # SMTP: the server will say the same next time


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
    wrapped: bool
    sender: str

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
            tls=query.get("tls") == "1" and parts.scheme == "smtp",
            wrapped=parts.scheme == "smtps",
            sender=query.get("from") or f"comments@{parts.hostname}",
        )

    def _connect(self) -> smtplib.SMTP:
        if self.wrapped:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)

    def send(self, message: EmailMessage) -> Answer:
        """Hand one mail in; the answer is the server's."""
        try:
            with self._connect() as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password or "")
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return _refused(code, said)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Answer(False, f"The mail server did not take it: {type(error).__name__}.")
        return Answer(True, "Handed to the mail server.", 250)


def _refused(code: int, said: bytes | str) -> Answer:
    # The server's words may repeat the address; the code says enough.
    return Answer(False, f"The mail server refused it with {code}.", code, final=code in FINAL)


def message_for(letter: Letter, *, sender: str, sender_name: str, uid: str, now: datetime) -> EmailMessage:
    """The letter as a message. Header injection is impossible: every header is one cleaned line."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(sender_name, SUBJECT_LENGTH), addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = one_line(letter.subject, SUBJECT_LENGTH)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{uid}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        message[name] = one_line(value, 2_000)
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


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
            return lambda: Answer(False, "No mail server is configured (COMMENTSVC_MAIL_URL).")
        message = message_for(letter, sender=server.sender, sender_name=name, uid=delivery.uid, now=now)
        return lambda: server.send(message)
