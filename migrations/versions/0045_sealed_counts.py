"""Counts are sealed: those of a month at a point in one row, and what a transaction adds in a row that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "month_tallies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_tallies")),
        sa.UniqueConstraint("month", "point", name=op.f("uq_month_tallies_month_point")),
    )
    op.create_table(
        "pending_tallies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_tallies")),
        sqlite_with_rowid=False,
    )
    # The counts in ``tally`` stay until "init" has sealed them, right after this: a migration has no keys.


def downgrade() -> None:
    op.drop_table("pending_tallies")
    op.drop_table("month_tallies")
