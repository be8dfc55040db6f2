"""What the office says of itself for a year, and its texts of the year's report."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Compared byte by byte, whatever the server's language.
SORT = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "office_year",
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_year")),
        sa.UniqueConstraint("source", name=op.f("uq_office_year_source")),
    )
    op.create_index(op.f("ix_office_year_name_key"), "office_year", ["name_key"], unique=False)
    op.create_index("ix_office_year_sort_id", "office_year", ["sort", "id"], unique=False)
    op.create_table(
        "report_text",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("year", "section", "version", name=op.f("pk_report_text")),
    )


def downgrade() -> None:
    op.drop_table("report_text")
    op.drop_table("office_year")
