"""What the links in a mail may do: each names one action, whose, and (but for what must last) its end.

A token is bound to the address it was sent to: who gets another address leaves the old mailbox without power.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from ..authors.models import Author
from ..authors.service import address_hashes_of
from ..core.crypto import Keyring, same
from ..core.database import db
from ..core.errors import DomainError, NotFound

CONFIRM_WITHIN = timedelta(days=7)
UNSUBSCRIBE_WITHIN = timedelta(days=5 * 365)  # old mail stays in mailboxes, and its way out must work there
ENTER_WITHIN = timedelta(hours=1)  # whoever asks for it is waiting for it; to one's data as well
CHOOSE_WITHIN = timedelta(days=90)  # every mail carries a new one
MINE_WITHIN = timedelta(days=7)  # to what is kept about somebody: the erasure it can take back is over by then
ENDS = {
    "confirm": CONFIRM_WITHIN,
    "enter": ENTER_WITHIN,
    "unsubscribe": UNSUBSCRIBE_WITHIN,
    "preferences": CHOOSE_WITHIN,
    "mine": MINE_WITHIN,
    "copy": ENTER_WITHIN,
    "erase": ENTER_WITHIN,
}


class Expired(DomainError):
    http_status, code, title = 410, "expired", "This link has expired"


def make(action: str, author: Author, keys: Keyring, *more: Any) -> str:
    """A token for one action of one author; `more` narrows it down."""
    return _signer(action, keys).dumps([author.id, _mark(author, keys), *more])


def read(action: str, token: str, keys: Keyring) -> tuple[Author, list[Any]]:
    """Whose token it is and what narrows it down.

    Raises NotFound for one that was not made for this, or for an address the author has no more; Expired.
    """
    with _said_plainly():
        author_id, mark, *more = _signer(action, keys).loads(token, max_age=int(ENDS[action].total_seconds()))
    author = db.session.get(Author, author_id)
    if author is None or not author.email_hash or not any(same(mark, each) for each in _marks(author, keys)):
        raise NotFound("This link leads nowhere any more.")
    return author, more


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except SignatureExpired as error:
        raise Expired("This link was made some time ago and works no more.") from error
    except BadSignature as error:
        raise NotFound("This link is not complete. Try copying all of it from the mail.") from error


def _signer(action: str, keys: Keyring) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys.signing_secrets, salt=f"commentsvc mail {action}")


def _mark(author: Author, keys: Keyring) -> str:
    return _marks(author, keys)[0]


def _marks(author: Author, keys: Keyring) -> list[str]:
    """The present one first. A link outlives a change of keys, which writes the hash of the address anew."""
    marks = [keys.hashes("mail link", each) for each in address_hashes_of(author, keys) or [""]]
    return [each[:16] for many in marks for each in many]
