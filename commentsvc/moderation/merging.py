"""Two records that are one person's become one, one that is two people's becomes two; either can be undone.

What went from whom to whom is kept, comment by comment. One transaction, so that nobody sees half a merge and an undo
knows what went along: a few statements over all comments, which for 10,000 take about a second (docs/benchmarks.md);
who writes meanwhile waits for less. Comments keep the names they were written under.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..authors import acts, standings
from ..authors.models import Author, Standing, StandingChange
from ..authors.service import fresh_slug
from ..comments.models import Comment, Status
from ..core.database import db
from ..core.errors import Conflict, NotFound, ValidationFailed
from ..stories.models import Byline
from .models import AuthorTransfer, Flag, TransferKind, TransferredByline, TransferredComment

UNDONE_WITHIN = timedelta(days=30)
MOST_NAMES = 20


@dataclass(frozen=True)
class Preview:
    """What merging `gone` into `kept` would do; nothing is done."""

    kept: Author
    gone: Author
    kind: TransferKind
    comments: Counter[str]
    stories: int
    standing: Standing
    takes_address: bool


def preview(kept: Author, gone: Author, *, actor: Actor, now: datetime) -> Preview:
    """Raises Conflict for what cannot be merged, NotFound, Forbidden."""
    kind = _ensure_mergeable(kept, gone, actor)
    rows = select(Comment.status, func.count()).where(Comment.author_id == gone.id).group_by(Comment.status)
    stories = select(func.count()).select_from(Byline).where(Byline.author_id == gone.id)
    return Preview(
        kept=kept,
        gone=gone,
        kind=kind,
        comments=Counter({row[0]: row[1] for row in db.session.execute(rows)}),
        stories=db.session.scalar(stories) or 0,
        standing=kept.standing_at(now).joined_by(gone.standing_at(now)),
        takes_address=_takes_address(kept, gone, kind),
    )


def _ensure_mergeable(kept: Author, gone: Author, actor: Actor) -> TransferKind:
    """What kind it would be: a byline and a commenter become one person only after the address is confirmed."""
    for each in (kept, gone):
        ensure(actor, Permission.MANAGE_AUTHORS, each.site_id)
    if kept.site_id != gone.site_id:
        raise NotFound("There is nothing here by that name.")
    if kept.id == gone.id:
        raise Conflict("This is the same author.")
    if kept.merged_into_id or gone.merged_into_id:
        raise Conflict("One of them was merged into somebody already.")
    if kept.account_id or gone.account_id:
        raise Conflict("Who writes for the newsroom with an account is not merged.")
    if kept.is_byline == gone.is_byline:
        return TransferKind.MERGE
    if gone.is_byline:
        raise Conflict("A commenter becomes part of a byline, not the other way round.")
    if gone.confirmed_at is None:
        raise Conflict("The commenter’s address is not confirmed yet: a typed address is nobody’s identity.")
    if kept.email_hash and kept.email_hash != gone.email_hash:
        raise Conflict("The byline has another address. Take it away first if this is the same person.")
    return TransferKind.CLAIM


def _takes_address(kept: Author, gone: Author, kind: TransferKind) -> bool:
    return kind is TransferKind.CLAIM and kept.email_hash is None and gone.email_hash is not None


def merge(kept: Author, gone: Author, *, actor: Actor, now: datetime) -> AuthorTransfer:
    """Everything of `gone` is `kept`'s from now on, and its page leads there.

    Raises Conflict for what cannot be merged, NotFound, Forbidden.
    """
    _lock(kept, gone)
    kind = _ensure_mergeable(kept, gone, actor)
    transfer = _new_transfer(kind, gone, kept, actor, now)
    _take_comments(transfer, Comment.author_id == gone.id)
    _take_bylines(transfer)
    if _takes_address(kept, gone, kind):
        kept.email_encrypted, kept.email_hash, kept.confirmed_at = (
            gone.email_encrypted,
            gone.email_hash,
            gone.confirmed_at,
        )
        transfer.took_address = True
    mine, theirs = kept.standing_at(now), gone.standing_at(now)
    if mine.joined_by(theirs) is not mine:
        standings.give_standing(
            kept,
            theirs,
            reason=gone.standing_reason,
            until=gone.standing_until,
            actor=actor,
            now=now,
            batch=transfer.batch,
        )
    kept.created_at, kept.last_seen_at = (
        min(kept.created_at, gone.created_at),
        max(kept.last_seen_at, gone.last_seen_at),
    )
    # Whoever was merged into `gone` leads straight to `kept`.
    _lead(Author.merged_into_id == gone.id, kept.id)
    gone.merged_into_id = kept.id
    _remember(transfer, actor, now)
    return transfer


def split(author: Author, names: Sequence[str], *, actor: Actor, now: datetime) -> AuthorTransfer:
    """The comments written under these names become somebody else's, who has no address.

    Raises ValidationFailed where nothing or everything would go, Conflict, NotFound, Forbidden.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    _lock(author)
    if author.merged_into_id:
        raise Conflict("This author was merged into another one.")
    theirs = (Comment.author_id == author.id) & Comment.author_name.in_(list(names)[:MOST_NAMES])
    seen = select(func.count(), func.min(Comment.created_at), func.max(Comment.created_at)).where(theirs)
    number, first, last = db.session.execute(seen).one()
    every = db.session.scalar(select(func.count()).select_from(Comment).where(Comment.author_id == author.id))
    if not 0 < number < (every or 0):
        raise ValidationFailed({"names": ["Choose some of the names, not all: somebody must stay."]})
    other = Author(site_id=author.site_id, name=names[0], slug=fresh_slug(names[0]), created_at=first)
    other.last_seen_at, other.standing, other.approved_count, other.rejected_count = last, author.standing, 0, 0
    other.standing_until, other.standing_reason = author.standing_until, author.standing_reason
    db.session.add(other)
    db.session.flush()
    transfer = _new_transfer(TransferKind.SPLIT, author, other, actor, now)
    _take_comments(transfer, theirs)
    _remember(transfer, actor, now)
    return transfer


