"""The shipped Varnish configuration, in a real Varnish before the real service and its worker."""

import http.client
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commentsvc import create_app
from commentsvc.schema import upgrade
from tests.cast import Cast, Newsroom
from tests.conftest import SECRET, settings
from tests.databases import missing
from tests.stage import free_port, running

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "varnish.vcl"
COMMENTSVC = Path(sys.executable).parent / "commentsvc"
VARNISH = shutil.which("varnishd") or shutil.which("varnishd", path="/usr/sbin:/usr/local/sbin")
TOKEN = "Zt4mQ8vKx2LdWn7PbR5c"  # of the tests only


class Front:
    """Varnish, as a reader's browser sees it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": "comments.news.example", **sent})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def thread(self, story: str) -> tuple[list[int], str]:
        """The ids of the comments, and whether Varnish had them."""
        status, headers, body = self.ask(f"/api/v1/thread?site=herald&story={story}")
        assert status == 200, body
        return [int(each["id"]) for each in json.loads(body)["comments"]], headers["X-Cache"]

    def shows(self, story: str, comments: list[int], within: float = 10) -> None:
        """Wait until a thread has these comments."""
        ends = time.monotonic() + within
        while self.thread(story)[0] != comments:
            assert time.monotonic() < ends
            time.sleep(0.02)

    def keeps(self, *stories: str) -> None:
        """Wait until it has had these threads for longer than those are kept that nobody tells of."""
        ends = time.monotonic() + 30
        while min(self.age(story) for story in stories) < 4:
            assert time.monotonic() < ends
            time.sleep(0.3)

    def age(self, story: str) -> int:
        return int(self.ask(f"/api/v1/thread?site=herald&story={story}")[1]["Age"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("varnish")


@pytest.fixture(scope="module")
def newsroom(folder) -> Newsroom:
    app = create_app(settings(f"sqlite:///{folder / 'behind.sqlite3'}", folder))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    Cast(newsroom)
    newsroom.set("herald", hold_first_comments=0)
    for story in ("harbour", "pier"):
        newsroom.story(id=story)
    return newsroom


@pytest.fixture(scope="module")
def front(newsroom, folder) -> Iterator[Front]:
    if VARNISH is None:
        missing("Varnish")
    behind, port = free_port(), free_port()
    environment = {
        "COMMENTSVC_DATABASE_URL": newsroom.app.config["SQLALCHEMY_DATABASE_URI"],
        "COMMENTSVC_SECRET_KEY": SECRET,
        "COMMENTSVC_DATA_DIR": str(folder),
        "COMMENTSVC_PURGE_URL": f"http://Purge-Token:{TOKEN}@127.0.0.1:{port}/purge",
    }
    serve = [str(COMMENTSVC), "serve", "--port", str(behind)]
    with (
        running(serve, f"http://127.0.0.1:{behind}/readyz", cwd=folder, log=folder / "log", env=environment),
        running(
            [VARNISH, "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-n", str(folder / "varnish"), "-s", "malloc,16m",
             "-f", str(written(folder, behind))],
            f"http://127.0.0.1:{port}/healthz", cwd=folder, log=folder / "varnish.log",
        ),
    ):  # fmt: skip
        front = Front(port)
        front.keeps("harbour", "pier")  # what was written before is told by then
        yield front


def written(folder: Path, behind: int) -> Path:
    """The shipped file with this test's token and port."""
    ours = CONFIGURATION.read_text().replace('.port = "8000"', f'.port = "{behind}"').replace("CHANGE-ME", TOKEN)
    file = folder / "varnish.vcl"
    file.write_text(ours)
    return file


def test_a_decision_is_gone_within_a_moment_and_everything_else_is_kept(front, newsroom):
    comment, other = newsroom.comment("harbour"), newsroom.comment("pier")
    front.shows("harbour", [comment])
    front.shows("pier", [other])
    front.keeps("harbour", "pier")
    newsroom.decide(comment, "reject")
    front.shows("harbour", [], within=3)
    assert (front.thread("harbour"), front.thread("pier")) == (([], "HIT"), ([other], "HIT"))
    front.keeps("harbour")


def test_nobody_purges_without_the_token(front):
    front.thread("harbour")
    site = "site-1"
    tried = [
        front.ask("/purge", "POST", Surrogate_Key=site)[0],
        front.ask("/purge", "POST", Surrogate_Key=site, Purge_Token="CHANGE-ME")[0],
        front.ask("/purge", "GET", Surrogate_Key=site, Purge_Token=TOKEN)[0],
    ]
    assert (tried, front.thread("harbour")[1]) == ([403, 403, 403], "HIT")
    assert front.ask("/purge", "POST", Surrogate_Key=site, Purge_Token=TOKEN)[0] == 200
    assert front.thread("harbour")[1] == "MISS"


def test_what_belongs_to_somebody_is_passed_and_nothing_for_caches_leaves(front):
    path = "/api/v1/thread?site=herald&story=harbour"
    front.ask(path)
    for more in ({"Authorization": "Bearer somebody"}, {"Cookie": "a=b"}):
        assert front.ask(path, **more)[1]["X-Cache"] == "MISS"
    headers = front.ask(path)[1]
    told = {"Surrogate-Key", "Surrogate-Control", "CDN-Cache-Control", "xkey"} & set(headers)
    assert (headers["X-Cache"], told, headers["Cache-Control"]) == ("HIT", set(), "public, max-age=0, must-revalidate")
    assert front.ask("/metrics")[0] == 404
