"""The only door out over HTTP, for addresses somebody typed.

A name is looked up once, every address it has must be a public one, and the connection goes to exactly such an
address, so that a name which answers differently the next time gains nothing. No redirect is followed, no proxy of
the environment is used, and bytes and total time are capped.
"""

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = {"http": 80, "https": 443}  # reference: security.md T13; any other needs an opening
OPENING = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
AGENT = "commentsvc (+webhooks)"

# `is_global` of the standard library passes several of these, and differs between Python versions
# (reference: security.md T13; IANA's registries of special-purpose addresses).
UNICAST = ipaddress.ip_network("2000::/3")  # the only IPv6 addresses in use on the Internet; NAT64 is outside of it
SPECIAL = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own, and some clouds' metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata under an address that looks public
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocols' own, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class Unreachable(Exception):
    """There was no answer one could use: network, TLS, time, or too much of it. `str(error)` is for people."""


class NotAllowed(Exception):
    """The service does not go to this address. `str(error)` is for people."""


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status; a redirect is one like any other. Names of headers match in any case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """The host as openings name it: an IPv6 address without brackets, a name without its last dot."""
        return self.host.strip("[]").rstrip(".").lower()


def post(url: str, body: bytes, **how: Any) -> Reply:
    """`request` with the method POST."""
    return request("POST", url, body, **how)


def request(
    method: str,
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    timeout: float = 10.0,
    most: int = 65536,
    allowed: Collection[str] = (),
) -> Reply:
    """Send a body and read the answer.

    `timeout` are seconds for all of it, from looking up the name to the last byte; `most` are the bytes an answer
    may have. `allowed` are the openings (see `check_opening`). Raises Unreachable, NotAllowed.
    """
    target = _checked(url, allowed)
    all_headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
    return _Exchange(method, target, body, all_headers, timeout, most, allowed).run()


def check(url: str, allowed: Collection[str] = ()) -> None:
    """What can be said of a URL when it is typed, without looking up its name. Raises NotAllowed."""
    _checked(url, allowed)


def _checked(url: str, allowed: Collection[str]) -> _Target:
    target = _target(_parsed(url))
    if not _is_opened(target, allowed) and target.port not in PORTS.values():
        raise NotAllowed(f"Port {target.port} is not opened (COMMENTSVC_OUTGOING_ALLOWED).")
    literal = _literal(target.name)
    if literal:
        _check_address(literal, target, allowed)
    return target


def check_opening(entry: str) -> None:
    """Whether an opening can be read: a host name or an IP address, each with or without `:port`, or a CIDR.

    What is opened may be private and may have any port (with `:port`: that one). Raises ValueError.
    """
    if "/" in entry:
        ipaddress.ip_network(entry)
    elif not _literal(entry) and not OPENING.fullmatch(entry):
        raise ValueError(f"{entry!r} is no host name, address or network.")


def _parsed(url: str) -> Url:
    try:
        return parse_url(url)
    except LocationParseError:
        raise NotAllowed("This is no web address.") from None


def _target(url: Url) -> _Target:
    if url.scheme not in PORTS or not url.host:
        raise NotAllowed("Only addresses that begin with http:// or https:// are called.")
    if url.auth:
        raise NotAllowed("An address must not hold a name and a password.")
    return _Target(url.scheme, url.host, url.port or PORTS[url.scheme], url.request_uri)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_opened(target: _Target, allowed: Collection[str]) -> bool:
    """Whether the host is opened as it is written."""
    literal = _literal(target.name)
    if literal and _address_is_opened(literal, target.port, allowed):
        return True
    return bool({target.name, f"{target.name}:{target.port}"} & {each.lower().rstrip(".") for each in allowed})


def _address_is_opened(address: Address, port: int, allowed: Collection[str]) -> bool:
    shown = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    return shown in allowed or any(address in network for network in map(_network, allowed) if network)


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        return None


def _check_address(address: Address, target: _Target, allowed: Collection[str]) -> None:
    """Raises NotAllowed for an address that is neither public nor opened."""
    if not (is_public(address) or _is_opened(target, allowed) or _address_is_opened(address, target.port, allowed)):
        raise NotAllowed("It leads to an address that is not on the public Internet (COMMENTSVC_OUTGOING_ALLOWED).")


def is_public(address: Address) -> bool:
    """Whether an address belongs to some machine out there, seen from everywhere in the same way."""
    if address.version == 6 and address not in UNICAST:
        return False
    return address.is_global and not any(address in network for network in SPECIAL)


