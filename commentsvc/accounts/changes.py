"""What changes an account: inviting, a new password, its role, its sites. Every change is in the log."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ..core.crypto import Keyring
from ..core.errors import Conflict, ValidationFailed
from ..core.events import Fact, announce
from ..core.mail_address import address_hashes
from . import acts, service
from .models import Account, Role, SiteMembership, StaffSession
from .passwords import ensure_good
from .permissions import Actor

Sites = Mapping[int, Iterable[str]]
"""The sites somebody works on, by id, with the sections they are limited to there (none: all of the site)."""

INVITED, FORGOTTEN = "account.invited", "account.password_forgotten"


def address_of(account: Account, keys: Keyring) -> str:
    return keys.decrypt(account.email_encrypted)


# Inviting


def invite(email: str, *, name: str, role: Role, sites: Sites, actor: Actor, keys: Keyring, now: datetime) -> Account:
    """A new account whose owner sets the password, by a link in a letter. Raises ValidationFailed."""
    _ensure_sites(role, sites)
    account = service.new_account(email, name=name, role=role, site_ids=(), keys=keys, now=now)
    account.sites = _memberships(role, sites)
    acts.note("invited", actor=actor, about=account, now=now, role=role, sites=sorted(account.site_ids))
    _send_invitation(account)
    return account


def invite_again(account: Account, *, actor: Actor, now: datetime) -> None:
    """Another letter; the link in the earlier one works no more. Raises Conflict for who is here or disabled."""
    if account.joined_at or account.disabled_at:
        raise Conflict("Only who was invited and has not come yet is invited again.")
    account.link_number += 1
    acts.note("invited again", actor=actor, about=account, now=now)
    _send_invitation(account)


def _send_invitation(account: Account) -> None:
    data = {"account": account.id, "number": account.link_number}
    announce(Fact(INVITED, None, f"account:{account.id}", data))


def ask_for_reset(email: str, *, keys: Keyring) -> None:
    """Somebody forgot a password. Whether there is such an account is looked up when the letter is written, not here:
    it takes as long and leaves the same behind for every address."""
    hashes = address_hashes(email.strip()[:320], service.SCOPE, keys)
    announce(Fact(FORGOTTEN, None, f"address:{hashes[0][:32]}", {"hashes": hashes}))


# Passwords


def set_by_link(
    account: Account, password: str, *, action: str, known: Iterable[str], keys: Keyring, now: datetime
) -> None:
    """The password whoever followed a link chose; other sessions end. Raises ValidationFailed."""
    ensure_good(password, known=_words_about(account, known, keys))
    _set_password(account, password, now)
    note = acts.note_and_tell if action == "reset" else acts.note  # who was invited had none before
    note("password set by link", actor=acts.BY_LINK, about=account, now=now, link=action)


def change_password(
    session: StaffSession, present: str, wanted: str, *, known: Iterable[str], keys: Keyring, now: datetime
) -> str:
    """A new password in the place of the present one. Returns the token of a new session; all earlier ones end.

    Raises ValidationFailed.
    """
    account = session.account
    if account.password_hash and not service.password_fits(account, present):
        raise ValidationFailed({"present": ["This is not your present password."]})
    ensure_good(wanted, known=_words_about(account, known, keys), field="wanted")
    _set_password(account, wanted, now)
    acts.note_and_tell("password changed", actor=Actor.of(account), about=account, now=now)
    return service.renew(session, now=now)


def _set_password(account: Account, password: str, now: datetime) -> None:
    account.password_hash = service.hasher.hash(password)
    account.joined_at = account.joined_at or now
    account.link_number += 1
    service.end_sessions(account, now=now)


def _words_about(account: Account, known: Iterable[str], keys: Keyring) -> list[str]:
    return [account.name, account.alias or "", address_of(account, keys), *known]


# Role and sites


def change(account: Account, *, role: Role, sites: Sites, actor: Actor, now: datetime) -> None:
    """Give an account another role, or other sites. With another role it has to sign in anew.

    Raises Conflict for the last admin, ValidationFailed for a moderator of nothing.
    """
    _ensure_sites(role, sites)
    if role != Role.ADMIN:
        service.ensure_another_admin(account)
    if account.role != role:
        acts.note("role changed", actor=actor, about=account, now=now, before=account.role, after=role)
        account.role = role
        service.end_sessions(account, now=now)
    before, wanted = _as_words(account.sites), _memberships(role, sites)
    if before != _as_words(wanted):
        acts.note("sites changed", actor=actor, about=account, now=now, before=before, after=_as_words(wanted))
        _replace(account, wanted)


def _ensure_sites(role: Role, sites: Sites) -> None:
    if role == Role.MODERATOR and not sites:
        raise ValidationFailed({"sites": ["Say which sites the moderator works on."]})


def _memberships(role: Role, sites: Sites) -> list[SiteMembership]:
    """An admin works on all sites: there is nothing to list."""
    if role == Role.ADMIN:
        return []
    return [SiteMembership(site_id=id, sections=list(dict.fromkeys(names))) for id, names in sorted(sites.items())]


def _as_words(memberships: Iterable[SiteMembership]) -> dict[str, list[str]]:
    return {str(each.site_id): sorted(each.sections) for each in sorted(memberships, key=lambda each: each.site_id)}


def _replace(account: Account, wanted: Iterable[SiteMembership]) -> None:
    kept, lists = {each.site_id: each for each in account.sites}, {each.site_id: each.sections for each in wanted}
    for site_id, sections in lists.items():
        if site_id in kept:
            kept[site_id].sections = sections
        else:
            account.sites.append(SiteMembership(site_id=site_id, sections=sections))
    account.sites = [each for each in account.sites if each.site_id in lists]


def enable(account: Account, *, actor: Actor, now: datetime) -> None:
    """Let a disabled account sign in again. Its sessions stay ended."""
    if account.disabled_at:
        service.end_sessions(account, now=now)
        account.disabled_at = None
        acts.note("enabled", actor=actor, about=account, now=now)
