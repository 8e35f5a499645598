"""Signatures after the Standard Webhooks scheme: who receives knows that it was us, now, and this very text."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32  # the scheme asks for 24 to 64


def new_secret() -> str:
    """A secret as it is handed to the receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(uid: str, body: str, keys: Sequence[str], *, now: datetime) -> dict[str, str]:
    """The headers that go with a body: its id, the time, and a signature by every secret."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(uid, now, body) for key in keys),
    }
