"""Keeping what is to be asked, by whom, and what came of it."""

import json
import logging
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any

from sqlalchemy import delete, select, update

from ..core.crypto import Keyring, Undecipherable
from ..core.database import db
from ..sites.models import Site
from .akismet import HAM, SPAM, Akismet
from .hook import Hook
from .models import CheckKeys, OutsideCheck
from .question import Check, Inquiry, Question, Said

logger = logging.getLogger(__name__)

LEFT_AFTER = timedelta(minutes=1)  # a question this old was left by a process that died: an answer takes seconds
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a question was asked that was left to the worker
ASKED_AGAIN_AT_ONCE = 20
KEPT = timedelta(days=30)  # for so long Akismet can be told that it was wrong
SECRET_BYTES = 32  # Standard Webhooks: 24 to 64


def checks_of(site: Site, *, keys: Keyring) -> tuple[Check, ...]:
    """Whom the site asks, ready to be asked."""
    settings, stored = site.settings, db.session.get(CheckKeys, site.id)
    found: list[Check] = []
    if settings.hook_url:
        hook = Hook(
            url=settings.hook_url,
            secret=_open(stored.hook_secret_encrypted if stored else None, keys),
            timeout=settings.hook_timeout_ms / 1000,
            sends_record=settings.hook_sends_record,
            sends_address=settings.hook_sends_address,
        )
        found.append(hook)
    if settings.akismet:
        found.append(_akismet(site, stored, keys))
    return tuple(found)


def akismet_of(site: Site, *, keys: Keyring) -> Akismet:
    """Akismet for this site, whether it is asked about new comments or not."""
    return _akismet(site, db.session.get(CheckKeys, site.id), keys)


def _akismet(site: Site, stored: CheckKeys | None, keys: Keyring) -> Akismet:
    key = _open(stored.akismet_key_encrypted if stored else None, keys)
    return Akismet(key=key, sends_address=site.settings.akismet_sends_address)


def _open(encrypted: str | None, keys: Keyring) -> str:
    """The secret; one that cannot be read any more is as good as none, and no reason to refuse a comment."""
    try:
        return keys.decrypt(encrypted) if encrypted else ""
    except Undecipherable as error:
        logger.warning("A secret for outside checks cannot be used: %s", error)
        return ""


def remember(site: Site, question: Question, *, keys: Keyring, now: datetime) -> Inquiry:
    """Keep a question in the transaction that stores its text, so that it is asked even if this process dies."""
    check = OutsideCheck(
        site_id=site.id,
        comment_id=question.comment_id,
        revision=question.revision,
        question_encrypted=keys.encrypt(question.as_text()),
        created_at=now,
        asked_at=now,
    )
    db.session.add(check)
    db.session.flush()
    return Inquiry(check.id, site.id, question, checks_of(site, keys=keys))


def leave(inquiry: Inquiry) -> None:
    """Leave a question to the worker, which need not wait for anybody else to finish with it."""
    mine = update(OutsideCheck).where(OutsideCheck.id == inquiry.id, OutsideCheck.answered_at.is_(None))
    db.session.execute(mine.values(asked_at=NEVER))


def left_behind(*, now: datetime) -> list[OutsideCheck]:
    """The questions that nobody asks at the moment, those first that nobody ever asked."""
    rows = select(OutsideCheck).where(OutsideCheck.answered_at.is_(None), OutsideCheck.asked_at < now - LEFT_AFTER)
    return list(db.session.scalars(rows.order_by(OutsideCheck.asked_at, OutsideCheck.id).limit(ASKED_AGAIN_AT_ONCE)))


class Lost(Exception):
    """What was to be asked cannot be read any more."""


def take_up(check: OutsideCheck, *, now: datetime) -> bool:
    """Set out to ask a question again; False when somebody else does so at this moment. Inside a unit of work."""
    mine = update(OutsideCheck).where(OutsideCheck.id == check.id, OutsideCheck.answered_at.is_(None))
    taken = db.session.execute(mine.where(OutsideCheck.asked_at < now - LEFT_AFTER).values(asked_at=now))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def inquiry_of(check: OutsideCheck, *, keys: Keyring) -> Inquiry:
    """What is to be asked, read again, and who is to be asked by now. Raises Lost."""
    site = db.session.get_one(Site, check.site_id)
    try:
        question = Question.from_text(keys.decrypt(check.question_encrypted or ""))
    except (Undecipherable, TypeError, ValueError) as error:  # written under another key, or by another version
        raise Lost(f"{type(error).__name__}: {error}") from error
    return Inquiry(check.id, site.id, question, checks_of(site, keys=keys))


def give_up(check: OutsideCheck, *, now: datetime) -> bool:
    """Nobody will be asked. False when somebody answered meanwhile."""
    return _answered(check.id, {"answered_at": now, "question_encrypted": None})


def close(inquiry: Inquiry, said: Sequence[Said], *, keys: Keyring, now: datetime) -> bool:
    """Note what was answered. False when another process was quicker; then nothing is noted.

    What was asked is forgotten here, but for what Akismet got and judged: it must hear the same again when a
    moderator sees it otherwise.
    """
    sent = {check.rule: check.fields(inquiry.question) for check in inquiry.checks if isinstance(check, Akismet)}
    judged = next((each for each in said if each.rule in sent and not each.failure), None)
    values = {
        "answered_at": now,
        "question_encrypted": None,
        "akismet_said": (SPAM if judged.verdict else HAM) if judged else None,
        "sent_encrypted": keys.encrypt(json.dumps(sent[judged.rule], sort_keys=True)) if judged else None,
    }
    return _answered(inquiry.id, values)


def _answered(check_id: int, values: dict[str, Any]) -> bool:
    open_still = update(OutsideCheck).where(OutsideCheck.id == check_id, OutsideCheck.answered_at.is_(None))
    return bool(db.session.execute(open_still.values(values)).rowcount)  # type: ignore[attr-defined]


def purge(*, now: datetime) -> None:
    """Forget what was sent to Akismet when nobody will correct it any more."""
    db.session.execute(
        delete(OutsideCheck).where(OutsideCheck.answered_at.is_not(None), OutsideCheck.created_at < now - KEPT)
    )


@dataclass(frozen=True)
class KeysThere:
    """Which secrets a site has; never what they are."""

    hook: bool
    akismet: bool


def keys_there(site: Site) -> KeysThere:
    stored = db.session.get(CheckKeys, site.id)
    return KeysThere(
        hook=bool(stored and stored.hook_secret_encrypted), akismet=bool(stored and stored.akismet_key_encrypted)
    )


def new_hook_secret(site: Site, *, keys: Keyring) -> str:
    """Another secret for signing; returned this once, the old one ends at once."""
    secret = f"whsec_{b64encode(token_bytes(SECRET_BYTES)).decode()}"
    _keys_of(site).hook_secret_encrypted = keys.encrypt(secret)
    return secret


def set_akismet_key(site: Site, key: str | None, *, keys: Keyring) -> None:
    """Keep Akismet's key, or forget it (None)."""
    _keys_of(site).akismet_key_encrypted = keys.encrypt(key) if key else None


def _keys_of(site: Site) -> CheckKeys:
    stored = db.session.get(CheckKeys, site.id)
    if stored is None:
        stored = CheckKeys(site_id=site.id)
        db.session.add(stored)
    return stored
