"""Mail that came back, and complaints: whoever they are about gets no more.

The proof is the name of the letter (its Message-ID holds 96 random bits): only who had it, or a server on its way,
can name it. Reports come by the address in `commentsvc bounces --address`, or as mail (RFC 3464, RFC 5965).
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from typing import BinaryIO

from sqlalchemy import select

from ..core.crypto import Keyring, same
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..outbox.models import Delivery
from ..sites.service import all_sites
from . import newsroom
from .models import Recipient, Stopped, lane_of

logger = logging.getLogger(__name__)

MOST_LINES = 20_000  # of one report; a bounce may bring the whole letter back
_UID = re.compile(r"msg_[0-9a-f]{24}")
_IN_HEADERS = re.compile(r"^message-id:\s*<(msg_[0-9a-f]{24})@", re.IGNORECASE | re.MULTILINE)


def secret(keys: Keyring) -> str:
    """The last part of the address reports are sent to."""
    return keys.hash("mail bounces", "address")[:40]


def is_secret(given: str, keys: Keyring) -> bool:
    """Also one made with an older key."""
    return any(same(given, each[:40]) for each in keys.hashes("mail bounces", "address"))


def uid_in(text: str) -> str | None:
    """The name of a letter in a Message-ID or by itself."""
    found = _UID.search(text)
    return found[0] if found else None


def stop(uid: str, why: Stopped, *, now: datetime) -> bool:
    """No more mail to whoever this letter went to. Returns whether the letter is known."""
    lane = db.session.scalar(select(Delivery.lane_key).where(Delivery.uid == uid, Delivery.channel == "mail"))
    prefix = lane_of(0)[:-1]
    if lane and newsroom.stop(lane, now=now):
        return True
    if lane is None or not lane.startswith(prefix):
        return False
    recipient = db.session.get(Recipient, int(lane.removeprefix(prefix)))
    if recipient is None:
        return False
    if recipient.stopped_at is None:
        recipient.stopped_at, recipient.stopped_because = now, why
        logger.warning("reader %s gets no more mail: %s", recipient.id, why)
    return True


def lift(address: str, *, keys: Keyring) -> int:
    """An address that was stopped may get mail again. Returns at how many sites it was. Raises ValidationFailed."""
    try:
        read, lifted = read_address(address), 0
    except WrongAddress as error:
        raise ValidationFailed({"address": [str(error)]}) from error
    for site in all_sites():
        hashes = address_hashes(read, f"site {site.id}", keys)
        of_site = (Recipient.site_id == site.id, Recipient.email_hash.in_(hashes), Recipient.stopped_at.is_not(None))
        for recipient in db.session.scalars(select(Recipient).where(*of_site)):
            recipient.stopped_at = recipient.stopped_because = None
            lifted += 1
    return lifted


def reports_in(raw: bytes) -> Iterator[tuple[str, Stopped]]:
    """What a mail message says came back or was complained about: (name of the letter, why)."""
    message = message_from_bytes(raw, policy=policy.compat32)
    why = _verdict(message)
    uid = _letter_in(message) if why else None
    if why and uid:
        yield uid, why


def messages_in(file: BinaryIO) -> Iterator[bytes]:
    """The messages of a file: one, or those of an mbox, where each begins with a line "From …".

    What is longer than any report is cut off: its beginning says what it is.
    """
    message: list[bytes] = []
    for line in file:
        if line.startswith(b"From ") and message:
            yield b"".join(message)
            message = []
        elif not line.startswith(b"From ") and len(message) < MOST_LINES:
            message.append(line)
    if message:
        yield b"".join(message)


def _verdict(message: Message) -> Stopped | None:
    """A failure for good, or a complaint; a delay or a success says nothing."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and _failed(part):
            return Stopped.BOUNCE
        if part.get_content_type() == "message/feedback-report":
            return Stopped.COMPLAINT
    return None


def _failed(part: Message) -> bool:
    """RFC 3464: one block for the message, then one for each recipient. Only a status of 5.x.x is for good."""
    blocks = part.get_payload()
    listed = [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    return any(
        str(block.get("Action", "")).strip().lower() == "failed"
        and str(block.get("Status", "")).strip().startswith("5")
        for block in listed
    )


def _letter_in(message: Message) -> str | None:
    """The name of our letter: in the headers that came back with the report."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(first, Message) and (uid := uid_in(str(first.get("Message-ID", "")))):
                return uid
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            found = _IN_HEADERS.search(text.decode("ascii", "replace")) if isinstance(text, bytes) else None
            if found:
                return found[1]
    return None
