"""What changed that readers see: noted by the database itself, so that no way of writing is missed.

A row says of which site and of which of its stories something changed; without a story, of the site as a whole. Rows
are only ever added: writers never wait for each other because of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHANGE = "commentsvc_change"

# What of a comment readers see; what only the desk sees is not in it.
COMMENT = (
    "story_id, parent_id, depth, author_id, author_name, website, status, content, html, likes, visible_replies,"
    " created_at, edited_at, retracted_at, featured_at, pinned_at, locked_at, shown_at"
)
AUTHOR = ("slug", "name", "bio_html", "avatar", "avatar_seed", "website", "is_byline", "badge", "shows_comments")
AUTHOR_JSON = ("bio_content", "links", "badges")
SITE = "key, name, stored_settings, attacked_until"

OF_STORY, OF_SITE = "SELECT site_id, id FROM commentsvc_story WHERE id = {row}.story_id", "SELECT {row}.site_id, CAST(NULL AS BIGINT)"
OWN, OWN_SITE = "SELECT {row}.site_id, {row}.id", "SELECT {row}.id, CAST(NULL AS BIGINT)"
OF_COMMENT = "SELECT {row}.site_id, {row}.story_id"
WAS_SHOWN = "({row}.status = 'APPROVED' OR {row}.visible_replies > 0)"
# Posting writes the row of its author each time, and mostly the same as before.
DIFFERS = " OR ".join(
    (
        *(f"OLD.{name} {{differs}} NEW.{name}" for name in AUTHOR),
        *(f"CAST(OLD.{name} AS TEXT) {{differs}} CAST(NEW.{name} AS TEXT)" for name in AUTHOR_JSON),
    )
)
# A trigger's name, when it fires, which row it looks at, what it notes, and for which rows.
TRIGGERS = (
    ("said", "INSERT ON commentsvc_comment", "NEW", OF_COMMENT, WAS_SHOWN),
    ("changed", f"UPDATE OF {COMMENT} ON commentsvc_comment", "NEW", OF_COMMENT, None),
    ("moved", "UPDATE OF story_id ON commentsvc_comment", "OLD", OF_COMMENT, None),
    ("gone", "DELETE ON commentsvc_comment", "OLD", OF_COMMENT, WAS_SHOWN),
    ("story_new", "INSERT ON commentsvc_story", "NEW", OF_SITE, None),
    ("story", "UPDATE ON commentsvc_story", "NEW", OWN, None),
    ("story_gone", "DELETE ON commentsvc_story", "OLD", OF_SITE, None),
    ("address_new", "INSERT ON commentsvc_story_url", "NEW", OF_SITE, None),
    ("address", "UPDATE ON commentsvc_story_url", "NEW", OF_SITE, None),
    ("address_gone", "DELETE ON commentsvc_story_url", "OLD", OF_SITE, None),
    ("byline_new", "INSERT ON commentsvc_byline", "NEW", OF_STORY, None),
    ("byline", "UPDATE ON commentsvc_byline", "NEW", OF_STORY, None),
    ("byline_gone", "DELETE ON commentsvc_byline", "OLD", OF_STORY, None),
    ("pick_new", "INSERT ON commentsvc_story_pick", "NEW", OF_STORY, None),
    ("pick", "UPDATE ON commentsvc_story_pick", "NEW", OF_STORY, None),
    ("pick_gone", "DELETE ON commentsvc_story_pick", "OLD", OF_STORY, None),
    ("author", f"UPDATE OF {', '.join(AUTHOR + AUTHOR_JSON)} ON commentsvc_author", "NEW", OF_SITE, DIFFERS),
    ("site", f"UPDATE OF {SITE} ON commentsvc_site", "NEW", OWN_SITE, None),
    ("site_gone", "DELETE ON commentsvc_site", "OLD", OWN_SITE, None),
    ("origin_new", "INSERT ON commentsvc_origin", "NEW", OF_SITE, None),
    ("origin", "UPDATE ON commentsvc_origin", "NEW", OF_SITE, None),
    ("origin_gone", "DELETE ON commentsvc_origin", "OLD", OF_SITE, None),
    ("section_new", "INSERT ON commentsvc_section", "NEW", OF_SITE, None),
    ("section", "UPDATE ON commentsvc_section", "NEW", OF_SITE, None),
    ("section_gone", "DELETE ON commentsvc_section", "OLD", OF_SITE, None),
)


def upgrade() -> None:
    op.create_table(
        CHANGE,
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=True),
        # Of the transaction: rows come into sight in the order of commits, not of their numbers. SQLite has one writer.
        sa.Column("written_in", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CHANGE}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{CHANGE}_written_in", CHANGE, ["written_in"])
    op.create_index(f"ix_{CHANGE}_at", CHANGE, ["at"])
    # Else SQLite looks for the few pinned ones among all comments of a thread, and PostgreSQL sorts all of them: it knows
    # no order behind a column that is NULL.
    _index_anew("pinned", "pinned_at IS NOT NULL", "pinned_at")
    _index_anew("thread", "parent_id IS NULL", "created_at", "id")
    _index_anew("liked", "parent_id IS NULL", "likes", "id")
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    add, differs = (_add_on_postgresql, "IS DISTINCT FROM") if is_postgresql else (_add_on_sqlite, "IS NOT")
    for name, fires, row, what, only in TRIGGERS:
        add(f"{CHANGE}_{name}", fires, what.format(row=row), only and only.format(row=row, differs=differs))


def _index_anew(name: str, where: str | None, *columns: str) -> None:
    name, only = f"ix_commentsvc_comment_{name}", where and sa.text(where)
    op.drop_index(name, table_name="commentsvc_comment")
    op.create_index(name, "commentsvc_comment", ["story_id", *columns], sqlite_where=only, postgresql_where=only)


def _add_on_sqlite(name: str, fires: str, what: str, only: str | None) -> None:
    noted = f"INSERT INTO {CHANGE} (site_id, story_id, at) SELECT *, CAST(strftime('%s', 'now') AS INTEGER) FROM ({what})"
    op.execute(f"CREATE TRIGGER {name} AFTER {fires} {f'WHEN {only}' if only else ''} BEGIN {noted}; END")


def _add_on_postgresql(name: str, fires: str, what: str, only: str | None) -> None:
    now, transaction = "extract(epoch FROM clock_timestamp())::bigint", "pg_current_xact_id()::text::bigint"
    op.execute(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO {CHANGE} (site_id, story_id, written_in, at) SELECT *, {transaction}, {now} FROM ({what}) AS noted;
    RETURN NULL;
    END $$"""
    )
    when = f"WHEN ({only})" if only else ""
    op.execute(f"CREATE TRIGGER {name} AFTER {fires} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, fires, *_ in TRIGGERS:
        table = fires.rpartition(" ")[2]
        op.execute(f"DROP TRIGGER {CHANGE}_{name}" + (f" ON {table}" if is_postgresql else ""))
        if is_postgresql:
            op.execute(f"DROP FUNCTION {CHANGE}_{name}()")
    op.drop_table(CHANGE)
    _index_anew("pinned", "pinned_at IS NOT NULL")
    _index_anew("thread", None, "parent_id", "created_at", "id")
    _index_anew("liked", None, "parent_id", "likes", "id")
