"""How the databases are opened, and a row that is written past the unit of work."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from commentsvc.authors.models import Author
from commentsvc.core.clock import now
from commentsvc.core.database import db, insert_now
from commentsvc.sites.service import site_named


@pytest.mark.postgresql
@pytest.mark.parametrize(("name", "value"), [
    ("statement_timeout", "30s"), ("lock_timeout", "10s"), ("jit", "off"), ("tcp_keepalives_idle", "30"),
])  # fmt: skip
def test_nothing_on_postgresql_runs_or_waits_without_an_end(postgresql_app, name, value):
    with postgresql_app.app_context():
        db.session.rollback()  # what a session was told in a transaction would be gone
        assert db.session.scalar(text(f"SHOW {name}")) == value


@pytest.mark.postgresql
def test_a_statement_that_takes_too_long_is_given_up(postgresql_app):
    with postgresql_app.app_context():
        db.session.execute(text("SET LOCAL statement_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="timeout"):
            db.session.execute(text("SELECT pg_sleep(5)"))


@pytest.fixture
def written(app, newsroom):
    key = newsroom.site("herald")
    with app.app_context():
        author = Author(site_id=site_named(key).id, slug="robin-abc", name="Robin Reader", created_at=now())
        insert_now(author)
        yield author


def test_a_row_written_at_once_is_the_sessions_own(written):
    assert inspect(written).persistent
    assert db.session.get(Author, written.id) is written
    assert not db.session.dirty


def test_its_defaults_are_those_of_any_other_row(written):
    other = Author(site_id=written.site_id, slug="rosa-abc", name="Robin Reader", created_at=written.created_at)
    db.session.add(other)
    db.session.flush()
    own = {"id", "slug", "avatar_seed"}
    columns = [column.key for column in Author.__table__.columns if column.key not in own]
    db.session.expire(other)
    db.session.expire(written)
    assert {name: getattr(written, name) for name in columns} == {name: getattr(other, name) for name in columns}


def test_a_change_of_it_is_written_like_any_other(written):
    written.name = "Robin Hood"
    db.session.flush()
    db.session.expire(written)
    assert (written.name, written.name_key) == ("Robin Hood", "robin hood")


def test_a_number_that_is_given_again_after_a_rollback_is_the_new_rows(written):
    """SQLite gives it again; a traceback may still hold what was taken back."""
    site_id = written.site_id
    db.session.rollback()
    again = Author(site_id=site_id, slug="robin-def", name="Robin Reader", created_at=now())
    insert_now(again)
    db.session.commit()
    assert db.session.get(Author, again.id) is again
    assert again.slug == "robin-def"
