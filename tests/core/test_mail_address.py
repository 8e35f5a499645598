"""E-mail addresses: what one is, and when two are the same person's."""

import time

import dns.exception
import dns.resolver
import pytest

from commentsvc.core.crypto import Keyring
from commentsvc.core.mail_address import WrongAddress, address_hashes, read_address

KEYS = Keyring(["a-secret-of-the-tests-only-0123456789"])


@pytest.mark.parametrize(("typed", "kept"), [
    ("rosa@example.org", "rosa@example.org"),
    ("rosa+boats@example.org", "rosa+boats@example.org"),
    ("Rosa@EXAMPLE.ORG", "Rosa@example.org"),  # only the domain has no letter case
    ("o'brien@example.org", "o'brien@example.org"),
    ("rosa@bücher.example", "rosa@bücher.example"),
    ("rosa@xn--bcher-kva.example", "rosa@bücher.example"),
    ("jose\u0301@example.org", "josé@example.org"),  # NFC
    ("用户@例子.广告", "用户@例子.广告"),
    ("rosa@ok.test", "rosa@ok.test"),
])  # fmt: skip
def test_an_address_in_its_one_form(typed, kept):
    assert read_address(typed) == kept


@pytest.mark.parametrize("typed", [
    "", "rosa", "@", "rosa@", "@example.org", "rosa@example", "rosa@@example.org", "rosa@.org", "rosa@example..org",
    "rosa @example.org", "rosa@exa mple.org", "rosa@-example.org", ".rosa@example.org", "rosa.@example.org",
    "rosa@[127.0.0.1]", "Rosa <rosa@example.org>", "rosa@example.org\r\nBcc: other@example.org", "rosa\x00@example.org",
    "\ud800@example.org", '"rosa"@example.org', "rosa@example.org, other@example.org", "rosa@" + "a" * 64 + ".org",
    "r" * 250 + "@a.org",
])  # fmt: skip
def test_what_is_no_address(typed):
    with pytest.raises(WrongAddress):
        read_address(typed)


def test_what_is_wrong_is_said_without_repeating_the_address():
    with pytest.raises(WrongAddress) as error:
        read_address("secret-name@nowhere")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("other", ["Rosa@example.org", "ROSA@example.org", "rosa@EXAMPLE.org"])
def test_letter_case_makes_nobody_else(other):
    assert address_hashes(other, "site 1", KEYS) == address_hashes("rosa@example.org", "site 1", KEYS)


def test_letter_case_makes_nobody_else_in_other_scripts():
    assert address_hashes("STRASSE@example.org", "site 1", KEYS) == address_hashes("straße@example.org", "site 1", KEYS)


@pytest.mark.parametrize("other", ["rosa+boats@example.org", "ro.sa@example.org", "rosa@example.com"])
def test_anything_else_makes_somebody_else(other):
    assert address_hashes(other, "site 1", KEYS) != address_hashes("rosa@example.org", "site 1", KEYS)


def test_an_address_on_one_site_cannot_be_matched_with_another():
    assert address_hashes("rosa@example.org", "site 1", KEYS) != address_hashes("rosa@example.org", "site 2", KEYS)


def test_after_a_change_of_keys_an_address_is_found_under_both():
    old, new = "old-secret-of-the-tests-0123456789", "new-secret-of-the-tests-0123456789"
    stored = address_hashes("rosa@example.org", "site 1", Keyring([old]))[0]
    assert stored in address_hashes("Rosa@example.org", "site 1", Keyring([new, old]))


def ask_for_delivery() -> str:
    return read_address("rosa@newspaper-of-the-tests.com", check_deliverability=True)


def test_a_machine_that_does_not_know_whom_to_ask_objects_to_nobody(monkeypatch):
    def unknown(*_):
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", unknown)
    assert ask_for_delivery() == "rosa@newspaper-of-the-tests.com"


def answering(monkeypatch, error: Exception, seconds: float = 0) -> None:
    def resolve(*_, **__):
        time.sleep(seconds)
        raise error

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", lambda *_: None)
    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)


def test_all_questions_together_take_about_a_second(monkeypatch):
    answering(monkeypatch, dns.resolver.NoAnswer(), seconds=0.6)
    begun = time.monotonic()
    assert ask_for_delivery() == "rosa@newspaper-of-the-tests.com"
    assert time.monotonic() - begun < 1.7


@pytest.mark.parametrize("error", [OSError("no network"), dns.resolver.NoNameservers(), dns.exception.Timeout()])
def test_what_could_not_be_checked_is_not_wrong(monkeypatch, error):
    answering(monkeypatch, error)
    assert ask_for_delivery() == "rosa@newspaper-of-the-tests.com"


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN(), dns.resolver.NoAnswer()])
def test_a_domain_that_takes_no_mail_is_wrong(monkeypatch, error):
    answering(monkeypatch, error)
    with pytest.raises(WrongAddress, match="cannot be delivered"):
        ask_for_delivery()
