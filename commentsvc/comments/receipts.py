"""Receipts: the writer's token for one comment. Only the writer has it; the database alone cannot make it."""

from datetime import datetime

from sqlalchemy import select

from ..authors.readers import MARK, reader_of
from ..core.crypto import Keyring, same
from ..core.database import db
from ..core.errors import NotFound, Unauthorized
from ..core.ids import read_id
from .models import Comment


def receipt_for(comment: Comment, keys: Keyring) -> str:
    """`<comment id>.<keyed hash>`: names its comment, and the same again when a retry asks again."""
    return f"{comment.id}.{keys.hash('receipt', f'{comment.id} {comment.receipt_salt}')}"


def comment_of(token: str, keys: Keyring) -> Comment:
    """The comment a receipt belongs to. Raises Unauthorized for anything that is no receipt of ours."""
    number, _, given = token.partition(".")
    try:
        comment = db.session.scalar(select(Comment).where(Comment.id == read_id(number)))
    except NotFound:
        comment = None
    if comment is None or not _fits(given, comment, keys):
        raise Unauthorized("This receipt is not valid.")
    return comment


def _fits(given: str, comment: Comment, keys: Keyring) -> bool:
    expected = keys.hashes("receipt", f"{comment.id} {comment.receipt_salt}")
    return given.isascii() and any(same(given, each) for each in expected)


def own_comment(token: str, comment_id: int, keys: Keyring, now: datetime) -> Comment:
    """The comment a receipt is for, or one that the confirmed reader wrote whose token this is.

    Raises Unauthorized for what shows nobody, NotFound for any other comment.
    """
    if not token.startswith(MARK):
        comment = comment_of(token, keys)
        if comment.id != comment_id:
            raise NotFound("This receipt is for another comment.")
        return comment
    found = db.session.get(Comment, comment_id)
    reader = reader_of(token, found.site_id, now=now) if found else None
    if found is None or (reader and reader.id != found.author_id):
        raise NotFound("There is no such comment of yours here.")
    if reader is None:
        raise Unauthorized("This browser is not known any more.")
    return found


def proof_from(token: str | None, keys: Keyring) -> Comment | None:
    """The earlier comment whose receipt a writer shows while posting.

    A receipt that is no longer valid proves nothing, and is no reason to lose what was written.
    """
    try:
        return comment_of(token, keys) if token else None
    except Unauthorized:
        return None
