"""Erasures, sealed copies of what was reported as illegal, and who did what to somebody's data."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021b"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ERASURE, SEALED, ACT = "commentsvc_erasure", "commentsvc_sealed_copy", "commentsvc_privacy_act"
RUNNING = sa.text("done_at IS NULL AND cancelled_at IS NULL")
ACTS = "'exported', 'erasure asked for', 'erasure cancelled', 'erased', 'sealed copy opened'"


def of(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"commentsvc_{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        ERASURE,
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("comments", sa.String(10), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("comments IN ('keep', 'empty')", name=op.f(f"ck_{ERASURE}_comments")),
        sa.CheckConstraint("done_at IS NULL OR cancelled_at IS NULL", name=op.f(f"ck_{ERASURE}_ended")),
        of(ERASURE, "site_id", "site"),
        of(ERASURE, "author_id", "author"),
        of(ERASURE, "account_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ERASURE}")),
    )
    op.create_index(f"ix_{ERASURE}_listed", ERASURE, ["site_id", "id"])
    running = {"sqlite_where": RUNNING, "postgresql_where": RUNNING}
    op.create_index(f"ix_{ERASURE}_due", ERASURE, ["due_at"], **running)
    op.create_index(f"ix_{ERASURE}_author", ERASURE, ["author_id"], unique=True, **running)
    op.create_table(
        SEALED,
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("content_encrypted", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        of(SEALED, "site_id", "site"),
        of(SEALED, "comment_id", "comment"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SEALED}")),
    )
    op.create_index(f"ix_{SEALED}_listed", SEALED, ["site_id", "id"])
    op.create_index(f"ix_{SEALED}_comment_id", SEALED, ["comment_id"])
    op.create_index(f"ix_{SEALED}_until", SEALED, ["until"])
    op.create_table(
        ACT,
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("act", sa.String(30), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(f"act IN ({ACTS})", name=op.f(f"ck_{ACT}_act")),
        of(ACT, "site_id", "site"),
        of(ACT, "author_id", "author"),
        of(ACT, "account_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ACT}")),
    )
    op.create_index(f"ix_{ACT}_listed", ACT, ["site_id", "id"])
    op.create_index(f"ix_{ACT}_age", ACT, ["at"])
    op.create_index(f"ix_{ACT}_author_id", ACT, ["author_id"])


def downgrade() -> None:
    for table in (ACT, SEALED, ERASURE):
        op.drop_table(table)
