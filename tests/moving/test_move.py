"""`commentsvc move`: from SQLite to PostgreSQL, the same rows under the same numbers, and a service that goes on there."""

import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, func, select

from commentsvc import create_app, moving
from commentsvc.comments.log import examine
from commentsvc.core.database import db
from commentsvc.schema import upgrade
from commentsvc.sites.service import all_sites
from commentsvc.stories.acts import examine as examine_acts
from tests.cast import rosas_comment
from tests.conftest import SECRET, settings
from tests.contract.multiplied import multiply, originals
from tests.contract.world import NETWORK, World, world
from tests.databases import PostgresqlDatabase

ROOT = Path(__file__).parents[2]
# Few rows at a time, so that a kill has many moments to come between.
SLOWLY = "import sys; from commentsvc import moving; moving.AT_ONCE = 7; from commentsvc.cli import main; main()"

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory) -> Iterator[World]:
    """On SQLite, with something of everything."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with world(tmp_path_factory.mktemp("moving")) as made:
        yield made


@dataclass
class Target:
    database: PostgresqlDatabase
    folder: Path

    @property
    def url(self) -> str:
        return self.database.url

    def app(self):
        return create_app(settings(self.url, self.folder, trusted_proxies=1))


@pytest.fixture
def target(tmp_path) -> Iterator[Target]:
    """An empty PostgreSQL database with the schema."""
    database = PostgresqlDatabase()
    made = Target(database, tmp_path)
    app = made.app()
    with app.app_context():
        upgrade()
        db.engine.dispose()
    yield made
    database.drop()


@dataclass
class Ended:
    code: int
    said: str
    wrong: str


@pytest.fixture
def start(newspaper) -> Callable[..., subprocess.Popen]:
    """The command on the newspaper's file, as a process."""

    def run(url: str, *, file: Path | None = None, code: str = "from commentsvc.cli import main; main()"):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTSVC_")}
        given = {"SECRET_KEY": SECRET, "DATA_DIR": str(newspaper.file.parent)}
        given["DATABASE_URL"] = f"sqlite:///{file or newspaper.file}"
        return subprocess.Popen(
            [sys.executable, "-c", code, "move", "-"],
            cwd=ROOT,
            env={**plain, **{f"COMMENTSVC_{name}": value for name, value in given.items()}},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def begin(url: str, **more) -> subprocess.Popen:
        process = run(url, **more)
        process.stdin.write(f"{url}\n")
        process.stdin.flush()
        return process

    return begin


@pytest.fixture
def move(start) -> Callable[..., Ended]:
    def run(url: str, **more) -> Ended:
        process = start(url, **more)
        said, wrong = process.communicate(timeout=120)
        return Ended(process.returncode, said, wrong)

    return run


def rows(url: str) -> dict[str, tuple[int, int]]:
    """How many rows each table holds, and what they say."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {table.name: moving._digest(connection, table) for table in moving.tables()}
    engine.dispose()
    return found


def same(newspaper: World, target: Target) -> bool:
    with newspaper.app.app_context():
        here, there = rows(f"sqlite:///{newspaper.file}"), rows(target.url)
    assert {name: (here[name], there[name]) for name in here if here[name] != there[name]} == {}
    return sum(count for count, _ in here.values()) > 150


def test_every_row_arrives_under_its_own_number(newspaper, target, move):
    ended = move(target.url)
    assert (ended.code, ended.wrong) == (0, "")
    assert "Everything arrived as it was." in ended.said
    assert same(newspaper, target)
    assert (
        not psycopg.connect(target.url.replace("+psycopg", ""))
        .execute("SELECT to_regclass('commentsvc_move_under_way')")
        .fetchone()[0]
    )


def test_the_service_goes_on_there(newspaper, target, move):
    assert move(target.url).code == 0
    app = target.app()
    client, ada = app.test_client(), {"Authorization": f"Bearer {newspaper.staff['ada'].token}"}
    found = client.get("/api/v1/moderation/queue?site=herald&queue=all&q=boats", headers=ada).json["items"]
    assert newspaper.ids["comment"] in {each["id"] for each in found}
    thread = client.get("/api/v1/thread?site=herald&story=harbour").json
    assert newspaper.ids["comment"] in {each["id"] for each in thread["comments"]}
    posted = client.post("/api/v1/comments", json=rosas_comment(), headers={"X-Forwarded-For": NETWORK})
    assert posted.status_code == 201
    id = posted.json["comment"]["id"]
    with app.app_context():
        assert int(id) > max(int(newspaper.ids[name]) for name in ("comment", "own", "waiting", "answer"))
    version = client.get("/api/v1/moderation/queue?site=herald&queue=all&q=harbour", headers=ada).json["items"]
    seen = [{"id": each["id"], "version": each["version"]} for each in version if each["id"] == id]
    decided = client.post(
        "/api/v1/moderation/decisions", json={"comments": seen, "action": "reject", "reason": "spam"}, headers=ada
    )
    assert [each["status"] for each in decided.json["decided"]] == ["rejected"]
    receipt = {"Authorization": f"Bearer {newspaper.ids['own']}.{newspaper.tokens['receipt of own']}"}
    assert client.get(f"/api/v1/comments/{newspaper.ids['own']}/receipt", headers=receipt).status_code == 200
    with app.app_context():
        assert [(site.key, examine(site.id).wrong, examine_acts(site.id)[1]) for site in all_sites()] == [
            (site.key, None, None) for site in all_sites()
        ]
        db.session.remove()
        db.engine.dispose()


def test_new_rows_of_every_table_get_numbers_of_their_own(newspaper, target, move):
    assert move(target.url).code == 0
    with newspaper.app.app_context():
        for table in moving.tables():
            keys = list(table.primary_key.columns)
            with psycopg.connect(target.url.replace("+psycopg", "")) as there:
                name = there.execute("SELECT pg_get_serial_sequence(%s, %s)", [table.name, keys[0].name]).fetchone()[0]
                if len(keys) > 1 or name is None:
                    continue
                next_number = there.execute("SELECT nextval(%s)", [name]).fetchone()[0]
            assert next_number > (db.session.scalar(select(func.max(keys[0]))) or 0), table.name


@pytest.fixture
def large(newspaper, tmp_path) -> Path:
    """The same newspaper with some thousand rows."""
    file = tmp_path / "large.sqlite3"
    with sqlite3.connect(newspaper.file) as read, sqlite3.connect(file) as written:
        read.backup(written)
    app = create_app(settings(f"sqlite:///{file}", tmp_path))
    with app.app_context():
        with db.engine.connect() as connection:
            found = originals(connection)
        with db.engine.begin() as connection:
            multiply(connection, found, range(1, 6))
        db.engine.dispose()
    return file


def test_a_move_that_is_killed_goes_on_where_it_was(large, newspaper, target, start, move):
    dice, came = random.Random(7), []
    for _ in range(6):
        process = start(target.url, file=large, code=SLOWLY)
        ends = time.monotonic() + 30
        before = came[-1] if came else 0
        while process.poll() is None and time.monotonic() < ends and arrived(target) <= before:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        came.append(arrived(target))
    assert came == sorted(came)
    assert len(set(came)) > 3  # it came further each time
    ended = move(target.url, file=large)
    assert (ended.code, ended.wrong) == (0, "")
    with newspaper.app.app_context():
        assert rows(f"sqlite:///{large}") == rows(target.url)


def arrived(target: Target) -> int:
    """Rows that are there by now."""
    with psycopg.connect(target.url.replace("+psycopg", "")) as there:
        if not there.execute("SELECT to_regclass('commentsvc_move_under_way')").fetchone()[0]:
            return 0
        return there.execute("SELECT coalesce(sum(after), 0) FROM commentsvc_move_under_way").fetchone()[0]


def test_a_target_with_anything_in_it_is_left_alone(newspaper, target, move):
    with psycopg.connect(target.url.replace("+psycopg", ""), autocommit=True) as there:
        there.execute("INSERT INTO commentsvc_staff_rule (id, second_step) VALUES (1, 'admins')")
    ended = move(target.url)
    assert (ended.code, "is not empty" in ended.wrong) == (1, True)
    with newspaper.app.app_context():
        assert sum(count for count, _ in rows(target.url).values()) == 1


def test_a_target_without_the_schema_is_told_what_to_do(newspaper, move):
    database = PostgresqlDatabase()
    ended = move(database.url)
    database.drop()
    assert ended.code == 1
    assert "The schema of the target is at nothing" in ended.wrong
    assert "commentsvc db upgrade" in ended.wrong


@pytest.mark.parametrize("url", ["sqlite:////tmp/other.sqlite3", "mysql://root@127.0.0.1/x", "nonsense"])
def test_only_postgresql_is_a_target(newspaper, move, url):
    ended = move(url)
    assert ended.code == 1
    assert ended.wrong.startswith("Error: ")
    assert ended.wrong.count("\n") == 1


def test_whoever_writes_meanwhile_waits(newspaper, target, large, start):
    process = start(target.url, file=large, code=SLOWLY)
    while arrived(target) == 0 and process.poll() is None:
        time.sleep(0.01)
    writer = sqlite3.connect(large, timeout=0.1, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        writer.execute("BEGIN IMMEDIATE")
    assert writer.execute("SELECT count(*) FROM commentsvc_comment").fetchone()[0] > 0
    writer.close()
    process.kill()
    process.communicate()


def test_what_arrived_changed_is_found(newspaper, target, start, move, large):
    process = start(target.url, file=large, code=SLOWLY)
    while arrived(target) < 60 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    with psycopg.connect(target.url.replace("+psycopg", ""), autocommit=True) as there:
        there.execute("UPDATE commentsvc_site SET name = 'Somebody else''s' WHERE id = 1")
    ended = move(target.url, file=large)
    assert (ended.code, "What arrived is not what left: commentsvc_site." in ended.wrong) == (1, True)
