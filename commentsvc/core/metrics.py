"""What is counted and timed, for Prometheus: every metric of this service that a process counts by itself.

`metrics()` gives them; whatever happens is counted there by the code that knows it, after the commit if there is one.
A new metric is one line in `Metrics`. Labels are names of ours (routes, rules, actions), never what anybody sent: each
value is a series that stays.

They are made at their first use, not on import: only then it is known whether the processes of a server share them.
Several processes share by files in the folder that `PROMETHEUS_MULTIPROC_DIR` names (`shared_folder`); whichever
process is asked answers for all of them.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one: counting never waits for a disk
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # around the bars of docs/benchmarks.md
RULE_SECONDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1)


class Metrics:
    """One process's counters, in a registry of their own: a host application's are left alone."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        self.requests = Counter(
            "commentsvc_requests", "Answers by route.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "commentsvc_request_seconds",
            "How long the application took to answer.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.published = Counter(
            "commentsvc_published",
            "Public answers sent by the layer in front: kept ready, or written for it.",
            ("how",),
            registry=self.registry,
        )
        self.purges = Counter(
            "commentsvc_purges",
            "Calls that tell a cache in front what to forget, by what came of them.",
            ("outcome",),
            registry=self.registry,
        )
        self.decisions = Counter(
            "commentsvc_decisions", "Changes of status and picks, by whom.", ("action", "by"), registry=self.registry
        )
        self.rule_seconds = Histogram(
            "commentsvc_rule_seconds", "How long a rule took.", ("rule",), buckets=RULE_SECONDS, registry=self.registry
        )
        self.rules_silent = Counter(
            "commentsvc_rules_silent", "Times a rule could not be checked.", ("rule",), registry=self.registry
        )

    def exposed(self) -> bytes:
        """Everything counted, of all processes that share a folder, as Prometheus reads it."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if SHARED not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)


_lock = threading.Lock()
_made: list[Metrics] = []


def metrics() -> Metrics:
    """The metrics of this process."""
    if not _made:
        with _lock:
            if not _made:
                _made.append(Metrics())
    return _made[0]


@contextmanager
def shared_folder() -> Iterator[None]:
    """A folder in which the processes started inside count together; it is gone afterwards.

    Does nothing where somebody named one.
    """
    if SHARED in os.environ:
        yield
        return
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="commentsvc-metrics-", dir=where) as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]
