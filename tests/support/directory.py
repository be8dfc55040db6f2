"""The shipped directory in a test's database: put in as rows, where its files need not be read and checked again."""

from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from attention_point.directory import models, queries
from attention_point.directory.revision import increase_revision
from attention_point.directory.seed import loading
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM

_TABLES: list[Table] = [
    getattr(models, name).__table__
    for name in ("Entity", "Place", "EmergencyLine", "Point", "ConsentText", "Service", "Offer")
]
_ROWS: dict[Table, list[dict[str, Any]]] = {}


def load_shipped(session: Session) -> None:
    """What ``loading.load_shipped`` leaves in an empty directory; one that holds something already stays as it is."""
    if queries.get_revision(session):
        return
    if not _ROWS:
        loading.load_shipped_files(session)
        session.flush()
        _ROWS.update({table: [dict(row) for row in session.execute(select(table)).mappings()] for table in _TABLES})
        return
    for table, rows in _ROWS.items():
        session.execute(insert(table), rows)
    journal.record(session, SYSTEM, "directory.load", "directory", added=sum(map(len, _ROWS.values())))
    increase_revision(session)
