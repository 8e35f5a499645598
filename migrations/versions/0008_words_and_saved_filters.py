"""Words of comments to search for, kept by the database itself; filters a moderator keeps.

The words of a comment are those of its newest revision. They are folded by the database, the same way when they are
kept and when they are asked for, so that nothing written past the application is missed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COMMENT, SAVED, WORDS = "commentsvc_comment", "commentsvc_saved_filter", "commentsvc_comment_words"
REPORTED = "open_flags > 0 AND set_aside IS NULL AND retracted_at IS NULL"

NEWEST = (
    "NOT EXISTS (SELECT 1 FROM commentsvc_revision later"
    " WHERE later.comment_id = NEW.comment_id AND later.number > NEW.number)"
)

ON_SQLITE = (
    f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')",
    *(
        f"CREATE TRIGGER {WORDS}_{name} AFTER {event} ON commentsvc_revision WHEN {NEWEST}"
        f" BEGIN INSERT OR REPLACE INTO {WORDS} (rowid, words) VALUES (NEW.comment_id, NEW.text); END"
        for name, event in {"said": "INSERT", "edited": "UPDATE OF text"}.items()
    ),
    f"CREATE TRIGGER {WORDS}_gone AFTER DELETE ON {COMMENT} BEGIN DELETE FROM {WORDS} WHERE rowid = OLD.id; END",
    f"INSERT INTO {WORDS} (rowid, words) SELECT revision.comment_id, revision.text FROM commentsvc_revision revision"
    f" JOIN {COMMENT} comment ON comment.id = revision.comment_id AND comment.revision_number = revision.number",
)

# Of a character that is no letter in any locale only ASCII is taken out: the parser of PostgreSQL, which would make
# one word of `a.b/c`, splits at the others by itself.
ON_POSTGRESQL = (
    r"""CREATE FUNCTION commentsvc_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(normalize(lower(said), NFKD), '[\u0300-\u036f]', '', 'g'),
                          '[\x01-\x2f:-@\[-`{-\x7f]+', ' ', 'g') $$""",
    f"CREATE TABLE {WORDS} (comment_id BIGINT CONSTRAINT pk_{WORDS} PRIMARY KEY"
    f" CONSTRAINT fk_{WORDS}_comment_id REFERENCES {COMMENT} (id) ON DELETE CASCADE, words tsvector NOT NULL)",
    f"""CREATE FUNCTION commentsvc_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {NEWEST} THEN
        INSERT INTO {WORDS} (comment_id, words)
        VALUES (NEW.comment_id, to_tsvector('simple', commentsvc_folded(NEW.text)))
        ON CONFLICT (comment_id) DO UPDATE SET words = excluded.words;
    END IF;
    RETURN NULL;
    END $$""",
    f"CREATE TRIGGER {WORDS}_said AFTER INSERT OR UPDATE OF text ON commentsvc_revision"
    " FOR EACH ROW EXECUTE FUNCTION commentsvc_keep_words()",
    f"INSERT INTO {WORDS} SELECT revision.comment_id, to_tsvector('simple', commentsvc_folded(revision.text))"
    f" FROM commentsvc_revision revision JOIN {COMMENT} comment"
    " ON comment.id = revision.comment_id AND comment.revision_number = revision.number",
    f"CREATE INDEX ix_{WORDS}_words ON {WORDS} USING gin (words)",
)

OFF_SQLITE = (
    *(f"DROP TRIGGER {WORDS}_{name}" for name in ("said", "edited", "gone")),
    f"DROP TABLE {WORDS}",
)
OFF_POSTGRESQL = (
    f"DROP TRIGGER {WORDS}_said ON commentsvc_revision",
    f"DROP TABLE {WORDS}",
    *(f"DROP FUNCTION commentsvc_{name}" for name in ("keep_words()", "folded(text)")),
)


def upgrade() -> None:
    op.create_table(
        SAVED,
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) <= 60", name=op.f(f"ck_{SAVED}_name")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["commentsvc_account.id"], name=op.f(f"fk_{SAVED}_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["commentsvc_site.id"], name=op.f(f"fk_{SAVED}_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SAVED}")),
        sa.UniqueConstraint("account_id", "site_id", "name", name=op.f(f"uq_{SAVED}_account_id_site_id_name")),
    )
    _reported_where(REPORTED)
    for statement in ON_POSTGRESQL if _on_postgresql() else ON_SQLITE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in OFF_POSTGRESQL if _on_postgresql() else OFF_SQLITE:
        op.get_bind().exec_driver_sql(statement)
    _reported_where("open_flags > 0")
    op.drop_table(SAVED)


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _reported_where(where: str) -> None:
    """What was put aside or taken back is not in the queue of reported comments, so not in its index either."""
    name = f"ix_{COMMENT}_reported"
    op.drop_index(name, COMMENT)
    columns = ("site_id", "created_at", "id")
    op.create_index(name, COMMENT, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
