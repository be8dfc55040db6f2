"""A point says how many years data are kept after a person's last visit."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directory_point", sa.Column("retention_years", sa.Integer(), nullable=True))
    op.execute("UPDATE directory_point SET retention_years = 5 WHERE code = 'bucaramanga'")
    # The caches of running processes hold points without this column.
    op.execute("UPDATE directory_state SET revision = revision + 1")


def downgrade() -> None:
    op.drop_column("directory_point", "retention_years")
