"""Staff: a second step at sign-in, sessions that say what they are, tokens with a scope, tries that are counted, and
a log of what was done to accounts, which the database itself keeps as it is.

Whoever has an account now has been here; tokens keep what they could do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017b"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT, SESSION, TOKEN = "commentsvc_account", "commentsvc_staff_session", "commentsvc_api_token"
CODE, ACT, RULE, TRY = (
    "commentsvc_recovery_code", "commentsvc_staff_act", "commentsvc_staff_rule", "commentsvc_sign_in_try",
)

SQLITE_KEEPS = [
    f"CREATE TRIGGER tr_{ACT}_{act.lower()} BEFORE {act} ON {ACT}"
    " BEGIN SELECT RAISE(ABORT, 'the log of the staff is append-only'); END"
    for act in ("UPDATE", "DELETE")
]
POSTGRESQL_KEEPS = [
    "CREATE FUNCTION commentsvc_staff_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'the log of the staff is append-only' USING ERRCODE = 'integrity_constraint_violation';"
    " END $$",
    f"CREATE TRIGGER tr_{ACT}_change BEFORE UPDATE OR DELETE ON {ACT}"
    " FOR EACH ROW EXECUTE FUNCTION commentsvc_staff_append_only()",
    f"CREATE TRIGGER tr_{ACT}_truncate BEFORE TRUNCATE ON {ACT}"
    " FOR EACH STATEMENT EXECUTE FUNCTION commentsvc_staff_append_only()",
]


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    op.add_column(ACCOUNT, sa.Column("joined_at", MOMENT, nullable=True))
    op.add_column(ACCOUNT, sa.Column("link_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(ACCOUNT, sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column(ACCOUNT, sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.execute(f"UPDATE {ACCOUNT} SET joined_at = created_at")
    with op.batch_alter_table(SESSION) as session:
        session.add_column(sa.Column("lacks", sa.String(10), nullable=False, server_default=""))
        session.add_column(sa.Column("confirmed_at", MOMENT, nullable=True))
        session.add_column(sa.Column("browser", sa.String(20), nullable=False, server_default=""))
        session.add_column(sa.Column("network_hash", sa.String(64), nullable=False, server_default=""))
        session.create_check_constraint(op.f(f"ck_{SESSION}_lacks"), "lacks IN ('', 'code', 'setup')")
    with op.batch_alter_table(TOKEN) as token:
        token.add_column(sa.Column("scope", sa.String(10), nullable=False, server_default="admin"))
        token.add_column(sa.Column("last_used_at", MOMENT, nullable=True))
        token.create_check_constraint(op.f(f"ck_{TOKEN}_scope"), "scope IN ('read', 'moderate', 'admin')")
    make_tables()
    for statement in POSTGRESQL_KEEPS if is_postgresql() else SQLITE_KEEPS:
        op.execute(statement)


def make_tables() -> None:
    op.create_table(
        CODE,
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], [f"{ACCOUNT}.id"], name=op.f(f"fk_{CODE}_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CODE}")),
    )
    op.create_index(f"ix_{CODE}_account_id", CODE, ["account_id"])
    op.create_table(
        ACT,
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], [f"{ACCOUNT}.id"], name=op.f(f"fk_{ACT}_account_id")),
        sa.ForeignKeyConstraint(["about_id"], [f"{ACCOUNT}.id"], name=op.f(f"fk_{ACT}_about_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ACT}")),
    )
    op.create_index(f"ix_{ACT}_account_id", ACT, ["account_id", "id"])
    op.create_index(f"ix_{ACT}_about_id", ACT, ["about_id", "id"])
    op.create_table(
        RULE,
        sa.Column("id", ID, nullable=False),
        sa.Column("second_step", sa.String(10), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f(f"ck_{RULE}_only")),
        sa.CheckConstraint("second_step IN ('nobody', 'admins', 'everybody')", name=op.f(f"ck_{RULE}_second_step")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{RULE}")),
    )
    op.create_table(
        TRY,
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{TRY}")),
    )
    op.create_index(f"ix_{TRY}_last_at", TRY, ["last_at"])


def downgrade() -> None:
    op.drop_table(TRY)
    op.drop_table(RULE)
    op.drop_table(ACT)
    op.drop_table(CODE)
    if is_postgresql():
        op.execute("DROP FUNCTION commentsvc_staff_append_only()")
    with op.batch_alter_table(TOKEN) as token:
        token.drop_constraint(op.f(f"ck_{TOKEN}_scope"), type_="check")
        token.drop_column("last_used_at")
        token.drop_column("scope")
    with op.batch_alter_table(SESSION) as session:
        session.drop_constraint(op.f(f"ck_{SESSION}_lacks"), type_="check")
        for name in ("network_hash", "browser", "confirmed_at", "lacks"):
            session.drop_column(name)
    for name in ("totp_step", "totp_secret", "link_number", "joined_at"):
        op.drop_column(ACCOUNT, name)
