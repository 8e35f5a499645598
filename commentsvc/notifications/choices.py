"""What readers choose to hear of. Asked for with a comment, changed on the page of choices, ended by one click."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, false, func, select
from sqlalchemy.orm.util import identity_key

from ..authors.models import Author
from ..authors.service import address_hashes_of, confirm_address
from ..comments.models import Comment, Status
from ..core.database import db
from ..core.events import Fact
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
        if fact.type == "comment.created" and fact.data.get("notify", "none") != "none":
            _asked(db.session.get_one(Comment, fact.data["comment"]), fact.data["notify"], now)


def _asked(comment: Comment, notify: str, now: datetime) -> None:
    """Machines ask for mail too, in the name of others: what is refused as spam asks for nothing."""
    author = db.session.get_one(Author, comment.author_id)
    if comment.status == Status.SPAM or author.email_hash is None:
        return
    recipient = recipient_of(author) or _new_recipient(author)
    _keep_under_present_key(recipient, author)
    if recipient.stopped_at:
        return
    _wish(author, (*ABOUT_ONES_OWN, Kind.REPLY))
    if notify == "all":
        _wish(author, (Kind.STORY,))
        _follow(author, comment.story_id, now)
    if author.confirmed_at is None:
        _ask_to_confirm(author, recipient, comment.network_hash or "", now)


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


def _ask_to_confirm(author: Author, recipient: Recipient, network_hash: str, now: datetime) -> None:
    """One mail while its link holds, and never so many that they are a nuisance."""
    asked = exists().where(Confirmation.author_id == author.id, Confirmation.created_at > now - tokens.CONFIRM_WITHIN)
    if db.session.scalar(select(asked)) or _too_many(recipient, network_hash, now):
        return
    whose = {"author_id": author.id, "recipient_id": recipient.id}
    db.session.add(Confirmation(**whose, network_hash=network_hash, created_at=now))
    once = f"confirm author:{author.id} {now:%Y-%m-%d}"
    outbox.send(letter_to(author.site_id, recipient.id, "confirm", once, {"author": author.id}), now=now)


def _too_many(recipient: Recipient, network_hash: str, now: datetime) -> bool:
    _one_network_at_a_time(network_hash)
    most = min(CONFIRMATIONS_PER_ADDRESS, db.session.get_one(Site, recipient.site_id).settings.mails_per_day)
    rows = select(func.count()).select_from(Confirmation).where(Confirmation.created_at > now - A_DAY)
    to_it = db.session.scalar(rows.where(Confirmation.recipient_id == recipient.id)) or 0
    from_there = db.session.scalar(rows.where(Confirmation.network_hash == network_hash)) or 0
    return to_it >= most or from_there >= CONFIRMATIONS_PER_NETWORK


def _one_network_at_a_time(network_hash: str) -> None:
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


def confirm(author: Author, *, now: datetime) -> None:
    """The address is its reader's. Twice is as good as once."""
    confirm_address(author, now=now)


def upsert(table: Any) -> Any:
    """An insert that may say what happens on a conflict, in the dialect of this database."""
    return outbox.insert_of_dialect()(table)


def forget(*, now: datetime) -> None:
    """What is needed no more: confirmations whose link has ended, what went out with a digest long ago."""
    db.session.execute(delete(Confirmation).where(Confirmation.created_at < now - tokens.CONFIRM_WITHIN))
    db.session.execute(delete(Notice).where(Notice.created_at < now - outbox.KEPT))
