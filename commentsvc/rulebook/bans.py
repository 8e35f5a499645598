"""Bans: of an address, a domain of addresses, a network for a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..core.crypto import Keyring
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.paging import Cursor
from ..core.urls import WrongUrl, read_domain
from ..sites.models import Site
from .book import changed
from .models import Ban, BanKind

NETWORK_DAYS, MOST_NETWORK_DAYS, MOST_DAYS = 7, 30, 3650
FORGOTTEN = "forgotten"  # in the place of a hash: a ban of a network is one of something
PAGE = 50


@cache
def large_providers() -> frozenset[str]:
    """Domains of addresses that a ban of would shut out a crowd; see `large_providers.txt`."""
    lines = (Path(__file__).parent / "large_providers.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_large(domain: str) -> bool:
    """Whether it is one of the large providers, or above one (`co.uk`)."""
    return any(each == domain or each.endswith(f".{domain}") for each in large_providers())


@dataclass(frozen=True)
class Banned:
    """Whether the address (or its domain), and whether the network, is banned."""

    address: bool = False
    network: bool = False


def after(days: int, now: datetime) -> datetime | None:
    """When so many days are over; None, which is no end, for 0."""
    return now + timedelta(days=days) if days else None


def ban_typed(
    site: Site,
    typed: str,
    *,
    reason: str,
    until: datetime | None,
    actor: Actor,
    keys: Keyring,
    now: datetime,
    is_sure: bool = False,
) -> Ban:
    """Ban an e-mail address, or a domain of addresses, as typed. Of an address only its keyed hash is kept.

    Whoever is banned already stays banned once, at least as long as before: lifting it leaves nothing behind.

    The domain of a large provider is banned only by who `is_sure`.
    Raises ValidationFailed, Forbidden, NotFound.
    """
    if "@" in typed.strip().removeprefix("@"):
        try:
            address = read_address(typed.strip())
        except WrongAddress as error:
            raise ValidationFailed({"value": [str(error)]}) from error
        values = address_hashes(address, f"site {site.id}", keys)
        kind, column = BanKind.ADDRESS, Ban.value_hash
    else:
        try:
            values = [read_domain(typed.strip().removeprefix("@"))]
        except WrongUrl as error:
            raise ValidationFailed({"value": ["Enter an e-mail address or a domain, like mail.example."]}) from error
        kind, column = BanKind.DOMAIN, Ban.domain
        if is_large(values[0]) and not is_sure:
            raise ValidationFailed(
                {"confirm": [f"Very many people have their mail at {values[0]}. Say that you mean all of them."]}
            )
    return _ban(site, kind, column, values, reason, until, actor, now)


def ban_network(site: Site, network_hash: str, *, days: int, reason: str, actor: Actor, now: datetime) -> Ban:
    """Ban the network a comment came from, for 1 to 30 days. Raises ValidationFailed, Forbidden, NotFound."""
    if not 1 <= days <= MOST_NETWORK_DAYS:
        raise ValidationFailed({"days": [f"Use a whole number from 1 to {MOST_NETWORK_DAYS}."]})
    until = now + timedelta(days=days)
    return _ban(site, BanKind.NETWORK, Ban.value_hash, [network_hash], reason, until, actor, now)


def _ban(
    site: Site,
    kind: BanKind,
    column: InstrumentedAttribute[str | None],
    values: Sequence[str],
    reason: str,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> Ban:
    """A ban of the first of the values, or the one in force of any of them, made longer."""
    ensure(actor, Permission.MANAGE_SITE, site.id)
    if until is not None and until <= now:
        raise ValidationFailed({"until": ["This is over already."]})
    same = select(Ban).where(Ban.site_id == site.id, Ban.kind == kind, column.in_(values), _in_force(now))
    ban = db.session.scalar(same.order_by(Ban.id.desc()).limit(1))
    if ban is None:
        ban = Ban(site_id=site.id, kind=kind, until=until, created_at=now)
        setattr(ban, column.key, values[0])
    ban.until = max(until, ban.until) if until and ban.until else None
    ban.reason, ban.account_id = reason or ban.reason or "", actor.account_id
    db.session.add(ban)
    db.session.flush()
    changed(site)
    return ban


def lift(ban: Ban, *, actor: Actor, now: datetime) -> None:
    """End a ban; one that is over stays as it is. It stays in the list with who made it."""
    ensure(actor, Permission.MANAGE_SITE, ban.site_id)
    if ban.is_in_force(now):
        ban.lifted_at = now


def ban_for(actor: Actor, ban_id: int) -> Ban:
    """Raises NotFound, Forbidden."""
    ban = db.session.get(Ban, ban_id)
    if ban is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor, Permission.MANAGE_SITE, ban.site_id)
    return ban


def page_of_bans(site: Site, *, after: Cursor | None) -> tuple[list[Ban], Cursor | None]:
    """The newest first, those that are over too."""
    rows = select(Ban).where(Ban.site_id == site.id).options(joinedload(Ban.account))
    if after:
        rows = rows.where(Ban.id < after.id)
    found = list(db.session.scalars(rows.order_by(Ban.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], Cursor(0, found[PAGE - 1].id) if len(found) > PAGE else None


def banned(
    site: Site, *, address_hashes: Sequence[str], domain: str, network_hashes: Sequence[str], now: datetime
) -> Banned:
    """What is banned of a writer, in one statement."""
    labels = domain.split(".")
    domains = [".".join(labels[place:]) for place in range(len(labels))]
    by_hash = or_(
        and_(Ban.kind == BanKind.ADDRESS, Ban.value_hash.in_(address_hashes)),
        and_(Ban.kind == BanKind.NETWORK, Ban.value_hash.in_(network_hashes)),
        Ban.domain.in_(domains),
    )
    kinds = set(db.session.scalars(select(Ban.kind).where(Ban.site_id == site.id, by_hash, _in_force(now)).distinct()))
    return Banned(bool(kinds & {BanKind.ADDRESS, BanKind.DOMAIN}), BanKind.NETWORK in kinds)


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(Ban.lifted_at.is_(None), or_(Ban.until.is_(None), Ban.until > now))


def forget_networks(now: datetime) -> None:
    """Of a ban that is over, the network is of no more use."""
    over = and_(Ban.kind == BanKind.NETWORK, Ban.value_hash != FORGOTTEN, not_(_in_force(now)))
    db.session.execute(update(Ban).where(over).values(value_hash=FORGOTTEN))


def follow_hashes(moved: Mapping[str, str]) -> int:
    """Keep bans of addresses under the hashes of another key, as {old: new}. Returns how many."""
    old = and_(Ban.kind == BanKind.ADDRESS, Ban.value_hash.in_(moved))
    found = db.session.scalars(select(Ban).where(old)).all()
    for ban in found:
        ban.value_hash = moved[ban.value_hash or ""]
    return len(found)
