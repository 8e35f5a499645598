"""What readers choose to hear of. Asked for with a comment, changed on the page of choices, ended by one click."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, false, func, select, update
from sqlalchemy.orm.util import identity_key

from ..authors import readers
from ..authors.models import Author, StandingChange
from ..authors.queries import confirmed_by_address
from ..authors.service import address_hashes_of
from ..comments import claims
from ..comments.house import confirming
from ..comments.models import Comment, Status
from ..core.database import db, upsert
from ..core.events import Fact
from ..core.mail_address import address_hashes
from ..core.web import keys
from ..outbox import service as outbox
from ..outbox.channels import Outgoing
from ..sites.models import Site
from . import tokens
from .models import Confirmation, Follow, Kind, Notice, Pace, Preference, Recipient, lane_of

ABOUT_ONES_OWN = (Kind.APPROVED, Kind.REJECTED)
A_DAY = timedelta(days=1)
CONFIRMATIONS_PER_ADDRESS = 3  # a day: nobody's mailbox is filled by strangers who type its address
CONFIRMATIONS_PER_NETWORK = 20  # a day: a school or an office stands behind one network


def keep(facts: Sequence[Fact], *, now: datetime) -> None:
    """Write down what the writers of new comments asked for, in the commit of the comment."""
    for fact in facts:
        if fact.type == "comment.created":
            _written(db.session.get_one(Comment, fact.data["comment"]), fact.data.get("notify", "none"), now)
        elif fact.type == "author.standing_changed":
            _tell_of_standing(db.session.get_one(StandingChange, fact.data["change"]), now)


def _tell_of_standing(change: StandingChange, now: datetime) -> None:
    """The newsroom's message goes to a confirmed address only, and to none that mail was stopped to."""
    author = change.author
    if not change.message or author.confirmed_at is None or author.email_hash is None:
        return
    recipient = recipient_of(author) or _new_recipient(author)
    if recipient.stopped_at is None:
        payload = {"author": author.id, "change": change.id}
        letter = letter_to(author.site_id, recipient.id, "standing", f"standing change:{change.id}", payload)
        outbox.send(letter, now=now)


def _written(comment: Comment, notify: str, now: datetime) -> None:
    """Machines ask for mail too, in the name of others: what is refused as spam asks for nothing."""
    wanted = confirming(db.session.get_one(Site, comment.site_id))
    if comment.status == Status.SPAM or (notify == "none" and wanted == "off"):
        return
    author = db.session.get_one(Author, comment.author_id)
    if author.email_hash is None or (notify == "none" and not _is_asked_who(comment, author, wanted, now)):
        return
    recipient = recipient_of(author) or _new_recipient(author)
    _keep_under_present_key(recipient, author)
    if recipient.stopped_at:
        return
    if notify != "none":
        _wish(author, (*ABOUT_ONES_OWN, Kind.REPLY))
    if notify == "all":
        _wish(author, (Kind.STORY,))
        _follow(author, comment.story_id, now)
    if author.confirmed_at is None:
        _ask_to_confirm(author, recipient, comment.network_hash or "", now, comment)


def _is_asked_who(comment: Comment, author: Author, wanted: str, now: datetime) -> bool:
    """Whether a site that wants addresses confirmed in a way asks about this one.

    An offer is made once, with the first comment of a browser. Whoever wrote long ago, in another system, is asked
    nothing.
    """
    if now - comment.created_at > A_DAY or author.is_known or comment.status == Status.REJECTED:
        return False
    earlier = exists().where(Comment.author_id == author.id, Comment.id < comment.id)
    return wanted == "before_publishing" or not db.session.scalar(select(earlier))


def send_way_in(site: Site, address: str, *, network_hash: str, now: datetime) -> None:
    """A link to one's own comments, for whoever reads the mailbox; to an address nobody wrote under, nothing.

    Where no comment of it was confirmed yet, the question whether the last one is theirs.
    """
    hashes = address_hashes(address, f"site {site.id}", keys())
    author = confirmed_by_address(site.id, hashes)
    last = None if author else _last_under(site.id, hashes)
    author = author or (last.author if last else None)
    if author is None:
        return
    recipient = recipient_of(author) or _new_recipient(author)
    if recipient.stopped_at:
        return
    if not _too_many(recipient, network_hash, now):
        asked = _note(author, recipient, network_hash, now, last)
        kind = "confirm" if last else "enter"
        outbox.send(_question(kind, f"{kind} {asked.id}", asked), now=now)


def _last_under(site_id: int, hashes: Sequence[str]) -> Comment | None:
    rows = select(Comment).join(Author).where(Author.site_id == site_id, Author.email_hash.in_(hashes))
    rows = rows.where(Comment.status.in_((Status.PENDING, Status.APPROVED)), Comment.retracted_at.is_(None))
    return db.session.scalar(rows.order_by(Comment.id.desc()).limit(1))


