"""Extracts for research: the frozen rows of each period, and the log of who got them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Rows that were given never change, nor does the log, save for the moment at which they were taken, once.
KEPT = "id, made_at, made_by, recipient, agreement, first, last, k, l, rows, suppressed, sha256"
SQLITE = (
    "CREATE TRIGGER extract_kept BEFORE UPDATE ON extract BEGIN SELECT RAISE(ABORT, 'an extract never changes'); END",
    "CREATE TRIGGER extract_stays BEFORE DELETE ON extract BEGIN SELECT RAISE(ABORT, 'an extract never changes'); END",
    f"CREATE TRIGGER extract_log_kept BEFORE UPDATE OF {KEPT} ON extract_log"
    " BEGIN SELECT RAISE(ABORT, 'the log of extracts never changes'); END",
    "CREATE TRIGGER extract_log_once BEFORE UPDATE ON extract_log WHEN OLD.downloaded_at IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'the log of extracts never changes'); END",
    "CREATE TRIGGER extract_log_stays BEFORE DELETE ON extract_log"
    " BEGIN SELECT RAISE(ABORT, 'the log of extracts never changes'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION extract_never_changes() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'an extract and its log never change'; END $$",
    "CREATE TRIGGER extract_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON extract"
    " FOR EACH STATEMENT EXECUTE FUNCTION extract_never_changes()",
    f"CREATE TRIGGER extract_log_kept BEFORE UPDATE OF {KEPT} ON extract_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION extract_never_changes()",
    "CREATE TRIGGER extract_log_once BEFORE UPDATE ON extract_log FOR EACH ROW"
    " WHEN (OLD.downloaded_at IS NOT NULL) EXECUTE FUNCTION extract_never_changes()",
    "CREATE TRIGGER extract_log_stays BEFORE DELETE OR TRUNCATE ON extract_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION extract_never_changes()",
)


def upgrade() -> None:
    op.create_table(
        "extract",
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("k", sa.SmallInteger(), nullable=False),
        sa.Column("k_restricted", sa.SmallInteger(), nullable=False),
        sa.Column("l", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("first", name=op.f("pk_extract")),
    )
    op.create_table(
        "extract_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("agreement", sa.String(length=120), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("k", sa.SmallInteger(), nullable=False),
        sa.Column("l", sa.SmallInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["first"], ["extract.first"], name=op.f("fk_extract_log_first_extract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract_log")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("extract_log")
    op.drop_table("extract")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION extract_never_changes()")
