"""A link to one's own data, for whoever reads the mailbox: asked for by typing an address, sent by mail, used once.

Whether anybody wrote under the address is looked up when the letter is written, not when it is asked for: that takes
as long, and leaves the same behind, for every address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from ..authors.models import Author
from ..authors.queries import confirmed_by_address
from ..core.database import db
from ..core.errors import NotFound
from ..core.mail_address import address_hashes
from ..core.web import keys, links
from ..notifications import choices, tokens
from ..notifications.letters import Item, Page, words_of, written
from ..notifications.mail import Letter, Writer
from ..outbox import service as outbox
from ..outbox.channels import Outgoing
from ..outbox.models import Delivery
from ..sites.models import Site
from .models import DataRequest, Wish

KIND = "data_link"
COUNTED_FOR = timedelta(days=1)


def ask(site: Site, address: str, wish: Wish, *, network_hash: str, now: datetime) -> None:
    """Let a link go to an address, if there is anything of it and not too many were asked for."""
    hashes = address_hashes(address, f"site {site.id}", keys())
    if _too_many(hashes, network_hash, now):
        return
    typed = {"email_hash": hashes[0], "hashes": hashes, "network_hash": network_hash}
    asked = DataRequest(site_id=site.id, wish=wish, created_at=now, used_at=None, **typed)
    db.session.add(asked)
    db.session.flush()
    about, uid = {"asked": asked.id}, outbox.new_uid("msg")
    outbox.send(Outgoing(site.id, "mail", _lane(asked.id), KIND, f"{KIND} {asked.id}", about, uid), now=now)


def _lane(asked_id: int) -> str:
    return f"mail:data:{asked_id}"


def _too_many(hashes: Iterable[str], network_hash: str, now: datetime) -> bool:
    """The limits of the question whether an address is its reader's."""
    choices.one_network_at_a_time(network_hash)
    rows = select(func.count()).select_from(DataRequest).where(DataRequest.created_at > now - COUNTED_FOR)
    to_it = db.session.scalar(rows.where(DataRequest.email_hash.in_(hashes))) or 0
    from_there = db.session.scalar(rows.where(DataRequest.network_hash == network_hash)) or 0
    return to_it >= choices.CONFIRMATIONS_PER_ADDRESS or from_there >= choices.CONFIRMATIONS_PER_NETWORK


def write(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """The letter with the link. Where nobody showed yet that the address is theirs, with the way to do so."""
    asked = db.session.get(DataRequest, delivery.payload["asked"])
    if asked is None or asked.used_at is not None:
        return None
    known = confirmed_by_address(asked.site_id, asked.hashes)
    author = known or _typed_by(asked.site_id, asked.hashes)
    if author is None or _is_stopped(author):
        return None
    return _letter(author, asked, is_proven=known is not None)


def _typed_by(site_id: int, hashes: Iterable[str]) -> Author | None:
    rows = select(Author).where(Author.site_id == site_id, Author.email_hash.in_(hashes))
    return db.session.scalar(rows.where(Author.merged_into_id.is_(None)).order_by(Author.id.desc()).limit(1))


def _is_stopped(author: Author) -> bool:
    recipient = choices.recipient_of(author)
    return recipient is not None and recipient.stopped_at is not None


def _letter(author: Author, asked: DataRequest, *, is_proven: bool) -> tuple[Letter, str]:
    site = db.session.get_one(Site, author.site_id)
    words, subject = words_of(site), f"{asked.wish}_subject"
    if is_proven:
        address = links().mail(asked.wish, tokens.make(asked.wish, author, keys(), asked.id))
        item = Item(words(f"{asked.wish}_text"), button=words(f"{asked.wish}_button"), address=address)
        return written(Page(author, site, words(subject), [item], after=[words("enter_else")]))
    item = Item(words("unproven_text"), button=words("enter_button"), address=links().me(site.key))
    return written(Page(author, site, words(subject), [item], after=[words("unproven_else")]))


def asked_by(wish: Wish, token: str) -> tuple[Author, DataRequest]:
    """Whose data a link is about, and what was asked for. Raises NotFound, Expired."""
    author, more = tokens.read(wish, token, keys())
    asked = db.session.get(DataRequest, more[0]) if more else None
    if asked is None or asked.wish != wish or author.confirmed_at is None:
        raise NotFound("This link leads nowhere any more.")
    return author, asked


def use(asked: DataRequest, *, now: datetime) -> bool:
    """Whether the link still worked; it does no more."""
    once = update(DataRequest).where(DataRequest.id == asked.id, DataRequest.used_at.is_(None))
    return db.session.scalar(once.values(used_at=now).returning(DataRequest.id)) is not None


def forget(*, now: datetime) -> None:
    """What is needed no more, to count by or for a link that still works."""
    db.session.execute(delete(DataRequest).where(DataRequest.created_at < now - COUNTED_FOR))


def forget_address(hashes: Iterable[str]) -> None:
    """Nothing tells any more that this address was typed, nor what was sent to it."""
    gone = delete(DataRequest).where(DataRequest.email_hash.in_(hashes)).returning(DataRequest.id)
    lanes = [_lane(each) for each in db.session.scalars(gone.execution_options(synchronize_session=False))]
    straight = {"synchronize_session": False}
    db.session.execute(delete(Delivery).where(Delivery.lane_key.in_(lanes)), execution_options=straight)


WRITERS: dict[str, Writer] = {KIND: write}