def _note(
    author: Author, recipient: Recipient, network_hash: str, now: datetime, comment: Comment | None = None
) -> Confirmation:
    about = {"comment_id": comment.id if comment else None, "network_hash": network_hash, "created_at": now}
    asked = Confirmation(author_id=author.id, recipient_id=recipient.id, **about)
    db.session.add(asked)
    db.session.flush()
    return asked


def _question(kind: str, once: str, asked: Confirmation) -> Outgoing:
    payload = {"author": asked.author_id, "asked": asked.id}
    return letter_to(db.session.get_one(Author, asked.author_id).site_id, asked.recipient_id, kind, once, payload)


def recipient_of(author: Author) -> Recipient | None:
    """The address an author gets mail at, if mail was ever asked for."""
    return recipients_of([author]).get(author.id)


def recipients_of(authors: Sequence[Author]) -> dict[int, Recipient]:
    """The addresses authors of one site get mail at, by the author's id; found whatever key they were kept under."""
    hashes = {each.id: address_hashes_of(each, keys()) for each in authors}
    of_site = Recipient.site_id == authors[0].site_id if authors else false()
    rows = select(Recipient).where(of_site, Recipient.email_hash.in_({one for many in hashes.values() for one in many}))
    # Where there are two for one address, the one that was stopped counts, then the older one.
    known = sorted(db.session.scalars(rows), key=lambda each: (each.stopped_at is None, each.id))
    found = {each.id: next((one for one in known if one.email_hash in hashes[each.id]), None) for each in authors}
    return {author_id: one for author_id, one in found.items() if one}


def _new_recipient(author: Author) -> Recipient:
    """Made by whoever comes first; two at the same moment get the same one."""
    values = {"site_id": author.site_id, "email_hash": address_hashes_of(author, keys())[0]}
    db.session.execute(upsert(Recipient).values(values).on_conflict_do_nothing())
    rows = select(Recipient).filter_by(**values)
    return db.session.scalars(rows).one()


def _keep_under_present_key(recipient: Recipient, author: Author) -> None:
    """What was found under an older key must be found when that key is gone."""
    present = address_hashes_of(author, keys())[0]
    taken = exists().where(Recipient.site_id == author.site_id, Recipient.email_hash == present)
    if recipient.email_hash != present and not db.session.scalar(select(taken)):
        recipient.email_hash = present


def _wish(author: Author, kinds: Iterable[Kind]) -> None:
    """What was off is on again; who chose a daily summary keeps it."""
    for kind in kinds:
        if pace_of(author.id, kind) is Pace.OFF:
            choose(author, {kind: Pace.AT_ONCE})


def _follow(author: Author, story_id: int, now: datetime) -> None:
    values = {"author_id": author.id, "story_id": story_id, "created_at": now}
    db.session.execute(upsert(Follow).values(values).on_conflict_do_nothing())


def _ask_to_confirm(author: Author, recipient: Recipient, network_hash: str, now: datetime, comment: Comment) -> None:
    """One mail while its link holds, and never so many that they are a nuisance."""
    open_ones = exists().where(
        Confirmation.author_id == author.id, Confirmation.created_at > now - tokens.CONFIRM_WITHIN
    )
    if db.session.scalar(select(open_ones)) or _too_many(recipient, network_hash, now):
        return
    asked = _note(author, recipient, network_hash, now, comment)
    outbox.send(_question("confirm", f"confirm author:{author.id} {now:%Y-%m-%d}", asked), now=now)


def _too_many(recipient: Recipient, network_hash: str, now: datetime) -> bool:
    one_network_at_a_time(network_hash)
    most = min(CONFIRMATIONS_PER_ADDRESS, db.session.get_one(Site, recipient.site_id).settings.mails_per_day)
    rows = select(func.count()).select_from(Confirmation).where(Confirmation.created_at > now - A_DAY)
    to_it = db.session.scalar(rows.where(Confirmation.recipient_id == recipient.id)) or 0
    from_there = db.session.scalar(rows.where(Confirmation.network_hash == network_hash)) or 0
    return to_it >= most or from_there >= CONFIRMATIONS_PER_NETWORK


def one_network_at_a_time(network_hash: str) -> None:
    """Requests of one network wait for each other, so that none slips past its limit. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"confirm {network_hash}".encode()).digest()[:7])
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def letter_to(site_id: int, recipient_id: int, kind: str, once: str, payload: Mapping[str, Any]) -> Outgoing:
    """A letter for the outbox. Its name is its own, not its event's: a bounce must point at one letter."""
    return Outgoing(site_id, "mail", lane_of(recipient_id), kind, once, payload, outbox.new_uid("msg"))


