"""No column that holds a secret is forgotten when the keys change: by its name, and by what really stands in it."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import String, select, text

from commentsvc import rotation
from commentsvc.core.database import PREFIX, db
from tests.contract.searching import Searcher
from tests.contract.world import World, world

SOUNDS_SECRET = re.compile(r"encrypted|hash|secret|token|salt|password|totp|otp|recovery|signature|idempotency|seed")
SEALED = re.compile(r"gAAAA[\w-]{50,}={0,2}")  # what Fernet writes
DIGEST = re.compile(r"[0-9a-f]{40,}|[A-Za-z0-9_-]{43}")


def named() -> set[str]:
    """The columns the rotation knows of, as table.column."""
    encrypted = {f"{model.__tablename__}.{name}" for model, names in rotation.ENCRYPTED.items() for name in names}
    hashed = {f"{model.__tablename__}.{each.column}" for model, each in rotation.HASHED.items()}
    return {*encrypted, *hashed, *rotation.FOLLOWERS, *rotation.LEFT}


def columns() -> Iterator[tuple[str, object]]:
    for table in db.metadata.sorted_tables:
        if table.name.startswith(PREFIX):
            yield from ((f"{table.name}.{column.name}", column) for column in table.columns)


def test_every_column_that_sounds_secret_is_named():
    """A new one goes into ENCRYPTED, HASHED or FOLLOWERS of commentsvc/rotation.py, or into LEFT with the reason."""
    texts = {name for name, column in columns() if isinstance(column.type, String)}
    assert sorted(name for name in texts if SOUNDS_SECRET.search(name.partition(".")[2]) and name not in named()) == []


def test_every_column_that_is_named_is_there():
    assert sorted(named() - {name for name, _ in columns()}) == []


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("registry")) as made:
        yield made


def stored(made: World) -> Iterator[tuple[str, str]]:
    """(table.column, value) of every text in a newspaper where something of everything is there."""
    with made.app.app_context():
        for table in db.metadata.sorted_tables:
            if table.name.startswith(PREFIX):
                for row in db.session.execute(select(table)).mappings():
                    yield from (
                        (f"{table.name}.{name}", value) for name, value in row.items() if isinstance(value, str)
                    )


def test_whatever_is_sealed_is_in_a_column_that_is_written_anew(full):
    encrypted = {f"{model.__tablename__}.{name}" for model, names in rotation.ENCRYPTED.items() for name in names}
    found = {name for name, value in stored(full) if SEALED.search(value)}
    assert {"commentsvc_author.email_encrypted", "commentsvc_endpoint.secret"} <= found <= encrypted


def test_whatever_looks_like_a_digest_is_named(full):
    said = {name for name, value in stored(full) if DIGEST.fullmatch(value)}
    not_secret = {"commentsvc_comment.fingerprint", "commentsvc_comment.likeness"}  # of words that stand beside it
    assert sorted(said - named() - not_secret) == []


def test_a_stolen_database_without_the_key_yields_nothing_and_allows_no_guess(full):
    secrets = [each for each in full.secrets() if each.what in ("address", "network", "password")]
    searcher = Searcher(secrets)
    dumped = {f"{name}: {hit}" for name, value in everything(full) for hit in searcher.hits(value)}
    assert dumped == set()
    files = full.file.parent.glob(
        f"{full.file.name}*"
    )  # the pages no row stands in any more, and what is written ahead
    assert {str(hit) for file in files for hit in searcher.hits(file.read_bytes().decode("latin-1"))} == set()


def everything(made: World) -> Iterator[tuple[str, str]]:
    """Every value of every table, also those no model knows."""
    with made.app.app_context():
        names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        for name in names:
            for row in db.session.execute(text(f'SELECT * FROM "{name}"')):
                yield name, " ".join(map(str, row))
