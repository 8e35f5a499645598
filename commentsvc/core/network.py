"""Where a request came from, as far as we want to know it: never an address, only a keyed hash of its network."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from .crypto import Keyring


def network_of(address: str | None) -> str:
    """The part of an IP address that stays with one connection: IPv4 whole, IPv6 its /64, mapped IPv4 unwrapped."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ip_network(f"{ip}/64", strict=False))
    return str(ip)


def network_hash(address: str | None, keys: Keyring, now: datetime) -> str:
    """A keyed hash that changes every month, so that nobody can be followed for longer (reference: 30 days)."""
    return keys.hash(f"network {now:%Y-%m}", network_of(address))


def network_hashes(address: str | None, keys: Keyring, now: datetime) -> list[str]:
    """Every hash a network may have been banned under: those of two months back, and of every key still known.

    A ban lasts 30 days at most and is of a comment that was at most 30 days old: no hash is asked for longer.
    """
    months = dict.fromkeys(f"{now - timedelta(days=days):%Y-%m}" for days in (0, 20, 40, 60))  # none is skipped
    network = network_of(address)
    return [hashed for month in months for hashed in keys.hashes(f"network {month}", network)]
