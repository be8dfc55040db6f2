"""The triggers that the journal's tables must have, as each database keeps their definition, and what is missing.

The migrations make them; this is what they are compared with. A trigger that is altered, switched off or put beside
them counts too: it may let entries be changed, or change them.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import dialect_of

_UUID = "-".join("[0-9a-f]" * length for length in (8, 4, 4, 4, 12))

SQLITE = {
    "journal_entry_kept": "CREATE TRIGGER journal_entry_kept BEFORE UPDATE ON journal_entry"
    " BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "journal_entry_stays": "CREATE TRIGGER journal_entry_stays BEFORE DELETE ON journal_entry"
    " BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "journal_entry_advances": "CREATE TRIGGER journal_entry_advances AFTER INSERT ON journal_entry"
    " BEGIN UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1; END",
    "journal_entry_mentions": "CREATE TRIGGER journal_entry_mentions AFTER INSERT ON journal_entry"
    " BEGIN INSERT OR IGNORE INTO journal_mention (record_id, seq)"
    " SELECT NEW.subject_id, NEW.seq WHERE NEW.subject_id IS NOT NULL"
    " UNION SELECT atom, NEW.seq FROM json_tree(CASE WHEN json_valid(NEW.detail) THEN NEW.detail ELSE '{}' END)"
    " WHERE type = 'text' AND atom GLOB 'UUID'; END".replace("UUID", _UUID),
}
POSTGRESQL = {
    "journal_entry_kept": "CREATE TRIGGER journal_entry_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON journal_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()",
    "journal_entry_advances": "CREATE TRIGGER journal_entry_advances AFTER INSERT ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_advances()",
    "journal_entry_mentions": "CREATE TRIGGER journal_entry_mentions AFTER INSERT ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_mentions()",
}
FUNCTIONS = {
    "journal_entry_kept": "BEGIN RAISE EXCEPTION 'the journal only grows'; END",
    "journal_entry_advances": "BEGIN UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;"
    " RETURN NULL; END",
    "journal_entry_mentions": "BEGIN INSERT INTO journal_mention (record_id, seq)"
    " SELECT NEW.subject_id, NEW.seq WHERE NEW.subject_id IS NOT NULL"
    " UNION SELECT ids.parts[1], NEW.seq FROM regexp_matches(NEW.detail,"
    " '\"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\"(?!:)', 'g') AS ids(parts)"
    " ON CONFLICT DO NOTHING;"
    " RETURN NULL; END",
}
"""What the triggers' functions do on PostgreSQL."""
_ON_SQLITE = text(
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'trigger' AND tbl_name IN ('journal_entry', 'journal_head', 'journal_mention')"
)
_ON_POSTGRESQL = text(
    "SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS sql, t.tgenabled = 'O' AS enabled, p.prosrc AS body"
    " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgrelid IN"
    " ('journal_entry'::regclass, 'journal_head'::regclass, 'journal_mention'::regclass)"
)


def missing_triggers(session: Session) -> list[str]:
    """The names of the journal's triggers that are missing, altered, switched off, or there though none should be."""
    if dialect_of(session).name == "sqlite":
        expected, rows = set(SQLITE), session.execute(_ON_SQLITE).all()
        sound = {row.name for row in rows if SQLITE.get(row.name) == row.sql}
    else:
        expected, rows = set(POSTGRESQL), session.execute(_ON_POSTGRESQL).all()
        sound = {row.name for row in rows if row.enabled and _as_made(row)}
    present = {row.name for row in rows}
    return sorted((expected | present) - sound)


def _as_made(row: Any) -> bool:
    """PostgreSQL tells the schema's name before the table's and the function's, as the search path has it."""
    definition = row.sql.replace("public.", "")
    return bool(definition == POSTGRESQL.get(row.name) and row.body.strip() == FUNCTIONS[row.name])
