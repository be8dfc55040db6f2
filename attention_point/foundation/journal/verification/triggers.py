"""The triggers that the journal's tables must have, as each database stores their definition.

The migrations create them; ``journal verify`` and ``doctor`` compare the database with this module. A trigger that was
altered, switched off or added is a fault too: it may let entries be changed, or change them itself.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect

_UUID = "-".join("[0-9a-f]" * length for length in (8, 4, 4, 4, 12))

# SQLite stores the text of CREATE TRIGGER to the letter, so the migrations and this table must agree to the letter.
SQLITE_TRIGGERS = {
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
# PostgreSQL stores no text of a trigger: these are the words of its pg_get_triggerdef.
POSTGRESQL_TRIGGERS = {
    "journal_entry_kept": "CREATE TRIGGER journal_entry_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON journal_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()",
    "journal_entry_advances": "CREATE TRIGGER journal_entry_advances AFTER INSERT ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_advances()",
    "journal_entry_mentions": "CREATE TRIGGER journal_entry_mentions AFTER INSERT ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_mentions()",
}
POSTGRESQL_FUNCTIONS = {
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
"""The body of each trigger's function on PostgreSQL."""
_SELECT_SQLITE_TRIGGERS = text(
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'trigger' AND tbl_name IN ('journal_entry', 'journal_head', 'journal_mention')"
)
_SELECT_POSTGRESQL_TRIGGERS = text(
    "SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS sql, t.tgenabled = 'O' AS enabled, p.prosrc AS body"
    " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgrelid IN"
    " ('journal_entry'::regclass, 'journal_head'::regclass, 'journal_mention'::regclass)"
)


def list_faulty_triggers(session: Session) -> list[str]:
    """Return the names of triggers that are missing, altered, switched off, or should not be there."""
    if get_dialect(session).name == "sqlite":
        expected_triggers, triggers = set(SQLITE_TRIGGERS), session.execute(_SELECT_SQLITE_TRIGGERS).all()
        sound_triggers = {trigger.name for trigger in triggers if SQLITE_TRIGGERS.get(trigger.name) == trigger.sql}
    else:
        expected_triggers, triggers = set(POSTGRESQL_TRIGGERS), session.execute(_SELECT_POSTGRESQL_TRIGGERS).all()
        sound_triggers = {trigger.name for trigger in triggers if trigger.enabled and _matches_definition(trigger)}
    present_triggers = {trigger.name for trigger in triggers}
    return sorted((expected_triggers | present_triggers) - sound_triggers)


def _matches_definition(trigger: Any) -> bool:
    # PostgreSQL writes the schema before a name if the search path does not lead there.
    definition = trigger.sql.replace("public.", "")
    return bool(
        definition == POSTGRESQL_TRIGGERS.get(trigger.name)
        and trigger.body.strip() == POSTGRESQL_FUNCTIONS[trigger.name]
    )
