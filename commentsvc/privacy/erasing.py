"""Erasure: asked for, cancelled within a day, done by the worker.

Afterwards nothing in the database tells who an author was. What stays is what was said (or not even that, as the site
chooses) under a name that is nobody's, the log of decisions, which names nobody, and of a ban a keyed hash that ends.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, delete, literal, or_, select, tuple_, update

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.drawing import new_seed
from ..authors.models import Author, AuthorAct, AuthorNote, AuthorSlug, ReaderToken, Standing, StandingChange
from ..authors.service import address_hashes_of, fresh_slug
from ..checks.models import OutsideCheck
from ..comments import lifecycle
from ..comments.models import Comment, Revision, StoredVerdict
from ..core import clock
from ..core.clock import rfc3339
from ..core.crypto import Keyring, Undecipherable
from ..core.database import Base, db
from ..core.errors import Conflict, NotFound
from ..core.unit_of_work import unit_of_work
from ..core.web import house
from ..moderation.models import AuthorTransfer, CommentNote, Flag, FlagReason
from ..notifications.models import Confirmation, Follow, Notice, Preference, Recipient
from ..notifications.newsroom_models import BylineChoice
from ..outbox.channels import house as outside
from ..outbox.models import Attempt, Delivery, Event
from ..rulebook import bans
from ..rulebook.models import Ban, BanKind
from ..sites.models import Site
from . import letters, requests
from .models import Act, Comments, Erasure, PrivacyAct, SealedCopy

DELAY = timedelta(hours=24)  # in which it can be cancelled
BAN_ENDS = timedelta(days=365)  # of what stays of an erased person's ban
AT_ONCE = 200  # comments in one transaction
NAMELESS = {
    "en": "Deleted author",
    "de": "Gelöschte Person",
    "fr": "Auteur supprimé",
    "es": "Autor eliminado",
    "tr": "Silinmiş yazar",
    "ar": "كاتب محذوف",
}
# What belongs to an author alone and goes as it is; a test sees to it that no table is forgotten.
THEIRS: tuple[type[Base], ...] = (
    Preference,
    Follow,
    Notice,
    Confirmation,
    BylineChoice,
    AuthorNote,
    AuthorSlug,
    ReaderToken,
)


def ask(author: Author, *, actor: Actor | None, now: datetime) -> Erasure:
    """Let everything about an author go in a day. Without an actor the person asks, who showed the link of their mail.

    Asked twice, the first one counts. Raises Conflict for who signs articles, NotFound, Forbidden.
    """
    if actor:
        ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    if author.is_byline:
        raise Conflict("Whoever signs articles is not erased here. Take their byline away first.")
    if author.account_id:
        raise Conflict("Who writes for the newsroom with an account is not erased here.")
    if running := running_of(author):
        return running
    how = db.session.get_one(Site, author.site_id).settings.erased_comments
    erasure = Erasure(
        site_id=author.site_id,
        author_id=author.id,
        comments=how,
        account_id=actor.account_id if actor else None,
        asked_at=now,
        due_at=now + DELAY,
    )
    db.session.add(erasure)
    note(author, Act.ERASURE_ASKED, actor=actor, now=now)
    db.session.flush()
    letters.tell(author, erasure, now=now)
    return erasure


def running_of(author: Author) -> Erasure | None:
    """The author's erasure that is neither done nor cancelled."""
    rows = select(Erasure).where(
        Erasure.author_id == author.id, Erasure.done_at.is_(None), Erasure.cancelled_at.is_(None)
    )
    return db.session.scalar(rows)


def erasure_for(actor: Actor, erasure_id: int) -> Erasure:
    """Raises NotFound, Forbidden."""
    found = db.session.get(Erasure, erasure_id)
    if found is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, Permission.MANAGE_AUTHORS, found.site_id)
    return found


def cancel(erasure: Erasure, *, actor: Actor | None, now: datetime) -> None:
    """Everything stays. Raises Conflict once it is done or under way, NotFound, Forbidden."""
    if actor:
        ensure(actor, Permission.MANAGE_AUTHORS, erasure.site_id)
    db.session.refresh(erasure, with_for_update=True)
    if erasure.cancelled_at is None:
        if erasure.done_at or erasure.due_at <= now:
            raise Conflict("This was erased already, or is being erased now.")
        erasure.cancelled_at = now
        note(erasure.author, Act.ERASURE_CANCELLED, actor=actor, now=now)


def author_of(copy: SealedCopy) -> Author:
    """Whose comment a sealed copy is of."""
    return db.session.get_one(Author, db.session.get_one(Comment, copy.comment_id).author_id)


def note(author: Author, act: Act, *, actor: Actor | None, now: datetime) -> None:
    """Remember who did what to an author's data."""
    account = actor.account_id if actor else None
    db.session.add(PrivacyAct(site_id=author.site_id, author_id=author.id, account_id=account, act=act, at=now))


