"""Several processes of one service: what somebody decides in one of them is gone from all."""

import http.client
import json
import sys
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest

from commentsvc import create_app
from commentsvc.schema import upgrade
from tests.cast import Cast, Newsroom
from tests.conftest import SECRET, settings
from tests.databases import PostgresqlDatabase
from tests.stage import free_port, running

SERVE = "from commentsvc.server import serve; serve(host='127.0.0.1', port={port}, workers=3)"
THREAD = "/api/v1/thread?site=herald&story=harbour"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.sqlite3'}"
        return
    made = PostgresqlDatabase()
    yield made.url
    made.drop()


def ids(url: str) -> list[int]:
    """What one process shows, asked on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", THREAD)
    answer = connection.getresponse()
    body = json.load(answer)
    connection.close()
    assert answer.status == 200, body
    return [int(comment["id"]) for comment in body["comments"]]


def test_a_decision_is_in_every_process_within_a_second(database, tmp_path):
    app = create_app(settings(database, tmp_path))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    Cast(newsroom)
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="harbour")
    comment = newsroom.comment("harbour")
    port = free_port()
    env = {"COMMENTSVC_DATABASE_URL": database, "COMMENTSVC_SECRET_KEY": SECRET, "COMMENTSVC_DATA_DIR": str(tmp_path)}
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", SERVE.format(port=port)]
    with running(command, f"{url}/healthz", cwd=tmp_path, log=tmp_path / "log", env=env):
        assert [ids(url) for _ in range(30)] == [[comment]] * 30
        newsroom.decide(comment, "reject")
        decided = monotonic()
        sleep(1)
        assert [ids(url) for _ in range(30)] == [[]] * 30, monotonic() - decided
