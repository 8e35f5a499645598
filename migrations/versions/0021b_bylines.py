"""Names that sign one story and have no page; what shields a byline, and which comments it keeps out of whose sight.

Columns are added one by one. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021b"
down_revision = "0021a"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUTHOR, COMMENT, STORY, SHIELDED = "commentsvc_author", "commentsvc_comment", "commentsvc_story", "commentsvc_shielded"
HAS_SHIELD = "shield IS NOT NULL"


def upgrade() -> None:
    op.add_column(STORY, sa.Column("guest_bylines", sa.JSON(), nullable=False, server_default="[]"))
    op.execute(
        f"ALTER TABLE {AUTHOR} ADD COLUMN shield VARCHAR(10)"
        f" CONSTRAINT ck_{AUTHOR}_shield CHECK (shield IN ('any', 'aimed'))"
    )
    op.add_column(AUTHOR, sa.Column("shield_words", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        f"ix_{AUTHOR}_shield",
        AUTHOR,
        ["site_id"],
        sqlite_where=sa.text(HAS_SHIELD),
        postgresql_where=sa.text(HAS_SHIELD),
    )
    op.create_table(
        SHIELDED,
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], [f"{COMMENT}.id"], name=op.f(f"fk_{SHIELDED}_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], [f"{AUTHOR}.id"], name=op.f(f"fk_{SHIELDED}_author_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", "author_id", name=op.f(f"pk_{SHIELDED}")),
    )
    op.create_index(f"ix_{SHIELDED}_author_id", SHIELDED, ["author_id"])


def downgrade() -> None:
    op.drop_table(SHIELDED)
    op.drop_index(f"ix_{AUTHOR}_shield", AUTHOR)
    for name in ("shield_words", "shield"):
        op.drop_column(AUTHOR, name)
    op.drop_column(STORY, "guest_bylines")
