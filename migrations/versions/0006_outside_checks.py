"""Outside checks: what a site needs to ask, and what was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_check_keys",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("hook_secret_encrypted", sa.Text(), nullable=True),
        sa.Column("akismet_key_encrypted", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_check_keys_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_commentsvc_check_keys")),
    )
    op.create_table(
        "commentsvc_outside_check",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("question_encrypted", sa.Text(), nullable=True),
        sa.Column("sent_encrypted", sa.Text(), nullable=True),
        sa.Column("akismet_said", sa.String(length=4), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("akismet_said IN ('spam', 'ham')", name=op.f("ck_commentsvc_outside_check_akismet_said")),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_outside_check_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_outside_check_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_outside_check")),
        sa.UniqueConstraint("comment_id", "revision", name=op.f("uq_commentsvc_outside_check_comment_id_revision")),
    )
    with op.batch_alter_table("commentsvc_outside_check", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_outside_check_age", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_outside_check_open",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_commentsvc_outside_check_site_id"), ["site_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("commentsvc_outside_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_outside_check_site_id"))
        batch_op.drop_index(
            "ix_commentsvc_outside_check_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index("ix_commentsvc_outside_check_age")

    op.drop_table("commentsvc_outside_check")
    op.drop_table("commentsvc_check_keys")
