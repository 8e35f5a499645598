"""Alembic inside the service's application context."""

from alembic import context
from flask import current_app

from commentsvc.core.database import PREFIX, WORDS_TABLE
from commentsvc.schema import VERSION_TABLE

database = current_app.extensions["migrate"].db


def ours(object, name, kind, reflected, compare_to):
    """In a host's database only our own tables are our affair."""
    return kind != "table" or (name.startswith(PREFIX) and not name.startswith(WORDS_TABLE))


def run() -> None:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            version_table=VERSION_TABLE,
            include_object=ours,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a new index takes what it takes
            context.run_migrations()


if context.is_offline_mode():
    context.configure(
        url=str(database.engine.url), target_metadata=database.metadata, version_table=VERSION_TABLE, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
