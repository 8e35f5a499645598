"""Accounts: making them, signing in, ending a session, tokens for scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import lazyload

from ..core.crypto import Keyring, new_token, token_hash
from ..core.database import db
from ..core.errors import Conflict, Unauthorized, ValidationFailed
from ..core.mail_address import WrongAddress, address_hashes, read_address
from ..core.text import Unreadable, clean_line
from . import acts, second_step
from .models import Account, ApiToken, Lacks, Role, Scope, SiteMembership, StaffSession
from .permissions import Actor

IDLE_LIMIT = timedelta(hours=12)  # reference: OWASP ASVS 7.3, idle and absolute ends of a session
ABSOLUTE_LIMIT = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
CODE_WITHIN = timedelta(minutes=10)  # between the password and the code of the second step
CONFIRMED_FOR = timedelta(minutes=10)  # after a password or code was given, dangerous acts need no other
FORGOTTEN_AFTER = timedelta(days=30)  # sessions that ended: which network they were on is known no longer
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
    """A new account whose password is known. Raises ValidationFailed naming the field that is wrong."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValidationFailed({"password": [f"Use at least {SHORTEST_PASSWORD} characters."]})
    account = new_account(email, name=name, role=role, site_ids=site_ids, keys=keys, now=now)
    account.password_hash, account.joined_at = hasher.hash(password), now
    return account


