"""A point may let visitors type their own data at the kiosk."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directory_point", sa.Column("self_intake", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The caches of running processes hold points without this column.
    op.execute("UPDATE directory_state SET revision = revision + 1")


def downgrade() -> None:
    op.drop_column("directory_point", "self_intake")
