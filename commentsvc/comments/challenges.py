"""Proof of work: a sum the browser does by itself where a site asks for it. Nobody sees it and nobody is left out.

The sum is ALTCHA's (version 1): find the number that, written after a salt, has a given SHA-256. It is signed with a
key of the site's own and ends after a while; what was used is remembered until then, so that no answer works twice.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import altcha.v1 as altcha
from sqlalchemy import delete, func, or_, select, update

from ..core import clock
from ..core.crypto import Keyring
from ..core.database import db, upsert
from ..core.errors import ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..screening import Outcome, Verdict
from ..sites.models import Site
from .challenge_models import SpentChallenge, Unwanted

LIFE = timedelta(minutes=20)  # of a challenge: it is asked for when a comment is sent, and a retry may take a while
ALGORITHM: Literal["SHA-256"] = "SHA-256"
LONGEST_ANSWER = 1000  # characters; ours have about 360
# An attack: so many unwanted posts in a minute, from so many networks. One network alone is slowed down by the flood
# rules (20 at once, then one per `flood_seconds`), and must not make everybody else calculate.
UNWANTED_PER_MINUTE, NETWORKS = 20, 3
ATTACK_LASTS = timedelta(minutes=10)  # after its last such minute
WITHOUT_PROOF = "without_proof"  # the rule that holds what came from a page that has no script to calculate with


@dataclass(frozen=True)
class Work:
    """The answer a sender gave; one whose page has no script cannot give any, and waits for a moderator instead."""

    answer: str | None = None
    has_script: bool = True


class ChallengeRequired(ValidationFailed):
    code, title = "challenge_required", "Proof of work is asked for"

    def __init__(self) -> None:
        super().__init__({"challenge": ["Solve a challenge of GET /challenge and send it along."]})


class ChallengeFailed(ValidationFailed):
    code, title = "challenge_failed", "The proof of work does not hold"

    def __init__(self, why: str) -> None:
        super().__init__({"challenge": [f"{why} Ask for a new one."]})


def is_asked(site: Site, now: datetime) -> bool:
    """Whether a comment on this site has to come with a solved challenge: the same for everybody."""
    wanted = site.settings.proof_of_work
    return wanted == "on" or (wanted == "auto" and is_under_attack(site, now))


def is_under_attack(site: Site, now: datetime) -> bool:
    """Whether one of the last minutes had enough unwanted posts. It stands in the site's own row: whoever reads a
    thread has that in hand, in every process."""
    return site.attacked_until is not None and now < site.attacked_until


def note_unwanted(site: Site, network_hash: str, *, now: datetime) -> None:
    """Count a post that was refused as too fast, or is spam. Without `auto` nobody asks for the count."""
    if site.settings.proof_of_work != "auto":
        return
    minute = now.replace(second=0, microsecond=0)
    one = upsert(Unwanted).values(site_id=site.id, minute=minute, network_hash=network_hash, number=1)
    keys = [Unwanted.site_id, Unwanted.minute, Unwanted.network_hash]
    db.session.execute(one.on_conflict_do_update(index_elements=keys, set_={"number": Unwanted.number + 1}))
    counts = select(func.sum(Unwanted.number), func.count())
    number, networks = db.session.execute(counts.where(Unwanted.site_id == site.id, Unwanted.minute == minute)).one()
    if number >= UNWANTED_PER_MINUTE and networks >= NETWORKS:
        _under_attack(site, now)


def _under_attack(site: Site, now: datetime) -> None:
    """Written at most once a minute: the row is everybody's."""
    rows, until = update(Site).where(Site.id == site.id), now + ATTACK_LASTS
    is_news = or_(Site.attacked_until.is_(None), Site.attacked_until < until - timedelta(minutes=1))
    db.session.execute(
        rows.where(is_news).values(attacked_until=until), execution_options={"synchronize_session": False}
    )


def new_challenge(site: Site, keys: Keyring, now: datetime) -> dict[str, Any]:
    """A challenge as ALTCHA writes it: algorithm, challenge, maxNumber, salt, signature."""
    options = altcha.ChallengeOptions(
        algorithm=ALGORITHM,
        max_number=site.settings.proof_of_work_steps,
        hmac_key=keys.hash("proof of work", site.key),
        expires=now + LIFE,
    )
    return altcha.create_challenge(options).to_dict()


def is_done(site: Site, work: Work, keys: Keyring, now: datetime) -> bool:
    """Whether the work was done that the site asks for now; uses the answer up. False: the comment has to wait.

    Raises ChallengeRequired, ChallengeFailed, which a page with a script can do something about.
    """
    if not is_asked(site, now):
        return True
    if not work.has_script:
        return False
    if not work.answer:
        raise ChallengeRequired()
    _spend(_solved(site, work.answer, keys), now)
    return True


def held() -> Verdict:
    reason = "it came from a page without a script while proof of work is asked for"
    return Verdict(WITHOUT_PROOF, Outcome.HOLD, reason)


def _solved(site: Site, answer: str, keys: Keyring) -> dict[str, Any]:
    payload = _read(answer)
    if payload is None:
        raise ChallengeFailed("This is no answer to a challenge.")
    for key in keys.hashes("proof of work", site.key):
        if altcha.verify_solution(payload, key, check_expires=False)[0]:  # type: ignore[call-overload]
            return payload
    raise ChallengeFailed("The challenge is not one of this site, or the answer is wrong.")


def _read(answer: str) -> dict[str, Any] | None:
    """ALTCHA's payload: base64 of JSON with exactly these kinds of values; the library believes any."""
    try:
        payload = json.loads(base64.b64decode(answer[:LONGEST_ANSWER], validate=True).decode("ascii"))
    except (ValueError, RecursionError):
        return None
    texts = ("algorithm", "challenge", "salt", "signature")
    if not isinstance(payload, dict) or not all(isinstance(payload.get(name), str) for name in texts):
        return None
    return payload if type(payload.get("number")) is int and payload["algorithm"] == ALGORITHM else None


def _spend(payload: dict[str, Any], now: datetime) -> None:
    """Of two comments with one answer at the same moment the database lets one in: the other is asked again."""
    expires = altcha.Payload.from_dict(payload).parse_salt()[1]  # type: ignore[arg-type]
    if expires is None or now.timestamp() > expires:
        raise ChallengeFailed("The challenge has expired.")
    if db.session.get(SpentChallenge, payload["signature"]):
        raise ChallengeFailed("The challenge was used before.")
    until = datetime.fromtimestamp(expires, UTC)
    db.session.add(SpentChallenge(signature=payload["signature"], expires_at=until))
    db.session.flush()


def forget() -> None:
    """Once an hour: challenges that are over anyway, and counts of attacks that are over."""
    with unit_of_work():
        moment = clock.now()
        db.session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < moment))
        db.session.execute(delete(Unwanted).where(Unwanted.minute < moment - 2 * ATTACK_LASTS))
