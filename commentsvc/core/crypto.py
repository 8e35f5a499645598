"""Secrets: keyed hashes to find a thing by, authenticated encryption to keep it, tokens to hand out.

One secret (`COMMENTSVC_SECRET_KEY`) feeds every key through HKDF, each with a purpose of its own. The secret may
be several, separated by spaces: the first makes new values, all of them still read old ones.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Undecipherable(Exception):
    """A stored secret was written with a key this installation no longer has."""


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"commentsvc {purpose}".encode()).derive(secret.encode())


class Keyring:
    """The keys of one installation."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._hash_keys = [_derive(secret, "keyed hash") for secret in secret_keys]
        self._boxes = [Fernet(base64.urlsafe_b64encode(_derive(secret, "encryption"))) for secret in secret_keys]
        self._box = MultiFernet(self._boxes)
        self.cookie_secret = _derive(secret_keys[0], "cookies").hex()
        # Oldest first, as itsdangerous wants them: what is signed to last (a link in a mail) outlives its key.
        self.signing_secrets = [_derive(secret, "cookies").hex() for secret in reversed(secret_keys)]

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._boxes)

    def hash(self, purpose: str, value: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex) that nobody without the key can compute or match."""
        return self._hash(self._hash_keys[0], purpose, value)

    def hashes(self, purpose: str, value: str) -> list[str]:
        """The hash under every key still known, the present one first: for finding what was stored earlier."""
        return [self._hash(key, purpose, value) for key in self._hash_keys]

    @staticmethod
    def _hash(key: bytes, purpose: str, value: str) -> str:
        return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def encrypt(self, value: str) -> str:
        return self._box.encrypt(value.encode()).decode()

    def decrypt(self, value: str) -> str:
        """Raises Undecipherable when the key it was written with is gone or the value was tampered with."""
        try:
            return self._box.decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise Undecipherable("This secret was stored under another COMMENTSVC_SECRET_KEY.") from error

    def renewed(self, value: str) -> str | None:
        """The encrypted value under the present key; None when it is under it already. Raises Undecipherable."""
        try:
            self._boxes[0].decrypt(value.encode())
        except InvalidToken:
            return self.encrypt(self.decrypt(value))
        return None


def new_token() -> str:
    """256 random bits, fit for a header or an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a random token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Equality that takes the same time wherever they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
