"""How counts stand sealed in a row, and how rows are opened.

A row holds counts by day, table and cell. Its text is compressed and padded: nearly every visit and every answer fills
a row of the same length, so that the length tells nothing of needs.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy.orm import Session

from attention_point.foundation.errors import VaultError
from attention_point.tallies.counted_cells import CellKey

MONTH_PURPOSE, PENDING_PURPOSE = "month-tallies", "pending-tallies"
# Bytes. A visit takes 200 to 400, and a row of more than 1,000 takes a second page of SQLite's.
SMALLEST_CONTENT = 768
_LENGTH_BYTES = 4

TableCounts = dict[str, dict[str, int]]
"""Table → cell → count."""
DayCounts = dict[date, TableCounts]


class SealingVault(Protocol):
    """The methods of the vault that the counts use. This room may not import the vault, which opens people too."""

    def seal(self, purpose: str, row_id: UUID, plaintext: bytes) -> bytes:
        """Seal bytes for one row under the keyring's current key."""

    def open(self, purpose: str, row_id: UUID, sealed_value: bytes) -> bytes:
        """Open a value of ``seal``. Raises VaultError."""


def split_by_point(cells: Mapping[CellKey, int]) -> dict[str, DayCounts]:
    """Put cells under their point, day and table. Cells at 0 are left out."""
    counts: dict[str, DayCounts] = {}
    for (day, point, table, cell), count in cells.items():
        if count:
            counts.setdefault(point, {}).setdefault(day, {}).setdefault(table, {})[cell] = count
    return counts


def add_counts(counts: DayCounts, added_counts: DayCounts) -> None:
    """Add counts to others, in place. A cell that comes to 0 stays there."""
    for day, tables in added_counts.items():
        own_tables = counts.setdefault(day, {})
        for table, cells in tables.items():
            own_cells = own_tables.setdefault(table, {})
            for cell, count in cells.items():
                own_cells[cell] = own_cells.get(cell, 0) + count


def split_by_month(counts: DayCounts) -> dict[date, DayCounts]:
    """Put the counts of days under the first day of their month."""
    months: dict[date, DayCounts] = defaultdict(dict)
    for day, tables in counts.items():
        months[day.replace(day=1)][day] = tables
    return months


def drop_zeros(counts: DayCounts) -> DayCounts:
    """Return the counts without the cells, tables and days in which nothing is counted."""
    days = {
        day: {
            table: counted
            for table, cells in tables.items()
            if (counted := {cell: count for cell, count in cells.items() if count})
        }
        for day, tables in counts.items()
    }
    return {day: tables for day, tables in days.items() if tables}


def seal_counts(session: Session, purpose: str, row_id: UUID, place: str, counts: DayCounts) -> bytes:
    """Seal the counts of a row. ``place`` is the point, or the month and the point, to which the row belongs."""
    content = [place, {day.isoformat(): tables for day, tables in counts.items()}]
    # At the quickest level: a visit waits for it, and what a slower one saves is filled up again.
    compressed = zlib.compress(to_json(content), 1)
    # With its length, for compressed bytes may end in zeros, as the padding does.
    framed = len(compressed).to_bytes(_LENGTH_BYTES) + compressed
    # The smallest length, twice it, four times it…: the counts of a month tell only their order of magnitude.
    padded_length = SMALLEST_CONTENT << ((len(framed) - 1) // SMALLEST_CONTENT).bit_length()
    return _get_vault(session).seal(purpose, row_id, framed.ljust(padded_length, b"\0"))


def open_counts(session: Session, purpose: str, row_id: UUID, place: str, sealed: bytes) -> DayCounts:
    """Open the counts of a row. Raises VaultError, also for a row that was moved to another place."""
    framed = _get_vault(session).open(purpose, row_id, sealed)
    length = int.from_bytes(framed[:_LENGTH_BYTES])
    stored_place, days = from_json(zlib.decompress(framed[_LENGTH_BYTES : _LENGTH_BYTES + length]))
    if stored_place != place:
        raise VaultError(purpose, row_id)
    return {date.fromisoformat(day): tables for day, tables in days.items()}


def name_month_place(month: date, point: str) -> str:
    """Return the place of the counts of a month at a point, as ``seal_counts`` takes it."""
    return f"{month.isoformat()[:7]}/{point}"


def list_cells(point: str, counts: DayCounts) -> Iterable[tuple[CellKey, int]]:
    """Yield the cells of counts at a point."""
    for day, tables in counts.items():
        for table, cells in tables.items():
            for cell, count in cells.items():
                yield (day, point, table, cell), count


def _get_vault(session: Session) -> SealingVault:
    vault: SealingVault = session.info["vault"]
    return vault
