"""The production server: Granian, with the service as a WSGI application; on the embedded default with its worker."""

import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

from granian import Granian
from granian.constants import Interfaces

from .config import Misconfigured
from .core import logs
from .core.metrics import shared_folder
from .core.overload import THREADS

ARENA_MAX, ARENAS = -8, 2  # the option's number in malloc.h
MMAP_THRESHOLD, LARGE = -3, 128 * 1024  # bytes; left to itself the limit rises to whatever was freed once
LAST_WORDS = 15  # seconds to finish what was begun; a signal that comes in the very moment of the start can be lost
PAUSE = 2.0  # seconds before a worker that ended is started again


def ensure_free(host: str, port: int) -> None:
    """Raises Misconfigured where somebody listens already or the address is none of this machine's.

    Granian opens its port so that others may share it: two services would then answer in turn.
    """
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # a port whose last server has just stopped is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misconfigured(f"Cannot serve on {host}, port {port}: {reason}. Choose another with --port.") from error


def serve(
    *, host: str, port: int, workers: int = 1, with_worker: bool = False, target: str = "commentsvc.wsgi:app"
) -> None:
    """Serve until the process is told to stop; requests and deliveries under way are finished."""
    _share_memory()
    with shared_folder():  # before any of the processes begins, so that all of them count together
        _serve(host, port, workers, with_worker, target)


def _serve(host: str, port: int, workers: int, with_worker: bool, target: str) -> None:
    beside = Beside(target) if with_worker else None
    try:
        Granian(
            target,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            log_access=False,
            workers_kill_timeout=LAST_WORDS,
            log_dictconfig=logs.configuration(),
        ).serve()
    finally:
        if beside:
            beside.stop()


def _share_memory() -> None:
    """Ask the C library not to give each thread memory of its own, which it hardly ever takes back, and to give large
    blocks back to the system at once: a page of a thread in all its encodings is some of them."""
    with suppress(AttributeError, OSError):  # not every C library can be asked
        library = ctypes.CDLL(None)
        library.mallopt(ARENA_MAX, ARENAS)
        library.mallopt(MMAP_THRESHOLD, LARGE)


class Beside:
    """The worker's own process beside the server: what it sends never takes a request's time."""

    def __init__(self, target: str) -> None:
        self._command = [sys.executable, "-m", "commentsvc.worker", target, str(os.getpid())]
        self._stopped = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._keep_running, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command)  # noqa: S603 - our own module, no word of anybody else in it

    def _keep_running(self) -> None:
        while not self._stopped.is_set():
            self._process.wait()
            time.sleep(PAUSE)
            if not self._stopped.is_set():
                self._process = self._start()

    def stop(self) -> None:
        self._stopped.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
