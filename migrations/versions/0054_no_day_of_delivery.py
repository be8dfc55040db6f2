"""The day of an entity's last notice goes: its row changed in the transaction of the delivery, and named the entity."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("webhook", "last_delivered_on")


def downgrade() -> None:
    op.add_column("webhook", sa.Column("last_delivered_on", sa.Date(), nullable=True))
