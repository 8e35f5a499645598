"""SQLite on a disk that is full, read-only or held by somebody: clear answers, nothing half-written, no hand to mend it."""

import contextlib
import sqlite3
import subprocess
import threading
import time

import pytest

from tests.faults.conftest import Place, ended, install, let_go

pytestmark = pytest.mark.faults

READ = "/api/v1/thread?site=herald&story=harbour"
BUSY = 5.0  # seconds a writer waits for its turn


def mounted(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """Six megabytes that are the installation's own. Needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with contextlib.suppress(FileNotFoundError):
        if mounted("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)):
            yield folder
            while subprocess.run(["umount", "-l", str(folder)], capture_output=True).returncode == 0:
                pass  # one over the other
            return
    pytest.skip("No disk can be mounted here.")


@pytest.fixture
def on_small_disk(small_disk) -> Place:
    place = install(small_disk, f"sqlite:///{small_disk / 'commentsvc.sqlite3'}")
    yield place
    let_go(place)


def refusals(answers: list) -> set[tuple]:
    return {
        (status, headers["Content-Type"], said["code"], int(headers["Retry-After"]) > 0)
        for status, headers, said in answers
    }


AWAY = {(503, "application/problem+json", "unavailable", True)}


def test_a_full_disk_refuses_clearly_and_keeps_what_was_acknowledged(on_small_disk, tmp_path):
    place = on_small_disk
    server = place.server()
    server.log = tmp_path / "server.log"
    ballast = place.folder / "ballast"
    with ended(server):
        server.start()
        kept = [server.post(number)[2]["comment"]["id"] for number in range(1, 4)]
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as full:
            while full.write(b"x" * 4096):
                pass
        answers = []
        for number in range(4, 60):  # what is left of the log's last page may still take some
            answers.append(server.post(number))
            if answers[-1][0] == 201:
                kept.append(answers[-1][2]["comment"]["id"])
        refused = [answer for answer in answers if answer[0] != 201]
        assert refusals(refused) == AWAY
        assert [server.status(READ) for _ in range(3)] == [200] * 3
        ballast.unlink()
        again = server.post(100)
        assert again[0] == 201
        server.stop()
    assert place.ids() == {*kept, again[2]["comment"]["id"]}
    assert place.is_whole()


def test_a_read_only_folder_takes_no_comment_and_is_mended_by_making_it_writable(on_small_disk, tmp_path):
    """SQLite opens a file there if its log is beside it, and then it can be read; else the server says why it ends."""
    place = on_small_disk
    server = place.server()
    server.log = tmp_path / "server.log"
    with ended(server):
        server.start()
        kept = server.post(1)[2]["comment"]["id"]
        server.stop()
        folder = str(place.folder)
        assert mounted("--bind", folder, folder)
        assert mounted("-o", "remount,ro,bind", folder)
        has_log = (place.folder / "commentsvc.sqlite3-shm").exists()
        if has_log:
            server.start()
            assert refusals([server.post(2)]) == AWAY
            assert server.status(READ) == 200
            server.stop()
        else:
            with pytest.raises(AssertionError):
                server.start()
            assert server.log.read_text().strip().splitlines()[-1].startswith("Error: The database does not answer")
        subprocess.run(["umount", folder], check=True)
        server.start()
        again = server.post(3)[2]["comment"]["id"]
        server.stop()
    assert place.ids() == {kept, again}
    assert place.is_whole()


def test_a_lock_that_is_held_refuses_writers_in_time_and_no_reader(sqlite_place):
    """Held for eight seconds here, for thirty in `python -m tests.soak.lock`."""
    held_and_let_go(sqlite_place, 8.0)


def held_and_let_go(place: Place, seconds: float) -> None:
    server, answers = place.server(), []
    with ended(server):
        server.start()
        kept = {server.post(1)[2]["comment"]["id"]}
        holder = sqlite3.connect(place.folder / "commentsvc.sqlite3", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        writers = [threading.Thread(target=lambda n=n: answers.append(server.post(n, timeout=20))) for n in (2, 3, 4)]
        for each in writers:
            each.start()
        while time.monotonic() - began < seconds:
            asked = time.monotonic()
            assert server.status(READ) == 200
            assert time.monotonic() - asked < 1.0
            time.sleep(0.2)
        for each in writers:
            each.join(20)
        assert refusals(answers) == AWAY
        holder.execute("ROLLBACK")
        holder.close()
        after = time.monotonic()
        kept.add(server.post(5)[2]["comment"]["id"])
        assert time.monotonic() - after < BUSY
        server.stop()
    assert place.ids() == kept
    assert place.is_whole()


def test_a_log_that_was_taken_away_leaves_a_whole_database(sqlite_place):
    """Somebody removes the -wal and -shm files of a stopped installation."""
    place, server = sqlite_place, sqlite_place.server()
    with ended(server):
        server.start()
        kept = {server.post(number)[2]["comment"]["id"] for number in (1, 2, 3)}
        server.stop()
        let_go(place)
        for ending in ("-wal", "-shm"):
            (place.folder / f"commentsvc.sqlite3{ending}").unlink(missing_ok=True)
        server.start()
        kept.add(server.post(4)[2]["comment"]["id"])
        server.stop()
    assert place.ids() == kept
    assert place.is_whole()
