"""The only door out: where it leads, where it does not, and that whoever answers cannot keep it open."""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commentsvc.core import http_out
from commentsvc.core.http_out import NotAllowed, Unreachable, check, check_opening, post

HERE = ("127.0.0.1",)

# Reference: security.md T13. No connection may be tried to any of them.
FORBIDDEN = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
SPELLINGS = [
    "0x7f000001",
    "2130706433",
    "127.1",
    "0177.0.0.1",
    "0x7f.1",
    "017700000001",
    "127.0.0.1.",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "LOCALHOST",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]


class Receiver:
    """A server of one connection at a time that says exactly the bytes it is told, in the rhythm it is told."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.says, self.pause, self.asked, self.connections, self.tls = [_ok("thanks")], 0.0, b"", 0, tls
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with contextlib.suppress(OSError), line:
                if self.tls:
                    line = self.tls.wrap_socket(line, server_side=True)
                self._answer(line)
                line.close()

    def _answer(self, line: socket.socket) -> None:
        self.asked = line.recv(65536)
        with contextlib.suppress(TimeoutError):  # the body may come by itself
            line.settimeout(0.02)
            self.asked += line.recv(65536)
        line.settimeout(10)
        for piece in self.says:
            line.sendall(piece)
            time.sleep(self.pause)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"


def _ok(text: str, *headers: str, status: str = "200 OK") -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", *headers, "", text)
    return "\r\n".join(lines).encode()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.socket.close()


@pytest.fixture
def names(monkeypatch):
    """A resolver of our own: what a name leads to, one answer per question, the last one for ever."""
    known: dict[str, list[tuple[str, ...]]] = {}
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host, port, *arguments, **more):
        if host not in known:
            return real(host, port, *arguments, **more)
        asked.append(host)
        answers = known[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(_family(each), socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    resolve.known, resolve.asked = known, asked
    return resolve


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@pytest.fixture
def no_way_out(monkeypatch):
    """Every attempt to connect is written down, and fails."""
    tried: list[object] = []

    def connect(self, where):
        tried.append(where)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def test_a_body_reaches_its_receiver_and_the_answer_comes_back(receiver):
    reply = post(receiver.url, b'{"a":1}', headers={"Content-Type": "application/json"}, allowed=HERE)
    assert (reply.status, reply.text, reply.headers["content-length"]) == (200, "thanks", "6")
    head, _, body = receiver.asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?x=1 HTTP/1.1\r\n") and body == b'{"a":1}'
    assert f"Host: 127.0.0.1:{receiver.port}".encode() in head


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused_as_it_is_written(address, no_way_out):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotAllowed):
        post(f"http://{host}/", b"", headers={}, timeout=5)
    assert no_way_out == []


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused_behind_a_name(address, names, no_way_out):
    names.known["hooks.example"] = [(address,)]
    with pytest.raises(NotAllowed):
        post("https://hooks.example/", b"", headers={}, timeout=5)
    assert no_way_out == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_another_spelling_of_the_own_machine_is_refused(host, no_way_out):
    with pytest.raises((NotAllowed, Unreachable)):
        post(f"http://{host}/", b"", headers={}, timeout=5)
    assert no_way_out == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_tried(address, names, no_way_out):
    names.known["hooks.example"] = [(address,)]
    with pytest.raises(Unreachable):
        post("https://hooks.example/", b"", headers={}, timeout=5)
    assert no_way_out == [(address, 443)]


def test_a_name_with_one_public_and_one_private_address_is_refused(names, no_way_out):
    names.known["hooks.example"] = [("8.8.8.8", "127.0.0.1")]
    with pytest.raises(NotAllowed):
        post("http://hooks.example/", b"", headers={}, timeout=5)
    assert no_way_out == []


def test_a_resolver_that_changes_its_answer_gains_nothing(names, no_way_out):
    names.known["rebind.example"] = [("93.184.216.34",), ("127.0.0.1",)]
    with pytest.raises(Unreachable):
        post("http://rebind.example/", b"", headers={}, timeout=5)
    assert names.asked == ["rebind.example"]
    assert no_way_out == [("93.184.216.34", 80)]


def test_the_next_address_is_tried_when_one_does_not_answer(names, receiver):
    names.known["two.example"] = [("127.0.0.9", "127.0.0.1")]
    reply = post(f"http://two.example:{receiver.port}/", b"", headers={}, allowed=["two.example"])
    assert reply.status == 200


def test_a_name_nobody_knows_is_unreachable(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="name is not known"):
        post("http://nobody.example/", b"", headers={}, timeout=5)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://files.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "javascript:alert(1)",
        "//hooks.example/",
        "hooks.example",
        "http://",
        "http:///path",
        "http://user:secret@hooks.example/",
        "http://hooks.example:25/",
        "https://hooks.example:6379/",
        "http://hooks.example:99999/",
        "http://[::1",
        "http://a b/",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url, no_way_out):
    with pytest.raises(NotAllowed):
        post(url, b"", headers={}, timeout=5)
    assert no_way_out == []


@pytest.mark.parametrize(
    "openings",
    [
        ["127.0.0.1"],
        ["127.0.0.1:{port}"],
        ["127.0.0.0/8"],
        ["localhost"],
        ["LocalHost:{port}"],
        ["::1/128", "127.0.0.1"],
    ],
)
def test_what_is_opened_is_reached(openings, receiver, names):
    names.known["localhost"] = [("127.0.0.1",)]
    written = any("local" in each.lower() for each in openings)
    host = "localhost" if written else "127.0.0.1"
    allowed = [each.format(port=receiver.port) for each in openings]
    assert post(f"http://{host}:{receiver.port}/", b"", headers={}, allowed=allowed).status == 200


@pytest.mark.parametrize("opening", ["127.0.0.1:1", "127.0.0.2", "10.0.0.0/8", "localhost", "other.example", "1"])
def test_an_opening_opens_nothing_else(opening, receiver):
    with pytest.raises(NotAllowed):
        post(receiver.url, b"", headers={}, allowed=[opening])
    assert receiver.connections == 0


def test_an_address_can_be_opened_for_a_name_on_a_usual_port_only(names, no_way_out):
    names.known["inside.example"] = [("10.1.2.3",)]
    with pytest.raises(Unreachable):
        post("http://inside.example/", b"", headers={}, allowed=["10.0.0.0/8"])
    with pytest.raises(NotAllowed):
        post("http://inside.example:6379/", b"", headers={}, allowed=["10.0.0.0/8"])
    assert no_way_out == [("10.1.2.3", 80)]


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/8", "::1", "[::1]:8080", "127.0.0.1:80", "hooks.internal", "hooks.internal:8443"]
)
def test_openings_that_can_be_read(entry):
    check_opening(entry)


@pytest.mark.parametrize(
    "entry", ["http://hooks.internal", "10.0.0.1/8", "hooks.internal/path", "a@b", "", "a b", "h:port"]
)
def test_openings_that_cannot_be_read(entry):
    with pytest.raises(ValueError):
        check_opening(entry)


def test_a_redirect_is_an_answer_and_not_followed(receiver):
    receiver.says = [_ok("", f"Location: {receiver.url}", status="307 Temporary Redirect")]
    assert post(receiver.url, b"x", headers={}, allowed=HERE).status == 307
    assert receiver.connections == 1


def test_a_proxy_of_the_environment_is_not_used(receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert post(receiver.url, b"x", headers={}, allowed=HERE).status == 200


def test_a_gigabyte_is_refused_after_the_first_bytes(receiver):
    block = b"x" * 2**20
    receiver.says = [b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", *[block] * 1024]
    began = time.monotonic()
    with pytest.raises(Unreachable, match="larger than 65536 bytes"):
        post(receiver.url, b"", headers={}, allowed=HERE)
    assert time.monotonic() - began < 2


def test_an_answer_without_end_is_refused_too(receiver):
    receiver.says = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 2**20] * 64]
    with pytest.raises(Unreachable, match="larger"):
        post(receiver.url, b"", headers={}, allowed=HERE, most=1000)


def test_compressed_answers_are_not_unpacked(receiver):
    receiver.says = [_ok("not gzip at all", "Content-Encoding: gzip")]
    assert post(receiver.url, b"", headers={}, allowed=HERE).text == "not gzip at all"


def test_a_text_that_no_database_takes_is_made_one(receiver):
    receiver.says = [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na\0\xffb"]
    assert post(receiver.url, b"", headers={}, allowed=HERE).text == "a��b"


@pytest.mark.parametrize(
    "says",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
        [b"SSH-2.0-OpenSSH_9.9\r\n"],
        [b""],
        [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"],
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_unreachable(says, receiver):
    receiver.says = says
    with pytest.raises(Unreachable):
        post(receiver.url, b"", headers={}, allowed=HERE, timeout=5)


@pytest.mark.parametrize(
    "says",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 100],
        [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90],
        [bytes([each]) for each in b"HTTP/1.1 200 OK and a very long reason that never ends and never ends"],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * 100,
    ],
)
def test_a_slow_drip_ends_in_time(says, receiver):
    receiver.says, receiver.pause = says, 0.1
    began = time.monotonic()
    with pytest.raises(Unreachable, match="longer than 0.5 seconds"):
        post(receiver.url, b"", headers={}, allowed=HERE, timeout=0.5)
    assert time.monotonic() - began < 1


def test_whoever_hangs_up_late_leaves_no_thread_behind(receiver):
    receiver.says, receiver.pause = [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90], 0.1
    with pytest.raises(Unreachable):
        post(receiver.url, b"", headers={}, allowed=HERE, timeout=0.3)
    _no_thread_is_left()


def _no_thread_is_left() -> None:
    until = time.monotonic() + 3  # one of another test may still wait for its hanging resolver
    while [each for each in threading.enumerate() if each.name == "http out"]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_resolver_that_hangs_ends_in_time(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5) or [])
    began = time.monotonic()
    with pytest.raises(Unreachable, match="longer"):
        post("http://hooks.example/", b"", headers={}, timeout=0.3)
    assert time.monotonic() - began < 1


def test_a_receiver_that_accepts_and_says_nothing_ends_in_time(receiver):
    receiver.says, receiver.pause = [b""], 3
    with pytest.raises(Unreachable, match="longer"):
        post(receiver.url, b"", headers={}, allowed=HERE, timeout=0.3)


def test_a_port_nobody_listens_on_is_unreachable(receiver):
    receiver.socket.close()
    time.sleep(0.05)
    with pytest.raises(Unreachable, match="refused"):
        post("http://127.0.0.1:9/", b"", headers={}, allowed=HERE)


def test_check_says_the_same_without_a_look_up(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)
    check("https://hooks.example/x")
    check("http://10.0.0.1:8080/", ["10.0.0.1"])
    with pytest.raises(NotAllowed):
        check("http://10.0.0.1/")


# TLS, by name, on the checked address


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for hooks.example and what signed it (itself)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    asked: list[str | None] = []
    context.sni_callback = lambda line, name, _: asked.append(name)
    made = Receiver(tls=context)
    made.names = asked
    yield made
    made.socket.close()


@pytest.fixture
def trusted(authority, monkeypatch):
    context = ssl.create_default_context(cafile=str(authority))
    monkeypatch.setattr(http_out, "trust", lambda: context)


def test_tls_speaks_to_the_name_on_the_checked_address(secure, trusted, names):
    names.known["hooks.example"] = [("127.0.0.1",)]
    reply = post(f"https://hooks.example:{secure.port}/", b"x", headers={}, allowed=["hooks.example"])
    assert (reply.status, reply.text) == (200, "thanks")
    assert secure.names == ["hooks.example"]
    assert f"Host: hooks.example:{secure.port}".encode() in secure.asked


def test_a_certificate_for_another_name_is_refused(secure, trusted, names):
    names.known["other.example"] = [("127.0.0.1",)]
    with pytest.raises(Unreachable, match="TLS failed"):
        post(f"https://other.example:{secure.port}/", b"x", headers={}, allowed=["other.example"])
    assert secure.asked == b""


def test_a_certificate_nobody_vouches_for_is_refused(secure, names):
    names.known["hooks.example"] = [("127.0.0.1",)]
    with pytest.raises(Unreachable, match="TLS failed"):
        post(f"https://hooks.example:{secure.port}/", b"x", headers={}, allowed=["hooks.example"])


def test_a_slow_drip_over_tls_ends_in_time(secure, trusted, names):
    names.known["hooks.example"] = [("127.0.0.1",)]
    secure.says, secure.pause = [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90], 0.1
    began = time.monotonic()
    with pytest.raises(Unreachable, match="longer"):
        post(f"https://hooks.example:{secure.port}/", b"x", headers={}, allowed=["hooks.example"], timeout=0.5)
    assert time.monotonic() - began < 1
    _no_thread_is_left()


def test_a_tls_port_that_never_greets_ends_in_time(receiver):
    receiver.says, receiver.pause = [b""], 3
    with pytest.raises(Unreachable, match="longer"):
        post(receiver.url.replace("http:", "https:"), b"", headers={}, allowed=HERE, timeout=0.3)


def test_the_table_speaks_for_itself():
    for address in PUBLIC:
        assert http_out.is_public(ipaddress.ip_address(address))
