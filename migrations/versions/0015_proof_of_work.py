"""Proof of work: challenges that were used, and how many posts a flood had refused, by minute and network."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commentsvc_site", sa.Column("attacked_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "commentsvc_spent_challenge",
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_commentsvc_spent_challenge")),
    )
    op.create_index("ix_commentsvc_spent_challenge_expires_at", "commentsvc_spent_challenge", ["expires_at"])
    op.create_table(
        "commentsvc_unwanted",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_hash", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "minute", "network_hash", name=op.f("pk_commentsvc_unwanted")),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["commentsvc_site.id"],
            name=op.f("fk_commentsvc_unwanted_site_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_commentsvc_unwanted_number")),
    )


def downgrade() -> None:
    op.drop_table("commentsvc_unwanted")
    op.drop_table("commentsvc_spent_challenge")
    op.drop_column("commentsvc_site", "attacked_until")
