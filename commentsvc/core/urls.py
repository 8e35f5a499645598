"""Story addresses: when two of them name the same article (CONTRACT section 3)."""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

import idna

TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|li_fat_id|mc_cid|mc_eid|"
    r"_ga|_gl|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|s_cid|wt_mc|at_medium|at_campaign)$",
    re.IGNORECASE,
)
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
KEY_LENGTH = 2100  # characters a key has at most: percent-encoding can make it longer than the address
HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")  # a name or an IPv6 address; no wildcard, no semicolon
PATH_SAFE = "/:@!$&'()*+,;=~-._"


class WrongUrl(ValueError):
    """This is no absolute http or https address."""


def _split(url: str) -> tuple[SplitResult, str, int | None]:
    if len(url) > MAX_LENGTH or re.search(r"[\x00-\x20\x7f\\]", url):
        raise WrongUrl("Use an absolute http or https address.")
    try:
        parts = urlsplit(url)
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except (ValueError, UnicodeError) as error:
        raise WrongUrl("Use an absolute http or https address.") from error
    if parts.scheme.lower() not in DEFAULT_PORTS or not HOST.fullmatch(host) or "@" in parts.netloc:
        raise WrongUrl("Use an absolute http or https address.")
    return parts, host.lower().rstrip("."), None if port == DEFAULT_PORTS[parts.scheme.lower()] else port


def _ascii_host(host: str) -> str:
    """A host as browsers write it: by the rules of 2008, where `straße` is not `strasse`."""
    # 253 is the longest name DNS knows, and idna takes more than linear time for longer ones.
    if host.isascii() or len(host) > 253:
        return host.encode("idna").decode()
    return idna.encode(host, uts46=True).decode()


def _place(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed


def origin_of(url: str) -> str:
    """`https://news.example` of an address: scheme, host and port as a browser's Origin header writes them.

    Raises WrongUrl for anything that is not an absolute http or https address.
    """
    parts, host, port = _split(url)
    return f"{parts.scheme.lower()}://{_place(host, port)}"


def host_of(typed: str) -> str:
    """The host that an address leads to, as DNS knows it; "" for what leads nowhere. `www.` needs no scheme."""
    try:
        return _split(typed if "://" in typed else f"https://{typed}")[1]
    except WrongUrl:
        return ""


def read_domain(typed: str) -> str:
    """A domain as somebody writes it in a list, as DNS knows it: `Bücher.example`, `*.ads.example`, an address.

    Raises WrongUrl.
    """
    host = host_of(typed.strip().removeprefix("*.").removeprefix("."))
    if "." not in host or ".." in host:
        raise WrongUrl(f"{typed.strip()!r} is no domain. Write it like news.example")
    return host


def belongs_to(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of the domains or below one of them."""
    labels = host.split(".")
    return any(".".join(labels[place:]) in domains for place in range(len(labels)))


def _one_encoding(path: str) -> str:
    """Percent-encoding as RFC 3986 section 6.2.2 normalises it: `%7E` is `~`, but `%2F` is not `/`."""
    encoded = quote(path, safe=PATH_SAFE + "%")
    return re.sub(r"%[0-9a-fA-F]{2}", _decode_unreserved, encoded)


def _decode_unreserved(triplet: re.Match[str]) -> str:
    character = chr(int(triplet[0][1:], 16))
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else triplet[0].upper()


def without_tracking(url: str) -> str:
    """The address to keep: nothing that tells how one reader came there, neither fragment nor tracking parameters."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and not TRACKING.match(pair.partition("=")[0])]
    return parts._replace(query="&".join(kept), fragment="").geturl()


def url_key(url: str) -> str:
    """What two addresses of one article have in common.

    Scheme and default port, letter case of the host, fragment, empty query, tracking parameters, repeated
    slashes, one trailing slash and the way of percent-encoding make no difference. Raises WrongUrl.
    """
    parts, host, port = _split(url)
    path = re.sub(r"/{2,}", "/", _one_encoding(parts.path)).removesuffix("/")
    # Bytes that are no UTF-8 stay what they are: %E4 and %F6 are two letters in an older encoding.
    given = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = urlencode([(name, value) for name, value in given if not TRACKING.match(name)], errors="surrogateescape")
    key = f"{_place(host, port)}{path}" + (f"?{query}" if query else "")
    if len(key) > KEY_LENGTH:
        raise WrongUrl("This address is too long.")
    return key
