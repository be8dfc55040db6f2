"""A person's row keeps, sealed, when the person was counted last and as what."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("counted", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "counted")
