"""What the records of a register add up to in each year."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_year_sum",
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("register", "year", name=op.f("pk_register_year_sum")),
    )


def downgrade() -> None:
    op.drop_table("register_year_sum")
