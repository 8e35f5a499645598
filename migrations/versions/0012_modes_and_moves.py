"""Modes of sections and stories, conversations that moved, what is pinned, and sections that follow their stories.

Columns are added one by one. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STORY, COMMENT, SECTION, MOVE = "commentsvc_story", "commentsvc_comment", "commentsvc_section", "commentsvc_move"
MODES = "'open', 'hold_new', 'hold_all', 'closed', 'hidden'"
TRIGGER = "commentsvc_story_section"
PINNED = "pinned_at IS NOT NULL"
OLD_CHECK = "CONSTRAINT ck_commentsvc_story_state CHECK (state IN ('open', 'held', 'closed'))"

FOLLOW = f"UPDATE {COMMENT} SET section = NEW.category WHERE story_id = NEW.id"
ON_SQLITE = (
    f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF category ON {STORY} FOR EACH ROW"
    f" WHEN OLD.category <> NEW.category BEGIN {FOLLOW}; END",
)
ON_POSTGRESQL = (
    f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {FOLLOW}; RETURN NULL; END $$",
    f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF category ON {STORY} FOR EACH ROW"
    f" WHEN (OLD.category IS DISTINCT FROM NEW.category) EXECUTE FUNCTION {TRIGGER}()",
)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def drop_state() -> None:
    if is_sqlite():
        forget_check()
    op.drop_column(STORY, "state")


def forget_check() -> None:
    """SQLite drops no column that a check of the table names, and drops no such check.

    What its manual says of removing one (lang_altertable.html, section 8): a change of the schema's own text that
    does not touch what is on disk.
    """
    connection = op.get_bind()
    text = connection.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name"), {"name": STORY})
    without = re.sub(r",\s*" + re.escape(OLD_CHECK), "", text)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": without, "name": STORY},
    )
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def upgrade() -> None:
    op.create_table(
        SECTION,
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("close_after_days", sa.Integer(), nullable=True),
        sa.Column("opening_hours", sa.String(length=500), nullable=True),
        sa.CheckConstraint(f"mode IN ({MODES})", name=op.f("ck_commentsvc_section_mode")),
        sa.CheckConstraint("close_after_days >= 0", name=op.f("ck_commentsvc_section_close_after_days")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_section_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "name", name=op.f("pk_commentsvc_section")),
    )
    op.create_table(
        MOVE,
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("from_story_id", Id, nullable=True),
        sa.Column("to_story_id", Id, nullable=True),
        sa.Column("from_parent_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["commentsvc_decision.id"], name=op.f("fk_commentsvc_move_decision_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_story_id"], ["commentsvc_story.id"], name=op.f("fk_commentsvc_move_from_story_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["to_story_id"], ["commentsvc_story.id"], name=op.f("fk_commentsvc_move_to_story_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_commentsvc_move")),
    )
    for column in ("from_story_id", "to_story_id"):
        op.create_index(f"ix_{MOVE}_{column}", MOVE, [column])
    op.execute(
        f"ALTER TABLE {STORY} ADD COLUMN mode VARCHAR(10) CONSTRAINT ck_commentsvc_story_mode CHECK (mode IN ({MODES}))"
    )
    op.execute(f"UPDATE {STORY} SET mode = CASE state WHEN 'held' THEN 'hold_all' WHEN 'closed' THEN 'closed' END")
    drop_state()
    op.create_index(
        f"ix_{COMMENT}_pinned", COMMENT, ["story_id"], sqlite_where=sa.text(PINNED), postgresql_where=sa.text(PINNED)
    )
    for statement in ON_SQLITE if is_sqlite() else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute(f"DROP TRIGGER {TRIGGER}" if is_sqlite() else f"DROP TRIGGER {TRIGGER} ON {STORY}")
    if not is_sqlite():
        op.execute(f"DROP FUNCTION {TRIGGER}()")
    op.drop_index(f"ix_{COMMENT}_pinned", COMMENT)
    op.execute(f"ALTER TABLE {STORY} ADD COLUMN state VARCHAR(10) DEFAULT 'open' NOT NULL {OLD_CHECK}")
    op.execute(
        f"UPDATE {STORY} SET state = CASE WHEN mode = 'hold_all' THEN 'held'"
        " WHEN mode IN ('closed', 'hidden') THEN 'closed' ELSE 'open' END"
    )
    op.drop_column(STORY, "mode")
    op.drop_table(MOVE)
    op.drop_table(SECTION)
