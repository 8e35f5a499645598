"""Endpoints: where other systems hear of a site's events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_endpoint",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("secret_before", sa.Text(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(url) <= 2000", name=op.f("ck_commentsvc_endpoint_url")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_endpoint_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_endpoint")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commentsvc_endpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_endpoint_site_id"), ["site_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("commentsvc_endpoint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_endpoint_site_id"))

    op.drop_table("commentsvc_endpoint")
