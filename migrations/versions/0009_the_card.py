"""The card at the desk: the team's notes, who is looking, the name staff go by and what they set for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT, NOTE, LEASE = "commentsvc_account", "commentsvc_comment_note", "commentsvc_lease"


def upgrade() -> None:
    op.add_column(ACCOUNT, sa.Column("alias", sa.String(length=80), nullable=True))
    op.add_column(ACCOUNT, sa.Column("preferences", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        NOTE,
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(text) <= 2000", name=op.f("ck_commentsvc_comment_note_text")),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_comment_note_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_comment_note_account_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_comment_note")),
    )
    op.create_index("ix_commentsvc_comment_note_comment_id", NOTE, ["comment_id"])
    op.create_table(
        LEASE,
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["commentsvc_comment.id"], name=op.f("fk_commentsvc_lease_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["commentsvc_account.id"], name=op.f("fk_commentsvc_lease_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_commentsvc_lease")),
    )


def downgrade() -> None:
    op.drop_table(LEASE)
    op.drop_table(NOTE)
    op.drop_column(ACCOUNT, "preferences")
    op.drop_column(ACCOUNT, "alias")
