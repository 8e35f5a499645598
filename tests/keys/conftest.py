"""An installation whose secrets were written under an old key, and the same one with a new key before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from commentsvc.authors.models import Author, Standing
from commentsvc.core import clock
from commentsvc.core.crypto import Keyring
from commentsvc.core.database import db
from commentsvc.core.mail_address import address_hashes
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from tests.conftest import SECRET

NEW = "Vn2mR8tKq5Yw9xZb3Lc7Jd1Fg4Hs6Pa0Ue"
OLD_KEYS, BOTH_KEYS, NEW_KEYS = Keyring([SECRET]), Keyring([NEW, SECRET]), Keyring([NEW])


@contextmanager
def keys_of(app: Flask, keys: Keyring) -> Iterator[None]:
    """The application with other keys, as after a restart."""
    before = app.extensions["commentsvc"]
    app.extensions["commentsvc"] = replace(before, keys=keys)
    try:
        yield
    finally:
        app.extensions["commentsvc"] = before


@pytest.fixture
def with_keys(app):
    return lambda keys: keys_of(app, keys)


def write_authors(app: Flask, count: int, *, keys: Keyring = OLD_KEYS) -> None:
    """So many authors of the Herald with an address each, written straight into the table."""
    with app.app_context(), unit_of_work():
        site = site_named("herald").id
        rows = [
            {
                "site_id": site,
                "slug": f"reader-{number}",
                "name": f"Reader {number}",
                "email_encrypted": keys.encrypt(address := f"reader{number}@example.org"),
                "email_hash": address_hashes(address, f"site {site}", keys)[0],
                "standing": Standing.NORMAL,
                "created_at": clock.now() - timedelta(days=1),
            }
            for number in range(count)
        ]
        for start in range(0, count, 2_000):
            db.session.execute(insert(Author), rows[start : start + 2_000])