def erase_due() -> None:
    """Every minute: what was asked for a day ago. Stopped in the middle, it is begun again."""
    while erasure_id := _next_due(clock.now()):
        last, more = None, True
        while more:
            with unit_of_work():
                last = _erase_some(erasure_id, last, house().keys, clock.now())
            more = last is not None
            db.session.expunge_all()


def _next_due(now: datetime) -> int | None:
    rows = select(Erasure.id).where(Erasure.done_at.is_(None), Erasure.cancelled_at.is_(None), Erasure.due_at <= now)
    return db.session.scalar(rows.order_by(Erasure.due_at, Erasure.id).limit(1))


Place = tuple[datetime, int]


def later_than(place: Place) -> ColumnElement[bool]:
    """Whether a comment comes after another, as (written at, id): the order of an author's comments in the index."""
    return tuple_(Comment.created_at, Comment.id) > tuple_(
        literal(place[0], Comment.created_at.type), literal(place[1], BigInteger)
    )


def _erase_some(erasure_id: int, after: Place | None, keys: Keyring, now: datetime) -> Place | None:
    """The next comments; the place of the last of them. None once there was none left and the person went too."""
    erasure = db.session.get_one(Erasure, erasure_id, with_for_update=True)
    mine = select(Comment).where(Comment.author_id == erasure.author_id)
    mine = mine.where(later_than(after)) if after else mine
    comments = list(db.session.scalars(mine.order_by(Comment.created_at, Comment.id).limit(AT_ONCE)))
    if comments:
        end = comments[-1].created_at, comments[-1].id
        _seal(comments, erasure, keys, now)
        _without_person([each.id for each in comments], nameless(db.session.get_one(Site, erasure.site_id)))
        if erasure.comments == Comments.EMPTY:
            _empty(comments, now)
        return end
    if erasure.done_at is None:
        _finish(erasure, keys, now)
    return None


def nameless(site: Site) -> str:
    """What somebody is called who is not known any more, in the site's language."""
    return NAMELESS[site.settings.language]


def _seal(comments: Sequence[Comment], erasure: Erasure, keys: Keyring, now: datetime) -> None:
    """Keep what somebody reported as illegal and nobody has decided on, readable with the key alone."""
    ids = [each.id for each in comments]
    open_still = (Flag.reason == FlagReason.ILLEGAL, Flag.settled_at.is_(None))
    sealed = select(SealedCopy.comment_id).where(SealedCopy.comment_id.in_(ids))  # by a time that was cut short
    unsealed = (Flag.comment_id.in_(ids), Flag.comment_id.not_in(sealed))
    reports = list(db.session.scalars(select(Flag).where(*unsealed, *open_still)))
    days = db.session.get_one(Site, erasure.site_id).settings.sealed_days
    for comment in comments:
        if mine := [each for each in reports if each.comment_id == comment.id]:
            content = json.dumps(_said(comment, mine, keys), ensure_ascii=False)
            db.session.add(
                SealedCopy(
                    site_id=comment.site_id,
                    comment_id=comment.id,
                    content_encrypted=keys.encrypt(content),
                    created_at=now,
                    until=now + timedelta(days=days),
                )
            )


def _said(comment: Comment, reports: Sequence[Flag], keys: Keyring) -> Mapping[str, Any]:
    texts = db.session.scalars(
        select(Revision.text).where(Revision.comment_id == comment.id).order_by(Revision.number.desc())
    )
    return {
        "comment": str(comment.id),
        "name": comment.author_name,
        "email": _address(comment.author, keys),
        "website": comment.website,
        "written_at": rfc3339(comment.created_at),
        "texts": list(texts),
        "reports": [{"details": each.details, "at": rfc3339(each.created_at)} for each in reports],
    }


def _address(author: Author, keys: Keyring) -> str | None:
    try:
        return keys.decrypt(author.email_encrypted) if author.email_encrypted else None
    except Undecipherable:
        return None


def _without_person(ids: Sequence[int], name: str) -> None:
    """Who wrote it goes, and where from; what was said stays. The log, which names no writer, stays as it is."""
    gone = {
        "author_name": name,
        "website": None,
        "network_hash": None,
        "idempotency_key": None,
        "idempotency_body": None,
        "editable_until": None,
        "receipt_salt": secrets.token_hex(16),  # no receipt of theirs opens anything any more
    }
    _straight(update(Comment).where(Comment.id.in_(ids)).values(**gone, version=Comment.version + 1))
    # A rule says why in words of the text or of the address; notes of the staff are about a person.
    _straight(update(StoredVerdict).where(StoredVerdict.comment_id.in_(ids)).values(reason="", spans=[]))
    _straight(delete(CommentNote).where(CommentNote.comment_id.in_(ids)))
    settled = (Flag.comment_id.in_(ids), Flag.settled_at.is_not(None))
    _straight(update(Flag).where(*settled).values(details=""))
    _straight(delete(OutsideCheck).where(OutsideCheck.comment_id.in_(ids)))


