"""The production server: Granian, with the service as a WSGI application."""

from granian import Granian
from granian.constants import Interfaces

THREADS = 8  # a request waits for the database more than it computes


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
