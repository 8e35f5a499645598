"""The schema: whether it is what this version needs, and bringing it there."""

import re
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade as run_upgrade
from sqlalchemy import Connection

from .core.database import PREFIX, db
from .core.resources import folder

VERSION_TABLE = f"{PREFIX}schema_version"  # a host's own migrations keep theirs elsewhere


def newest() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory(str(folder("migrations"))).get_current_head()


def present() -> str | None:
    """The revision the database is at; None for an empty one."""
    with db.engine.connect() as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """The revision that any database is at."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def is_current() -> bool:
    return present() == newest()


def is_behind() -> bool:
    """Whether steps of this version are still to be made.

    A step with a higher number is a newer version's, and this one works on it: steps take nothing away in the release
    that no longer needs it, but in the one after.
    """
    found = present() or ""
    return not re.fullmatch(r"[0-9]{4}[a-z]?", found) or found < (newest() or "")


def upgrade() -> None:
    """Bring the database to what this version needs; a file's folder is made with it. A newer version's is left."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if is_behind():
        run_upgrade()
