"""Visits of people who came together are linked by tags that only the family's sealed id finds (decision 32)."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEX = "ix_visit_family_tag"


def upgrade() -> None:
    op.add_column("visit", sa.Column("family_tag", sa.LargeBinary(length=16), nullable=True))
    op.create_index(INDEX, "visit", ["family_tag"], unique=True)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="visit")
    op.drop_column("visit", "family_tag")
