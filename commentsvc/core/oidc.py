"""Signing in at another's: OpenID Connect with one provider (authorization code, PKCE, state, nonce).

What is asked and what comes back belong to one browser: `Begun.kept` is to be kept there, out of everybody's reach, and
handed to `finish` once.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from . import http_out
from .errors import Unauthorized

if TYPE_CHECKING:
    from .oidc_client import Client

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAME_LENGTH = 60
Answer = TypeVar("Answer")


class Failed(Unauthorized):
    """The provider did not say who came, or nobody here is that."""


@dataclass(frozen=True)
class Provider:
    """Who says of people who they are, and what they know us by there."""

    issuer: str
    client_id: str
    client_secret: str
    name: str

    def __post_init__(self) -> None:
        """Raises ValueError for an issuer nobody should be sent to."""
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("It must begin with https://.")
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("It is no address of an issuer.")

    @property
    def opening(self) -> str:
        """Its address as an opening of the door out."""
        parts = urlsplit(self.issuer)
        return f"{parts.netloc}" if parts.port else f"{parts.netloc}:{http_out.PORTS[parts.scheme]}"


@dataclass(frozen=True)
class Begun:
    """Where a person is sent, and what their browser has to keep meanwhile: texts, `state` among them."""

    url: str
    kept: dict[str, str]


class Elsewhere:
    """One provider, ready to be asked. `allowed` are the openings it may be reached by (http_out)."""

    def __init__(self, provider: Provider, allowed: Iterable[str], *, scope: str = "openid email") -> None:
        from .oidc_client import Client  # it is large: only where somebody signs in elsewhere

        self.provider, self._client = provider, Client(provider, allowed, scope)

    def begin(self, back: str, **more: str) -> Begun:
        """To the provider, which sends people to `back`. Raises Failed."""
        return self._asked(lambda client: client.begin(back, **more))

    def finish(
        self, kept: Mapping[str, str] | None, brought: Mapping[str, str], wanted: Iterable[str]
    ) -> dict[str, Any]:
        """What the provider says of who came, after all they brought was verified. Raises Failed.

        Where the token lacks one of the `wanted` claims, the provider is asked for more.
        """
        return self._asked(lambda client: client.claims(kept or {}, brought, wanted))

    def _asked(self, question: Callable[["Client"], Answer]) -> Answer:
        from .oidc_client import FAILURES

        try:
            return question(self._client)
        except FAILURES as error:
            # Its message may quote what was sent.
            logger.warning("signing in elsewhere failed: %s", type(error).__name__)
            raise Failed(f"Signing in with {self.provider.name} did not work. Please try again.") from error
