"""Removed records that can be brought back; why rows of an import were left."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def _create_import_table(*columns: sa.Column[object]) -> None:
    op.drop_table("register_import")
    op.create_table(
        "register_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_index(op.f("ix_register_import_account"), "register_import", ["account"], unique=False)


def upgrade() -> None:
    op.create_table(
        "register_removed",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_register_removed")),
    )
    op.create_index("ix_register_removed_register_removed_at", "register_removed", ["register", "removed_at"])
    op.create_index(op.f("ix_register_removed_removed_at"), "register_removed", ["removed_at"])
    # An upload waits a day at most, and its columns are named otherwise now: whoever waits uploads the file again.
    _create_import_table(sa.Column("refusals", sa.JSON(), nullable=False))


def downgrade() -> None:
    _create_import_table()
    op.drop_table("register_removed")
