"""A reader confirms an address: what was written under it becomes theirs, and nobody else's any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from ..authors import standings
from ..authors.models import Author, Standing
from ..authors.queries import confirmed_by_address
from ..authors.service import address_hashes_of, confirm_address
from ..core.crypto import Keyring, new_token
from ..core.database import db, table_of
from ..screening import Screening
from ..sites.models import Site
from . import lifecycle
from .models import Comment, Revision, Status, StoredVerdict
from .posting import one_at_a_time
from .verdicts import as_said

MOST_SHOWN = 20  # comments a page asks about


def written_by(author: Author) -> list[Comment]:
    """What an author wrote last and did not take back: what confirming would make theirs."""
    rows = select(Comment).where(Comment.author_id == author.id, Comment.retracted_at.is_(None))
    return list(db.session.scalars(rows.order_by(Comment.id.desc()).limit(MOST_SHOWN)))


def newest_of(author: Author, keys: Keyring) -> int:
    """The number of an author's newest comment; from here on nothing is written under this address until the commit."""
    one_at_a_time(address_hashes_of(author, keys)[0])
    return db.session.scalar(select(func.max(Comment.id)).where(Comment.author_id == author.id)) or 0


def claim(author: Author, *, keys: Keyring, now: datetime) -> Author:
    """The address is its reader's, and so is what this author wrote under it. Returns whose it is now.

    Whoever wrote it may have been somebody else: the receipts they hold are worth nothing from now on. Where somebody
    confirmed this address before, what was written goes to them, and so does a restraint that was earned by it.
    """
    hashes = address_hashes_of(author, keys)
    one_at_a_time(hashes[0])
    db.session.refresh(author)  # whoever had to wait looks again
    if author.confirmed_at is not None:
        return author
    comments = list(db.session.scalars(select(Comment).where(Comment.author_id == author.id).order_by(Comment.id)))
    lifecycle.wait_for_turn(comments)
    known = confirmed_by_address(author.site_id, hashes)
    if known is None:
        confirm_address(author, now=now)
        known = author
    else:
        _take_over(known, author, now)
    _give_new_receipts(comments, known)
    db.session.flush()
    for comment in comments:
        _look_again(comment, known, now)
    return known


def _take_over(known: Author, author: Author, now: datetime) -> None:
    for count in (Author.approved_count, Author.rejected_count):
        setattr(known, count.key, count + getattr(author, count.key))
        setattr(author, count.key, 0)
    standings.inherit(known, author, now=now)


def _give_new_receipts(comments: Sequence[Comment], known: Author) -> None:
    """On the table, not the mapped class: nothing changed that a moderator looks at."""
    table = table_of(Comment)
    for comment in comments:
        values = {"author_id": known.id, "receipt_salt": new_token()}
        db.session.execute(table.update().where(table.c.id == comment.id).values(values))
        db.session.expire(comment)


def _look_again(comment: Comment, known: Author, now: datetime) -> None:
    """What waited only because nobody knew who wrote it waits no longer; whatever else stands against it still does."""
    if comment.status != Status.PENDING or comment.retracted_at is not None:
        return
    rows = select(Revision).where(Revision.comment_id == comment.id, Revision.number == comment.revision_number)
    revision = db.session.scalars(rows).one()
    said = select(StoredVerdict).where(StoredVerdict.revision_id == revision.id).order_by(StoredVerdict.id)
    verdicts = db.session.scalars(said).all()
    over = [each for each in verdicts if each.rule in _answered(comment, known, now)]
    if over:
        # As it waited for an outside check: the log still has who held it and why.
        db.session.execute(delete(StoredVerdict).where(StoredVerdict.id.in_([each.id for each in over])))
        left = Screening(tuple(as_said(each) for each in verdicts if each not in over))
        lifecycle.settle_finally(comment, revision, left, now=now)
        lifecycle.flush(comment)


def _answered(comment: Comment, known: Author, now: datetime) -> set[str]:
    """The rules that have no objection any more, now that it is known who wrote this."""
    settings = db.session.get_one(Site, comment.site_id).settings
    is_trusted = known.standing_at(now) is Standing.TRUSTED
    answered = {"address_is_unconfirmed"}
    if is_trusted or known.approved_count >= settings.hold_first_comments:
        answered.add("author_is_new")
    if is_trusted or known.approved_count:
        answered.add("newcomers_are_held")
    return answered
