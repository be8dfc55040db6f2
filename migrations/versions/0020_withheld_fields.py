"""An entity says whether it also sanctions, and which data it gets only if the person asks for it.

Migración Colombia does both today: no telephone goes there unless the person asks for it. The office may have edited
the row of this entity, so that loading the shipped files would not reach it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directory_entity", sa.Column("sanctions", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("directory_entity", sa.Column("withheld_fields", sa.JSON(), nullable=True))
    entity = sa.table(
        "directory_entity",
        sa.column("code", sa.String),
        sa.column("sanctions", sa.Boolean),
        sa.column("withheld_fields", sa.JSON),
    )
    is_authority = entity.c.code == "migracion-colombia"
    op.execute(entity.update().where(is_authority).values(sanctions=True, withheld_fields=["phone"]))


def downgrade() -> None:
    op.drop_column("directory_entity", "withheld_fields")
    op.drop_column("directory_entity", "sanctions")
