"""People are found by telephone, second given names and whole names too; who changed lately is found by an index.

Those on file get their new tags by the job ``person-tags``: a migration opens nothing that is sealed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_tag_rebuild",
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_person", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_person_tag_rebuild")),
    )
    op.execute("INSERT INTO person_tag_rebuild (version) SELECT 2 WHERE EXISTS (SELECT 1 FROM person)")
    op.create_index(op.f("ix_person_updated_at"), "person", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_person_updated_at"), table_name="person")
    op.drop_table("person_tag_rebuild")
    op.execute("DELETE FROM person_tag WHERE kind IN (5, 6, 7)")
