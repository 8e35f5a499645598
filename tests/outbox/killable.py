"""A worker that can be killed as often as one likes: the application is loaded once, every worker is a fork of it.

`python -m tests.outbox.killable DATA_DIR DATABASE_URL`: each line on standard input makes one worker and prints its
process number; an empty standard input ends it.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from commentsvc import create_app
from commentsvc.core.database import db
from commentsvc.outbox import lanes, work
from tests.conftest import settings

SHORT_LEASE = timedelta(seconds=0.15)  # nobody waits a minute and a half for each of two hundred dead workers


def main(data_dir: str, url: str) -> None:
    lanes.LEASE = SHORT_LEASE
    app = create_app(settings(url, Path(data_dir), outgoing_allowed=("127.0.0.1",)))
    with app.app_context():
        work.release()  # everything a worker needs is loaded
        db.session.remove()
        db.engine.dispose()
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            _work_for_ever(app)
        print(child, flush=True)


def _work_for_ever(app) -> None:
    with app.app_context():
        while True:
            work.release()
            work.pull()
            db.session.remove()
            time.sleep(0.002)


if __name__ == "__main__":
    main(*sys.argv[1:])