def _empty(comments: Sequence[Comment], now: datetime) -> None:
    """The words go; a thread keeps their place only where somebody answered."""
    for comment in comments:
        lifecycle.retract(comment, now=now)
    db.session.flush()
    ids = [each.id for each in comments]
    nothing: dict[str, Any] = {"content": [], "html": ""}
    _straight(update(Revision).where(Revision.comment_id.in_(ids)).values(text="", **nothing))
    marks = {"fingerprint": "", "likeness": None, "language": None, "has_link": False}
    _straight(update(Comment).where(Comment.id.in_(ids)).values(**nothing, **marks, version=Comment.version + 1))


def _straight(statement: Any) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _finish(erasure: Erasure, keys: Keyring, now: datetime) -> None:
    """The person themselves, once their comments are nobody's."""
    author, site = erasure.author, db.session.get_one(Site, erasure.site_id)
    hashes = address_hashes_of(author, keys)
    _keep_ban(author, site, hashes, now)
    _forget_mailbox(author, hashes)
    for each in (author, *_merged_into(author)):
        _forget_author(each, site)
    _forget_elsewhere(author, hashes)
    db.session.flush()
    _tell_anew(author)
    erasure.done_at = now
    note(author, Act.ERASED, actor=None, now=now)


def _keep_ban(author: Author, site: Site, hashes: Sequence[str], now: datetime) -> None:
    """A ban outlives its person as a keyed hash, and ends."""
    latest = now + BAN_ENDS
    until = min(author.standing_until or latest, latest)
    if hashes and author.standing_at(now) in (Standing.BANNED, Standing.SUSPENDED):
        db.session.add(
            Ban(site_id=site.id, kind=BanKind.ADDRESS, value_hash=hashes[0], until=until, reason="", created_at=now)
        )
        bans.changed(site)
    endless = (Ban.site_id == site.id, Ban.value_hash.in_(hashes), or_(Ban.until.is_(None), Ban.until > latest))
    _straight(update(Ban).where(*endless).values(until=latest, reason=""))
    _straight(update(Ban).where(Ban.site_id == site.id, Ban.value_hash.in_(hashes)).values(reason=""))


def _forget_mailbox(author: Author, hashes: Sequence[str]) -> None:
    requests.forget_address(hashes)
    rows = select(Recipient).where(Recipient.site_id == author.site_id, Recipient.email_hash.in_(hashes))
    for recipient in db.session.scalars(rows):
        _straight(delete(Delivery).where(Delivery.lane_key == recipient.lane))
        db.session.delete(recipient)


def _merged_into(author: Author) -> Sequence[Author]:
    """The records that were found to be of the same person: nobody parts them again."""
    found = db.session.scalars(select(Author).where(Author.merged_into_id == author.id)).all()
    ids = [author.id, *(each.id for each in found)]
    _straight(delete(AuthorTransfer).where(or_(AuthorTransfer.from_id.in_(ids), AuthorTransfer.to_id.in_(ids))))
    return found


def _forget_author(author: Author, site: Site) -> None:
    for model in THEIRS:
        assert isinstance(model.__table__, Table)
        _straight(delete(model).where(model.__table__.c.author_id == author.id))
    author.name, author.slug = nameless(site), fresh_slug("deleted")
    author.bio, author.bio_content, author.bio_html = "", [], ""
    author.avatar = author.website = author.email_encrypted = author.email_hash = author.confirmed_at = None
    author.links, author.standing_reason, author.badges, author.signed_on_as = [], "", [], None
    # No page lists what is one person's, and the drawing is not the one that stands beside the name in copies.
    author.shows_comments, author.avatar_seed = False, new_seed()
    said: dict[str, Any] = {"reason": "", "reason_before": "", "message": ""}
    _straight(update(StandingChange).where(StandingChange.author_id == author.id).values(said))
    _straight(update(AuthorAct).where(AuthorAct.author_id == author.id).values(before="", after=""))


def _forget_elsewhere(author: Author, hashes: Sequence[str]) -> None:
    """The address also stands with others who typed it without ever showing that it is theirs."""
    same = (Author.site_id == author.site_id, Author.email_hash.in_(hashes), Author.id != author.id)
    unproven = (Author.confirmed_at.is_(None), Author.is_byline.is_(False))
    _straight(update(Author).where(*same, *unproven).values(email_hash=None, email_encrypted=None))


def _tell_anew(author: Author) -> None:
    """What the feed of events still holds of them, said as it is now; and what answers to them quotes."""
    mine = select(Comment.id).where(Comment.author_id == author.id)
    answers = select(Comment.id).where(Comment.parent_id.in_(mine))
    recent = select(Event).where(Event.site_id == author.site_id, Event.payload.is_not(None))
    about = {f"comment:{each}" for each in db.session.scalars(mine.union(answers))} | {f"author:{author.id}"}
    for event in db.session.scalars(recent.execution_options(yield_per=500)):
        if event.subject in about:
            event.payload = outside().describe(event) or {}
            told = select(Delivery.id).where(Delivery.event_id == event.id)
            _straight(
                update(Attempt).where(Attempt.delivery_id.in_(told)).values(answer="")
            )  # it may repeat what it got
