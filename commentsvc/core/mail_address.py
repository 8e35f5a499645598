"""E-mail addresses: the only place that knows email-validator."""

import logging
import time
from typing import Any

from dns.exception import DNSException, Timeout
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver
from email_validator import EmailNotValidError, EmailUndeliverableError, validate_email

from .crypto import Keyring

MAX_LENGTH = 254  # RFC 5321: a path is at most 256 octets, two of them are the angle brackets
DNS_TIMEOUT = 1.0  # seconds for all questions about one address together

logger = logging.getLogger(__name__)


class WrongAddress(ValueError):
    """This is no address that mail could reach. `str(error)` is a sentence for the person who typed it."""


class _HurriedResolver(Resolver):
    """Asks as often as it is told to, but within DNS_TIMEOUT altogether."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = time.monotonic() + DNS_TIMEOUT

    def resolve(self, *args: Any, **kwargs: Any) -> Any:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise Timeout
        return super().resolve(*args, **{**kwargs, "lifetime": left})


def _hurried_resolver() -> Resolver | None:
    """None on a machine that does not know whom to ask."""
    try:
        return _HurriedResolver()
    except (NoResolverConfiguration, OSError, DNSException) as error:
        logger.warning("Domains cannot be checked here: %s", error)
        return None


def _is_known_to_fail(error: EmailUndeliverableError) -> bool:
    """Whether the DNS said so; anything else that went wrong on the way proves nothing."""
    return error.__cause__ is None or isinstance(error.__cause__, NXDOMAIN | NoAnswer)


def read_address(typed: str, *, check_deliverability: bool = False) -> str:
    """The address in its normalised form (internationalised ones included).

    With `check_deliverability` its domain must accept mail by DNS; a look-up that gets no answer within a second
    proves nothing and passes. Raises WrongAddress.
    """
    if len(typed) > MAX_LENGTH:
        raise WrongAddress(f"Use at most {MAX_LENGTH} characters.")
    resolver = _hurried_resolver() if check_deliverability else None
    check_deliverability = resolver is not None
    try:
        # Reserved names such as .test are refused only where deliverability is asked for.
        found = validate_email(
            typed,
            check_deliverability=check_deliverability,
            test_environment=not check_deliverability,
            dns_resolver=resolver,
        )
    except EmailUndeliverableError as error:
        if not _is_known_to_fail(error):
            logger.warning("A domain could not be checked: %s", type(error.__cause__).__name__)
            return read_address(typed)
        raise WrongAddress("Mail cannot be delivered to this address. Please check the part after the @.") from error
    except EmailNotValidError as error:
        raise WrongAddress("Enter an email address such as name@example.com.") from error
    return found.normalized


def address_key(address: str, scope: str) -> str:
    """What an address is compared by within a scope: letter case never makes another person."""
    return f"{scope}\0{address.casefold()}"


def address_hashes(address: str, scope: str, keys: Keyring) -> list[str]:
    """The keyed hashes an address may be stored under, the present key's first."""
    return keys.hashes("address", address_key(address, scope))
