"""The production server: Granian, with the service as a WSGI application."""

import os
import socket

from granian import Granian
from granian.constants import Interfaces

from .config import Misconfigured

THREADS = 8  # a request waits for the database more than it computes


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


def serve(*, host: str, port: int, workers: int = 1, target: str = "commentsvc.wsgi:app") -> None:
    """Serve until the process is told to stop; requests under way are finished."""
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        log_access=False,
    ).serve()
