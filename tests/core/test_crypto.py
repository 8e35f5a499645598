"""Secrets: found by a keyed hash, kept encrypted, still read after the key was changed."""

import pytest

from commentsvc.core.crypto import Keyring, Undecipherable, new_token, same, token_hash

OLD, NEW = "o" * 20 + "ld-key-of-the-tests-only", "n" * 20 + "ew-key-of-the-tests-only"


def test_what_was_encrypted_is_decrypted():
    keys = Keyring([OLD])
    assert keys.decrypt(keys.encrypt("rosa@example.org")) == "rosa@example.org"


def test_what_was_encrypted_shows_nothing():
    assert "rosa" not in Keyring([OLD]).encrypt("rosa@example.org")


def test_the_same_is_encrypted_differently_every_time():
    keys = Keyring([OLD])
    assert keys.encrypt("rosa@example.org") != keys.encrypt("rosa@example.org")


def test_after_a_change_of_keys_old_secrets_are_still_read():
    stored = Keyring([OLD]).encrypt("rosa@example.org")
    assert Keyring([NEW, OLD]).decrypt(stored) == "rosa@example.org"


def test_after_a_change_of_keys_old_hashes_are_still_found():
    stored = Keyring([OLD]).hash("address", "rosa@example.org")
    assert stored in Keyring([NEW, OLD]).hashes("address", "rosa@example.org")


def test_new_secrets_are_written_with_the_first_key():
    stored = Keyring([NEW, OLD]).encrypt("rosa@example.org")
    assert Keyring([NEW]).decrypt(stored) == "rosa@example.org"


def test_new_hashes_are_made_with_the_first_key():
    keys = Keyring([NEW, OLD])
    assert keys.hash("address", "a") == keys.hashes("address", "a")[0] == Keyring([NEW]).hash("address", "a")


def test_without_the_old_key_an_old_secret_is_said_to_be_undecipherable():
    stored = Keyring([OLD]).encrypt("rosa@example.org")
    with pytest.raises(Undecipherable, match="COMMENTSVC_SECRET_KEY"):
        Keyring([NEW]).decrypt(stored)


@pytest.mark.parametrize("spoil", [
    lambda stored: stored[:-10],
    lambda stored: stored[:30] + ("A" if stored[30] != "A" else "B") + stored[31:],
    lambda stored: "",
    lambda stored: "rosa@example.org",
])  # fmt: skip
def test_a_tampered_secret_is_never_read(spoil):
    keys = Keyring([OLD])
    with pytest.raises(Undecipherable):
        keys.decrypt(spoil(keys.encrypt("rosa@example.org")))


def test_a_hash_depends_on_the_key():
    assert Keyring([OLD]).hash("address", "a") != Keyring([NEW]).hash("address", "a")


def test_a_hash_depends_on_what_it_is_for():
    keys = Keyring([OLD])
    assert keys.hash("address", "a") != keys.hash("network", "a")


def test_purpose_and_value_are_never_mistaken_for_each_other():
    keys = Keyring([OLD])
    assert keys.hash("address a", "b") != keys.hash("address", "a b")


def test_cookies_are_signed_with_a_key_of_their_own():
    keys = Keyring([OLD])
    assert OLD not in keys.cookie_secret and keys.cookie_secret != keys.hash("cookies", "")


def test_tokens_are_long_and_never_the_same():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000 and min(map(len, tokens)) >= 43


def test_a_stored_token_is_not_the_token():
    token = new_token()
    assert token not in token_hash(token)


@pytest.mark.parametrize(
    ("one", "other", "answer"), [("a", "a", True), ("a", "b", False), ("é", "é", True), ("", "a", False)]
)
def test_comparing_takes_any_text(one, other, answer):
    assert same(one, other) is answer
