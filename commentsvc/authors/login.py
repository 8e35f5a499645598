"""Readers who sign in at a provider of the site's own: what is asked, what a browser keeps meanwhile, who comes back.

Whoever comes back is found or made like a reader the publisher signed on (`sign_on`), with one difference: at a
provider people may choose what they are called, so that the newsroom's names are refused.
"""

import json
import re
import time
import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from ..core.crypto import Keyring, Undecipherable, same
from ..core.errors import NotFound, OriginNotAllowed, Unauthorized, ValidationFailed
from ..core.oidc import Elsewhere, Failed, Provider
from ..core.text import Unreadable, clean_line
from ..sites.logins import provider_of
from ..sites.models import Site
from . import sign_on
from .models import Author
from .names import ensure_free

WITHIN = timedelta(minutes=10)  # from leaving for the provider to coming back
NONCE = re.compile(r"[0-9a-f]{32,64}")  # what the page that opened the window knows it by
SCOPE = "openid email profile"
NAMES = ("name", "preferred_username", "nickname", "given_name")
LOOKED_UP = 600  # seconds: then a provider is asked anew where its doors and keys are
DECLINED = ("access_denied", "consent_required", "interaction_required", "login_required")


class NotSignedIn(Exception):
    """Why somebody is not signed in: declined, late, failed, nameless or reserved."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Asked:
    """What a browser keeps while its reader is at the provider: which page wants to know, and what was asked.

    That is a publisher's page, by its origin and the nonce it knows the window by, or one of ours, by its address.
    """

    site: str
    origin: str
    nonce: str
    remember: bool
    until: float
    kept: dict[str, str]
    page: str = ""

    def sealed(self, keys: Keyring) -> str:
        """For the cookie: nobody reads or writes one of their own."""
        packed = zlib.compress(json.dumps({"is": "login", **asdict(self)}).encode())
        return keys.encrypt(b85encode(packed).decode())  # a cookie has room for 4,096 bytes, an address may have 2,000


def unsealed(cookie: str, site: Site, *, keys: Keyring, now: datetime) -> Asked | None:
    """What was asked for this site not long ago; None for everything else."""
    try:
        said = json.loads(zlib.decompress(b85decode(keys.decrypt(cookie))))
        if said.pop("is") != "login":
            return None
        asked = Asked(**said)
    except (Undecipherable, zlib.error, ValueError, TypeError, KeyError, AttributeError):
        return None
    return asked if asked.site == site.key and now.timestamp() <= asked.until else None


def elsewhere_of(site: Site, *, keys: Keyring, allowed: Iterable[str]) -> Elsewhere:
    """The site's provider, ready to be asked. Raises NotFound where readers do not sign in."""
    provider = provider_of(site, keys=keys)
    if provider is None:
        raise NotFound("Readers do not sign in here.")
    return _ready(provider, tuple(allowed), int(time.monotonic() // LOOKED_UP))


@lru_cache(maxsize=32)
def _ready(provider: Provider, allowed: tuple[str, ...], _moment: int) -> Elsewhere:
    return Elsewhere(provider, allowed, scope=SCOPE)


def ensure_page(site: Site, origin: str, nonce: str) -> None:
    """Whether a page of this origin may know who signs in. Raises OriginNotAllowed, ValidationFailed."""
    if not site.allows(origin):
        raise OriginNotAllowed("Pages of this origin may not sign readers in.")
    if not NONCE.fullmatch(nonce):
        raise ValidationFailed({"nonce": ["Send 16 random bytes or more, in hex."]})


def begin(
    site: Site,
    elsewhere: Elsewhere,
    back: str,
    *,
    origin: str = "",
    nonce: str = "",
    page: str = "",
    remember: bool,
    now: datetime,
) -> tuple[str, Asked]:
    """Where the reader is sent, and what is kept until they come `back`.

    The provider may have to be asked where that is: outside of any transaction. Raises NotSignedIn.
    """
    try:
        begun = elsewhere.begin(back)
    except Failed as error:
        raise NotSignedIn("failed") from error
    return begun.url, Asked(site.key, origin, nonce, remember, (now + WITHIN).timestamp(), begun.kept, page)


def spend(site: Site, asked: Asked, brought: Mapping[str, str]) -> None:
    """What was asked is answered once, whatever the answer is. Raises NotSignedIn."""
    if not same(asked.kept["state"], brought.get("state", "")):
        raise NotSignedIn("late")
    try:
        sign_on.use_up(site, f"login {asked.kept['state']}", datetime.fromtimestamp(asked.until, UTC))
    except Unauthorized as error:
        raise NotSignedIn("late") from error


def who_came(site: Site, elsewhere: Elsewhere, asked: Asked, brought: Mapping[str, str]) -> sign_on.Identity:
    """Whom the provider says it is. It is asked: outside of any transaction. Raises NotSignedIn."""
    if "error" in brought:
        raise NotSignedIn("declined" if brought["error"] in DECLINED else "failed")
    try:
        said = elsewhere.finish(asked.kept, brought, ["email", "name"])
        if (name := _name(said)) is None:
            raise NotSignedIn("nameless")
        told = {**said, "name": name, "avatar": said.get("picture")}
        return sign_on.identity_of(site, elsewhere.provider.issuer, told)
    except (Failed, sign_on.Refused) as error:
        raise NotSignedIn("failed") from error


def sign_in(site: Site, who: sign_on.Identity, *, keys: Keyring, now: datetime) -> Author:
    """The Author of who came. Raises NotSignedIn."""
    try:
        ensure_free(site, who.name, None)
    except ValidationFailed as error:
        raise NotSignedIn("reserved") from error
    return sign_on.author_of(site, who, keys=keys, now=now)


def _name(said: Mapping[str, Any]) -> str | None:
    """What readers will see; some providers call people by their address there, which is published nowhere."""
    return next((said[each] for each in NAMES if _is_name(said.get(each))), None)


def _is_name(value: Any) -> bool:
    try:
        return isinstance(value, str) and "@" not in value and 0 < len(clean_line(value)) <= Author.NAME_LENGTH
    except Unreadable:
        return False
