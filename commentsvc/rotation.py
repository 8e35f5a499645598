"""What the database keeps under the installation's key, and writing all of it anew under another one.

The new key is configured in front of the old one (`COMMENTSVC_SECRET_KEY="NEW OLD"`): from then on the new one writes
and both read. `rotate` brings what was written before up to the new key, so that the old one can go. Whatever is stored
in secret stands in one of the four lists here; a test compares them with the models.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, exists, func, select, tuple_, update

from .accounts.models import Account
from .accounts.service import SCOPE as STAFF
from .authors.models import Author, SignOnKey
from .checks.models import CheckKeys, OutsideCheck
from .core.crypto import Keyring, Undecipherable
from .core.database import Base, db
from .core.mail_address import address_hashes
from .core.unit_of_work import unit_of_work
from .notifications import choices
from .notifications.newsroom_models import ChatTarget
from .privacy.models import SealedCopy
from .rulebook import bans
from .rulebook.models import Ban, BanKind
from .sites.models import Site
from .webhooks.models import Endpoint

AT_ONCE = 200  # rows in one transaction: whoever writes a comment meanwhile waits for them


@dataclass(frozen=True)
class AddressHash:
    """A keyed hash that is made anew from the address beside it; `scope` is filled in from the row."""

    column: str
    address: str
    scope: str


# Encrypted: written anew.
ENCRYPTED: Mapping[type[Base], tuple[str, ...]] = {
    Account: ("email_encrypted", "totp_secret"),
    Author: ("email_encrypted",),
    CheckKeys: ("hook_secret_encrypted", "akismet_key_encrypted"),
    OutsideCheck: ("question_encrypted", "sent_encrypted"),
    ChatTarget: ("url_encrypted",),
    Endpoint: ("secret", "secret_before"),
    SealedCopy: ("content_encrypted",),
    SignOnKey: ("key_encrypted",),
    Site: ("login_secret_encrypted",),
}
# Keyed hashes of addresses: made anew from the address in the same row.
HASHED: Mapping[type[Base], AddressHash] = {
    Account: AddressHash("email_hash", "email_encrypted", STAFF),
    Author: AddressHash("email_hash", "email_encrypted", "site {site_id}"),
}
# Keyed hashes of addresses that stand in no row but an author's: they follow it. Each takes {old hash: new hash}.
FOLLOWERS: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "commentsvc_recipient.email_hash": choices.follow_hashes,
    "commentsvc_ban.value_hash": bans.follow_hashes,
}
# What stays as it is, and why that is well.
LEFT: Mapping[str, str] = {
    "commentsvc_account.password_hash": "Argon2, with a salt of its own",
    "commentsvc_api_token.token_hash": "of 256 random bits",
    "commentsvc_staff_session.token_hash": "of 256 random bits",
    "commentsvc_staff_session.network_hash": "changes every month; 30 days after its last use the session is gone",
    "commentsvc_recovery_code.code_hash": "of 79 random bits, under no key",
    "commentsvc_sign_in_try.key": "forgotten after a day",
    "commentsvc_comment.receipt_salt": "random",
    "commentsvc_comment.network_hash": "serves 30 days, and is forgotten then",
    "commentsvc_confirmation.network_hash": "forgotten after a week",
    "commentsvc_data_request.email_hash": "forgotten after a day",
    "commentsvc_data_request.hashes": "forgotten after a day",
    "commentsvc_data_request.network_hash": "forgotten after a day",
    "commentsvc_flag.network_hash": "serves 30 days, and is forgotten then",
    "commentsvc_unwanted.network_hash": "forgotten within hours",
    "commentsvc_flag.reader_hash": "changes every month: nobody is found by an older one",
    "commentsvc_like.reader_hash": "changes every month: nobody is found by an older one",
    "commentsvc_comment.idempotency_key": "the sender's own; forgotten after a day",
    "commentsvc_comment.idempotency_body": "of no use after a day",
    "commentsvc_spent_challenge.signature": "ends after 20 minutes",
    "commentsvc_author.avatar_seed": "random",
    "commentsvc_author.signed_on_as": "made anew when the reader signs on again; until then the old key finds them",
    "commentsvc_reader_token.token_hash": "of 256 random bits",
    "commentsvc_used_sign_on.token_hash": "of no use once the token has ended, within the hour",
    "commentsvc_act.hash": "of the act and the one before: the log is a chain",
    "commentsvc_act_head.hash": "the end of that chain",
    "commentsvc_decision.hash": "of the decision and the one before: the log is a chain",
    "commentsvc_log_head.hash": "the end of the chain",
}


@dataclass
class Report:
    """What was done, by column: how many values were written anew, were up to date, or cannot be read by any key."""

    renewed: Counter[str] = field(default_factory=Counter)
    fresh: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)

    @property
    def columns(self) -> list[str]:
        return sorted({*self.renewed, *self.fresh, *self.unreadable})


def size() -> int:
    """How many rows there are to look at."""
    return sum(db.session.scalar(select(func.count()).select_from(each)) or 0 for each in ENCRYPTED)


def rotate(keys: Keyring, *, at_once: int = AT_ONCE, dry_run: bool = False) -> Iterator[tuple[int, Report]]:
    """Bring everything up to the present key, chunk by chunk; yields how many rows each chunk had, and the report.

    Every chunk is a transaction of its own and leaves alone what is up to date: stopped anywhere, it is simply
    begun again.
    """
    report = Report()
    for model in ENCRYPTED:
        table, after, more = _table(model), None, True
        while more:
            with nullcontext() if dry_run else unit_of_work():
                rows = _rows(table, after, at_once)
                _renew(model, rows, keys, report, dry_run)
            after = _place(table, rows[-1]) if rows else None
            more = len(rows) == at_once
            yield len(rows), report


def is_up_to_date(keys: Keyring) -> bool:
    """Whether nothing is left that was written under an older key. Stops at the first that was."""
    return not any(report.renewed for _, report in rotate(keys, dry_run=True))


def bans_without_author() -> int:
    """Bans of addresses that no author of the site has: only the key they were made with finds them."""
    known = exists().where(Author.site_id == Ban.site_id, Author.email_hash == Ban.value_hash)
    rows = select(func.count()).select_from(Ban).where(Ban.kind == BanKind.ADDRESS, Ban.lifted_at.is_(None), ~known)
    return db.session.scalar(rows) or 0


def _table(model: type[Base]) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__


def _place(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _key_of(table))


def _rows(table: Table, after: tuple[Any, ...] | None, limit: int) -> list[Mapping[str, Any]]:
    key = list(table.primary_key)
    rows = select(table).order_by(*key).limit(limit)
    if after is not None:
        rows = rows.where(tuple_(*key) > after)
    return [dict(row) for row in db.session.execute(rows).mappings()]


def _renew(model: type[Base], rows: list[Mapping[str, Any]], keys: Keyring, report: Report, dry_run: bool) -> None:
    table, moved, changed = _table(model), dict[str, str](), defaultdict[frozenset[str], list[dict[str, Any]]](list)
    for row in rows:
        values = _renewed_values(table, ENCRYPTED[model], row, keys, report)
        if model in HASHED:
            values |= _renewed_hash(table, HASHED[model], row, keys, report, moved)
        if values:
            changed[frozenset(values)].append(values | {f"this_{name}": row[name] for name in _key_of(table)})
    if dry_run:
        return
    for names, few in changed.items():
        here = [table.c[name] == bindparam(f"this_{name}") for name in _key_of(table)]
        db.session.connection().execute(update(table).where(*here).values({n: bindparam(n) for n in names}), few)
    for name, follow in FOLLOWERS.items() if moved and model is Author else ():
        if followed := follow(moved):
            report.renewed[name] += followed


def _key_of(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _renewed_values(
    table: Table, columns: tuple[str, ...], row: Mapping[str, Any], keys: Keyring, report: Report
) -> dict[str, str]:
    changed = {}
    for column in columns:
        value, name = row[column], f"{table.name}.{column}"
        if value is None:
            continue
        try:
            renewed = keys.renewed(value)
        except Undecipherable:
            report.unreadable[name] += 1
            continue
        if renewed is None:
            report.fresh[name] += 1
        else:
            report.renewed[name] += 1
            changed[column] = renewed
    return changed


def _renewed_hash(
    table: Table, hashed: AddressHash, row: Mapping[str, Any], keys: Keyring, report: Report, moved: dict[str, str]
) -> dict[str, str]:
    """The hash under the present key; `moved` learns what it was under each of the older ones, for those who follow."""
    try:
        address = keys.decrypt(row[hashed.address]) if row[hashed.address] else None
    except Undecipherable:
        report.unreadable[f"{table.name}.{hashed.column}"] += 1
        return {}
    if address is None:
        return {}
    present, *older = address_hashes(address, hashed.scope.format(**row), keys)
    moved |= dict.fromkeys(older, present)
    if row[hashed.column] == present:
        report.fresh[f"{table.name}.{hashed.column}"] += 1
        return {}
    report.renewed[f"{table.name}.{hashed.column}"] += 1
    return {hashed.column: present}
