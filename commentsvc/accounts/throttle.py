"""How often something may be tried at the door, in the database: it holds for all processes, and through a restart.

Waits grow for one account from one place. Another place has its own count, so that nobody can lock the owner out by
guessing; a browser that was signed in before has its own too, wherever it is (OWASP's device cookies). All strange
places together are slowed down much later, and by little: that is for a guess spread over many networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from ..core.crypto import Keyring, new_token, same
from ..core.database import db, upsert
from ..core.errors import TooFast
from ..core.mail_address import address_key
from .models import SignInTry

FORGOTTEN_AFTER = timedelta(hours=24)
PURPOSE, BROWSER = "try at the door", "known browser"
SCOPE = "staff"


@dataclass(frozen=True)
class Bucket:
    """What is counted together: `free` tries without a wait; then one of `first` seconds, doubled up to `longest`."""

    name: str
    free: int = 10
    first: int = 5
    longest: int = 900

    def wait_after(self, number: int) -> timedelta:
        """How long the try after this one has to wait."""
        doubled = min(max(number - self.free, 0), 20)
        return timedelta(seconds=min(self.first * 2**doubled, self.longest) if number >= self.free else 0)


@dataclass(frozen=True)
class Place:
    """Where a try comes from: its network, and the mark of a browser that was signed in before, where it has one."""

    network: str = ""
    browser: str = ""

    def buckets(self, what: str, whom: str) -> list[Bucket]:
        """The counts of trying `what` with somebody's account from here."""
        if self.browser:
            return [Bucket(f"{what} {whom} browser {self.browser}")]
        return [Bucket(f"{what} {whom} network {self.network}"), Bucket(f"{what} {whom}", free=50, longest=60)]


def take(buckets: Sequence[Bucket], *, keys: Keyring, now: datetime) -> None:
    """Count a try, before it is made: many at the same moment are counted like many in a row.

    Raises TooFast while it has to wait. Inside a unit of work of its own.
    """
    for bucket in buckets:
        row = _row(keys.hash(PURPOSE, bucket.name), now)
        if row.next_at > now:
            left = int((row.next_at - now).total_seconds()) + 1
            raise TooFast(f"Too many attempts. Please wait {_spelled(left)}.", left)
        row.number = 1 if now - row.last_at > FORGOTTEN_AFTER else row.number + 1
        row.last_at, row.next_at = now, now + bucket.wait_after(row.number)


def _row(key: str, now: datetime) -> SignInTry:
    """The row of a key, locked."""
    begun = upsert(SignInTry).values(key=key, number=0, last_at=now, next_at=now)
    db.session.execute(begun.on_conflict_do_nothing())
    found = select(SignInTry).where(SignInTry.key == key).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def _spelled(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"


def forgive(buckets: Sequence[Bucket], *, keys: Keyring) -> None:
    """It worked: what was tried from this place before is forgotten, and elsewhere this try does not count."""
    here, *others = buckets
    db.session.execute(delete(SignInTry).where(SignInTry.key.in_(keys.hashes(PURPOSE, here.name))))
    for each in others:
        row = db.session.get(SignInTry, keys.hash(PURPOSE, each.name))
        if row:
            row.number, row.next_at = max(row.number - 1, 0), row.last_at


def forget_old(now: datetime) -> None:
    """What nobody tries any more."""
    db.session.execute(delete(SignInTry).where(SignInTry.last_at < now - FORGOTTEN_AFTER))


def new_browser_mark(address: str, keys: Keyring) -> str:
    """What a browser keeps so that it is known again for this address; it signs nobody in."""
    nonce = new_token()[:22]
    return f"{nonce}.{keys.hash(BROWSER, f'{nonce} {address_key(address, SCOPE)}')}"


def known_browser(mark: str, address: str, keys: Keyring) -> str:
    """The name of a browser known for this address; empty for any other."""
    nonce, _, given = mark.partition(".")
    right = keys.hashes(BROWSER, f"{nonce} {address_key(address, SCOPE)}")
    return nonce if given.isascii() and any(same(given, each) for each in right) else ""
