"""What the figures of the desk are counted along: what rules held, what rules in shadow said, what waits by section.

Each has every column its figure asks for, those of its condition too: then SQLite need not look at the rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COMMENT, DECISION, VERDICT = "commentsvc_comment", "commentsvc_decision", "commentsvc_verdict"

PARTIAL = (
    (
        DECISION,
        "held",
        ("site_id", "created_at", "rule", "after", "revision_id", "comment_id"),
        "rule IS NOT NULL AND after <> 'APPROVED'",
    ),
    (VERDICT, "shadow", ("created_at", "rule"), "would_be IS NOT NULL"),
    (
        COMMENT,
        "waiting_where",
        ("site_id", "section", "created_at", "status", "set_aside", "retracted_at"),
        "status = 'PENDING' AND set_aside IS NULL AND retracted_at IS NULL",
    ),
)


def upgrade() -> None:
    for table, name, columns, where in PARTIAL:
        op.create_index(
            f"ix_{table}_{name}", table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    for table, name, _, _ in PARTIAL:
        op.drop_index(f"ix_{table}_{name}", table)
