"""The time: always UTC, always aware."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC. Routes and commands ask; services are told."""
    return datetime.now(UTC)


def rfc3339(moment: datetime | None) -> str | None:
    """The form in which every time leaves the service: `2026-01-20T08:30:00Z` (RFC 3339, UTC)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
