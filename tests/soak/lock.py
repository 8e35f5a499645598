"""A lock on the SQLite file held for 30 seconds: `python -m tests.soak.lock [--seconds 30]`."""

import argparse
import tempfile
from pathlib import Path

from tests.faults.conftest import install, let_go
from tests.faults.test_disk import held_and_let_go


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=30.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = install(Path(folder), f"sqlite:///{folder}/commentsvc.sqlite3")
        held_and_let_go(place, given.seconds)
        print(f"Held for {given.seconds:.0f} s: writers were told to come back, readers noticed nothing, all is whole.")
        let_go(place)


if __name__ == "__main__":
    main()
