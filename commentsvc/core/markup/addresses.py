"""Web addresses that people type: which of them may become a link, and where they really lead."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

import idna

from ..text import visible
from .judges import nh3_cleaned
from .tree import to_html

URL_MAX_LENGTH = 2000

# Everything that splits a URL from its surroundings, in all of Unicode: the patterns below are ASCII.
NOT_IN_URL = (
    r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ud800-\udfff"
    r'<>"`\\'
)
_HAS_NO_PLACE = re.compile(f"[{NOT_IN_URL}]")
_ADDRESS = re.compile(r"(?:(https?)://)?([^/?#@:]+)(?::([0-9]{1,5}))?([/?#].*)?", re.IGNORECASE | re.ASCII)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_HOST_IN_LABEL = re.compile(rf"(?<![\w-])[\w-]++(?:{_DOTS.pattern}[\w-]++)*{_DOTS.pattern}(?:[^\W\d_]{{2,}}|\d+(?!\w))")
_TOGETHER_IN_EAST_ASIA = {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA"}


class Address(NamedTuple):
    """An address as typed, as an attribute holds it, and the host as typed and in ASCII."""

    typed: str
    url: str
    typed_host: str
    host: str


def read_address(typed: str) -> Address | None:
    """What somebody meant by an address; None where a link could not lead there."""
    match = None if len(typed) > URL_MAX_LENGTH or _HAS_NO_PLACE.search(typed) else _ADDRESS.fullmatch(typed)
    host = _ascii_host(match[2]) if match else None
    if match is None or host is None:
        return None
    scheme, typed_host, port, rest = match.groups("")
    if int(port or 0) > 65535 or not (scheme or "." in host):
        return None
    path = quote(rest if rest.startswith("/") else f"/{rest}", safe="/?#[]@!$&()*+,;=:%~")
    url = f"{scheme.lower() or 'https'}://{host}{port and ':' + port}{path}"
    return Address(typed, url, typed_host, host) if _browsers_can_follow(url) else None


def _browsers_can_follow(url: str) -> bool:
    # nh3 parses addresses as browsers do and knows what the patterns do not: that a host ending in a number
    # must be an IPv4 address, which punycode is none, how writing directions may be mixed.
    link = to_html([["a", {"href": url}]])
    return len(url) <= URL_MAX_LENGTH and nh3_cleaned(link) == link


def _ascii_host(typed: str) -> str | None:
    # 253 is the longest name DNS knows, and idna takes more than linear time for longer ones.
    if len(typed) > 253:
        return None
    if not typed.isascii():
        try:
            typed = idna.encode(typed, uts46=True).decode()
        except idna.IDNAError:
            return None
    host = typed.lower()
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def needs_its_host_shown(label: str, address: Address) -> bool:
    """Whether what a reader sees could pass for another address than the one behind it."""
    known = tuple(f".{_folded(host)}" for host in (address.host, address.typed_host))
    named = (name.removeprefix("www.") for name in _HOST_IN_LABEL.findall(_folded(label)))
    strange = any(not any(host.endswith(f".{name}") for host in known) for name in named)
    return strange or any(map(_mixes_scripts, _DOTS.split(address.typed_host)))


def _folded(label: str) -> str:
    return _DOTS.sub(".", unicodedata.normalize("NFKC", visible(label))).casefold()


def _mixes_scripts(label: str) -> bool:
    # A letter's Unicode name starts with its script.
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in label if char.isalpha()}
    return len(scripts) > 1 and not scripts <= _TOGETHER_IN_EAST_ASIA


def safe_url(raw: str) -> str | None:
    """The absolute http or https address a person meant, as ASCII fit for an attribute; None if it is none.

    At most 2,000 characters. "example.com" becomes "https://example.com/". Refused: other schemes, user@host,
    IPv6 literals, and anything with spaces, controls, backslashes, angle brackets, back-ticks or double
    quotes. An apostrophe is percent-encoded. Hosts beyond ASCII are written in punycode.
    """
    address = read_address(raw.strip())
    return address.url if address else None
