"""The journal is found by who acted, what was done, when and about whom; its entries stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# How a UUID is recognised: as a value of its own, or between the quotes of JSON.
GLOB = "-".join("[0-9a-f]" * length for length in (8, 4, 4, 4, 12))
IN_TEXT = '"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"(?!:)'

# The ids that an entry mentions: its subject, and each UUID that stands in its detail.
SQLITE = (
    "INSERT INTO journal_mention (record_id, seq)"
    " SELECT subject_id, seq FROM journal_entry WHERE subject_id IS NOT NULL"
    " UNION SELECT tree.atom, entry.seq FROM journal_entry AS entry,"
    " json_tree(CASE WHEN json_valid(entry.detail) THEN entry.detail ELSE '{}' END) AS tree"
    " WHERE tree.type = 'text' AND tree.atom GLOB 'UUID'",
    "CREATE TRIGGER journal_entry_mentions AFTER INSERT ON journal_entry"
    " BEGIN INSERT OR IGNORE INTO journal_mention (record_id, seq)"
    " SELECT NEW.subject_id, NEW.seq WHERE NEW.subject_id IS NOT NULL"
    " UNION SELECT atom, NEW.seq FROM json_tree(CASE WHEN json_valid(NEW.detail) THEN NEW.detail ELSE '{}' END)"
    " WHERE type = 'text' AND atom GLOB 'UUID'; END",
)
POSTGRESQL = (
    "INSERT INTO journal_mention (record_id, seq)"
    " SELECT subject_id, seq FROM journal_entry WHERE subject_id IS NOT NULL"
    " UNION SELECT ids.parts[1], seq FROM journal_entry, regexp_matches(detail,"
    " 'UUID', 'g') AS ids(parts)",
    "CREATE FUNCTION journal_mentions() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN INSERT INTO journal_mention (record_id, seq)"
    " SELECT NEW.subject_id, NEW.seq WHERE NEW.subject_id IS NOT NULL"
    " UNION SELECT ids.parts[1], NEW.seq FROM regexp_matches(NEW.detail,"
    " 'UUID', 'g') AS ids(parts) ON CONFLICT DO NOTHING;"
    " RETURN NULL; END $$",
    "CREATE TRIGGER journal_entry_mentions AFTER INSERT ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_mentions()",
)
INDEXES = (("actor", "seq"), ("action", "seq"), ("at", "seq"))


def upgrade() -> None:
    op.create_table(
        "journal_mention",
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "seq", name=op.f("pk_journal_mention")),
        sqlite_with_rowid=False,
    )
    for columns in INDEXES:
        op.create_index(f"ix_journal_entry_{'_'.join(columns)}", "journal_entry", list(columns), unique=False)
    connection = op.get_bind()
    statements, pattern = (SQLITE, GLOB) if connection.dialect.name == "sqlite" else (POSTGRESQL, IN_TEXT)
    for statement in statements:
        connection.exec_driver_sql(statement.replace("UUID", pattern))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER journal_entry_mentions{'' if sqlite else ' ON journal_entry'}")
    if not sqlite:
        op.execute("DROP FUNCTION journal_mentions()")
    for columns in INDEXES:
        op.drop_index(f"ix_journal_entry_{'_'.join(columns)}", table_name="journal_entry")
    op.drop_table("journal_mention")
