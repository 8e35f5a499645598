"""Links in letters to the staff: each names one action, one account and its end, and works once.

Nothing of it is stored. The mark is bound to the password and to `Account.link_number`, so that a link is worth nothing
once a password was set, and an earlier one nothing once a newer was made.
"""

from datetime import UTC, datetime, timedelta

from ..core.crypto import Keyring, same
from ..core.database import db
from ..core.errors import DomainError, NotFound
from .models import Account

LASTS = {"invite": timedelta(days=7), "reset": timedelta(hours=1)}
PURPOSE = "staff link"


class LinkEnded(DomainError):
    http_status, code, title = 410, "expired", "This link has expired"


def make(action: str, account: Account, *, keys: Keyring, now: datetime) -> str:
    """The token of a link for one action of one account."""
    ends = int((now + LASTS[action]).timestamp())
    return f"{account.id}.{ends}.{keys.hash(PURPOSE, _bound(action, account, ends))}"


def _bound(action: str, account: Account, ends: int) -> str:
    return f"{action} {account.id} {ends} {account.link_number} {account.password_hash}"


def read(action: str, token: str, *, keys: Keyring, now: datetime, lock: bool = False) -> Account:
    """Whose link it is. With `lock` nobody else can use it until the unit of work ends.

    Raises NotFound for what is no link, LinkEnded for one whose time is over, that was used or made for something else.
    """
    number, _, rest = token.partition(".")
    ends, _, mark = rest.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in (number, ends)):
        raise NotFound("This link is not complete. Try copying all of it from the letter.")
    account = db.session.get(Account, int(number), with_for_update=lock, populate_existing=lock)
    if account is None or account.disabled_at or not _is_right(mark, action, account, int(ends), keys):
        raise LinkEnded("This link was used already, replaced by a newer one, or is not complete.")
    if datetime.fromtimestamp(int(ends), UTC) <= now:
        raise LinkEnded("The time of this link is over.")
    return account


def _is_right(mark: str, action: str, account: Account, ends: int, keys: Keyring) -> bool:
    known = keys.hashes(PURPOSE, _bound(action, account, ends))
    return mark.isascii() and any(same(mark, each) for each in known)
