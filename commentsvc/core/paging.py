"""Keyset cursors: opaque to the outside, a sort key and an id inside."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .errors import ValidationFailed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 2**55  # microseconds, 1,141 years: what lies further away is no date Python can tell


@dataclass(frozen=True)
class Cursor:
    """The place after one row: `key` is what the list is sorted by (microseconds or a count), `id` breaks ties."""

    key: int
    id: int

    @classmethod
    def at(cls, moment: datetime, id: int) -> "Cursor":
        return cls((moment - EPOCH) // timedelta(microseconds=1), id)

    @property
    def moment(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.key)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.key, self.id]).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """The cursor a caller sent back, or None for the first page. Raises ValidationFailed for a made-up one."""
    if not text:
        return None
    try:
        key, id = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        cursor = Cursor(key, id)
        usable = type(key) is int and type(id) is int and abs(key) < MOST and 0 <= id < 2**63
    except (ValueError, TypeError, binascii.Error, RecursionError):
        usable = False
    if not usable:
        raise ValidationFailed({"cursor": ["This cursor was not given out by this service."]})
    return cursor
