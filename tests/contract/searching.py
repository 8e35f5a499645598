"""Finding a secret in a text, in any spelling somebody with a list of guesses could recognise it by."""

import base64
import codecs
import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import quote, unquote

from ahocorasick_rs import AhoCorasick

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256")
SHORTEST = 6  # characters: a shorter spelling would be found by chance


@dataclass(frozen=True)
class Secret:
    """Something that must stay inside: whose it is, what it is (address, network, token, password), and itself."""

    whose: str
    what: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A secret that was found, and in which spelling."""

    secret: Secret
    spelling: str

    def __str__(self) -> str:
        return f"{self.secret.what} of {self.secret.whose}, {self.spelling}"


class Searcher:
    """Knows every spelling of the secrets it was given, and finds them in one walk through a text."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._meant: dict[str, Hit] = {}
        for secret in secrets:
            for spelling, text in spellings(secret):
                if len(text) >= SHORTEST:
                    self._meant.setdefault(text.lower(), Hit(secret, spelling))
        self._needles = list(self._meant)
        self._automaton = AhoCorasick(self._needles)

    def hits(self, text: str) -> set[Hit]:
        """What is in a text, as it stands and as a browser, a mail program or a script would read it."""
        return {
            self._meant[self._needles[number]]
            for reading in readings(text)
            for number, _, _ in self._automaton.find_matches_as_indexes(reading.lower(), overlapping=True)
        }


def readings(text: str) -> Iterator[str]:
    """The text, and what it means where something in it is written in code: entities, percents, JSON's escapes."""
    yield text
    for mark, decoded in (("&", html.unescape), ("%", unquote), ("\\u", _unescaped), ("=", _unquoted)):
        if mark in text and (read := decoded(text)) != text:
            yield read


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _unquoted(text: str) -> str:
    """Quoted-printable, as letters are sent."""
    return re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text.replace("=\n", ""))


def spellings(secret: Secret) -> Iterator[tuple[str, str]]:
    """(how, text) of every form of a secret that could be recognised."""
    whole = _ways_to_write(secret)
    for how, text in whole.items():
        yield how, text
        yield f"{how}, reversed", text[::-1]
        yield f"{how}, rot13", codecs.encode(text, "rot13")
        yield from _coded(how, text)
        yield from _digested(how, text)
    yield from _parts(secret)


def _ways_to_write(secret: Secret) -> dict[str, str]:
    text = secret.text
    ways = {"as it is": text}
    if secret.what == "address":
        local, _, domain = text.partition("@")
        ways |= {"lower case": text.lower(), "upper case": text.upper(), "case folded": text.casefold()}
        ways |= {"as mail carries it": f"{local}@{_idna(domain)}", "as a link": f"mailto:{text.lower()}"}
    if secret.what == "network":
        address = ip_address(text)
        ways |= {"in full": address.exploded, "mapped": f"::ffff:{text}", "its name": address.reverse_pointer}
        ways |= {"as a number": str(int(address))}
    return ways


def _idna(domain: str) -> str:
    return domain.encode("idna").decode()


def _coded(how: str, text: str) -> Iterator[tuple[str, str]]:
    raw = text.encode()
    yield f"{how}, percent-encoded", quote(text, safe="")
    yield f"{how}, hexadecimal", raw.hex()
    yield f"{how}, base32", base64.b32encode(raw).decode().rstrip("=")
    yield f"{how}, every letter as an entity", "".join(f"&#{ord(letter)};" for letter in text)
    # Inside something longer the letters of base64 depend on where the secret begins: on one of three places.
    for before in range(3):
        yield from _base64(f"{how}, base64 from {before}", raw, before)


def _base64(how: str, raw: bytes, before: int = 0) -> Iterator[tuple[str, str]]:
    """What of the base64 of a longer text is there whatever stands before and after."""
    coded = base64.b64encode(b"\0" * before + raw)
    first, last = -(-8 * before // 6), (8 * (before + len(raw))) // 6
    kept = coded[first:last].decode()
    yield how, kept
    yield f"{how}, for addresses", kept.replace("+", "-").replace("/", "_")


def _digested(how: str, text: str) -> Iterator[tuple[str, str]]:
    for kind in DIGESTS:
        digest = hashlib.new(kind, text.encode()).digest()
        yield f"{how}, {kind}", digest.hex()
        yield f"{how}, {kind}, its first half", digest.hex()[: len(digest)]
        yield from _base64(f"{how}, {kind}, base64", digest)


def _parts(secret: Secret) -> Iterator[tuple[str, str]]:
    """What gives most of it away: "name [at] domain", a shortened network."""
    if secret.what == "address":
        local, _, domain = secret.text.partition("@")
        yield "the part before the @", local
        yield "the part after the @", domain
        yield "the part after the @, as mail carries it", _idna(domain)
        yield "the part before the @, reversed", local[::-1]
        for kind in ("md5", "sha1", "sha256"):
            yield f"the part before the @, {kind}", hashlib.new(kind, local.lower().encode()).hexdigest()
    if secret.what == "network":
        length = 24 if ip_address(secret.text).version == 4 else 64
        nearby = str(ip_network(f"{secret.text}/{length}", strict=False).network_address)
        yield "shortened", nearby.removesuffix("0") if length == 24 else nearby.removesuffix(":")
