"""With Redis, limits hold across processes. Each process here is one of its own."""

import json
import random
import subprocess
import sys

import pytest
import redis

from tests.conftest import SECRET
from tests.databases import REDIS, missing

pytestmark = pytest.mark.redis

SIGN_IN = """
import json, sys
from pathlib import Path
from commentsvc import create_app
from commentsvc.config import Settings
from commentsvc.schema import upgrade

folder, url, address, secret = sys.argv[1:]
app = create_app(Settings(Path(folder), (secret,), f"sqlite:///{folder}/redis.sqlite3", redis_url=url))
app.config["WTF_CSRF_ENABLED"] = False
with app.app_context():
    upgrade()
client = app.test_client()
sent = {"email": "nobody@newsroom.example", "password": "wrong"}
tries = [client.post("/login", data=sent, environ_base={"REMOTE_ADDR": address}).status_code for _ in range(6)]
print(json.dumps({"ready": client.get("/readyz").get_json(), "tries": tries}))
"""


@pytest.fixture
def process(tmp_path):
    """A process that tries to sign in six times, from an address of this test's own, and says what it got."""
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        missing(f"Redis at {REDIS}: {error}")
    address = f"198.18.{random.randrange(256)}.{random.randrange(256)}"

    def run(url: str = REDIS) -> dict:
        command = [sys.executable, "-c", SIGN_IN, str(tmp_path), url, address, SECRET]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_two_processes_count_attempts_together(process):
    assert 429 not in process()["tries"]
    assert 429 in process()["tries"]


def test_ready_means_that_redis_answers(process):
    assert process()["ready"]["checks"]["redis"] is True


def test_without_redis_people_still_sign_in_and_nothing_is_ready(process):
    answer = process("redis://127.0.0.1:1/0")
    assert (set(answer["tries"]), answer["ready"]["checks"]["redis"]) == ({401}, False)
