"""What the newsroom hears: choices of accounts and bylines, alarms of queues, chats."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_chat_target",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("url_encrypted", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('slack', 'telegram', 'matrix', 'mattermost')", name=op.f("ck_commentsvc_chat_target_kind")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_chat_target_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_chat_target")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commentsvc_chat_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_chat_target_site_id"), ["site_id"], unique=False)

    op.create_table(
        "commentsvc_newsroom_choice",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how != 'daily' OR kind = 'queue'", name=op.f("ck_commentsvc_newsroom_choice_daily")),
        sa.CheckConstraint("how IN ('off', 'at once', 'daily')", name=op.f("ck_commentsvc_newsroom_choice_how")),
        sa.CheckConstraint("kind IN ('queue', 'held')", name=op.f("ck_commentsvc_newsroom_choice_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_newsroom_choice_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_newsroom_choice_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "site_id", "kind", name=op.f("pk_commentsvc_newsroom_choice")),
    )
    with op.batch_alter_table("commentsvc_newsroom_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_newsroom_choice_site_id"), ["site_id"], unique=False)

    op.create_table(
        "commentsvc_queue_alarm",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_queue_alarm_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_commentsvc_queue_alarm")),
    )
    op.create_table(
        "commentsvc_byline_choice",
        sa.Column("author_id", Id, nullable=False),
        sa.Column("comments", sa.String(length=10), nullable=False),
        sa.Column("questions", sa.String(length=10), nullable=False),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "comments IN ('off', 'at once', 'daily')", name=op.f("ck_commentsvc_byline_choice_comments")
        ),
        sa.CheckConstraint(
            "questions IN ('off', 'at once', 'daily')", name=op.f("ck_commentsvc_byline_choice_questions")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["commentsvc_author.id"],
            name=op.f("fk_commentsvc_byline_choice_author_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_commentsvc_byline_choice")),
    )


def downgrade() -> None:
    op.drop_table("commentsvc_byline_choice")
    op.drop_table("commentsvc_queue_alarm")
    with op.batch_alter_table("commentsvc_newsroom_choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_newsroom_choice_site_id"))

    op.drop_table("commentsvc_newsroom_choice")
    with op.batch_alter_table("commentsvc_chat_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_chat_target_site_id"))

    op.drop_table("commentsvc_chat_target")
