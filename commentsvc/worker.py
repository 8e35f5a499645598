"""The worker: what is due outside a request. `python -m commentsvc.worker` is what `serve` starts beside itself."""

import os
import signal
import sys
import threading
import time

from flask import Flask
from werkzeug.utils import import_string

from .core import logs
from .outbox.engine import THREADS, engine

POLITE = 10  # how far behind the server beside it the worker stands in line for the processor


def run(app: Flask, *, threads: int = THREADS) -> None:
    """Work until the process is told to stop (SIGTERM, SIGINT): what is under way is finished."""
    logs.configure()
    with app.app_context():
        running = engine()
    running.run(threads)


def _end_with(parent: int) -> None:
    """A worker that the server started ends when its server does, however that ended."""
    while os.getppid() == parent:
        time.sleep(1)
    signal.raise_signal(signal.SIGTERM)


def main(target: str, parent: int) -> None:
    """Beside the server whose process is `parent`, for the application it serves."""
    os.nice(POLITE)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    run(import_string(target))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