def new_account(email: str, *, name: str, role: Role, site_ids: Iterable[int], keys: Keyring, now: datetime) -> Account:
    """A new account that nobody signs in with yet. Raises ValidationFailed naming the field that is wrong."""
    try:
        address, cleaned = read_address(email), clean_line(name)
    except WrongAddress as error:
        raise ValidationFailed({"email": [str(error)]}) from error
    except Unreadable as error:
        raise ValidationFailed({"name": [str(error)]}) from error
    if not cleaned:
        raise ValidationFailed({"name": ["Enter a name."]})
    if find_account(address, keys):
        raise ValidationFailed({"email": ["There is an account with this address already."]})
    account = Account(
        name=cleaned[: Account.NAME_LENGTH],
        email_encrypted=keys.encrypt(address),
        email_hash=address_hashes(address, SCOPE, keys)[0],
        password_hash="",
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
    """The account of an address. Its sites are read when they are asked for: looking takes as much work either way."""
    mine = Account.email_hash.in_(address_hashes(address, SCOPE, keys))
    return db.session.scalar(select(Account).where(mine).options(lazyload(Account.sites)))


def password_fits(account: Account | None, password: str) -> bool:
    """Whether this is the account's password. It takes as long where there is no account, or none with a password."""
    stored = account.password_hash if account else ""
    try:
        return hasher.verify(stored or _nobodys_hash(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


# Signing in


@dataclass(frozen=True)
class Where:
    """What is kept of where somebody signs in: the family of the browser, a keyed hash of the network."""

    browser: str = ""
    network_hash: str = ""


def sign_in(
    email: str, password: str, *, keys: Keyring, now: datetime, where: Where | None = None
) -> tuple[Account, str]:
    """The account and the token of a new session, which may lack the second step's code yet.

    Raises Unauthorized, in the same words whatever was wrong.
    """
    account = find_account(email.strip(), keys)
    if not password_fits(account, password) or account is None or account.disabled_at:
        raise Unauthorized("This address and password do not belong together.")
    return account, open_session(account, by="password", confirmed_at=now, now=now, where=where)


def open_session(
    account: Account, *, by: str, confirmed_at: datetime | None, now: datetime, where: Where | None = None
) -> str:
    """The token of a new session of somebody who has shown who they are; with a second step, its code is lacking."""
    lacks = Lacks.CODE if account.totp_secret else Lacks.NOTHING
    return _new_session(account, lacks, by=by, confirmed_at=confirmed_at, now=now, where=where or Where())


def finish_sign_in(half: StaffSession, typed: str, *, keys: Keyring, now: datetime) -> str:
    """The token of a whole session in the place of one that lacks its code. Raises Unauthorized for a wrong code."""
    account = half.account
    if not second_step.passes(account, typed, actor=Actor.of(account), keys=keys, now=now):
        raise Unauthorized(second_step.WRONG)
    half.ended_at = now
    where = Where(half.browser, half.network_hash)
    return _new_session(account, Lacks.NOTHING, by="password and code", confirmed_at=now, now=now, where=where)


def _new_session(
    account: Account, lacks: Lacks, *, by: str, confirmed_at: datetime | None, now: datetime, where: Where
) -> str:
    if lacks is Lacks.NOTHING:
        if account.totp_secret is None and second_step.is_required_of(account):
            lacks = Lacks.SETUP
        account.joined_at = account.joined_at or now
        acts.note("signed in", actor=Actor.of(account), about=account, now=now, by=by, browser=where.browser)
    token = new_token()
    db.session.add(
        StaffSession(
            token_hash=token_hash(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            lacks=lacks,
            confirmed_at=confirmed_at,
            browser=where.browser,
            network_hash=where.network_hash,
        )
    )
    return token


def session_for(token: str, *, now: datetime) -> StaffSession | None:
    """The live session of a cookie's token: not ended, not idle too long, not too old, account not disabled."""
    session = _session(token)
    return session if session and is_live(session, now=now) else None


def half_session_for(token: str, *, now: datetime) -> StaffSession | None:
    """The session that lacks only its code, while there is still time for it."""
    session = _session(token)
    if session is None or session.ended_at or session.account.disabled_at or session.lacks != Lacks.CODE:
        return None
    return session if now - session.created_at <= CODE_WITHIN else None


def _session(token: str) -> StaffSession | None:
    return db.session.scalar(select(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def is_live(session: StaffSession, *, now: datetime) -> bool:
    """Whether a session opens anything now."""
    if session.ended_at or session.account.disabled_at or session.lacks == Lacks.CODE:
        return False
    return now - session.last_seen_at <= IDLE_LIMIT and now - session.created_at <= ABSOLUTE_LIMIT


def is_confirmed(session: StaffSession, *, now: datetime) -> bool:
    """Whether whoever sits there has shown lately who they are."""
    return session.confirmed_at is not None and now - session.confirmed_at <= CONFIRMED_FOR


def confirm(session: StaffSession, typed: str, *, keys: Keyring, now: datetime) -> None:
    """Show again who one is, by the password or by a code. Raises ValidationFailed."""
    account = session.account
    is_right = password_fits(account, typed) or second_step.passes(
        account, typed, actor=Actor.of(account), keys=keys, now=now
    )
    if not is_right:
        raise ValidationFailed({"proof": ["This is neither your password nor a code that is good now."]})
    session.confirmed_at = now


def is_seen_anew(session: StaffSession, *, now: datetime) -> bool:
    """Whether it is time to write down that a session is in use: a write for every page view would be waste."""
    return now - session.last_seen_at > SEEN_EVERY


def sessions_of(account: Account, *, now: datetime) -> list[StaffSession]:
    """The sessions of an account that are live, the newest first."""
    rows = select(StaffSession).where(StaffSession.account_id == account.id, StaffSession.ended_at.is_(None))
    return [each for each in db.session.scalars(rows.order_by(StaffSession.id.desc())) if is_live(each, now=now)]


def end_session(token: str, *, now: datetime) -> None:
    session = session_for(token, now=now) or half_session_for(token, now=now)
    if session:
        session.ended_at = now


def end_sessions(account: Account, *, now: datetime, but: StaffSession | None = None) -> int:
    """End every session of an account, except one where it is named. Returns how many there were."""
    rows = (StaffSession.account_id == account.id, StaffSession.ended_at.is_(None))
    ending = update(StaffSession).where(*rows, StaffSession.id != (but.id if but else 0)).values(ended_at=now)
    return int(db.session.execute(ending).rowcount)  # type: ignore[attr-defined]


def end(session: StaffSession, *, actor: Actor, now: datetime) -> None:
    """Sign somebody out on one browser."""
    if session.ended_at is None:
        session.ended_at = now
        acts.note("signed out there", actor=actor, about=session.account, now=now, browser=session.browser)


def end_all(account: Account, *, actor: Actor, now: datetime, but: StaffSession | None = None) -> int:
    """Sign somebody out everywhere, or everywhere else. Returns on how many browsers."""
    live = [each for each in sessions_of(account, now=now) if but is None or each.id != but.id]
    end_sessions(account, now=now, but=but)
    acts.note("signed out elsewhere" if but else "signed out everywhere", actor=actor, about=account, now=now)
    return len(live)


def renew(session: StaffSession, *, now: datetime) -> str:
    """The token of a new session in the place of this one, after what its cookie may do has changed."""
    session.ended_at, token = now, new_token()
    where = {"browser": session.browser, "network_hash": session.network_hash, "lacks": session.lacks}
    times = {"created_at": now, "last_seen_at": now, "confirmed_at": now}
    db.session.add(StaffSession(token_hash=token_hash(token), account_id=session.account_id, **where, **times))
    return token


def forget_sessions(*, now: datetime) -> None:
    """Sessions of long ago, with the networks they were on."""
    db.session.execute(delete(StaffSession).where(StaffSession.last_seen_at < now - FORGOTTEN_AFTER))


# Disabling


def disable_account(account: Account, *, now: datetime, actor: Actor = acts.COMMAND_LINE) -> None:
    """Nobody signs in with it any more; what is signed in, and its tokens, end at once. Letters' links too.

    Raises Conflict for the last admin.
    """
    ensure_another_admin(account)
    if account.disabled_at is None:
        account.disabled_at, account.link_number = now, account.link_number + 1
        acts.note("disabled", actor=actor, about=account, now=now)


def ensure_another_admin(account: Account) -> None:
    """Raises Conflict where an account is the last admin who can sign in. Whoever asks first makes others wait."""
    admins = select(Account).where(Account.role == Role.ADMIN, Account.disabled_at.is_(None)).order_by(Account.id)
    found = db.session.scalars(admins.with_for_update(of=Account).execution_options(populate_existing=True)).all()
    if account in found and account.joined_at and not any(each.joined_at for each in found if each is not account):
        raise Conflict("This is the last admin: make somebody else an admin first, who has signed in once.")


# Tokens


def add_token(
    account: Account, *, name: str, now: datetime, scope: Scope = Scope.ADMIN, actor: Actor | None = None
) -> str:
    """A new API token, to be shown once."""
    token, cleaned = new_token(), clean_line(name)[: ApiToken.NAME_LENGTH]
    db.session.add(
        ApiToken(token_hash=token_hash(token), account_id=account.id, name=cleaned, created_at=now, scope=scope)
    )
    if actor:
        acts.note("token added", actor=actor, about=account, now=now, name=cleaned, scope=scope)
    return token


def tokens_of(account: Account) -> Sequence[ApiToken]:
    """The tokens of an account that still work, the newest first."""
    rows = select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    return db.session.scalars(rows.order_by(ApiToken.id.desc())).all()


def revoke_token(token: ApiToken, *, actor: Actor, now: datetime) -> None:
    """It opens nothing any more."""
    if token.revoked_at is None:
        token.revoked_at = now
        acts.note("token revoked", actor=actor, about=token.account, now=now, name=token.name, scope=token.scope)


def token_for(token: str) -> ApiToken | None:
    """The API token that is neither revoked nor of a disabled account."""
    found = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(token)))
    return found if found and not found.revoked_at and not found.account.disabled_at else None


def is_used_anew(token: ApiToken, *, now: datetime) -> bool:
    """Whether it is time to write down that a token is in use."""
    return token.last_used_at is None or now - token.last_used_at > SEEN_EVERY
