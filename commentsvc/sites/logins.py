"""Where a site's readers may sign in: an OpenID Connect provider of the site's own, whole or not at all."""

import logging

from ..core.crypto import Keyring, Undecipherable
from ..core.errors import ValidationFailed
from ..core.oidc import Provider
from .models import Site

SECRET_LENGTH = 500
SWITCH = "login"
SECRET = "client secret"  # noqa: S105 - the word

logger = logging.getLogger(__name__)


def ensure_whole(site: Site, changed: str) -> None:
    """Nobody may be sent to half a provider. `changed` is what is to blame. Raises ValidationFailed."""
    settings = site.settings
    if not settings.login:
        return
    there = {
        "login_issuer": settings.login_issuer,
        "login_client_id": settings.login_client_id,
        "login_name": settings.login_name,
        SECRET: site.login_secret_encrypted,
    }
    missing = [name for name, value in there.items() if not value]
    if missing and changed == SWITCH:
        how = f" (commentsvc site login-secret {site.key})" if SECRET in missing else ""
        raise ValidationFailed({SWITCH: [f"Set first: {', '.join(missing)}{how}."]})
    if missing:
        raise ValidationFailed({changed: ["Turn login off first."]})
    try:
        Provider(settings.login_issuer, settings.login_client_id, "", settings.login_name)
    except ValueError as error:
        raise ValidationFailed({"login_issuer": [f"{settings.login_issuer!r} cannot be used. {error}"]}) from error


def set_secret(site: Site, secret: str, *, keys: Keyring) -> None:
    """Keep the client secret, or forget it (""). Raises ValidationFailed."""
    if len(secret) > SECRET_LENGTH or not secret.isprintable():
        raise ValidationFailed({SECRET: [f"Use one line of at most {SECRET_LENGTH} characters."]})
    site.login_secret_encrypted = keys.encrypt(secret) if secret else None
    ensure_whole(site, SECRET)


def provider_of(site: Site, *, keys: Keyring) -> Provider | None:
    """Where the site's readers sign in; None where they do not, or its secret cannot be read any more."""
    settings = site.settings
    if not settings.login or site.login_secret_encrypted is None:
        return None
    try:
        secret = keys.decrypt(site.login_secret_encrypted)
    except Undecipherable as error:
        logger.warning("Readers of %s cannot sign in: %s", site.key, error)
        return None
    return Provider(settings.login_issuer, settings.login_client_id, secret, settings.login_name)
