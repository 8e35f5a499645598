"""Accounts: making them, signing in, ending a session, tokens for scripts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from ..core.crypto import Keyring, new_token, token_hash
from ..core.database import db
from ..core.errors import Unauthorized, ValidationFailed
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.text import clean_line
from .models import Account, ApiToken, Role, SiteMembership, StaffSession

IDLE_LIMIT = timedelta(hours=12)  # reference: OWASP ASVS 7.3, idle and absolute ends of a session
ABSOLUTE_LIMIT = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
SHORTEST_PASSWORD = 10
SCOPE = "staff"

hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """What an unknown address is checked against, so that it takes as long as a known one."""
    return hasher.hash(new_token())


def add_account(
    email: str, *, name: str, role: Role, site_ids: Iterable[int], password: str, keys: Keyring, now: datetime
) -> Account:
    """A new account. Raises ValidationFailed naming the field that is wrong."""
    try:
        address = read_address(email)
    except WrongAddress as error:
        raise ValidationFailed({"email": [str(error)]}) from error
    if not clean_line(name):
        raise ValidationFailed({"name": ["Enter a name."]})
    if len(password) < SHORTEST_PASSWORD:
        raise ValidationFailed({"password": [f"Use at least {SHORTEST_PASSWORD} characters."]})
    if find_account(address, keys):
        raise ValidationFailed({"email": ["There is an account with this address already."]})
    account = Account(
        name=clean_line(name)[: Account.NAME_LENGTH],
        email_encrypted=keys.encrypt(address),
        email_hash=address_hashes(address, SCOPE, keys)[0],
        password_hash=hasher.hash(password),
        role=role,
        created_at=now,
        sites=[SiteMembership(site_id=site_id) for site_id in site_ids],
    )
    db.session.add(account)
    db.session.flush()
    return account


def limit_account(account: Account, site_id: int, sections: Iterable[str]) -> None:
    """Let a moderator of a site work on these sections of it only; without any, on all of it.

    Raises ValidationFailed for whoever does not moderate the site.
    """
    found = next((each for each in account.sites if each.site_id == site_id), None)
    if found is None or account.role == Role.ADMIN:
        raise ValidationFailed({"site": ["Only a moderator of the site can be limited to sections of it."]})
    found.sections = list(dict.fromkeys(sections))


def find_account(address: str, keys: Keyring) -> Account | None:
    return db.session.scalar(select(Account).where(Account.email_hash.in_(address_hashes(address, SCOPE, keys))))


def _password_fits(account: Account | None, password: str) -> bool:
    try:
        return hasher.verify(account.password_hash if account else _nobodys_hash(), password) and account is not None
    except (VerificationError, InvalidHashError):
        return False


def sign_in(email: str, password: str, *, keys: Keyring, now: datetime) -> tuple[Account, str]:
    """The account and the token of a new session. Raises Unauthorized, in the same words whatever was wrong."""
    account = find_account(email.strip(), keys)
    if not _password_fits(account, password) or account is None or account.disabled_at:
        raise Unauthorized("This address and password do not belong together.")
    token = new_token()
    db.session.add(StaffSession(token_hash=token_hash(token), account_id=account.id, created_at=now, last_seen_at=now))
    return account, token


def session_for(token: str, *, now: datetime) -> StaffSession | None:
    """The live session of a cookie's token: not ended, not idle too long, not too old, account not disabled."""
    session = db.session.scalar(select(StaffSession).where(StaffSession.token_hash == token_hash(token)))
    if session is None or session.ended_at or session.account.disabled_at:
        return None
    if now - session.last_seen_at > IDLE_LIMIT or now - session.created_at > ABSOLUTE_LIMIT:
        return None
    return session


def is_seen_anew(session: StaffSession, *, now: datetime) -> bool:
    """Whether it is time to write down that a session is in use: a write for every page view would be waste."""
    return now - session.last_seen_at > SEEN_EVERY


def end_session(token: str, *, now: datetime) -> None:
    session = session_for(token, now=now)
    if session:
        session.ended_at = now


def disable_account(account: Account, *, now: datetime) -> None:
    """Nobody signs in with it any more; what is signed in, and its tokens, end at once."""
    account.disabled_at = now


def add_token(account: Account, *, name: str, now: datetime) -> str:
    """A new API token, to be shown once."""
    token = new_token()
    db.session.add(
        ApiToken(token_hash=token_hash(token), account_id=account.id, name=clean_line(name)[:80], created_at=now)
    )
    return token


def account_for_token(token: str) -> Account | None:
    """The account behind an API token that is neither revoked nor disabled."""
    found = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(token)))
    return found.account if found and not found.revoked_at and not found.account.disabled_at else None
