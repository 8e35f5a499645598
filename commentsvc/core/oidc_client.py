"""The client of one OpenID Connect provider: Authlib's, held to what was configured. Imported only where there is one:
it is large.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import PreparedRequest, RequestException, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from . import http_out
from .crypto import same
from .oidc import Begun, Provider

DISCOVERY = "/.well-known/openid-configuration"
# Signed with a key only the provider has; what may be used is settled here, never by a token.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds two clocks may differ (reference: security.md T27)
PATIENCE = 5.0  # seconds for each question to the provider
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
ADDRESS = ("email", "email_verified")
# What Authlib, the way out and a provider's odd answers raise.
FAILURES = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    http_out.Unreachable,
    http_out.NotAllowed,
    ValueError,
    RuntimeError,
    KeyError,
    TypeError,
)


class _Door(BaseAdapter):
    """Authlib's questions to the provider leave by the one door out."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = tuple(allowed)

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        body = request.body or b""
        headers = {str(name): str(value) for name, value in request.headers.items()}
        reply = http_out.request(
            request.method or "GET",
            request.url or "",
            body.encode() if isinstance(body, str) else cast(bytes, body),
            headers={**headers, "Accept-Encoding": "identity"},
            timeout=PATIENCE,
            allowed=self.allowed,
        )
        answer = Response()
        answer.status_code, answer.url, answer.request = reply.status, request.url or "", request
        answer.headers, answer.encoding = CaseInsensitiveDict(reply.headers), "utf-8"
        answer._content = reply.text.encode()
        return answer

    def close(self) -> None:
        """Nothing is kept open."""


class _App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client of one provider, held to the issuer and the algorithms that were configured."""

    def __init__(self, provider: Provider, allowed: Iterable[str], scope: str) -> None:
        door = _Door(allowed)

        class Session(OAuth2Session):
            def __init__(self, *given: Any, **more: Any) -> None:
                super().__init__(*given, **more)
                for scheme in ("https://", "http://"):
                    self.mount(scheme, door)

        self.client_cls, self.issuer = Session, provider.issuer
        super().__init__(
            None,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=provider.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={"scope": scope, "code_challenge_method": "S256"},
        )

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        if not self._is_as_configured(metadata):
            self.server_metadata: dict[str, Any] = {}
            raise ValueError("the provider calls itself by another name, or wants to be asked without TLS")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [each for each in ALGORITHMS if each in offered]
        return metadata

    def _is_as_configured(self, metadata: Mapping[str, Any]) -> bool:
        plain = urlsplit(self.issuer).scheme == "http"  # on this machine
        addresses = [str(metadata[name]) for name in ENDPOINTS if name in metadata]
        is_it = str(metadata.get("issuer", "")).rstrip("/") == self.issuer.rstrip("/")
        return is_it and all(plain or address.startswith("https://") for address in addresses)


class Client:
    """Sends people to the provider and reads what they bring back. Raises one of FAILURES for whatever goes wrong."""

    def __init__(self, provider: Provider, allowed: Iterable[str], scope: str) -> None:
        self.client_id, self.app = provider.client_id, _App(provider, allowed, scope)

    def begin(self, back: str, **more: str) -> Begun:
        """To the provider, which sends people to `back`."""
        asked = self.app.create_authorization_url(back, **more)
        return Begun(asked.pop("url"), {"redirect_uri": back, **asked})

    def claims(self, kept: Mapping[str, str], brought: Mapping[str, str], wanted: Iterable[str]) -> dict[str, Any]:
        """What the provider says of who came: in the token, or where it keeps that short, when it is asked."""
        if "error" in brought or not same(kept["state"], brought["state"]):
            raise ValueError("this is not the answer to what was asked")
        token = self.app.fetch_access_token(
            kept["redirect_uri"], code=brought["code"], code_verifier=kept["code_verifier"]
        )
        claims = self._read(token, kept["nonce"])
        if "userinfo_endpoint" in self.app.server_metadata and not set(wanted) <= claims.keys():
            return _together(claims, dict(self.app.userinfo(token=token)))
        return claims

    def _read(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        expected = {
            "iss": {"essential": True, "value": self.app.load_server_metadata()["issuer"]},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True},
        }
        return dict(self.app.parse_id_token(token, nonce=nonce, claims_options=expected, leeway=LEEWAY))


def _together(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Whether an address is verified is said by who says the address: never one half of each."""
    if more.get("sub") != claims["sub"]:
        raise ValueError("the provider speaks of two people")
    for name in ADDRESS:
        (more if "email" in claims else claims).pop(name, None)
    return {**more, **claims}
