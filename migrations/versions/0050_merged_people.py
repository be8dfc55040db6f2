"""Decisions about people who may be one are sealed; a merge is a link that can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("possible_duplicate", sa.Column("is_decided", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("possible_duplicate", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("possible_duplicate", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.create_index("ix_possible_duplicate_other_id", "possible_duplicate", ["other_id"])
    # Who was found to be one person waits again: until now nothing could be merged. What was found out stays in the
    # journal.
    op.execute(
        "UPDATE possible_duplicate SET is_decided = true WHERE EXISTS (SELECT 1 FROM duplicate_decision AS decision"
        " WHERE decision.person_id = possible_duplicate.person_id AND decision.other_id = possible_duplicate.other_id"
        " AND decision.found_out NOT IN ('one-person-said-so', 'one-person-by-papers'))"
    )
    op.drop_table("duplicate_decision")
    op.drop_column("possible_duplicate", "reason")
    op.create_table(
        "duplicate_search",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_person", sa.Uuid(), nullable=True),
        sa.Column("changed_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_search")),
    )


def downgrade() -> None:
    op.drop_table("duplicate_search")
    op.add_column(
        "possible_duplicate", sa.Column("reason", sa.String(length=40), server_default="same-document", nullable=False)
    )
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
    op.drop_index("ix_possible_duplicate_other_id", "possible_duplicate")
    op.drop_column("possible_duplicate", "sealed")
    op.drop_column("possible_duplicate", "version")
    op.drop_column("possible_duplicate", "is_decided")
