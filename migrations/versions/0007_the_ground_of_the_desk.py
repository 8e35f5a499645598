"""The ground of the desk: what the queue is filtered and sorted by, as columns; what an undo has to put back.

Columns are added one by one. Alembic's way of copying a table would lose the checks SQLite keeps on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COMMENT, DECISION, VERDICT = "commentsvc_comment", "commentsvc_decision", "commentsvc_verdict"
MEMBERSHIP = "commentsvc_site_membership"


def new_of_comment() -> list[sa.Column]:
    return [
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("section", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("held_by", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("has_link", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("likeness", sa.String(length=64), nullable=True),
        sa.Column("objections", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("risk", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ignores_flags", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


CHECKED = {
    "set_aside": "VARCHAR(10) CONSTRAINT ck_commentsvc_comment_set_aside CHECK (set_aside IN ('later', 'escalated'))",
    "open_flags": "INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_commentsvc_comment_open_flags CHECK (open_flags >= 0)",
}


def new_of_decision() -> list[sa.Column]:
    return [
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.Column("undoes_id", Id, nullable=True),
        sa.Column("aside_before", sa.String(length=10), nullable=True),
        sa.Column("was_featured", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


INDEXES = {
    "section": ("site_id", "status", "section", "created_at", "id"),
    "held_by": ("site_id", "status", "held_by", "created_at", "id"),
    "language": ("site_id", "status", "language", "created_at", "id"),
    "has_link": ("site_id", "status", "has_link", "created_at", "id"),
    "risk": ("site_id", "status", "risk", "id"),
    "open_flags": ("site_id", "status", "open_flags", "id"),
    "story_queue": ("story_id", "status", "created_at", "id"),
    "alike": ("site_id", "likeness", "status"),
}
PARTIAL = {
    "waiting": (
        ("site_id", "created_at", "id"),
        "status = 'PENDING' AND set_aside IS NULL AND retracted_at IS NULL",
    ),
    "set_aside": (("site_id", "set_aside", "created_at", "id"), "set_aside IS NOT NULL"),
    "reported": (("site_id", "created_at", "id"), "open_flags > 0"),
}
OF_DECISION = {"when": ("site_id", "created_at", "id"), "batch": ("batch",), "undoes": ("undoes_id",)}

FILL = (
    "UPDATE commentsvc_comment SET section ="
    " (SELECT category FROM commentsvc_story WHERE commentsvc_story.id = commentsvc_comment.story_id)",
    "UPDATE commentsvc_comment SET has_link = (html LIKE '%<a %')",
    "UPDATE commentsvc_comment SET open_flags = (SELECT count(*) FROM commentsvc_flag"
    " WHERE commentsvc_flag.comment_id = commentsvc_comment.id AND settled_at IS NULL)",
    "UPDATE commentsvc_comment SET held_by = (SELECT rule FROM commentsvc_decision"
    " WHERE commentsvc_decision.comment_id = commentsvc_comment.id AND rule IS NOT NULL AND after <> 'APPROVED'"
    " ORDER BY id DESC LIMIT 1)",
    "UPDATE commentsvc_comment SET objections = coalesce((SELECT sum(CASE outcome WHEN 'hold' THEN 1"
    " WHEN 'reject' THEN 2 WHEN 'spam' THEN 3 ELSE 0 END) FROM commentsvc_verdict JOIN commentsvc_revision"
    " ON commentsvc_revision.id = commentsvc_verdict.revision_id"
    " WHERE commentsvc_verdict.comment_id = commentsvc_comment.id"
    " AND commentsvc_revision.number = commentsvc_comment.revision_number), 0)",
    "UPDATE commentsvc_comment SET risk = objections + 2 * open_flags",
)


def upgrade() -> None:
    for column in new_of_comment():
        op.add_column(COMMENT, column)
    for name, definition in CHECKED.items():
        op.execute(f"ALTER TABLE {COMMENT} ADD COLUMN {name} {definition}")
    for column in new_of_decision():
        op.add_column(DECISION, column)
    op.add_column(VERDICT, sa.Column("would_be", sa.String(length=10), nullable=True))
    op.add_column(MEMBERSHIP, sa.Column("sections", sa.JSON(), nullable=False, server_default="[]"))
    for statement in FILL:
        op.execute(statement)
    for name, columns in INDEXES.items():
        op.create_index(f"ix_{COMMENT}_{name}", COMMENT, columns)
    for name, (columns, where) in PARTIAL.items():
        op.create_index(
            f"ix_{COMMENT}_{name}", COMMENT, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    for name, columns in OF_DECISION.items():
        op.create_index(f"ix_{DECISION}_{name}", DECISION, columns)
    op.create_index(f"ix_{VERDICT}_said", VERDICT, ("rule", "created_at"))


def downgrade() -> None:
    op.drop_index(f"ix_{VERDICT}_said", VERDICT)
    for name in OF_DECISION:
        op.drop_index(f"ix_{DECISION}_{name}", DECISION)
    for name in (*PARTIAL, *INDEXES):
        op.drop_index(f"ix_{COMMENT}_{name}", COMMENT)
    op.drop_column(MEMBERSHIP, "sections")
    op.drop_column(VERDICT, "would_be")
    for column in new_of_decision():
        op.drop_column(DECISION, column.name)
    for name in (*CHECKED, *(column.name for column in new_of_comment())):
        op.drop_column(COMMENT, name)
