"""A pair of possible duplicates that cannot be decided yet is set aside until a day."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("possible_duplicate", sa.Column("set_aside_until", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("possible_duplicate", "set_aside_until")
