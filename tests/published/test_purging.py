"""A cache in front is told what changed: once, soon, again while it is away, and nothing but keys."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy.exc import OperationalError

from commentsvc import create_app, purging
from commentsvc.config import Misconfigured, read_settings
from commentsvc.core import changes, published
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.http_out import Unreachable
from commentsvc.core.metrics import metrics
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox.engine import EXTENSION as ENGINE
from commentsvc.purging import Cache, Purger, Record, Telling, keys_of, recorded
from commentsvc.schema import upgrade
from commentsvc.sites.models import Site
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Story
from tests.cast import Cast, Newsroom
from tests.conftest import SECRET, settings
from tests.stage import free_port, running

COMMENTSVC = Path(sys.executable).parent / "commentsvc"
NAMED = "site=herald&story=harbour"
THREAD, VERSION, COUNTS = f"/api/v1/thread?{NAMED}", f"/api/v1/thread/version?{NAMED}", f"/api/v1/counts?{NAMED}"
PATIENCE = 20  # seconds on a busy machine


@dataclass
class Front:
    """A cache that writes down what it is told to forget: `calls` are the keys of each call, `heard` all it got."""

    calls: list[list[str]] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://Purge-Token:open%20sesame@127.0.0.1:{self.port}/purge"

    def has(self, calls: int) -> list[list[str]]:
        """Its calls, as soon as there are so many."""
        wait_until(lambda: len(self.calls) >= calls)
        return self.calls


def wait_until(is_so: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < ends
        sleep(0.02)


@contextmanager
def listening(front: Front) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            front.calls.append(self.headers["Surrogate-Key"].split(" "))
            front.heard.append({**self.headers, "path": self.path, "body": body.decode()})
            self.send_response(front.status)
            self.end_headers()

        def log_message(self, *_said) -> None:
            """Nothing to say on the test's screen."""

    server = ThreadingHTTPServer(("127.0.0.1", front.port), Handler)
    front.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def front() -> Iterator[Front]:
    front = Front()
    with listening(front):
        yield front


# --- How long caches may keep an answer


@pytest.fixture
def harbour(cast, newsroom) -> str:
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="pier")
    return newsroom.story(id="harbour")


@pytest.fixture
def layer(app, monkeypatch) -> published.Published:
    """The layer, where caches are told what changes."""
    layer = app.extensions[published.EXTENSION]
    monkeypatch.setattr(layer, "purged", True)
    layer.forget()
    return layer


def seconds(client, address: str) -> int:
    headers = client.get(address).headers
    said = {headers["CDN-Cache-Control"], headers["Surrogate-Control"]}
    assert len(said) == 1
    return int(said.pop().removeprefix("public, max-age=").split(",")[0])


def test_where_caches_are_told_they_may_keep_a_thread_for_long_and_browsers_may_not(harbour, client, layer):
    for each in (THREAD, VERSION):
        client.get(each)  # a process's first answers may take longer than caches may be told such a thing after
    layer.answers.clear()
    assert [seconds(client, each) for each in (THREAD, VERSION, THREAD)] == [published.LONG] * 3
    assert client.get(THREAD).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    tag = client.get(THREAD).headers["ETag"]
    unchanged = client.get(THREAD, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.headers["CDN-Cache-Control"]) == (
        304,
        published.for_caches(published.LONG),
    )


def test_what_any_story_of_a_site_may_change_is_kept_for_a_second(harbour, client, layer):
    assert [seconds(client, each) for each in (COUNTS, COUNTS)] == [published.SHORT] * 2


def test_what_the_clock_changes_is_kept_no_longer_than_until_then(app, harbour, client, layer):
    with app.app_context(), unit_of_work():
        db.session.query(Site).update({"attacked_until": now() + timedelta(seconds=100)})
    assert 90 <= seconds(client, THREAD) <= 100


def test_who_does_not_know_of_the_latest_changes_lets_nothing_be_kept_for_long(harbour, client, layer, monkeypatch):
    def gone():
        raise OperationalError("", {}, Exception("the server has gone"))

    client.get(THREAD)
    monkeypatch.setattr(layer.changes._watcher, "look", gone)
    sleep(published.SURE)
    assert seconds(client, THREAD) == published.SHORT


