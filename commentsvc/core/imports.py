"""What a library loads only because it happens to be installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_missing(*names: str) -> Iterator[None]:
    """Import inside as if these libraries were not installed; what is loaded already stays as it is.

    Some libraries load whatever else they find, for features nobody here uses: all of Redis and PostgreSQL for a job
    that waits in a file took 24 MB of each process's memory.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None is how an import is told to fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
