"""A visit has a version and a state; what a correction adds to a visit of a closed month counts on a day of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("visit", sa.Column("state", sa.String(length=10), nullable=False, server_default="recorded"))
    op.add_column("visit", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "visit_addition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_addition_visit_id_visit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_addition_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_addition")),
    )
    op.create_index("ix_visit_addition_day_id", "visit_addition", ["day", "id"])
    op.create_index("ix_visit_addition_person_id_day", "visit_addition", ["person_id", "day"])
    op.create_index(op.f("ix_visit_addition_visit_id"), "visit_addition", ["visit_id"])


def downgrade() -> None:
    op.drop_table("visit_addition")
    op.drop_column("visit", "changed_at")
    op.drop_column("visit", "state")
    op.drop_column("visit", "version")
