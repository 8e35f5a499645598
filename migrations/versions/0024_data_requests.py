"""Links to one's own data that were asked for by typing an address."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "commentsvc_data_request"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("wish", sa.String(10), nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("network_hash", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("wish IN ('copy', 'erase')", name=op.f(f"ck_{TABLE}_wish")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f(f"fk_{TABLE}_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_address", TABLE, ["email_hash", "created_at"])
    op.create_index(f"ix_{TABLE}_network", TABLE, ["network_hash", "created_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
