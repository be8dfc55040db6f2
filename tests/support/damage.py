"""Damage to sealed values, as a bad disk does it: one byte of the stored value differs."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry


def damage(database: Database, column: InstrumentedAttribute[Any], row: UUID) -> None:
    """Flip the last bit of a sealed column of one row, by SQL."""
    table = column.class_
    with database.write_session() as session:
        whole = bytes(session.execute(select(column).where(table.id == row)).scalar_one())
        flipped = whole[:-1] + bytes([whole[-1] ^ 1])
        session.execute(update(table).where(table.id == row).values({column.key: flipped}))


def refused(database: Database) -> list[tuple[str, str | None]]:
    """What the journal says of values that do not open: subject and id of each entry."""
    with database.read_session() as session:
        query = select(JournalEntry.subject, JournalEntry.subject_id).where(JournalEntry.action == "vault.refused")
        return [(subject, subject_id) for subject, subject_id in session.execute(query.order_by(JournalEntry.seq))]
