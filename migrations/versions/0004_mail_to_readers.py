"""Mail to readers: recipients, preferences, followed stories, confirmations, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_recipient",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_because", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "stopped_because IN ('bounce', 'complaint')", name=op.f("ck_commentsvc_recipient_stopped_because")
        ),
        sa.CheckConstraint(
            "(stopped_at IS NULL) = (stopped_because IS NULL)", name=op.f("ck_commentsvc_recipient_stopped")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_recipient_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_recipient")),
        sa.UniqueConstraint("site_id", "email_hash", name=op.f("uq_commentsvc_recipient_site_id_email_hash")),
    )
    op.create_table(
        "commentsvc_confirmation",
        sa.Column("id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("recipient_id", Id, nullable=False),
        sa.Column("network_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["commentsvc_author.id"],
            name=op.f("fk_commentsvc_confirmation_author_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["commentsvc_recipient.id"],
            name=op.f("fk_commentsvc_confirmation_recipient_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_confirmation")),
    )
    with op.batch_alter_table("commentsvc_confirmation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_confirmation_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_commentsvc_confirmation_network", ["network_hash", "created_at"], unique=False)
        batch_op.create_index("ix_commentsvc_confirmation_recipient", ["recipient_id", "created_at"], unique=False)

    op.create_table(
        "commentsvc_follow",
        sa.Column("id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["commentsvc_author.id"], name=op.f("fk_commentsvc_follow_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["commentsvc_story.id"], name=op.f("fk_commentsvc_follow_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_follow")),
        sa.UniqueConstraint("author_id", "story_id", name=op.f("uq_commentsvc_follow_author_id_story_id")),
    )
    with op.batch_alter_table("commentsvc_follow", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_follow_story", ["story_id", "id"], unique=False)

    op.create_table(
        "commentsvc_preference",
        sa.Column("author_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "kind IN ('approved', 'rejected', 'reply', 'story')", name=op.f("ck_commentsvc_preference_kind")
        ),
        sa.CheckConstraint("pace IN ('off', 'at_once', 'daily')", name=op.f("ck_commentsvc_preference_pace")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["commentsvc_author.id"], name=op.f("fk_commentsvc_preference_author_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("author_id", "kind", name=op.f("pk_commentsvc_preference")),
    )
    op.create_table(
        "commentsvc_notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("delivery_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('approved', 'rejected', 'reply', 'story')", name=op.f("ck_commentsvc_notice_kind")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["commentsvc_author.id"], name=op.f("fk_commentsvc_notice_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["commentsvc_comment.id"], name=op.f("fk_commentsvc_notice_comment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_notice")),
        sa.UniqueConstraint(
            "author_id", "comment_id", "kind", name=op.f("uq_commentsvc_notice_author_id_comment_id_kind")
        ),
    )
    with op.batch_alter_table("commentsvc_notice", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_notice_age", ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_commentsvc_notice_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_notice_waiting",
            ["author_id"],
            unique=False,
            sqlite_where=sa.text("delivery_id IS NULL"),
            postgresql_where=sa.text("delivery_id IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("commentsvc_notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_commentsvc_notice_waiting",
            sqlite_where=sa.text("delivery_id IS NULL"),
            postgresql_where=sa.text("delivery_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_commentsvc_notice_comment_id"))
        batch_op.drop_index("ix_commentsvc_notice_age")

    op.drop_table("commentsvc_notice")
    op.drop_table("commentsvc_preference")
    with op.batch_alter_table("commentsvc_follow", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_follow_story")

    op.drop_table("commentsvc_follow")
    with op.batch_alter_table("commentsvc_confirmation", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_confirmation_recipient")
        batch_op.drop_index("ix_commentsvc_confirmation_network")
        batch_op.drop_index(batch_op.f("ix_commentsvc_confirmation_author_id"))

    op.drop_table("commentsvc_confirmation")
    op.drop_table("commentsvc_recipient")