class _Exchange:
    """One request and its answer, in a thread of its own: whatever drips or hangs, the caller goes on in time."""

    def __init__(
        self,
        method: str,
        target: _Target,
        body: bytes,
        headers: Mapping[str, str],
        seconds: float,
        most: int,
        allowed: Collection[str],
    ) -> None:
        self.method, self.target, self.body, self.headers = method, target, body, headers
        self.seconds, self.most, self.allowed = seconds, most, allowed
        self._lock, self._over = threading.Lock(), False
        self._line: socket.socket | None = None
        self._reply: Reply | None = None
        self._failure: Exception | None = None

    def run(self) -> Reply:
        thread = threading.Thread(target=self._work, name="http out", daemon=True)
        thread.start()
        thread.join(self.seconds)
        if thread.is_alive():
            self._give_up()
            raise self._too_long()
        if self._failure:
            raise self._failure
        assert self._reply
        return self._reply

    def _too_long(self) -> Unreachable:
        return Unreachable(f"It took longer than {self.seconds:g} seconds.")

    def _work(self) -> None:
        try:
            self._reply = self._exchange()
        except Exception as error:  # it is raised again where the caller waits
            self._failure = error
        finally:
            self._let_go()

    def _exchange(self) -> Reply:
        try:
            return self._ask()
        except (TimeoutError, TimedOut) as error:
            raise self._too_long() from error
        except ssl.SSLError as error:
            raise Unreachable(f"TLS failed: {getattr(error, 'verify_message', '') or error.reason}.") from error
        except (OSError, HTTPError, HTTPException, ValueError) as error:
            raise Unreachable(f"No usable answer: {_in_words(error)}.") from error

    def _ask(self) -> Reply:
        with closing(_connection(self)) as connection:
            connection.request(
                self.method,
                self.target.path,
                body=self.body,
                headers=self.headers,
                preload_content=False,
                decode_content=False,
            )
            # It holds the connection open as long as it lives, and an error's traceback keeps it alive.
            with closing(connection.getresponse()) as response:
                text = self._read(response).decode(errors="replace").replace("\0", "\ufffd")  # no database takes a NUL
                return Reply(response.status, response.headers, text)

    def _read(self, response: HTTPResponse) -> bytes:
        """All of the body: that it broke off is seen only by reading on. Raises Unreachable when it is too large."""
        body = b""
        while len(body) <= self.most and (piece := response.read(self.most + 1 - len(body))):
            body += piece
        if len(body) > self.most:
            raise Unreachable(f"The answer is larger than {self.most} bytes.")
        return body

    def connect(self) -> socket.socket:
        """A connection to an address that was checked. Raises OSError, NotAllowed."""
        failure: OSError = OSError("the name has no address")
        for family, kind, protocol, where in self._addresses():
            line = socket.socket(family, kind, protocol)
            try:
                line.settimeout(self.seconds)
                line.connect(where)
            except OSError as error:
                line.close()
                failure = error
            else:
                self._hold(line)
                return line
        raise failure

    def _addresses(self) -> list[tuple[int, int, int, Any]]:
        found = socket.getaddrinfo(self.target.host.strip("[]"), self.target.port, type=socket.SOCK_STREAM)
        for *_, where in found:
            _check_address(ipaddress.ip_address(where[0]), self.target, self.allowed)
        return [(family, kind, protocol, where) for family, kind, protocol, _, where in found]

    def _hold(self, line: socket.socket) -> None:
        # A second handle on the connection: TLS takes the first one over.
        with self._lock:
            self._line = line.dup()
        if self._over:
            self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            self._over = True
            self._hang_up()

    def _let_go(self) -> None:
        with self._lock:
            self._hang_up()  # an answer that was not read to its end would hold the connection open
            if self._line:
                self._line.close()
            self._line = None

    def _hang_up(self) -> None:
        if self._line:
            with suppress(OSError):  # the other side was faster
                self._line.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    """Asks its exchange for the way instead of looking for one itself."""

    exchange: _Exchange

    def _new_conn(self) -> socket.socket:
        return self.exchange.connect()


class _Secure(HTTPSConnection):
    exchange: _Exchange

    def _new_conn(self) -> socket.socket:
        return self.exchange.connect()


def _connection(exchange: _Exchange) -> _Plain | _Secure:
    host, port = exchange.target.host.strip("[]"), exchange.target.port
    connection: _Plain | _Secure
    if exchange.target.scheme == "https":
        connection = _Secure(host, port, timeout=exchange.seconds, ssl_context=trust())
    else:
        connection = _Plain(host, port, timeout=exchange.seconds)
    connection.exchange = exchange
    return connection


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """Whom we believe certificates: the system's authorities. Reading them takes tens of milliseconds."""
    return ssl.create_default_context()


def _in_words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "the name is not known"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ConnectionError | HTTPException | HTTPError):
        return "the connection was closed early or the answer is no HTTP"
    return type(error).__name__ if not isinstance(error, OSError) else (error.strerror or type(error).__name__)
