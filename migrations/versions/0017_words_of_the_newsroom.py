"""The newsroom writes in public: who somebody of the staff is among a site's authors, and the badge they wear.

Columns are added one by one. Alembic's way of copying a table would delete what refers to it on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AUTHOR, ACCOUNT = "commentsvc_author", "commentsvc_account"
BADGES = "'moderator', 'staff'"


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    op.execute(
        f"ALTER TABLE {AUTHOR} ADD COLUMN account_id {'INTEGER' if is_sqlite() else 'BIGINT'}"
        f" CONSTRAINT fk_{AUTHOR}_account_id REFERENCES {ACCOUNT} (id)"
    )
    op.execute(
        f"ALTER TABLE {AUTHOR} ADD COLUMN badge VARCHAR(10) CONSTRAINT ck_{AUTHOR}_badge CHECK (badge IN ({BADGES}))"
    )
    op.create_index(f"ix_{AUTHOR}_staff", AUTHOR, ["account_id", "site_id"], unique=True)
    op.create_index(
        f"ix_{AUTHOR}_byline",
        AUTHOR,
        ["site_id", "name"],
        sqlite_where=sa.text("is_byline IS 1"),
        postgresql_where=sa.text("is_byline IS true"),
    )


def downgrade() -> None:
    for name in ("byline", "staff"):
        op.drop_index(f"ix_{AUTHOR}_{name}", AUTHOR)
    for column in ("badge", "account_id"):
        op.drop_column(AUTHOR, column)
