"""The machine's clock is moved by an hour and back: everything is taken, shown and in order, without a hand."""

import glob
import time
from datetime import UTC, datetime

import pytest

from tests.databases import missing
from tests.faults.conftest import ended

pytestmark = pytest.mark.faults

THREAD = "/api/v1/thread?site=herald&story=harbour&sort=oldest"
HOUR = 3600
LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)


@pytest.fixture
def clock(tmp_path):
    """Moves the clock of processes started with its `env` by so many seconds."""
    if LIBRARY is None:
        missing("libfaketime")
    file = tmp_path / "clock"

    def move(seconds: int) -> None:
        file.write_text(f"{seconds:+d}\n")

    move(0)
    move.env = {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return move


@pytest.mark.parametrize("moves", [(HOUR, 0), (-HOUR, 0)], ids=["forward and back", "back and forward"])
def test_comments_are_taken_and_shown(sqlite_place, clock, moves):
    server = sqlite_place.server()
    server.env.update(clock.env)
    shown = []
    with ended(server):
        server.start()
        for number, seconds in enumerate((0, *moves), 1):
            clock(seconds)
            status, _, said = server.post(number)
            assert status == 201, said
            written = datetime.fromisoformat(said["comment"]["created_at"])
            assert abs((written - datetime.now(UTC)).total_seconds() - seconds) < 30, "the clock was not moved"
            shown.append(said["comment"]["id"])
            assert seen_within(server, shown, 2.0), number
        server.stop()
    assert sqlite_place.is_whole()


def seen_within(server, ids: list[str], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if {each["id"] for each in server.ask("GET", THREAD)[2]["comments"]} == set(ids):
            return True
        time.sleep(0.05)
    return False
