"""Reading and writing for half an hour: memory and open files must not grow. `python -m tests.soak.mixed [--minutes 30]`.

The first tenth of the time is for warming up. Fails if afterwards the serving processes' memory grew by 5 % or more, or
their open files by more than ten.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.faults.conftest import Server, Writers, ended, install, let_go

READS = (
    "/api/v1/thread?site=herald&story=harbour",
    "/api/v1/thread?site=herald&story=harbour&sort=newest",
    "/api/v1/counts?site=herald&story=harbour",
    "/thread/herald?story=harbour",
    "/fragment/thread?site=herald&story=harbour",
    "/feeds/herald.atom",
    "/api/v1/thread?site=herald&story=nowhere",
    "/nowhere",
)
GROWTH, FILES = 1.05, 10


def read(server: Server, ends: threading.Event) -> None:
    while not ends.is_set():
        for path in READS:
            server.status(path)
        time.sleep(0.05)


def measured(server: Server) -> tuple[int, int]:
    """Memory in KiB and open files of everything that serves."""
    family = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
    return sum(each.memory_info().rss for each in family) // 1024, sum(each.num_fds() for each in family)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=30.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = install(Path(folder), f"sqlite:///{folder}/commentsvc.sqlite3")
        server, stop = place.server(workers=2), threading.Event()
        with ended(server):
            server.start()
            readers = [threading.Thread(target=read, args=(server, stop), daemon=True) for _ in range(4)]
            for each in readers:
                each.start()
            with Writers(server, count=2, pause=0.2) as writers:
                time.sleep(given.minutes * 6)
                before = measured(server)
                time.sleep(given.minutes * 54)
                after = measured(server)
            stop.set()
            server.stop()
        print(
            f"{len(writers.acknowledged)} comments; memory {before[0]:,} → {after[0]:,} KiB, files {before[1]} → {after[1]}"
        )
        assert writers.refused == []
        assert set(writers.acknowledged.values()) <= place.ids()
        assert place.is_whole()
        let_go(place)
        assert after[0] < before[0] * GROWTH, "memory grows"
        assert after[1] <= before[1] + FILES, "open files pile up"


if __name__ == "__main__":
    main()
