"""What goes by itself, and whether it does. Networks go after 30 days by `moderation.networks`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from ..authors.models import Author, Standing
from ..comments.models import Comment
from ..core import clock
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..moderation.networks import HASHES_SERVE
from ..notifications.models import Confirmation, Recipient
from ..sites.models import Site
from ..sites.service import all_sites
from . import requests
from .models import Erasure, PrivacyAct, SealedCopy

AT_ONCE = 500  # authors in one transaction
LATE = timedelta(days=1)  # what is older than its time by this was forgotten by nobody: no worker runs
RESTRAINED = (Standing.WATCHED, Standing.SUSPENDED, Standing.BANNED)


def forget() -> None:
    """Once an hour: addresses nobody confirmed, sealed copies that have ended, old links, old lines of who did what."""
    for site in all_sites():
        while _forget_addresses(site, clock.now()):
            pass
        with unit_of_work():
            old = clock.now() - timedelta(days=site.settings.privacy_log_days)
            db.session.execute(delete(PrivacyAct).where(PrivacyAct.site_id == site.id, PrivacyAct.at < old))
            ended = (Erasure.site_id == site.id, func.coalesce(Erasure.done_at, Erasure.cancelled_at) < old)
            db.session.execute(delete(Erasure).where(*ended))
    with unit_of_work():
        db.session.execute(delete(SealedCopy).where(SealedCopy.until < clock.now()))
        requests.forget(now=clock.now())


def _old_addresses(site: Site, now: datetime) -> list[ColumnElement[bool]]:
    """Of readers who never confirmed, wrote nothing for so long, and on whom nothing stands that needs it."""
    old = now - timedelta(days=site.settings.unconfirmed_address_days)
    wrote_since = exists().where(Comment.author_id == Author.id, Comment.created_at >= old)
    restrained = Author.standing.in_(RESTRAINED) & (Author.standing_until.is_(None) | (Author.standing_until > now))
    unconfirmed = (Author.email_hash.is_not(None), Author.confirmed_at.is_(None), Author.is_byline.is_(False))
    return [Author.site_id == site.id, *unconfirmed, Author.created_at < old, ~wrote_since, ~restrained]


def _forget_addresses(site: Site, now: datetime) -> bool:
    """Whether there may be more."""
    with unit_of_work():
        found = select(Author.id, Author.email_hash).where(*_old_addresses(site, now)).limit(AT_ONCE)
        rows = db.session.execute(found).all()
        gone = update(Author).where(Author.id.in_([row.id for row in rows]))
        _straight(gone.values(email_hash=None, email_encrypted=None))
        _forget_mailboxes(site, {row.email_hash for row in rows})
    return len(rows) == AT_ONCE


def _forget_mailboxes(site: Site, hashes: set[str]) -> None:
    """Of addresses that nobody has any more; one that was stopped stays stopped, as a keyed hash."""
    nobodys = ~exists().where(Author.site_id == Recipient.site_id, Author.email_hash == Recipient.email_hash)
    of_them = (Recipient.site_id == site.id, Recipient.email_hash.in_(hashes), Recipient.stopped_at.is_(None))
    ids = db.session.scalars(select(Recipient.id).where(*of_them, nobodys)).all()
    _straight(delete(Confirmation).where(Confirmation.recipient_id.in_(ids)))
    _straight(delete(Recipient).where(Recipient.id.in_(ids)))


def _straight(statement: object) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]


def overdue(now: datetime) -> Iterator[str]:
    """What should have gone more than a day ago, in words. Nothing, where a worker runs."""
    before = now - LATE
    networks = (Comment.network_hash.is_not(None), Comment.created_at < before - HASHES_SERVE)
    late = (Erasure.done_at.is_(None), Erasure.cancelled_at.is_(None), Erasure.due_at < before)
    counts = {
        "networks": select(func.count()).select_from(Comment).where(*networks),
        "erasures": select(func.count()).select_from(Erasure).where(*late),
        "sealed copies": select(func.count()).select_from(SealedCopy).where(SealedCopy.until < before),
    }
    yield from (f"{count:,} {what}" for what, rows in counts.items() if (count := db.session.scalar(rows)))
    addresses = sum(
        db.session.scalar(select(func.count()).select_from(Author).where(*_old_addresses(each, before))) or 0
        for each in all_sites()
    )
    if addresses:
        yield f"{addresses:,} unconfirmed addresses"
