"""A section of the year's report is a story in parts: the office's words around the drafted sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report_text", sa.Column("parts", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("report_text", "parts")
