"""Events."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Compared byte by byte, whatever the server's language.
SORT = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "event",
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("source", name=op.f("uq_event_source")),
    )
    op.create_index(op.f("ix_event_name_key"), "event", ["name_key"], unique=False)
    op.create_index("ix_event_sort_id", "event", ["sort", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("event")
