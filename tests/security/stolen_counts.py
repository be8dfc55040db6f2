"""Attacks on the counts by somebody who has the database, its write-ahead log or copies of it, and no key.

``bench/attacks.py`` runs the same attacks over more visits.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

Rows = Counter[tuple[str, str]]
"""Table and text of a row → how often it is there."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}


def copy_database(file: Path, folder: Path) -> Path:
    """Copy a SQLite file with its write-ahead log, as a thief or a nightly copy would, while it is in use."""
    folder.mkdir(parents=True)
    for name in (file.name, f"{file.name}-wal"):
        source = file.with_name(name)
        if source.exists():
            (folder / name).write_bytes(source.read_bytes())
    return folder / file.name


def read_copy(copy: Path, left_out: Iterable[str] = ()) -> Rows:
    """Read every row of a copy that stands in clear; what is sealed is left out, and so are some tables."""
    connection = sqlite3.connect(copy)
    try:
        tables = [row[0] for row in connection.execute(_TABLES["sqlite"]) if row[0] not in set(left_out)]
        return Counter(
            (table, "|".join(str(value) for value in row if not isinstance(value, bytes)))
            for table in tables
            for row in connection.execute(f'SELECT * FROM "{table}"')
        )
    finally:
        connection.close()


def list_filled_tables(copy: Path) -> set[str]:
    """List the tables that have rows, but the journal: before the first visit they are those of reference data."""
    return {table for table, _row in read_copy(copy)} - {"journal_entry", "journal_mention", "journal_head"}


def guess_by_difference(before: Rows, after: Rows, codes: frozenset[str]) -> frozenset[str]:
    """Guess what a visit was about: the codes that stand in rows that came or changed with it."""
    return frozenset(word for _table, row in after - before for word in _WORD.findall(row)) & codes


def guess_by_transaction(session: Session, codes: frozenset[str]) -> dict[UUID, frozenset[str]]:
    """Guess on PostgreSQL what each visit was about: the codes in rows that its transaction wrote (``xmin``)."""
    guesses: dict[UUID, set[str]] = {}
    for table in session.scalars(text(_TABLES["postgresql"])).all():
        rows = session.execute(text(f'SELECT v.id, t::text FROM visit v JOIN "{table}" t ON t.xmin = v.xmin'))
        for visit_id, row in rows:
            guesses.setdefault(visit_id, set()).update(_WORD.findall(row))
    return {visit_id: frozenset(words) & codes for visit_id, words in guesses.items()}


def count_exact_guesses(guesses: Mapping[UUID, frozenset[str]], truth: Mapping[UUID, frozenset[str]]) -> int:
    """Count the visits of which a guess has every code, and no other."""
    return sum(guesses.get(visit_id) == codes for visit_id, codes in truth.items())
