"""E-mail addresses: the only place that knows email-validator."""

from email_validator import EmailNotValidError, EmailUndeliverableError, caching_resolver, validate_email

from .crypto import Keyring

MAX_LENGTH = 254  # RFC 5321: a path is at most 256 octets, two of them are the angle brackets
DNS_TIMEOUT = 1  # seconds


class WrongAddress(ValueError):
    """This is no address that mail could reach. `str(error)` is a sentence for the person who typed it."""


def read_address(typed: str, *, check_deliverability: bool = False) -> str:
    """The address in its normalised form (internationalised ones included).

    With `check_deliverability` its domain must accept mail by DNS; a look-up that gets no answer within a second
    proves nothing and passes. Raises WrongAddress.
    """
    if len(typed) > MAX_LENGTH:
        raise WrongAddress(f"Use at most {MAX_LENGTH} characters.")
    resolver = caching_resolver(timeout=DNS_TIMEOUT) if check_deliverability else None
    try:
        # Reserved names such as .test are refused only where deliverability is asked for.
        found = validate_email(
            typed,
            check_deliverability=check_deliverability,
            test_environment=not check_deliverability,
            dns_resolver=resolver,
        )
    except EmailUndeliverableError as error:
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
