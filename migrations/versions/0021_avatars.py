"""Random digits for every author, from which a picture is drawn where nobody brought one.

Columns are added one by one. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

AUTHOR = "commentsvc_author"
WITH_PICTURE = "avatar IS NOT NULL"
# Twelve hex digits by chance. Of a version 4 UUID the last twelve are.
RANDOM = {"sqlite": "lower(hex(randomblob(6)))", "postgresql": "right(gen_random_uuid()::text, 12)"}


def upgrade() -> None:
    op.add_column(AUTHOR, sa.Column("avatar_seed", sa.String(12), nullable=False, server_default="000000000000"))
    op.execute(f"UPDATE {AUTHOR} SET avatar_seed = {RANDOM[op.get_bind().dialect.name]}")
    op.create_index(
        f"ix_{AUTHOR}_avatar",
        AUTHOR,
        ["avatar"],
        sqlite_where=sa.text(WITH_PICTURE),
        postgresql_where=sa.text(WITH_PICTURE),
    )


def downgrade() -> None:
    op.drop_index(f"ix_{AUTHOR}_avatar", AUTHOR)
    op.drop_column(AUTHOR, "avatar_seed")
