"""What one person proposes to release waits for a second one."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_proposal",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("reader_note", sa.String(length=500), nullable=True),
        sa.Column("despite_damage", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_release_proposal")),
    )


def downgrade() -> None:
    op.drop_table("release_proposal")