def test_an_answer_that_took_long_is_not_kept_for_long(harbour, client, layer, monkeypatch):
    inner = layer.inner

    def slow(environ, start):
        sleep(published.SURE)
        return inner(environ, start)

    monkeypatch.setattr(layer, "inner", slow)
    assert [seconds(client, THREAD) for _ in range(2)] == [published.SHORT, published.LONG]


def test_where_no_cache_is_told_everything_is_kept_for_a_second(harbour, client, layer, monkeypatch):
    monkeypatch.setattr(layer, "purged", False)
    headers = client.get(THREAD).headers
    assert (headers["CDN-Cache-Control"], "Surrogate-Control" in headers) == (published.FOR_CACHES, False)


def test_a_call_comes_later_than_any_process_may_not_know():
    assert purging.REST >= published.OLDEST >= published.SURE + published.LOOK


# --- Where the cache is


def test_what_stands_before_the_at_is_a_header():
    cache = Cache.at("https://Fastly-Key:a%2Ftoken@api.fastly.com/service/ID/purge?x=1")
    assert (cache.url, cache.headers) == ("https://api.fastly.com/service/ID/purge?x=1", {"Fastly-Key": "a/token"})
    assert Cache.at("http://10.0.0.1:6081") == Cache("http://10.0.0.1:6081/")


@pytest.mark.parametrize(
    "address",
    [
        "api.fastly.com/purge",
        "ftp://cache.example/purge",
        "https:///purge",
        "https://s3cret@cache.example/purge",
        "https://:s3cret@cache.example/purge",
        "https://Key:@cache.example/purge",
        "https://Key:s3cret%0d%0aX:%20y@cache.example/purge",
        "https://A%20Key:s3cret@cache.example/purge",
        "https://Key:s3cret/more@cache.example/purge",
        "https://Key:s3cret@[::1/purge",
        "https://Key:s3cret@cache.example:99999/purge",
    ],
)
def test_an_address_that_cannot_be_stops_the_start_and_is_not_quoted(tmp_path, address):
    with pytest.raises(Misconfigured, match="COMMENTSVC_PURGE_URL cannot be used") as failed:
        create_app(settings(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path, purge_url=address))
    assert "s3cret" not in str(failed.value)


def test_it_is_a_secret_and_nobody_is_told_without_it(tmp_path):
    (tmp_path / "url").write_text("http://127.0.0.1:6081/purge\n")
    environment = {"COMMENTSVC_SECRET_KEY": SECRET, "COMMENTSVC_PURGE_URL_FILE": str(tmp_path / "url")}
    found = read_settings(environment, data_dir=tmp_path, dotenv=False)
    assert found.purge_url == "http://127.0.0.1:6081/purge"
    told = [len(create_app(each).extensions[ENGINE].beside) for each in (found, settings("sqlite://", tmp_path))]
    assert told == [1, 0]


# --- What is told together, and when


