"""Readers sign in at a provider of the site's: the secret by which the provider knows the service."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SITE = "commentsvc_site"


def upgrade() -> None:
    op.add_column(SITE, sa.Column("login_secret_encrypted", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column(SITE, "login_secret_encrypted")
