"""Totals of a year are computed when somebody asks; an uploaded spreadsheet is one row until it is confirmed.

Uploads that wait for their confirmation are dropped: their rows stand in another shape, and the user still has the
file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _create_import_table(*columns: sa.Column[object]) -> None:
    op.create_table(
        "register_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_index(op.f("ix_register_import_account"), "register_import", ["account"], unique=False)


def upgrade() -> None:
    op.drop_table("register_year_sum")
    op.drop_table("register_import_row")
    op.drop_table("register_import")
    _create_import_table(sa.Column("rows", sa.JSON(), nullable=False))


def downgrade() -> None:
    op.drop_table("register_import")
    _create_import_table(
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "register_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["register_import.id"], name=op.f("fk_register_import_row_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_register_import_row")),
    )
    op.create_table(
        "register_year_sum",
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("register", "year", name=op.f("pk_register_year_sum")),
    )
