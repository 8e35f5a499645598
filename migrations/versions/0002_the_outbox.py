"""The outbox: events, lanes, deliveries, attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("seq", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_event_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_event")),
        sa.UniqueConstraint("seq", name=op.f("uq_commentsvc_event_seq")),
        sa.UniqueConstraint("uid", name=op.f("uq_commentsvc_event_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commentsvc_event", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_event_age", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_event_cause",
            ["cause"],
            unique=False,
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.create_index("ix_commentsvc_event_feed", ["site_id", "seq"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_event_open",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_commentsvc_event_subject",
            ["subject"],
            unique=False,
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )

    op.create_table(
        "commentsvc_lane",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.Column("leased_by", sa.String(length=60), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_lane_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_commentsvc_lane")),
    )
    with op.batch_alter_table("commentsvc_lane", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_lane_due", ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_commentsvc_lane_site_id"), ["site_id"], unique=False)

    op.create_table(
        "commentsvc_delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("uid", sa.String(length=60), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("lane_key", sa.String(length=100), nullable=False),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("once", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('WAITING', 'SENT', 'DEAD', 'CANCELLED')", name=op.f("ck_commentsvc_delivery_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_commentsvc_delivery_attempts")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["commentsvc_event.id"], name=op.f("fk_commentsvc_delivery_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lane_key"], ["commentsvc_lane.key"], name=op.f("fk_commentsvc_delivery_lane_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_delivery_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_delivery")),
        sa.UniqueConstraint("once", name=op.f("uq_commentsvc_delivery_once")),
    )
    with op.batch_alter_table("commentsvc_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_delivery_age", ["status", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_commentsvc_delivery_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_commentsvc_delivery_lane", ["lane_key", "status", "id"], unique=False)
        batch_op.create_index("ix_commentsvc_delivery_log", ["site_id", "channel", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commentsvc_delivery_uid"), ["uid"], unique=False)

    op.create_table(
        "commentsvc_attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["commentsvc_delivery.id"],
            name=op.f("fk_commentsvc_attempt_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_attempt")),
    )
    with op.batch_alter_table("commentsvc_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_attempt_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("commentsvc_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_attempt_delivery_id"))

    op.drop_table("commentsvc_attempt")
    with op.batch_alter_table("commentsvc_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_delivery_uid"))
        batch_op.drop_index("ix_commentsvc_delivery_log")
        batch_op.drop_index("ix_commentsvc_delivery_lane")
        batch_op.drop_index(batch_op.f("ix_commentsvc_delivery_event_id"))
        batch_op.drop_index("ix_commentsvc_delivery_age")

    op.drop_table("commentsvc_delivery")
    with op.batch_alter_table("commentsvc_lane", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_lane_site_id"))
        batch_op.drop_index("ix_commentsvc_lane_due")

    op.drop_table("commentsvc_lane")
    with op.batch_alter_table("commentsvc_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_commentsvc_event_subject",
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_commentsvc_event_open",
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.drop_index("ix_commentsvc_event_feed")
        batch_op.drop_index(
            "ix_commentsvc_event_cause",
            sqlite_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("seq IS NULL AND cancelled_at IS NULL"),
        )
        batch_op.drop_index("ix_commentsvc_event_age")

    op.drop_table("commentsvc_event")
