"""What the rules read of a service: its windows, whom it is for, when it is urgent, what to say."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_COLUMNS = ("instruments", "applies_if", "suggested_if", "urgent_if", "closed", "advice")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("directory_service", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("directory_service", name)
