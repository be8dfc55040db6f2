"""Months that are released: closed to counting, and frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A released month never changes (DOMAIN.md G4): the database itself refuses it.
SQLITE = (
    "CREATE TRIGGER release_kept BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'a release never changes'); END",
    "CREATE TRIGGER release_stays BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'a release never changes'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION release_never_changes() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'a release never changes'; END $$",
    "CREATE TRIGGER release_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON release"
    " FOR EACH STATEMENT EXECUTE FUNCTION release_never_changes()",
)


def upgrade() -> None:
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "release",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("journal_seq", sa.Integer(), nullable=False),
        sa.Column("journal_head", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("month", "version", name=op.f("pk_release")),
    )
    with op.batch_alter_table("visit") as visit:
        visit.drop_index("ix_visit_point_id")
        visit.create_index("ix_visit_point_day_id", ["point", "day", "id"], unique=False)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("visit") as visit:
        visit.drop_index("ix_visit_point_day_id")
        visit.create_index("ix_visit_point_id", ["point", "id"], unique=False)
    op.drop_table("release")
    op.drop_table("closed_month")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION release_never_changes()")
