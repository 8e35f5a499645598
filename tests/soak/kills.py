"""A hundred kills under 50 posts a second from eight clients: `python -m tests.soak.kills [--kills 100] [--url …]`.

Without a URL on SQLite in a new folder; a PostgreSQL database that is named must be empty.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from tests.faults.conftest import install, let_go
from tests.faults.test_killed import killed_again_and_again


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--url")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = install(Path(folder), given.url or f"sqlite:///{folder}/commentsvc.sqlite3")
        _, *starts = killed_again_and_again(place, given.kills)
        print(f"{given.kills} kills, {len(place.ids())} comments, none missing, none doubled, the database is whole.")
        print(f"Serving again after {statistics.median(starts):.2f} s (median), {max(starts):.2f} s (worst).")
        let_go(place)


if __name__ == "__main__":
    main()
