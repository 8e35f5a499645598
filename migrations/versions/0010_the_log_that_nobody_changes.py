"""The log that nobody changes: every site's decisions a chain of hashes, rows that the database itself keeps as they
are; and what else an undo puts back.

What a pick, a hold or an earlier decision remembered only in the log is read from there.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DECISION, HEAD = "commentsvc_decision", "commentsvc_log_head"
AT_ONCE = 1000

MOMENTS = ("featured_before", "pinned_before", "locked_before")
BOUND = (
    "site_id",
    "number",
    "comment_id",
    "revision_id",
    "account_id",
    "rule",
    "action",
    "before",
    "after",
    "reason",
    "note",
    "batch",
    "undoes_id",
    "aside_before",
    *MOMENTS,
    "held_before",
    "ignored_before",
    "reports",
    "created_at",
)


def new_of_decision() -> list[sa.Column]:
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in MOMENTS),
        sa.Column("held_before", sa.String(length=60), nullable=True),
        sa.Column("ignored_before", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reports", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("number", Id, nullable=False, server_default="0"),
        sa.Column("hash", sa.String(length=64), nullable=False, server_default=""),
    ]


INDEXES = {"rule": ("site_id", "rule", "created_at", "id")}

# The pick that a decision took away was made by the last "feature" before it, if nothing took it away in between.
FILL = (
    f"""UPDATE {DECISION} SET featured_before = (
        SELECT CASE WHEN e.action = 'feature' THEN e.created_at END FROM {DECISION} e
        WHERE e.comment_id = {DECISION}.comment_id AND e.id < {DECISION}.id
        AND e.action IN ('feature', 'unfeature', 'reject', 'spam', 'hold') ORDER BY e.id DESC LIMIT 1)""",
    f"""UPDATE {DECISION} SET held_before = (
        SELECT CASE WHEN e.after <> 'APPROVED' THEN e.rule END FROM {DECISION} e
        WHERE e.comment_id = {DECISION}.comment_id AND e.id < {DECISION}.id AND e.rule IS NOT NULL
        ORDER BY e.id DESC LIMIT 1)""",
    f"""UPDATE {DECISION} SET reports = (
        SELECT count(*) FROM commentsvc_flag f
        WHERE f.comment_id = {DECISION}.comment_id AND f.settled_at = {DECISION}.created_at)
        WHERE account_id IS NOT NULL""",
)

SQLITE_KEEPS = [
    f"CREATE TRIGGER tr_{DECISION}_{act.lower()} BEFORE {act} ON {DECISION}"
    " BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END"
    for act in ("UPDATE", "DELETE")
]
POSTGRESQL_KEEPS = [
    "CREATE FUNCTION commentsvc_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'the log of decisions is append-only' USING ERRCODE = 'integrity_constraint_violation';"
    " END $$",
    f"CREATE TRIGGER tr_{DECISION}_change BEFORE UPDATE OR DELETE ON {DECISION}"
    " FOR EACH ROW EXECUTE FUNCTION commentsvc_append_only()",
    f"CREATE TRIGGER tr_{DECISION}_truncate BEFORE TRUNCATE ON {DECISION}"
    " FOR EACH STATEMENT EXECUTE FUNCTION commentsvc_append_only()",
]
SQLITE_LETS_GO = [f"DROP TRIGGER tr_{DECISION}_{act}" for act in ("update", "delete")]
POSTGRESQL_LETS_GO = [
    f"DROP TRIGGER tr_{DECISION}_change ON {DECISION}",
    f"DROP TRIGGER tr_{DECISION}_truncate ON {DECISION}",
    "DROP FUNCTION commentsvc_append_only()",
]


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    for column in new_of_decision():
        op.add_column(DECISION, column)
    op.create_table(
        HEAD,
        sa.Column("site_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name="fk_commentsvc_log_head_site_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name="pk_commentsvc_log_head"),
    )
    for statement in FILL:
        op.execute(statement)
    op.drop_column(DECISION, "was_featured")
    chain_all()
    op.create_index(f"ix_{DECISION}_number", DECISION, ("site_id", "number"), unique=True)
    for name, columns in INDEXES.items():
        op.create_index(f"ix_{DECISION}_{name}", DECISION, columns)
    for statement in POSTGRESQL_KEEPS if is_postgresql() else SQLITE_KEEPS:
        op.execute(statement)


def chain_all() -> None:
    """Number and bind the decisions there are, each site's in the order they were made."""
    kinds: dict[str, sa.types.TypeEngine] = dict.fromkeys((*MOMENTS, "created_at"), sa.DateTime(timezone=True))
    kinds["ignored_before"] = sa.Boolean()
    decision = sa.table(DECISION, *(sa.column(name, kinds.get(name)) for name in ("id", "hash", *BOUND)))
    head = sa.table(HEAD, sa.column("site_id"), sa.column("number"), sa.column("hash"))
    bind = op.get_bind()
    for site_id in bind.scalars(sa.select(decision.c.site_id).distinct()).all():
        number, last = chain(bind, decision, site_id)
        bind.execute(head.insert().values(site_id=site_id, number=number, hash=last))


def chain(bind: sa.Connection, decision: sa.TableClause, site_id: int) -> tuple[int, str]:
    number, last, after = 0, "", 0
    put = decision.update().where(decision.c.id == sa.bindparam("of")).values(number=sa.bindparam("n"), hash=sa.bindparam("h"))
    rows = sa.select(decision).where(decision.c.site_id == site_id).order_by(decision.c.id).limit(AT_ONCE)
    while found := bind.execute(rows.where(decision.c.id > after)).mappings().all():
        chained = []
        for row in found:
            number, after = number + 1, row["id"]
            last = hash_of({**row, "number": number}, last)
            chained.append({"of": after, "n": number, "h": last})
        bind.execute(put, chained)
    return number, last


def hash_of(fields: dict, before: str) -> str:
    said = json.dumps([plain(fields[name]) for name in BOUND], ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{before}\n{said}".encode()).hexdigest()


def plain(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def downgrade() -> None:
    for statement in POSTGRESQL_LETS_GO if is_postgresql() else SQLITE_LETS_GO:
        op.execute(statement)
    for name in ("number", *INDEXES):
        op.drop_index(f"ix_{DECISION}_{name}", DECISION)
    op.drop_table(HEAD)
    op.add_column(DECISION, sa.Column("was_featured", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(f"UPDATE {DECISION} SET was_featured = (featured_before IS NOT NULL)")
    for column in new_of_decision():
        op.drop_column(DECISION, column.name)
