"""Whether an author's public page lists their comments, as the person chose.

A column is added. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021a"
down_revision = "0021"
branch_labels = None
depends_on = None

AUTHOR = "commentsvc_author"


def upgrade() -> None:
    op.add_column(AUTHOR, sa.Column("shows_comments", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column(AUTHOR, "shows_comments")
