"""The dated policies of turns, and sealed samples of past days on which a policy is simulated."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("switched_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_policy")),
    )
    op.create_index("ix_turn_policy_point_valid_from", "turn_policy", ["point", "valid_from"])
    op.create_table(
        "turn_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_samples")),
    )
    op.create_index("ix_turn_samples_point_day", "turn_samples", ["point", "day"])


def downgrade() -> None:
    op.drop_table("turn_samples")
    op.drop_table("turn_policy")
