"""Receipts: the writer's token for one comment. Only the writer has it; the database alone cannot make it."""

from sqlalchemy import select

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


def proof_from(token: str | None, keys: Keyring) -> Comment | None:
    """The earlier comment whose receipt a writer shows while posting.

    A receipt that is no longer valid proves nothing, and is no reason to lose what was written.
    """
    try:
        return comment_of(token, keys) if token else None
    except Unauthorized:
        return None