class Listed:
    """A cache without a line: `calls` is what reached it; while `fails` is set nothing does."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.tries, self.fails = 0, False

    def forget(self, keys: list[str]) -> None:
        self.tries += 1
        if self.fails:
            raise Unreachable("It is away.")
        self.calls.append(list(keys))


@pytest.fixture
def listed() -> Listed:
    return Listed()


@pytest.fixture
def telling(listed) -> Telling:
    return Telling(listed, Record(now()))


def test_a_moment_is_waited_and_then_told_once(telling, listed):
    telling.go_on({(1, 7)}, 100.0)
    telling.go_on((), 100.0 + purging.REST - 0.01)
    before = list(listed.calls)
    for moment in (100.0 + purging.REST, 102.0, 110.0):
        telling.go_on((), moment)
    assert (before, listed.calls) == ([], [["story-7"]])


def test_what_changes_meanwhile_has_its_own_wait(telling, listed):
    for tenth in range(30):
        telling.go_on({(1, 7)}, 100 + tenth / 10)
    for tenth in range(30, 60):
        telling.go_on((), 100 + tenth / 10)
    assert 3 <= len(listed.calls) <= 5
    assert {key for call in listed.calls for key in call} == {"story-7"}


def test_a_call_has_no_more_keys_than_fastly_takes(telling, listed):
    telling.go_on({(1, story) for story in range(1, 601)}, 0.0)
    telling.go_on((), 1.0)
    assert [len(call) for call in listed.calls] == [256, 256, 88]
    assert len({key for call in listed.calls for key in call}) == 600


def test_a_site_stands_for_its_stories():
    assert keys_of({(1, None), (1, 7), (2, 8)}) == ["site-1", "story-8"]
    assert keys_of({(site, story) for site in (1, 2) for story in range(site * 10_000, site * 10_000 + 2_000)}) == [
        "site-1",
        "site-2",
    ]


def test_a_cache_that_is_away_is_tried_again_and_hears_everything_when_it_is_back(telling, listed):
    listed.fails = True
    tried = []
    for second in range(100):
        before = listed.tries
        telling.go_on({(1, second)} if second in (0, 50) else (), float(second))
        tried += [second] * (listed.tries - before)
    listed.fails = False
    for second in range(100, 140):
        telling.go_on((), float(second))
    assert tried == [1, 7, 38, 69]  # looked at each second: 5 seconds after the end of the first try, then 30
    assert listed.calls == [["story-0"], ["story-50"]]


def test_what_no_cache_keeps_any_more_is_given_up_and_counted(telling, listed, caplog):
    given_up = metrics().purges.labels("given_up")
    before, listed.fails = given_up._value.get(), True
    telling.go_on({(1, 7)}, 0.0)
    for second in range(1, purging.OVER + 100):
        telling.go_on((), float(second))
    listed.fails = False
    telling.go_on({(1, 8)}, 2000.0)
    telling.go_on((), 2001.0)
    assert (listed.calls, given_up._value.get() - before) == ([["story-8"]], 1)
    assert "never told of 1 changes" in caplog.text


# --- From a change to the call


class Words:
    """Where a worker leaves word, without an engine."""

    def __init__(self) -> None:
        self.left: dict[str, object] = {}

    def remember(self, name: str, said: object) -> None:
        self.left[name] = said

    def remembered(self, name: str) -> object:
        return self.left.get(name)


@pytest.fixture
def at_work(app, tmp_path) -> Iterator[Callable[[Front], threading.Event]]:
    """Starts what a worker does beside its jobs; each can be stopped alone."""
    begun: list[tuple[threading.Event, threading.Thread]] = []

    def begin(front: Front) -> threading.Event:
        stopping, purger = threading.Event(), Purger(app, Cache.at(front.url), Words(), tmp_path)
        thread = threading.Thread(target=purger.run, args=(stopping,))
        thread.start()
        begun.append((stopping, thread))
        return stopping

    yield begin
    for stopping, _ in begun:
        stopping.set()
    for _, thread in begun:
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def told(at_work, harbour, front, newsroom) -> Front:
    """The cache, which was told of everything that was there, and the comment under the harbour."""
    newsroom.told = newsroom.comment(harbour)
    at_work(front)
    front.has(1)
    front.calls.clear()
    return front


def key_of(app, story: str) -> str:
    with app.app_context():
        return f"story-{db.session.query(Story).filter_by(external_id=story).one().id}"


def test_a_decision_is_one_call_with_its_storys_key_and_nothing_else(app, told, newsroom):
    began = monotonic()
    newsroom.decide(newsroom.told, "reject")
    calls = list(told.has(1))
    took = monotonic() - began
    sleep(2)
    assert (calls, told.calls, took < 3) == ([[key_of(app, "harbour")]], calls, True)
    heard = told.heard[-1]
    assert heard.keys() == {
        "Host", "User-Agent", "Accept-Encoding", "Content-Length", "Purge-Token", "Surrogate-Key", "path", "body",
    }  # fmt: skip
    assert (heard["Purge-Token"], heard["path"], heard["body"]) == ("open sesame", "/purge", "")


def test_a_burst_is_few_calls(app, told, newsroom):
    for number in range(30):
        newsroom.comment(("harbour", "pier")[number % 2])
    wait_until(lambda: {key for call in told.calls for key in call} == {key_of(app, "harbour"), key_of(app, "pier")})
    sleep(2)
    assert len(told.calls) <= 8


def test_a_sites_settings_are_its_key(app, told, newsroom):
    newsroom.set("herald", text_max_length=777)
    with app.app_context():
        assert told.has(1) == [[f"site-{site_named('herald').id}"]]


def test_of_two_workers_one_tells_and_the_other_goes_on_when_it_ends(
    app, at_work, harbour, front, newsroom, monkeypatch
):
    monkeypatch.setattr(purging, "STAND_BY", 0.2)
    first = at_work(front)
    front.has(1)
    at_work(front)
    sleep(1)
    front.calls.clear()
    newsroom.comment("pier")
    sleep(2.5)
    assert front.calls == [[key_of(app, "pier")]]
    first.set()
    newsroom.comment("harbour")
    front.has(2)


def test_a_cache_that_was_away_hears_of_it_when_it_is_back(app, at_work, harbour, newsroom, monkeypatch):
    monkeypatch.setattr(purging, "WAITS", (0.3, 0.5))
    front = Front()
    with listening(front):
        at_work(front)
        front.has(1)
    failed, before = metrics().purges.labels("failed"), metrics().purges.labels("failed")._value.get()
    newsroom.comment("harbour")
    wait_until(lambda: failed._value.get() >= before + 2)
    front.calls.clear()
    with listening(front):
        assert front.has(1) == [[key_of(app, "harbour")]]
        sleep(1.5)
        assert len(front.calls) == 1


def test_a_database_that_does_not_answer_is_no_end(app, told, newsroom, monkeypatch, caplog):
    look, asked = purging.Watcher.look, []

    def gone(watcher):
        asked.append(watcher)
        if len(asked) < 3:
            raise OperationalError("", {}, Exception("the server has gone"))
        return look(watcher)

    monkeypatch.setattr(purging, "STAND_BY", 0.1)
    monkeypatch.setattr(purging.Watcher, "look", gone)
    newsroom.decide(newsroom.told, "reject")
    told.has(1)  # who begins anew tells of everything that is noted
    assert "the database did not answer" in caplog.text


# --- The worker beside a real server


@pytest.fixture
def home(tmp_path) -> Newsroom:
    app = create_app(settings(f"sqlite:///{tmp_path / 'home.sqlite3'}", tmp_path))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    Cast(newsroom)
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="harbour")
    newsroom.comment("harbour")
    return newsroom


@pytest.fixture
def environment(home, front, tmp_path) -> dict[str, str]:
    return {
        "COMMENTSVC_DATABASE_URL": home.app.config["SQLALCHEMY_DATABASE_URI"],
        "COMMENTSVC_SECRET_KEY": SECRET,
        "COMMENTSVC_DATA_DIR": str(tmp_path),
        "COMMENTSVC_PURGE_URL": front.url,
    }


def test_the_worker_beside_a_server_tells_and_leaves_word(home, front, environment, tmp_path):
    port = free_port()
    serve = [str(COMMENTSVC), "serve", "--port", str(port), "--workers", "2"]
    with running(serve, f"http://127.0.0.1:{port}/healthz", cwd=tmp_path, log=tmp_path / "log", env=environment):
        front.has(1)
        front.calls.clear()
        home.comment("harbour")
        front.has(1)
        sleep(1.5)
        assert front.calls == [[key_of(home.app, "harbour")]]
    word = recorded(home.app.extensions[ENGINE])
    assert (word.succeeded_at > now() - timedelta(seconds=30), word.failure) == (True, "")
    log = (tmp_path / "log").read_text()
    assert ("sesame" in log, "Traceback" in log) == (False, False)


def test_what_a_killed_worker_did_not_tell_the_next_one_does(home, front, environment, tmp_path):
    front.status = 503
    key = key_of(home.app, "harbour")
    with worker(environment, tmp_path) as first:
        front.has(1)
        home.comment("harbour")
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
    front.status = 200
    front.calls.clear()
    with worker(environment, tmp_path):
        wait_until(lambda: any(key in call or call[0].startswith("site-") for call in front.calls))


@contextmanager
def worker(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen]:
    with (folder / "worker.log").open("a") as log:
        process = subprocess.Popen([str(COMMENTSVC), "worker"], cwd=folder, env=environment, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_what_is_noted_goes_back_farther_than_any_cache_keeps_an_answer(app, harbour, newsroom):
    assert timedelta(seconds=purging.OVER + 600) < changes.KEPT
    newsroom.comment(harbour)
    with app.app_context():
        changes.forget()
        assert key_of(app, "harbour").removeprefix("story-") in {str(story) for _, story in changes.noted()}
