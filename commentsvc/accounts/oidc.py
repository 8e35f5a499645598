"""Signing in elsewhere: OpenID Connect with one provider (authorization code, PKCE, state, nonce).

Who comes back is the account with that address, if the provider has verified it, and nobody otherwise: no account is
made, and no role is taken from what a provider says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask

from ..core.crypto import Keyring
from ..core.oidc import NAME_LENGTH, Begun, Elsewhere, Failed, Provider
from ..core.web import installed, links
from .models import Account, StaffSession
from .service import CONFIRMED_FOR, Where, find_account, open_session

EXTENSION = "commentsvc sign-in elsewhere"
BACK = "/login/elsewhere/back"  # where the provider sends people


@dataclass(frozen=True)
class Person:
    """Who came back: an address the provider has verified, and when they last showed the provider who they are."""

    email: str
    shown_at: datetime | None


def provider_at(url: str) -> Provider:
    """Reads `https://client-id:secret@login.news.example/realms/news?name=Newsroom login`. Raises ValueError."""
    parts = urlsplit(url)
    if not (parts.hostname and parts.username and parts.password):
        raise ValueError("Write it like https://client-id:client-secret@login.example/issuer?name=Our%20login")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    issuer = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
    name = parse_qs(parts.query).get("name", [parts.hostname])[-1]
    return Provider(issuer, unquote(parts.username), unquote(parts.password), name[:NAME_LENGTH])


def install(app: Flask, provider: Provider | None, allowed: Iterable[str]) -> None:
    """Whoever configured the provider wants it to be asked, wherever it is."""
    app.extensions[EXTENSION] = Elsewhere(provider, (*allowed, provider.opening)) if provider else None


def _elsewhere() -> Elsewhere:
    found = cast(Elsewhere | None, installed(EXTENSION))
    if found is None:
        raise Failed("Nobody signs in elsewhere here.")
    return found


def provider() -> Provider | None:
    """The provider that was configured, if any."""
    found = cast(Elsewhere | None, installed(EXTENSION))
    return found.provider if found else None


def begin(*, confirms: bool) -> Begun:
    """To the provider. With `confirms` it asks for the password again. Raises Failed."""
    more = {"prompt": "login", "max_age": "0"} if confirms else {}
    return _elsewhere().begin(f"{links().base}{BACK}", **more)


def finish(kept: Mapping[str, str] | None, brought: Mapping[str, str]) -> Person:
    """Who came back, after everything they brought was verified. Raises Failed."""
    elsewhere = _elsewhere()
    claims = elsewhere.finish(kept, brought, ["email"])
    if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
        raise Failed(f"{elsewhere.provider.name} has not verified your email address.")
    return Person(claims["email"], _moment(claims.get("auth_time")))


def _moment(seconds: object) -> datetime | None:
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return datetime.fromtimestamp(seconds, UTC) if is_number and 0 < seconds < 2**33 else None  # type: ignore[arg-type,operator]


def sign_in(person: Person, *, keys: Keyring, now: datetime, where: Where) -> tuple[Account, str]:
    """The account with a verified address, and a new session of it. Raises Failed, in the same words for all others."""
    account = find_account(person.email.strip(), keys)
    if account is None or account.disabled_at:
        raise Failed("There is no account here with the address you signed in with.")
    shown = min(person.shown_at, now) if person.shown_at else None
    return account, open_session(account, by="elsewhere", confirmed_at=shown, now=now, where=where)


def confirm(session: StaffSession, person: Person, *, keys: Keyring, now: datetime) -> None:
    """Whoever signed in here has shown the provider again, just now, who they are. Raises Failed."""
    mine = find_account(person.email.strip(), keys)
    if mine is None or mine.id != session.account_id or not person.shown_at or now - person.shown_at > CONFIRMED_FOR:
        raise Failed("That did not confirm that it is you.")
    session.confirmed_at = min(person.shown_at, now)
