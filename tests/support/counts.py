"""The counts in tests: reading them by cell, folding all that waits, and replacing them by a recount."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.tallies import folding, services
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.stored_counts import read_all_cells


def read_cells(session: Session) -> dict[CellKey, int]:
    """Every cell that counts something, folded or not."""
    return read_all_cells(session)


def rebuild(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Replace all counts, those that wait among them."""
    services.rebuild_tallies(session, cells, services.list_pending_ids(session))


def fold_everything(database: Database) -> int:
    """Fold all rows that wait, as the job does on the day after."""
    with clock.override_now(clock.now() + timedelta(days=1)):
        return folding.fold_due_tallies(database)


def alter_counts(session: Session, table: str, number: int) -> None:
    """Add a number to each cell of a table that counts something: what no visit says."""
    changes = {cell: number for cell in read_all_cells(session) if cell[2] == table}
    assert changes
    services.add_to_tallies(session, changes)
