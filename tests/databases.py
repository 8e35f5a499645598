"""Databases for tests: every test of data runs on SQLite and on PostgreSQL, each with a database of its own."""

import os
import secrets

import psycopg
import pytest

POSTGRESQL = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/0")
REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"


def missing(what: str) -> None:
    """Skip for a newcomer, fail where everything has to be there."""
    if REQUIRED:
        pytest.fail(f"{what} is required here (REQUIRE_SERVICES=1) and is not there.")
    pytest.skip(f"{what} is not there.")


def postgresql_server():
    """A connection that may create databases. Skips (or fails, in CI) without a server."""
    try:
        return psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        missing(f"PostgreSQL at {POSTGRESQL}: {error}")


class PostgresqlDatabase:
    """A database with a name of its own, dropped at the end."""

    def __init__(self) -> None:
        self.name = f"commentsvc_test_{secrets.token_hex(6)}"
        self.server = postgresql_server()
        self.server.execute(f"CREATE DATABASE {self.name}")
        self.url = POSTGRESQL.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://") + f"/{self.name}"

    def drop(self) -> None:
        self.server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.server.close()
