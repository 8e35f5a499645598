"""Word lists as data, a mode for every rule, bans; from which networks reports came.

What two settings held becomes a list each.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
SITE, LISTS, RULES, BANS = "commentsvc_site", "commentsvc_word_list", "commentsvc_rule_setting", "commentsvc_ban"
ACCOUNT, FLAG = "commentsvc_account", "commentsvc_flag"
MODES = "'off', 'shadow', 'note', 'hold', 'reject'"
KINDS = {"words_reject": ("Rejected words", "reject"), "words_hold": ("Held words", "hold")}


def upgrade() -> None:
    op.add_column(SITE, sa.Column("rulebook", sa.String(length=32), nullable=True))
    op.add_column(FLAG, sa.Column("network_hash", sa.String(length=64), nullable=True))
    op.create_table(
        LISTS,
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.CheckConstraint("kind IN ('hold', 'reject', 'mark')", name=op.f("ck_commentsvc_word_list_kind")),
        sa.CheckConstraint("mode IN ('live', 'shadow', 'off')", name=op.f("ck_commentsvc_word_list_mode")),
        sa.ForeignKeyConstraint(
            ["account_id"], [f"{ACCOUNT}.id"], name=op.f("fk_commentsvc_word_list_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], [f"{SITE}.id"], name=op.f("fk_commentsvc_word_list_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_word_list")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_commentsvc_word_list_site_id_name")),
    )
    op.create_index(op.f("ix_commentsvc_word_list_account_id"), LISTS, ["account_id"])
    op.create_table(
        RULES,
        sa.Column("site_id", Id, nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("when_silent", sa.String(length=10), nullable=True),
        sa.CheckConstraint(f"mode IN ({MODES})", name=op.f("ck_commentsvc_rule_setting_mode")),
        sa.CheckConstraint(
            "when_silent IN ('hold', 'publish')", name=op.f("ck_commentsvc_rule_setting_when_silent")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], [f"{SITE}.id"], name=op.f("fk_commentsvc_rule_setting_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "rule", name=op.f("pk_commentsvc_rule_setting")),
    )
    op.create_table(
        BANS,
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value_hash", sa.String(length=64), nullable=True),
        sa.Column("domain", sa.String(length=253), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", Moment, nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("lifted_at", Moment, nullable=True),
        sa.CheckConstraint("kind IN ('address', 'network', 'domain')", name=op.f("ck_commentsvc_ban_kind")),
        sa.CheckConstraint("(kind = 'domain') = (domain IS NOT NULL)", name=op.f("ck_commentsvc_ban_domain")),
        sa.CheckConstraint("(kind = 'domain') = (value_hash IS NULL)", name=op.f("ck_commentsvc_ban_value_hash")),
        sa.CheckConstraint("kind <> 'network' OR until IS NOT NULL", name=op.f("ck_commentsvc_ban_until")),
        sa.ForeignKeyConstraint(
            ["account_id"], [f"{ACCOUNT}.id"], name=op.f("fk_commentsvc_ban_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], [f"{SITE}.id"], name=op.f("fk_commentsvc_ban_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentsvc_ban")),
    )
    op.create_index(op.f("ix_commentsvc_ban_account_id"), BANS, ["account_id"])
    op.create_index("ix_commentsvc_ban_hash", BANS, ["site_id", "value_hash"])
    op.create_index("ix_commentsvc_ban_domain", BANS, ["site_id", "domain"])
    op.create_index("ix_commentsvc_ban_listed", BANS, ["site_id", "id"])
    _lists_from_settings()


def _lists_from_settings() -> None:
    connection = op.get_bind()
    lists = sa.table(
        LISTS,
        *(sa.column(name) for name in ("site_id", "name", "kind", "entries", "mode")),
        sa.column("updated_at", Moment),
    )
    for site_id, settings in _sites(connection):
        for setting, (name, kind) in KINDS.items():
            entries = "\n".join(filter(None, map(str.strip, str(settings.pop(setting, "")).splitlines())))
            if entries:
                row = {"site_id": site_id, "name": name, "kind": kind, "entries": entries, "mode": "live"}
                connection.execute(lists.insert().values(**row, updated_at=datetime.now(UTC)))
                connection.execute(
                    sa.text(f"UPDATE {SITE} SET rulebook = 'first' WHERE id = :id"), {"id": site_id}
                )
        _store(connection, site_id, settings)


def _sites(connection: sa.Connection) -> list[tuple[int, dict]]:
    rows = connection.execute(sa.text(f"SELECT id, stored_settings FROM {SITE}")).all()
    return [(id, json.loads(stored) if isinstance(stored, str) else dict(stored or {})) for id, stored in rows]


def _store(connection: sa.Connection, site_id: int, settings: dict) -> None:
    site = sa.table(SITE, sa.column("id"), sa.column("stored_settings", sa.JSON()))
    connection.execute(site.update().where(site.c.id == site_id).values(stored_settings=settings))


def downgrade() -> None:
    _settings_from_lists()
    op.drop_table(BANS)
    op.drop_table(RULES)
    op.drop_table(LISTS)
    op.drop_column(FLAG, "network_hash")
    op.drop_column(SITE, "rulebook")


def _settings_from_lists() -> None:
    """What is live goes back into the settings; names, languages and lists that only mark have no place there."""
    connection = op.get_bind()
    for site_id, settings in _sites(connection):
        for setting, (_, kind) in KINDS.items():
            rows = connection.execute(
                sa.text(f"SELECT entries FROM {LISTS} WHERE site_id = :site AND kind = :kind AND mode = 'live' ORDER BY id"),
                {"site": site_id, "kind": kind},
            )
            if entries := "\n".join(row.entries for row in rows):
                settings[setting] = entries
        _store(connection, site_id, settings)
