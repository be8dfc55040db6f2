"""Agreements, and the notices that were given of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Compared byte by byte, whatever the server's language.
SORT = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("sort", SORT, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("source", name=op.f("uq_agreement_source")),
    )
    op.create_index(op.f("ix_agreement_name_key"), "agreement", ["name_key"], unique=False)
    op.create_index("ix_agreement_sort_id", "agreement", ["sort", "id"], unique=False)
    op.create_table(
        "agreement_alert",
        sa.Column("agreement", sa.Uuid(), nullable=False),
        sa.Column("milestone", sa.String(length=300), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement"], ["agreement.id"], name=op.f("fk_agreement_alert_agreement"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement", "milestone", "day", "days", name=op.f("pk_agreement_alert")),
    )


def downgrade() -> None:
    op.drop_table("agreement_alert")
    op.drop_table("agreement")
