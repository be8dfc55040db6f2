"""Why somebody who sees what is confidential opens a person's file."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    op.create_index("ix_access_grant_actor_opened_at", "access_grant", ["actor", "opened_at"])
    op.create_index("ix_access_grant_opened_at", "access_grant", ["opened_at"])
    op.create_index(op.f("ix_access_grant_person_id"), "access_grant", ["person_id"])


def downgrade() -> None:
    op.drop_table("access_grant")
