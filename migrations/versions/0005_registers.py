"""What every register stands on: organisations, marks to find by, history, files, kept searches, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Compared byte by byte, whatever the server's language.
PLAIN = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
SORT = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "organisation",
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("source", name=op.f("uq_organisation_source")),
    )
    op.create_index(op.f("ix_organisation_name_key"), "organisation", ["name_key"], unique=False)
    op.create_table(
        "register_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_attachment")),
    )
    op.create_index(op.f("ix_register_attachment_record"), "register_attachment", ["record"], unique=False)
    op.create_table(
        "register_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
    )
    op.create_index("ix_register_change_record_id", "register_change", ["record", "id"], unique=False)
    op.create_table(
        "register_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_index(op.f("ix_register_import_account"), "register_import", ["account"], unique=False)
    op.create_table(
        "register_mark",
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", PLAIN, nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("register", "key", "value", "record", name=op.f("pk_register_mark")),
    )
    op.create_index(op.f("ix_register_mark_record"), "register_mark", ["record"], unique=False)
    op.create_table(
        "organisation_name",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name=op.f("fk_organisation_name_organisation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_organisation_name")),
    )
    op.create_index(op.f("ix_organisation_name_organisation"), "organisation_name", ["organisation"], unique=False)
    op.create_table(
        "register_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_register_filter_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_filter")),
        sa.UniqueConstraint("account", "register", "name", name=op.f("uq_register_filter_account_register_name")),
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


def downgrade() -> None:
    op.drop_table("register_import_row")
    op.drop_table("register_filter")
    op.drop_table("organisation_name")
    op.drop_table("register_mark")
    op.drop_table("register_import")
    op.drop_table("register_change")
    op.drop_table("register_attachment")
    op.drop_table("organisation")
