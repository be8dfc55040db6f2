"""A point has hours, a telephone, a municipality, a paper for its slip and an order of its form, and can be edited."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.Column("phone", sa.String(100), nullable=True),
        sa.Column("municipality", sa.String(5), nullable=True),
        sa.Column("print_format", sa.String(20), nullable=False, server_default="a4"),
        sa.Column("order", sa.String(20), nullable=False, server_default="needs_first"),
        sa.Column("origin", sa.String(10), nullable=False, server_default="loaded"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("directory_point", column)
    op.execute("UPDATE directory_point SET municipality = '68001' WHERE code = 'bucaramanga'")
    # The caches of running processes hold points without these columns.
    op.execute("UPDATE directory_state SET revision = revision + 1")


def downgrade() -> None:
    for name in ("version", "origin", "order", "print_format", "municipality", "phone", "hours"):
        op.drop_column("directory_point", name)
