"""When readers got to see a comment, editors' picks by story, and the order of a section's threads.

Columns are added one by one. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COMMENT, SECTION = "commentsvc_comment", "commentsvc_section"
FEATURED = "featured_at IS NOT NULL"
SORTS = "'oldest', 'newest', 'liked'"


def upgrade() -> None:
    op.add_column(COMMENT, sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody remembers how long those that are shown now had to wait; only what comes from now on is new to anybody.
    op.execute(f"UPDATE {COMMENT} SET shown_at = created_at WHERE status = 'APPROVED'")
    op.create_index(f"ix_{COMMENT}_shown", COMMENT, ["story_id", "shown_at", "id"])
    op.create_index(
        f"ix_{COMMENT}_featured",
        COMMENT,
        ["story_id", "featured_at"],
        sqlite_where=sa.text(FEATURED),
        postgresql_where=sa.text(FEATURED),
    )
    op.execute(
        f"ALTER TABLE {SECTION} ADD COLUMN default_sort VARCHAR(10)"
        f" CONSTRAINT ck_commentsvc_section_default_sort CHECK (default_sort IN ({SORTS}))"
    )


def downgrade() -> None:
    op.drop_column(SECTION, "default_sort")
    for name in ("featured", "shown"):
        op.drop_index(f"ix_{COMMENT}_{name}", COMMENT)
    op.drop_column(COMMENT, "shown_at")
