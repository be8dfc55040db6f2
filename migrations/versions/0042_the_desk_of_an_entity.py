"""The entities' own reasons to reject; an index of what changed last at an entity."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_reasons",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_referral_reasons")),
    )
    # Each process keeps what is open at an entity in memory, and asks before each page what changed since.
    op.create_index("ix_referral_changes", "referral", ["entity", "state_at"])


def downgrade() -> None:
    op.drop_index("ix_referral_changes", "referral")
    op.drop_table("referral_reasons")
