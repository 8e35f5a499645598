"""The shipped nginx configuration, in a real nginx before a service that counts what it is asked."""

import http.client
import os
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from commentsvc.core.published import FOR_CACHES as FRESH
from tests.databases import missing
from tests.stage import free_port, served

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
THREAD = "/api/v1/thread?site=herald&story=harbour"


@dataclass
class Service:
    """What stands behind nginx, and what it was asked."""

    caching: str = FRESH
    status: int = 200
    slow: float = 0.0
    more: dict[str, str] = field(default_factory=dict)
    asked: Counter = field(default_factory=Counter)
    heard: list[http.client.HTTPMessage] = field(default_factory=list)
    said: int = 0


@pytest.fixture
def behind() -> Iterator[Service]:
    service, lock = Service(), threading.Lock()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            with lock:
                service.asked[self.path] += 1
                service.heard.append(self.headers)
                service.said += 1
                body = f'{{"said": {service.said}, "padding": "{"x" * 600}"}}'.encode()
            time.sleep(service.slow)
            self.send_response(service.status)
            for name, value in {
                "Content-Type": "application/json",
                "Cache-Control": "public, max-age=0, must-revalidate",
                "CDN-Cache-Control": service.caching,
                **service.more,
            }.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_POST = do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.port = server.server_port
    yield service
    server.shutdown()
    server.server_close()


def written(folder: Path, port: int, *services: int) -> Path:
    """The shipped file with this test's ports and folders, inside the least that nginx needs around it."""
    shipped = CONFIGURATION.read_text()
    ours = shipped.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    ours = re.sub(r"^\s*ssl_certificate.*$", "", ours, flags=re.M)
    ours = ours.replace(
        "127.0.0.1:8000 fail", " fail_timeout=1s; server ".join(f"127.0.0.1:{each}" for each in services) + " fail"
    )
    ours = ours.replace("/var/cache/nginx/commentsvc", str(folder / "cache"))
    ours = ours.replace("/var/log/nginx/commentsvc.log", str(folder / "access.log"))
    assert "/var/" not in re.sub(r"#.*", "", ours)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # the test's folders are its own user's
    file = folder / "nginx.conf"
    file.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{\n{temporary}{ours}\n}}\n"
    )
    return file


@contextmanager
def nginx_before(folder: Path, *services: int) -> Iterator[int]:
    """nginx before services on these ports; its own port."""
    if NGINX is None:
        missing("nginx")
    file = written(folder, port := free_port(), *services)
    checked = subprocess.run([NGINX, "-t", "-c", str(file)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen([NGINX, "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port, folder / "error.log")
        yield port
    finally:
        running.terminate()
        running.wait(timeout=10)


def wait_for(port: int, log: Path) -> None:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            ask(port, "/starting")
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text())


@pytest.fixture
def start(tmp_path):
    """nginx before a service's port; its own port."""
    with ExitStack() as stack:
        yield lambda service_port: stack.enter_context(nginx_before(tmp_path, service_port))


@pytest.fixture
def port(start, behind) -> int:
    return start(behind.port)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def cache(self) -> str | None:
        return self.headers["X-Cache"]


def ask(port: int, path: str = THREAD, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": "comments.news.example", **sent})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        THREAD,
        "/api/v1/thread/version?site=herald&story=harbour",
        "/api/v1/counts?site=herald&story=harbour",
        "/api/v1/related?site=herald&story=harbour",
        "/fragment/thread?site=herald&story=harbour",
        "/feeds/herald.atom",
        "/feeds/herald/story.atom?story=harbour",
    ],
)
def test_a_public_answer_is_asked_for_once(port, behind, path):
    answers = [ask(port, path) for _ in range(5)]
    assert (behind.asked[path], {answer.body for answer in answers}) == (1, {answers[0].body})
    assert [answer.cache for answer in answers] == ["MISS", *["HIT"] * 4]


def test_a_hundred_at_once_are_one_question(port, behind):
    behind.slow = 0.3
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: ask(port), range(100)))
    assert (behind.asked[THREAD], {answer.status for answer in answers}) == (1, {200})


@pytest.mark.parametrize("header", [{"Authorization": "Bearer x"}, {"Cookie": "commentsvc-reader-herald=x"}])
def test_what_is_asked_for_as_somebody_is_neither_kept_nor_given_out(port, behind, header):
    mine = ask(port, **header).body
    anybodys = ask(port).body
    assert mine != anybodys
    assert ask(port, **header).body not in (mine, anybodys)
    assert behind.asked[THREAD] == 3


@pytest.mark.parametrize(
    "caching", ["private, max-age=60", "no-store", "max-age=60", "no-cache", "public, max-age=0", ""]
)
def test_what_is_not_called_public_is_not_kept(port, behind, caching):
    behind.caching = caching
    assert ask(port).body != ask(port).body


def test_what_sets_a_cookie_is_not_kept(port, behind):
    behind.more = {"Set-Cookie": "a=b"}
    assert ask(port).body != ask(port).body


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/comments/12",
        "/api/v1/authors/rosa?site=herald",
        "/api/v1/moderation/queue?site=herald",
        "/desk",
        "/login",
        "/me/herald",
        "/thread/herald?story=harbour",
        "/mail/preferences/abc",
        "/readyz",
        "/feeds/herald/authors/rosa.atom",
    ],
)
def test_everything_else_is_asked_of_the_service(port, behind, path):
    assert ask(port, path).body != ask(port, path).body
    assert ask(port, path).cache is None


def test_posts_are_never_answered_from_memory(port, behind):
    kept = ask(port).body
    assert ask(port, method="POST").body not in (kept, ask(port, method="POST").body)


