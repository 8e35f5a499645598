"""Known readers: the tokens of their browsers, what a letter asked about and whether its link was used; whom the
publisher signed on, with which keys, and which of its tokens were used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOKEN, CONFIRMATION = "commentsvc_reader_token", "commentsvc_confirmation"
AUTHOR, KEY, USED = "commentsvc_author", "commentsvc_sign_on_key", "commentsvc_used_sign_on"


def upgrade() -> None:
    op.create_table(
        TOKEN,
        sa.Column("id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("is_code", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["commentsvc_author.id"], name=op.f(f"fk_{TOKEN}_author_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TOKEN}")),
        sa.UniqueConstraint("token_hash", name=op.f(f"uq_{TOKEN}_token_hash")),
    )
    op.create_index(f"ix_{TOKEN}_author_id", TOKEN, ["author_id"])
    op.create_index(f"ix_{TOKEN}_expires_at", TOKEN, ["expires_at"])
    with op.batch_alter_table(CONFIRMATION) as table:
        table.add_column(sa.Column("comment_id", ID, nullable=True))
        table.add_column(sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            op.f(f"fk_{CONFIRMATION}_comment_id"), "commentsvc_comment", ["comment_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(f"ix_{CONFIRMATION}_comment_id", CONFIRMATION, ["comment_id"])
    op.add_column(AUTHOR, sa.Column("signed_on_as", sa.String(64), nullable=True))
    op.add_column(AUTHOR, sa.Column("badges", sa.JSON(), server_default="[]", nullable=False))
    op.create_index(f"ix_{AUTHOR}_signed_on", AUTHOR, ["site_id", "signed_on_as"], unique=True)
    op.create_table(
        KEY,
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("kid", sa.String(100), nullable=False),
        sa.Column("algorithm", sa.String(10), nullable=False),
        sa.Column("key_encrypted", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f(f"fk_{KEY}_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{KEY}")),
        sa.UniqueConstraint("site_id", "kid", name=op.f(f"uq_{KEY}_site_id_kid")),
    )
    op.create_table(
        USED,
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f(f"pk_{USED}")),
    )
    op.create_index(f"ix_{USED}_expires_at", USED, ["expires_at"])


def downgrade() -> None:
    op.drop_table(USED)
    op.drop_table(KEY)
    op.drop_index(f"ix_{AUTHOR}_signed_on", AUTHOR)
    op.drop_column(AUTHOR, "badges")
    op.drop_column(AUTHOR, "signed_on_as")
    op.drop_index(f"ix_{CONFIRMATION}_comment_id", CONFIRMATION)
    with op.batch_alter_table(CONFIRMATION) as table:
        table.drop_constraint(op.f(f"fk_{CONFIRMATION}_comment_id"), type_="foreignkey")
        table.drop_column("used_at")
        table.drop_column("comment_id")
    op.drop_table(TOKEN)