def pace_of(author_id: int, kind: Kind) -> Pace:
    """When an author wants to hear of this."""
    found = db.session.get(Preference, (author_id, kind))
    return Pace(found.pace) if found else Pace.OFF


def paces_of(author: Author) -> dict[Kind, Pace]:
    """When an author wants to hear of what, every kind named."""
    rows = db.session.scalars(select(Preference).where(Preference.author_id == author.id))
    chosen = {each.kind: Pace(each.pace) for each in rows}
    return {kind: chosen.get(kind, Pace.OFF) for kind in Kind}


def choose(author: Author, paces: Mapping[Kind, Pace]) -> None:
    """Set when an author hears of what; what is switched off waits for no digest either."""
    for kind, pace in paces.items():
        _set(author.id, kind, pace)
        if pace is Pace.OFF:
            waiting = (Notice.author_id == author.id, Notice.kind == kind, Notice.delivery_id.is_(None))
            db.session.execute(delete(Notice).where(*waiting))


def _set(author_id: int, kind: Kind, pace: Pace) -> None:
    """Two at the same moment set it one after the other."""
    values = {"author_id": author_id, "kind": kind, "pace": pace}
    put = upsert(Preference).values(values)
    db.session.execute(put.on_conflict_do_update(index_elements=["author_id", "kind"], set_={"pace": pace}))
    if known := db.session.identity_map.get(identity_key(Preference, (author_id, kind))):
        db.session.expire(known)


def stories_followed(author: Author) -> list[Follow]:
    return list(db.session.scalars(select(Follow).where(Follow.author_id == author.id).order_by(Follow.id.desc())))


def unfollow(author: Author, story_ids: Iterable[int]) -> None:
    db.session.execute(delete(Follow).where(Follow.author_id == author.id, Follow.story_id.in_(list(story_ids))))


def all_off(author: Author) -> None:
    """No more mail of any kind."""
    choose(author, dict.fromkeys(Kind, Pace.OFF))
    db.session.execute(delete(Follow).where(Follow.author_id == author.id))


def unsubscribe(author: Author, what: str) -> None:
    """End what one letter was about: a kind, `story:ID`, or the daily summary with everything in it."""
    if what == "digest":
        all_off(author)
    elif what.startswith("story:"):
        unfollow(author, [int(what.removeprefix("story:"))])
    else:
        choose(author, {Kind(what): Pace.OFF})


def use(asked: Confirmation, *, now: datetime) -> bool:
    """Whether a link still worked; it does no more."""
    once = update(Confirmation).where(Confirmation.id == asked.id, Confirmation.used_at.is_(None))
    return db.session.scalar(once.values(used_at=now).returning(Confirmation.id)) is not None


def confirm(author: Author, *, now: datetime) -> Author:
    """The address is its reader's, with all that was written under it. Returns who they are."""
    known = claims.claim(author, keys=keys(), now=now)
    if known.id != author.id:
        _hand_on(author, known)
    return known


def _hand_on(author: Author, known: Author) -> None:
    """What was asked for without being known; what they chose themselves stays chosen."""
    _wish(known, [kind for kind, pace in paces_of(author).items() if pace is not Pace.OFF])
    for follow in stories_followed(author):
        _follow(known, follow.story_id, follow.created_at)
    all_off(author)


def forget(*, now: datetime) -> None:
    """What is needed no more: links and tokens that have ended, what went out with a digest long ago."""
    readers.forget_old(now=now)
    db.session.execute(delete(Confirmation).where(Confirmation.created_at < now - tokens.CONFIRM_WITHIN))
    db.session.execute(delete(Notice).where(Notice.created_at < now - outbox.KEPT))


def follow_hashes(moved: Mapping[str, str]) -> int:
    """Keep addresses that get mail under the hashes of another key, as {old: new}. Returns how many.

    Where an address is there twice, the older one stays, and a stop of either counts.
    """
    found = db.session.scalars(select(Recipient).where(Recipient.email_hash.in_(moved)).order_by(Recipient.id)).all()
    for recipient in found:
        present = moved[recipient.email_hash]
        same = select(Recipient).filter_by(site_id=recipient.site_id, email_hash=present)
        if other := db.session.scalar(same):
            _take_over(recipient, other)
        recipient.email_hash = present
        db.session.flush()
    return len(found)


def _take_over(recipient: Recipient, other: Recipient) -> None:
    """Make one of two rows for the same address."""
    if other.stopped_at and not recipient.stopped_at:
        recipient.stopped_at, recipient.stopped_because = other.stopped_at, other.stopped_because
    asked = update(Confirmation).where(Confirmation.recipient_id == other.id).values(recipient_id=recipient.id)
    db.session.execute(asked.execution_options(synchronize_session=False))
    db.session.delete(other)
    db.session.flush()
