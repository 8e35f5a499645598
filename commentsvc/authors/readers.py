"""Readers who are known: the tokens by which their browsers are, each for one site.

A token shows who somebody is and gives no more than that person's own comments: no staff power, no other site.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from ..core.crypto import new_token, token_hash
from ..core.database import db
from ..core.errors import Unauthorized
from .models import Author, ReaderToken, UsedSignOn

MARK = "reader_"  # tells a token from the receipt of a comment
KNOWN_FOR = timedelta(days=180)
KNOWN_FOR_A_VISIT = timedelta(days=1)  # where the reader did not ask to be remembered
HANDED_OVER_WITHIN = timedelta(minutes=10)


def know_browser(author: Author, *, now: datetime, lasts: timedelta = KNOWN_FOR) -> str:
    """A token for a browser whose reader has just shown that the address is theirs."""
    token = MARK + new_token()
    _keep(author, token_hash(token), now, lasts, is_code=False)
    return token


def code_for(author: Author, network_hash: str, *, now: datetime) -> str:
    """What a page of the publisher changes for a token: once, within minutes, from the same network.

    It stands in the address of that page, which may send its readers on to anywhere.
    """
    code = new_token()
    _keep(author, _hash_of_code(code, network_hash), now, HANDED_OVER_WITHIN, is_code=True)
    return code


def _hash_of_code(code: str, network_hash: str) -> str:
    return token_hash(f"{code} {network_hash}")


def _keep(author: Author, hashed: str, now: datetime, lasts: timedelta, *, is_code: bool) -> None:
    db.session.add(
        ReaderToken(author_id=author.id, token_hash=hashed, is_code=is_code, created_at=now, expires_at=now + lasts)
    )


def change_code(site_id: int, code: str, network_hash: str, *, now: datetime) -> Author:
    """Whose code this is; it works no more. Raises Unauthorized: never made here, used, too old, from elsewhere."""
    is_it = ReaderToken.token_hash == _hash_of_code(code, network_hash)
    used = delete(ReaderToken).where(is_it, ReaderToken.is_code)
    author_id = db.session.scalar(used.where(ReaderToken.expires_at > now).returning(ReaderToken.author_id))
    author = db.session.get(Author, author_id) if author_id else None
    if author is None or author.site_id != site_id or author.confirmed_at is None:
        raise Unauthorized("This code works no more.")
    return author


def reader_of(token: str | None, site_id: int, *, now: datetime) -> Author | None:
    """The known reader of a site a token shows; None for everything that shows nobody."""
    if not token or not token.startswith(MARK):
        return None
    rows = select(Author).join(ReaderToken).where(ReaderToken.token_hash == token_hash(token), ~ReaderToken.is_code)
    rows = rows.where(ReaderToken.expires_at > now, Author.site_id == site_id)
    return db.session.scalar(rows.where(Author.confirmed_at.is_not(None) | Author.signed_on_as.is_not(None)))


def signed_on_reader(token: str | None, site_id: int, *, now: datetime) -> Author | None:
    """The reader a token shows, if the publisher or a provider of theirs says who that is."""
    reader = reader_of(token, site_id, now=now)
    return reader if reader and reader.signed_on_as else None


def forget_browser(token: str) -> None:
    """The token shows nobody any more."""
    db.session.execute(delete(ReaderToken).where(ReaderToken.token_hash == token_hash(token)))


def forget_old(*, now: datetime) -> None:
    """Tokens that have ended."""
    db.session.execute(delete(ReaderToken).where(ReaderToken.expires_at <= now))
    db.session.execute(delete(UsedSignOn).where(UsedSignOn.expires_at <= now))
