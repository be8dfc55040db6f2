"""Texts that the one rule refuses, and a digest of all that is stored."""

from typing import Any

from sqlalchemy import select

from attention_point.foundation.database import Base, Database
from attention_point.foundation.language import gettext
from attention_point.texts import UNFIT_CHARACTERS

HOSTILE = {
    "nul": "Zurdo\x00Quimbaya",
    "escape": "Zurdo\x1b[2JQuimbaya",
    "override": "Zurdo\u202eQuimbaya",
    "isolate": "Zurdo\u2067Quimbaya",
    "zero-width": "Zurdo\u200bQuimbaya",
    "joiner": "Zurdo\u200dQuimbaya",
    "byte-order-mark": "\ufeffZurdo",
    "private": "Zurdo\ue000Quimbaya",
    "noncharacter": "Zurdo\uffffQuimbaya",
    "filler": "Zurdo\u3164Quimbaya",
    "lost": "Zurdo\ufffdQuimbaya",
    "stack": "Zurdo" + "\u0315\u0300" * 40,
}
SURROGATE = "Zurdo\ud800Quimbaya"
"""Only JSON can carry it: in a form or an address its bytes are no UTF-8 and come as U+FFFD."""

# What the program itself writes while it answers: who signed in, who read what, how many tries, what is not saved yet.
_RUNNING = {
    "form_draft",
    "journal_entry",
    "journal_head",
    "journal_mention",
    "login_session",
    "sign_in_attempt",
    "api_token",
    "job_run",
}


def kinds(database: Database, place: int) -> dict[str, str]:
    """What is sent to an entrance: on PostgreSQL what it cannot store, on SQLite each of the others in turn."""
    if database.engine.dialect.name == "postgresql":
        return {"nul": HOSTILE["nul"]}
    name = list(HOSTILE)[place % len(HOSTILE)]
    return {name: HOSTILE[name]}


def message() -> str:
    """What the rule says, in the language of the test."""
    return gettext(UNFIT_CHARACTERS)


def stored(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables, but those that change by reading."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in _RUNNING]
    with database.read_session() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr) for table in tables
        }
