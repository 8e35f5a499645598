"""What the newsroom decides about "You may also like": stories that come first, stories that never come.

The newest stories of a byline, and the last made of a site, are found along an index each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STORY, PICK, BYLINE = "commentsvc_story", "commentsvc_story_pick", "commentsvc_byline"


def upgrade() -> None:
    op.add_column(STORY, sa.Column("suggested", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        PICK,
        sa.Column("story_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('pin', 'exclude')", name=op.f(f"ck_{PICK}_kind")),
        sa.CheckConstraint("story_id <> other_id", name=op.f(f"ck_{PICK}_itself")),
        sa.ForeignKeyConstraint(["story_id"], [f"{STORY}.id"], name=op.f(f"fk_{PICK}_story_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], [f"{STORY}.id"], name=op.f(f"fk_{PICK}_other_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", "other_id", name=op.f(f"pk_{PICK}")),
    )
    op.create_index(f"ix_{PICK}_other_id", PICK, ["other_id"])
    op.create_index(f"ix_{STORY}_made", STORY, ["site_id", "id"])
    op.create_index(f"ix_{BYLINE}_newest", BYLINE, ["author_id", "story_id"])


def downgrade() -> None:
    op.drop_index(f"ix_{BYLINE}_newest", BYLINE)
    op.drop_index(f"ix_{STORY}_made", STORY)
    op.drop_table(PICK)
    op.drop_column(STORY, "suggested")
