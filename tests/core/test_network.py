"""Where a request came from: a keyed hash of a network, for a month."""

from datetime import UTC, datetime

import pytest

from commentsvc.core.crypto import Keyring
from commentsvc.core.network import network_hash, network_of

KEYS = Keyring(["a-secret-of-the-tests-only-0123456789"])
JANUARY = datetime(2026, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(("address", "network"), [
    ("192.0.2.10", "192.0.2.10"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
    ("::ffff:192.0.2.10", "192.0.2.10"),
    ("::1", "::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    (None, "unknown"),
    ("", "unknown"),
    ("unix:", "unknown"),
    ("192.0.2.10:4711", "unknown"),
    ("999.0.0.1", "unknown"),
])  # fmt: skip
def test_the_network_of_an_address(address, network):
    assert network_of(address) == network


def test_the_hash_shows_nothing_of_the_address():
    assert "192.0.2.10" not in network_hash("192.0.2.10", KEYS, JANUARY)


def test_the_same_network_is_known_again_within_a_month():
    later = JANUARY.replace(day=31)
    assert network_hash("192.0.2.10", KEYS, JANUARY) == network_hash("192.0.2.10", KEYS, later)


def test_and_not_in_the_next():
    february = JANUARY.replace(month=2)
    assert network_hash("192.0.2.10", KEYS, JANUARY) != network_hash("192.0.2.10", KEYS, february)


def test_two_networks_are_two():
    assert network_hash("192.0.2.10", KEYS, JANUARY) != network_hash("192.0.2.11", KEYS, JANUARY)


def test_nobody_without_the_key_computes_it():
    assert network_hash("192.0.2.10", KEYS, JANUARY) != network_hash("192.0.2.10", Keyring(["x" * 40]), JANUARY)
