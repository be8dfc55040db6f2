"""A release is of a month, a quarter or a year."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# A release never changes: the database itself refuses it. The function is that of the first releases.
SQLITE = (
    "CREATE TRIGGER release_kept BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'a release never changes'); END",
    "CREATE TRIGGER release_stays BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'a release never changes'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER release_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON release"
    " FOR EACH STATEMENT EXECUTE FUNCTION release_never_changes()",
)


def _list_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("journal_seq", sa.Integer(), nullable=False),
        sa.Column("journal_head", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
    ]


SET_ASIDE = """
INSERT INTO kept_release (month, version, hash, content, journal_seq, journal_head, released_at, released_by, note)
SELECT month, version, hash, content, journal_seq, journal_head, released_at, released_by, note FROM release
WHERE {rows}
"""
PUT_BACK = """
INSERT INTO release ({key}month, version, hash, content, journal_seq, journal_head, released_at, released_by, note)
SELECT {code}month, version, hash, content, journal_seq, journal_head, released_at, released_by, note FROM kept_release
"""


def _set_aside(rows: str) -> None:
    """Take the releases out of their table. The triggers forbid a change of a row, not that the table goes."""
    op.create_table("kept_release", *_list_columns())
    op.execute(SET_ASIDE.format(rows=rows))
    op.drop_table("release")


def _put_back(key: str = "", code: str = "") -> None:
    op.execute(PUT_BACK.format(key=key, code=code))
    op.drop_table("kept_release")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def upgrade() -> None:
    _set_aside("1 = 1")
    op.create_table(
        "release",
        sa.Column("period", sa.String(length=7), nullable=False),
        *_list_columns(),
        sa.PrimaryKeyConstraint("period", "version", name=op.f("pk_release")),
    )
    op.create_index(op.f("ix_release_month"), "release", ["month"])
    code = "substr(month, 1, 7)" if op.get_bind().dialect.name == "sqlite" else "to_char(month, 'YYYY-MM')"
    _put_back("period, ", f"{code}, ")


def downgrade() -> None:
    # The earlier version of the program knows months only.
    _set_aside("length(period) = 7 AND period NOT LIKE '%Q%'")
    op.create_table("release", *_list_columns(), sa.PrimaryKeyConstraint("month", "version", name=op.f("pk_release")))
    _put_back()