def undo(transfer: AuthorTransfer, *, actor: Actor, now: datetime) -> None:
    """Everything that went along goes back, what was written since stays.

    Raises Conflict when it is undone already, too old, or one of the two was merged since; NotFound, Forbidden.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, transfer.site_id)
    giver, taker = transfer.giver, transfer.taker
    _lock(giver, taker)
    db.session.refresh(transfer)
    if transfer.undone_at is not None:
        raise Conflict("This was undone already.")
    if transfer.until < now:
        raise Conflict("This is too long ago to be undone. Split the author instead.")
    if taker.merged_into_id or (giver.merged_into_id and transfer.kind == TransferKind.SPLIT):
        raise Conflict("One of them was merged into somebody since. Undo that first.")
    _give_comments_back(transfer)
    _give_bylines_back(transfer)
    if transfer.took_address:
        taker.email_encrypted = taker.email_hash = taker.confirmed_at = None
    if transfer.kind == TransferKind.SPLIT:
        taker.merged_into_id = giver.id
    else:
        taker.created_at, giver.merged_into_id = transfer.first_seen_before, None
        into_giver = select(AuthorTransfer.from_id).where(
            AuthorTransfer.to_id == giver.id,
            AuthorTransfer.undone_at.is_(None),
            AuthorTransfer.kind != TransferKind.SPLIT,
        )
        _lead(Author.id.in_(into_giver), giver.id)
    if db.session.scalar(select(StandingChange.id).where(StandingChange.batch == transfer.batch)):
        standings.undo(transfer.batch, site_id=transfer.site_id, actor=actor, now=now)
    transfer.undone_at = now
    for each in (giver, taker):
        acts.record(each, acts.UNDO, actor=actor, now=now, field=transfer.kind, after=_said(transfer))


def transfer_for(actor: Actor, transfer_id: int) -> AuthorTransfer:
    """Raises NotFound, Forbidden."""
    transfer = db.session.get(AuthorTransfer, transfer_id)
    if transfer is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, Permission.MANAGE_AUTHORS, transfer.site_id)
    return transfer


def transfers_of(author: Author) -> list[AuthorTransfer]:
    """The newest first."""
    theirs = (AuthorTransfer.from_id == author.id) | (AuthorTransfer.to_id == author.id)
    of_whom = (joinedload(AuthorTransfer.giver), joinedload(AuthorTransfer.taker), joinedload(AuthorTransfer.account))
    rows = select(AuthorTransfer).where(theirs).options(*of_whom)
    return list(db.session.scalars(rows.order_by(AuthorTransfer.id.desc()).limit(20)))


def _lock(*authors: Author) -> None:
    """Whoever decides on their comments waits, as this waits for them; always in one order."""
    ids = sorted(author.id for author in authors)
    rows = select(Author).where(Author.id.in_(ids)).order_by(Author.id).with_for_update()
    db.session.scalars(rows.execution_options(populate_existing=True)).all()


def _new_transfer(kind: TransferKind, giver: Author, taker: Author, actor: Actor, now: datetime) -> AuthorTransfer:
    transfer = AuthorTransfer(
        site_id=giver.site_id,
        kind=kind,
        from_id=giver.id,
        to_id=taker.id,
        account_id=actor.account_id,
        batch=standings.new_batch(),
        comments=0,
        first_seen_before=taker.created_at,
        created_at=now,
        until=now + UNDONE_WITHIN,
    )
    db.session.add(transfer)
    db.session.flush()
    return transfer


def _take_comments(transfer: AuthorTransfer, which: ColumnElement[bool]) -> None:
    kept = insert(TransferredComment).from_select(
        ["transfer_id", "comment_id"], select(literal(transfer.id), Comment.id).where(which)
    )
    db.session.execute(kept)
    transfer.comments = _move(transfer, transfer.from_id, transfer.to_id)


def _give_comments_back(transfer: AuthorTransfer) -> None:
    _move(transfer, transfer.to_id, transfer.from_id)


def _move(transfer: AuthorTransfer, giver: int, taker: int) -> int:
    """The comments of a transfer that are `giver`'s become `taker`'s, with what counts them: no new version of them."""
    taken = select(TransferredComment.comment_id).where(TransferredComment.transfer_id == transfer.id)
    table = Comment.__table__
    theirs = (table.c.id.in_(taken), table.c.author_id == giver)
    states = {row[0]: row[1] for row in db.session.execute(
        select(table.c.status, func.count()).where(*theirs).group_by(table.c.status)
    )}  # fmt: skip
    db.session.execute(update(table).where(*theirs).values(author_id=taker))  # type: ignore[arg-type]
    reported = update(Flag).where(Flag.comment_id.in_(taken)).values(author_id=taker)
    db.session.execute(reported.execution_options(synchronize_session=False))
    approved = states.get(Status.APPROVED, 0)
    refused = states.get(Status.REJECTED, 0) + states.get(Status.SPAM, 0)
    for id, sign in ((giver, -1), (taker, 1)):
        author = db.session.get_one(Author, id)
        author.approved_count += sign * approved
        author.rejected_count += sign * refused
    db.session.flush()
    for comment in db.session.identity_map.values():
        if isinstance(comment, Comment):
            db.session.expire(comment)
    return sum(states.values())


def _take_bylines(transfer: AuthorTransfer) -> None:
    mine = set(db.session.scalars(select(Byline.story_id).where(Byline.author_id == transfer.to_id)))
    rows = select(Byline.story_id, Byline.position).where(Byline.author_id == transfer.from_id)
    signed = db.session.execute(rows).all()
    if not signed:
        return
    kept = [
        {"transfer_id": transfer.id, "story_id": id, "position": place, "was_there": id in mine} for id, place in signed
    ]
    db.session.execute(insert(TransferredByline), kept)
    new = [{"story_id": id, "author_id": transfer.to_id, "position": place} for id, place in signed if id not in mine]
    _sign(transfer.from_id, [id for id, _ in signed], new)


def _give_bylines_back(transfer: AuthorTransfer) -> None:
    rows = select(TransferredByline).where(TransferredByline.transfer_id == transfer.id)
    taken = list(db.session.scalars(rows))
    back = [{"story_id": each.story_id, "author_id": transfer.from_id, "position": each.position} for each in taken]
    _sign(transfer.to_id, [each.story_id for each in taken if not each.was_there], back)


def _sign(author_id: int, no_more: Sequence[int], new: Sequence[dict[str, int]]) -> None:
    gone = delete(Byline).where(Byline.author_id == author_id, Byline.story_id.in_(no_more))
    db.session.execute(gone.execution_options(synchronize_session="fetch"))
    if new:
        db.session.execute(insert(Byline), list(new))


def _lead(which: ColumnElement[bool], to: int) -> None:
    db.session.execute(update(Author).where(which).values(merged_into_id=to))


def _remember(transfer: AuthorTransfer, actor: Actor, now: datetime) -> None:
    for id in (transfer.from_id, transfer.to_id):
        author = db.session.get_one(Author, id)
        acts.record(author, transfer.kind, actor=actor, now=now, after=_said(transfer))


def _said(transfer: AuthorTransfer) -> str:
    return acts.as_text({"from": transfer.from_id, "to": transfer.to_id, "comments": transfer.comments})
