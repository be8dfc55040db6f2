"""A rotation of the keys looks only at rows that wait: where it is need not be stored with each batch."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("key_rotation", "last_row")


def downgrade() -> None:
    op.add_column("key_rotation", sa.Column("last_row", sa.Uuid(), nullable=True))