def test_a_walk_through_many_threads_leaves_few_files_open(port, tmp_path):
    paths = [f"/api/v1/thread?site=herald&story=old-{number}" for number in range(300)]
    answers = [ask(port, path).cache for path in paths for _ in range(2)]
    family = psutil.Process(int((tmp_path / "pid").read_text())).children()  # the worker, and who tidies the cache
    most = max(len([file for file in each.open_files() if "/cache/" in file.path]) for each in family)
    assert (set(answers), 0 < most <= 64) == ({"MISS", "HIT"}, True)


def test_a_newer_answer_takes_the_place_of_one_whose_file_is_open(port, behind):
    first = [ask(port).body for _ in range(3)][-1]
    time.sleep(2.1)
    assert ask(port).body != first
    assert ask(port).cache == "HIT"


def test_what_is_older_than_a_second_is_asked_for_anew(port, behind):
    first = ask(port).body
    time.sleep(2.1)  # nginx counts whole seconds
    assert ask(port).body != first


@pytest.mark.parametrize("caching", ["private", ""])
def test_what_may_not_be_kept_any_more_is_not_given_out_any_more(port, behind, caching):
    first = ask(port).body
    behind.caching = caching
    time.sleep(2.1)
    assert first not in [ask(port).body for _ in range(3)]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_while_the_service_fails_readers_see_what_was_there(port, behind, status):
    first = ask(port).body
    behind.status, behind.caching = status, "no-store"
    time.sleep(3.2)
    answer = ask(port)
    assert (answer.status, answer.body, answer.cache) == (200, first, "STALE")


@pytest.mark.parametrize("status", [403, 404, 410, 429])
def test_a_refusal_is_a_refusal(port, behind, status):
    """Nothing is shown that the service says is gone, whatever may stand in for a failure."""
    ask(port)
    behind.status, behind.caching = status, "no-store"
    time.sleep(2.1)
    assert [ask(port).status for _ in range(3)] == [status] * 3


def test_while_nobody_answers_readers_see_what_was_there(start, behind, tmp_path):
    with served(_says_hello) as url:
        port = start(int(url.rpartition(":")[2]))
        assert ask(port).body == b"hello"
    time.sleep(3.2)
    assert (ask(port).status, ask(port).body) == (200, b"hello")
    assert ask(port, "/api/v1/thread?site=herald&story=other").status == 502


def _says_hello(_environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json"), ("CDN-Cache-Control", FRESH)])
    return [b"hello"]


def test_each_origin_and_encoding_gets_its_own(port, behind):
    behind.more = {"Vary": "Origin, Accept-Encoding"}
    bodies = {origin: ask(port, Origin=origin).body for origin in ("https://a.example", "https://b.example")}
    assert bodies["https://a.example"] != bodies["https://b.example"]
    assert ask(port, Origin="https://a.example").body == bodies["https://a.example"]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0.5, br; q=0.000", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.01", "br"),
        ("gzip;q=0, br;q=0", None),
        ("brotli, xgzip", None),
        ("identity", None),
    ],
)
def test_the_service_hears_one_encoding_that_the_reader_takes(port, behind, said, heard):
    ask(port, Accept_Encoding=said)
    assert behind.heard[-1]["Accept-Encoding"] == heard


def test_readers_who_name_the_same_encodings_in_other_words_share_an_answer(port, behind):
    behind.more = {"Vary": "Accept-Encoding, Origin"}
    answers = [ask(port, Accept_Encoding=said) for said in ("gzip, deflate, br, zstd", "br, gzip", "gzip;q=0.9,br")]
    assert (behind.asked[THREAD], {answer.body for answer in answers}) == (1, {answers[0].body})
    assert "Accept-Encoding, Origin" in answers[1].headers.get_all("Vary")


def test_who_takes_no_compression_gets_an_answer_of_their_own(port, behind):
    behind.more = {"Vary": "Accept-Encoding, Origin"}
    assert ask(port, Accept_Encoding="br").body != ask(port).body


def test_a_long_answer_is_compressed(port, behind):
    assert ask(port, Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


def test_the_service_hears_who_asks_and_no_word_of_the_clients_own(port, behind):
    ask(port, "/healthz", X_Forwarded_For="203.0.113.77", X_Request_Id="6b7d8f90a1b2c3d4e5f60718293a4b5c")
    heard = behind.heard[-1]
    assert (heard.get_all("X-Forwarded-For"), heard["X-Forwarded-Proto"]) == (["127.0.0.1"], "http")
    assert heard["X-Request-Id"] != "6b7d8f90a1b2c3d4e5f60718293a4b5c"
    assert re.fullmatch("[0-9a-f]{32}", heard["X-Request-Id"])


def test_figures_stay_inside(port, behind):
    assert (ask(port, "/metrics").status, behind.asked["/metrics"]) == (404, 0)


def test_its_log_names_nobody(port, behind, tmp_path):
    ask(port, "/mail/preferences/k7pzr3w9xq1m5t8y?email=rosa@example.org", User_Agent="CanaryBrowser")
    time.sleep(1.5)
    log = (tmp_path / "access.log").read_text()
    assert log.count("\n") >= 1
    assert [word for word in ("k7pzr3w9", "rosa", "CanaryBrowser", "127.0.0.1", "preferences") if word in log] == []


def test_the_service_itself_works_behind_it(start, sqlite_app, tmp_path):
    """The real one, through the shipped file."""
    with served(sqlite_app) as url:
        port = start(int(url.rpartition(":")[2]))
        assert ask(port, "/healthz").status == 200
        assert ask(port, "/api/v1/thread?site=nowhere&story=x").status == 404
        assert ask(port, "/desk").status == 302
