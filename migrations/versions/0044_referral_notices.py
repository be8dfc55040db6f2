"""Notices of referrals to liaisons, and how each liaison wants to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_digest", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_notice")),
    )
    op.create_index(op.f("ix_referral_notice_for_digest"), "referral_notice", ["for_digest"])


def downgrade() -> None:
    op.drop_table("referral_notice")
