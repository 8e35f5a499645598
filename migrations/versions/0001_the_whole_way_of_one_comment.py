"""The whole way of one comment: sites, stories, authors, comments, decisions, flags, staff."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commentsvc_account",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email_encrypted", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('moderator', 'admin')", name=op.f("ck_commentsvc_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_account")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_commentsvc_account_email_hash")),
    )
    op.create_table(
        "commentsvc_site",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("stored_settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_site")),
        sa.UniqueConstraint("key", name=op.f("uq_commentsvc_site_key")),
    )
    op.create_table(
        "commentsvc_api_token",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_api_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_commentsvc_api_token_token_hash")),
    )
    with op.batch_alter_table("commentsvc_api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_api_token_account_id"), ["account_id"], unique=False)

    op.create_table(
        "commentsvc_author",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("bio_content", sa.JSON(), nullable=False),
        sa.Column("bio_html", sa.Text(), nullable=False),
        sa.Column("avatar", sa.String(length=2000), nullable=True),
        sa.Column("website", sa.String(length=2000), nullable=True),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("is_byline", sa.Boolean(), nullable=False),
        sa.Column("email_encrypted", sa.Text(), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("standing_reason", sa.Text(), nullable=False),
        sa.Column("standing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "standing IN ('TRUSTED', 'NORMAL', 'WATCHED', 'SUSPENDED', 'BANNED')",
            name=op.f("ck_commentsvc_author_standing"),
        ),
        sa.CheckConstraint(
            "(email_hash IS NULL) = (email_encrypted IS NULL)", name=op.f("ck_commentsvc_author_address")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR email_hash IS NOT NULL", name=op.f("ck_commentsvc_author_confirmed")
        ),
        sa.CheckConstraint(
            "approved_count >= 0 AND rejected_count >= 0", name=op.f("ck_commentsvc_author_counts")
        ),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_commentsvc_author_name")),
        sa.CheckConstraint("length(website) <= 2000", name=op.f("ck_commentsvc_author_website")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_author_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_author")),
        sa.UniqueConstraint("site_id", "slug", name=op.f("uq_commentsvc_author_site_id_slug")),
    )
    with op.batch_alter_table("commentsvc_author", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_author_address", ["site_id", "email_hash"], unique=False)
        batch_op.create_index("ix_commentsvc_author_name", ["site_id", "name"], unique=False)

    op.create_table(
        "commentsvc_origin",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_origin_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "origin", name=op.f("pk_commentsvc_origin")),
    )
    with op.batch_alter_table("commentsvc_origin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_origin_origin"), ["origin"], unique=False)

    op.create_table(
        "commentsvc_site_membership",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_site_membership_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["commentsvc_site.id"],
            name=op.f("fk_commentsvc_site_membership_site_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "site_id", name=op.f("pk_commentsvc_site_membership")),
    )
    op.create_table(
        "commentsvc_staff_session",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_staff_session_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_commentsvc_staff_session_token_hash")),
    )
    with op.batch_alter_table("commentsvc_staff_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_commentsvc_staff_session_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "commentsvc_story",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("image", sa.String(length=2000), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_reader", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'held', 'closed')", name=op.f("ck_commentsvc_story_state")),
        sa.CheckConstraint("comment_count >= 0", name=op.f("ck_commentsvc_story_comment_count")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f("fk_commentsvc_story_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_story")),
        sa.UniqueConstraint("site_id", "external_id", name=op.f("uq_commentsvc_story_site_id_external_id")),
    )
    with op.batch_alter_table("commentsvc_story", schema=None) as batch_op:
        batch_op.create_index(
            "ix_commentsvc_story_category", ["site_id", "category", "published_at"], unique=False
        )
        batch_op.create_index("ix_commentsvc_story_recent", ["site_id", "published_at"], unique=False)

    op.create_table(
        "commentsvc_byline",
        sa.Column("story_id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["commentsvc_author.id"],
            name=op.f("fk_commentsvc_byline_author_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["commentsvc_story.id"],
            name=op.f("fk_commentsvc_byline_story_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("story_id", "author_id", name=op.f("pk_commentsvc_byline")),
    )
    with op.batch_alter_table("commentsvc_byline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_byline_author_id"), ["author_id"], unique=False)

    op.create_table(
        "commentsvc_comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("website", sa.String(length=2000), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("likes", sa.Integer(), nullable=False),
        sa.Column("visible_replies", sa.Integer(), nullable=False),
        sa.Column("network_hash", sa.String(length=64), nullable=True),
        sa.Column("receipt_salt", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("idempotency_body", sa.String(length=64), nullable=True),
        sa.Column("editable_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("featured_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('PENDING', 'APPROVED', 'REJECTED', 'SPAM')", name=op.f("ck_commentsvc_comment_status")
        ),
        sa.CheckConstraint("(parent_id IS NULL) = (depth = 0)", name=op.f("ck_commentsvc_comment_depth")),
        sa.CheckConstraint("length(author_name) <= 80", name=op.f("ck_commentsvc_comment_author_name")),
        sa.CheckConstraint("length(website) <= 2000", name=op.f("ck_commentsvc_comment_website")),
        sa.CheckConstraint("likes >= 0", name=op.f("ck_commentsvc_comment_likes")),
        sa.CheckConstraint("visible_replies >= 0", name=op.f("ck_commentsvc_comment_visible_replies")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["commentsvc_author.id"], name=op.f("fk_commentsvc_comment_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["commentsvc_comment.id"], name=op.f("fk_commentsvc_comment_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["commentsvc_site.id"],
            name=op.f("fk_commentsvc_comment_site_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["commentsvc_story.id"],
            name=op.f("fk_commentsvc_comment_story_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_comment")),
        sa.UniqueConstraint(
            "site_id", "idempotency_key", name=op.f("uq_commentsvc_comment_site_id_idempotency_key")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commentsvc_comment", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_comment_author", ["author_id", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_comment_liked", ["story_id", "parent_id", "likes", "id"], unique=False
        )
        batch_op.create_index("ix_commentsvc_comment_network", ["network_hash", "created_at"], unique=False)
        batch_op.create_index("ix_commentsvc_comment_parent", ["parent_id", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_comment_queue", ["site_id", "status", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_commentsvc_comment_said", ["story_id", "fingerprint"], unique=False)
        batch_op.create_index(
            "ix_commentsvc_comment_thread", ["story_id", "parent_id", "created_at", "id"], unique=False
        )

    op.create_table(
        "commentsvc_standing_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_standing_change_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["commentsvc_author.id"],
            name=op.f("fk_commentsvc_standing_change_author_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_standing_change")),
    )
    with op.batch_alter_table("commentsvc_standing_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_commentsvc_standing_change_author_id"), ["author_id"], unique=False
        )

    op.create_table(
        "commentsvc_story_url",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("url_key", sa.String(length=2100), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["commentsvc_site.id"],
            name=op.f("fk_commentsvc_story_url_site_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["commentsvc_story.id"],
            name=op.f("fk_commentsvc_story_url_story_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_story_url")),
        sa.UniqueConstraint("site_id", "url_key", name=op.f("uq_commentsvc_story_url_site_id_url_key")),
    )
    with op.batch_alter_table("commentsvc_story_url", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_story_url_story_id"), ["story_id"], unique=False)

    op.create_table(
        "commentsvc_flag",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("reader_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('abuse', 'spam', 'hate', 'off_topic', 'misinformation', 'private_data', 'illegal', 'other')",
            name=op.f("ck_commentsvc_flag_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_flag_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_flag")),
        sa.UniqueConstraint(
            "comment_id", "reader_hash", name=op.f("uq_commentsvc_flag_comment_id_reader_hash")
        ),
    )
    with op.batch_alter_table("commentsvc_flag", schema=None) as batch_op:
        batch_op.create_index("ix_commentsvc_flag_open", ["comment_id", "settled_at"], unique=False)

    op.create_table(
        "commentsvc_like",
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("reader_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_like_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", "reader_hash", name=op.f("pk_commentsvc_like")),
    )
    op.create_table(
        "commentsvc_revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(text) <= 10000", name=op.f("ck_commentsvc_revision_text")),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_revision_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_revision")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_commentsvc_revision_comment_id_number")),
    )
    op.create_table(
        "commentsvc_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("revision_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "after IN ('PENDING', 'APPROVED', 'REJECTED', 'SPAM')", name=op.f("ck_commentsvc_decision_after")
        ),
        sa.CheckConstraint(
            "before IN ('PENDING', 'APPROVED', 'REJECTED', 'SPAM')",
            name=op.f("ck_commentsvc_decision_before"),
        ),
        sa.CheckConstraint(
            "(account_id IS NULL) OR (rule IS NULL)", name=op.f("ck_commentsvc_decision_actor")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["commentsvc_account.id"],
            name=op.f("fk_commentsvc_decision_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_decision_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["commentsvc_revision.id"],
            name=op.f("fk_commentsvc_decision_revision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["commentsvc_site.id"],
            name=op.f("fk_commentsvc_decision_site_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_decision")),
    )
    with op.batch_alter_table("commentsvc_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_decision_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commentsvc_decision_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index("ix_commentsvc_decision_log", ["site_id", "id"], unique=False)

    op.create_table(
        "commentsvc_verdict",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("revision_id", Id, nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["commentsvc_comment.id"],
            name=op.f("fk_commentsvc_verdict_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["commentsvc_revision.id"],
            name=op.f("fk_commentsvc_verdict_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_verdict")),
    )
    with op.batch_alter_table("commentsvc_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commentsvc_verdict_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index("ix_commentsvc_verdict_rule", ["comment_id", "rule"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("commentsvc_verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_verdict_rule")
        batch_op.drop_index(batch_op.f("ix_commentsvc_verdict_revision_id"))

    op.drop_table("commentsvc_verdict")
    with op.batch_alter_table("commentsvc_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_decision_log")
        batch_op.drop_index(batch_op.f("ix_commentsvc_decision_comment_id"))
        batch_op.drop_index(batch_op.f("ix_commentsvc_decision_account_id"))

    op.drop_table("commentsvc_decision")
    op.drop_table("commentsvc_revision")
    op.drop_table("commentsvc_like")
    with op.batch_alter_table("commentsvc_flag", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_flag_open")

    op.drop_table("commentsvc_flag")
    with op.batch_alter_table("commentsvc_story_url", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_story_url_story_id"))

    op.drop_table("commentsvc_story_url")
    with op.batch_alter_table("commentsvc_standing_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_standing_change_author_id"))

    op.drop_table("commentsvc_standing_change")
    with op.batch_alter_table("commentsvc_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_comment_thread")
        batch_op.drop_index("ix_commentsvc_comment_said")
        batch_op.drop_index("ix_commentsvc_comment_queue")
        batch_op.drop_index("ix_commentsvc_comment_parent")
        batch_op.drop_index("ix_commentsvc_comment_network")
        batch_op.drop_index("ix_commentsvc_comment_liked")
        batch_op.drop_index("ix_commentsvc_comment_author")

    op.drop_table("commentsvc_comment")
    with op.batch_alter_table("commentsvc_byline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_byline_author_id"))

    op.drop_table("commentsvc_byline")
    with op.batch_alter_table("commentsvc_story", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_story_recent")
        batch_op.drop_index("ix_commentsvc_story_category")

    op.drop_table("commentsvc_story")
    with op.batch_alter_table("commentsvc_staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_staff_session_account_id"))

    op.drop_table("commentsvc_staff_session")
    op.drop_table("commentsvc_site_membership")
    with op.batch_alter_table("commentsvc_origin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_origin_origin"))

    op.drop_table("commentsvc_origin")
    with op.batch_alter_table("commentsvc_author", schema=None) as batch_op:
        batch_op.drop_index("ix_commentsvc_author_name")
        batch_op.drop_index("ix_commentsvc_author_address")

    op.drop_table("commentsvc_author")
    with op.batch_alter_table("commentsvc_api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commentsvc_api_token_account_id"))

    op.drop_table("commentsvc_api_token")
    op.drop_table("commentsvc_site")
    op.drop_table("commentsvc_account")
