"""The clock of a service: working days to open and to answer a referral, and until it expires."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("directory_service") as batch:
        batch.add_column(sa.Column("clock", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("directory_service") as batch:
        batch.drop_column("clock")
