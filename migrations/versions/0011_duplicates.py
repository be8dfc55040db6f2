"""What somebody found out about two people who may be one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_decision",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("found_out", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "other_id"],
            ["possible_duplicate.person_id", "possible_duplicate.other_id"],
            name=op.f("fk_duplicate_decision_person_id_other_id"),
        ),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_duplicate_decision")),
    )


def downgrade() -> None:
    op.drop_table("duplicate_decision")
