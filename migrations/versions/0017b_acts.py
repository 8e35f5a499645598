"""What the newsroom does to a whole thread leaves a line that stays: acts, append-only, every site's a chain of hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0017b"
down_revision = "0017"
branch_labels = None
depends_on = None

ACCOUNT = "commentsvc_account"
ACT, HEAD, SITE, STORY = "commentsvc_act", "commentsvc_act_head", "commentsvc_site", "commentsvc_story"
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ON_SQLITE = [
    f"CREATE TRIGGER tr_{ACT}_{act.lower()} BEFORE {act} ON {ACT}"
    " BEGIN SELECT RAISE(ABORT, 'the log of acts is append-only'); END"
    for act in ("UPDATE", "DELETE")
]
# The function came with the log of decisions (migration 0010).
ON_POSTGRESQL = [
    f"CREATE TRIGGER tr_{ACT}_change BEFORE UPDATE OR DELETE ON {ACT}"
    " FOR EACH ROW EXECUTE FUNCTION commentsvc_append_only()",
    f"CREATE TRIGGER tr_{ACT}_truncate BEFORE TRUNCATE ON {ACT}"
    " FOR EACH STATEMENT EXECUTE FUNCTION commentsvc_append_only()",
]


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    op.create_table(
        ACT,
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=True),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], [f"{SITE}.id"], name=op.f(f"fk_{ACT}_site_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story_id"], [f"{STORY}.id"], name=op.f(f"fk_{ACT}_story_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], [f"{ACCOUNT}.id"], name=op.f(f"fk_{ACT}_account_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ACT}")),
    )
    op.create_index(f"ix_{ACT}_number", ACT, ["site_id", "number"], unique=True)
    op.create_index(f"ix_{ACT}_when", ACT, ["site_id", "created_at", "id"])
    for column in ("story_id", "account_id"):
        op.create_index(f"ix_{ACT}_{column}", ACT, [column])
    op.create_table(
        HEAD,
        sa.Column("site_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], [f"{SITE}.id"], name=op.f(f"fk_{HEAD}_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name=op.f(f"pk_{HEAD}")),
    )
    for statement in ON_SQLITE if is_sqlite() else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(HEAD)
    op.drop_table(ACT)
