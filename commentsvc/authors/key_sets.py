"""The public keys a publisher shows under an address (JWKS), kept in the process for a while."""

import json
import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import jwt

from ..core import http_out

KEPT = 600.0  # seconds; a publisher who changes keys shows the new one before it signs with it
LEAST = 30.0  # seconds between two looks, whatever kids are asked for
PATIENCE = 3.0  # seconds: a reader waits meanwhile
MOST_BYTES = 65_536

logger = logging.getLogger(__name__)


@dataclass
class _Seen:
    at: float
    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)


_seen: dict[str, _Seen] = {}
_lock = threading.Lock()


def key_named(url: str, kid: str, *, allowed: Collection[str]) -> jwt.PyJWK | None:
    """The key of this name; looked for again when it is not there, and every ten minutes. None: there is none."""
    with _lock:
        seen = _seen.get(url)
        age = time.monotonic() - seen.at if seen else KEPT
        if seen is None or age >= KEPT or (kid not in seen.keys and age >= LEAST):
            # What was known stays known when the address does not answer.
            seen = _seen[url] = _Seen(time.monotonic(), _fetched(url, allowed) or (seen.keys if seen else {}))
        return seen.keys.get(kid)


def _fetched(url: str, allowed: Collection[str]) -> dict[str, jwt.PyJWK]:
    try:
        reply = http_out.request(
            "GET", url, b"", headers={"Accept": "application/json"}, timeout=PATIENCE, most=MOST_BYTES, allowed=allowed
        )
        listed = json.loads(reply.text) if reply.status == 200 else {}
        found = jwt.PyJWKSet.from_dict(listed).keys if isinstance(listed, dict) else []
    except (http_out.Unreachable, http_out.NotAllowed, jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        logger.warning("the keys of a site's sign-on cannot be read: %s", type(error).__name__)
        return {}
    return {key.key_id: key for key in found if key.key_id}


def forget() -> None:
    """As if nothing had been looked at."""
    with _lock:
        _seen.clear()
