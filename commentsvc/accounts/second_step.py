"""The second step at sign-in: codes of an app (TOTP, RFC 6238), and recovery codes for when the phone is gone."""

import secrets
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy import delete, func, select, update

from ..core.crypto import Keyring, same, token_hash
from ..core.database import db
from ..core.errors import Conflict, ValidationFailed
from . import acts
from .models import Account, Lacks, RecoveryCode, Role, SecondStep, StaffRule, StaffSession
from .permissions import Actor

STEP = 30  # seconds a code is shown
DRIFT = 1  # steps a phone's clock may be wrong, either way
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another: 5 bits each, 79 a code
WRONG = "This code is not right, or was used already."


# The app


def new_secret() -> str:
    """160 bits, as apps take them."""
    return pyotp.random_base32()


def address_for_app(secret: str, *, account_name: str, service: str) -> str:
    """The `otpauth:` address an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name=service)


def picture(address: str) -> Markup:
    """The address as a QR code, drawn here: SVG without a style."""
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(border=4, dark="#000", light="#fff", title="QR code for your app", omitsize=True)
    return Markup(svg)  # noqa: S704 - made of squares


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift."""
    present = int(now.timestamp()) // STEP
    steps = [present + delta for delta in sorted(range(-DRIFT, DRIFT + 1), key=abs)]
    made = pyotp.TOTP(secret)
    return next((step for step in steps if same(made.generate_otp(step), code)), None)


def _digits(typed: str) -> str:
    typed = "".join(typed.split())
    return typed[:100] if typed.isascii() else ""


def turn_on(account: Account, secret: str, typed: str, *, actor: Actor, keys: Keyring, now: datetime) -> list[str]:
    """From now on the account needs codes of this secret. Returns new recovery codes, to be shown once.

    Raises ValidationFailed for a code that is not the secret's: the app has not got it.
    """
    step = _step_of(secret, _digits(typed), now)
    if step is None:
        raise ValidationFailed({"code": ["This is not the code your app shows now."]})
    account.totp_secret, account.totp_step = keys.encrypt(secret), step
    waiting = update(StaffSession).where(StaffSession.account_id == account.id, StaffSession.lacks == Lacks.SETUP)
    db.session.execute(waiting.values(lacks=Lacks.NOTHING))
    acts.note_and_tell("second step on", actor=actor, about=account, now=now)
    return _new_codes(account)


def turn_off(account: Account, *, actor: Actor, now: datetime) -> None:
    """The password alone signs in again. Raises Conflict for whoever has to have a second step.

    An admin, and the command line, take it from others all the same: these set up a new one when they sign in.
    """
    if actor.account_id == account.id and is_required_of(account):
        raise Conflict("Everybody of your role has to have a second step.")
    if account.totp_secret is None:
        return
    account.totp_secret = account.totp_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    acts.note_and_tell("second step off", actor=actor, about=account, now=now)


def passes(account: Account, typed: str, *, actor: Actor, keys: Keyring, now: datetime) -> bool:
    """Whether this is a code of the account's app or one of its recovery codes; either is good for one time only."""
    if account.totp_secret is None:
        return False
    step = _step_of(keys.decrypt(account.totp_secret), _digits(typed), now)
    return _take_step(account, step) if step is not None else _take_recovery(account, typed, actor, now)


def _take_step(account: Account, step: int) -> bool:
    """A code is used up with all earlier ones. The database decides, so that of two at the same moment one wins."""
    newer = update(Account).where(Account.id == account.id, func.coalesce(Account.totp_step, -1) < step)
    taken = db.session.execute(newer.values(totp_step=step).execution_options(synchronize_session=False))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


# Recovery codes


def _new_codes(account: Account) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join(_letters(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        db.session.add(RecoveryCode(account_id=account.id, code_hash=_hash(account, code)))
    return codes


def _letters(number: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(number))


def _hash(account: Account, code: str) -> str:
    """As of a token: a code is random and long. Under no key, so that it outlives a change of it."""
    plain = "".join(char for char in code.casefold()[:100] if char.isalnum())
    return token_hash(f"{account.id} {plain}")


def _take_recovery(account: Account, typed: str, actor: Actor, now: datetime) -> bool:
    mine = (RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    this = RecoveryCode.code_hash == _hash(account, typed)
    taken = update(RecoveryCode).where(*mine, this).values(used_at=now)
    used = db.session.execute(taken.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    if used:
        acts.note_and_tell("recovery code used", actor=actor, about=account, now=now, left=codes_left(account))
    return bool(used)


def renew_codes(account: Account, *, actor: Actor, now: datetime) -> list[str]:
    """Ten new codes in the place of the old ones, to be shown once. Raises Conflict without a second step."""
    if account.totp_secret is None:
        raise Conflict("There is no second step these codes could stand in for.")
    acts.note_and_tell("new recovery codes", actor=actor, about=account, now=now)
    return _new_codes(account)


def codes_left(account: Account) -> int:
    """How many recovery codes were not used yet."""
    mine = (RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


# Who has to have one


def required() -> SecondStep:
    """Who has to have a second step; nobody until an admin says otherwise."""
    rule = db.session.get(StaffRule, 1)
    return SecondStep(rule.second_step) if rule else SecondStep.NOBODY


def is_required_of(account: Account) -> bool:
    whom = required()
    return whom is SecondStep.EVERYBODY or (whom is SecondStep.ADMINS and account.role == Role.ADMIN)


def require(whom: SecondStep, *, actor: Actor, now: datetime) -> None:
    """Say who has to have a second step; who has none sets it up at the next sign-in, before anything else."""
    before = required()
    db.session.merge(StaffRule(id=1, second_step=whom))
    if whom is not before:
        acts.note("second step required", actor=actor, about=None, now=now, before=before, after=whom)
