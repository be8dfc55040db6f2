"""Changes the counts. Call these functions once a transaction, last before the commit.

All visits of a day count in the same few rows, so whoever changes them must hold their locks only for a moment.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import chain

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation import clock
from attention_point.foundation.database import PreparedStatement, execute_driver_sql, get_dialect
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.models import ClosedMonth, DueRecount, Tally

# One statement for all cells of a transaction: a statement for each would hold the hot rows as many times longer.
_UPSERT = """
INSERT INTO tally (day, point, "table", cell, count) {rows}
ON CONFLICT (day, point, "table", cell) DO UPDATE SET count = tally.count + excluded.count
"""
_POSTGRESQL_UPSERT = PreparedStatement(
    text(
        _UPSERT.format(
            rows="SELECT CAST(c ->> 0 AS date), c ->> 1, c ->> 2, c ->> 3, CAST(c ->> 4 AS integer)"
            " FROM json_array_elements(CAST(:cells AS json)) AS cells (c)"
        )
    )
)


@lru_cache(maxsize=256)
def _build_sqlite_upsert(row_count: int) -> str:
    # SQLite binds many values in a third of the time in which it reads as many from JSON.
    return _UPSERT.format(rows=f"VALUES {', '.join(['(?, ?, ?, ?, ?)'] * row_count)}")


_CLOSED_MONTH_QUERY = PreparedStatement(select(ClosedMonth.month).where(ClosedMonth.month == bindparam("month")))
# It conflicts with itself and with every write, and lets readers go on.
_LOCK_TALLIES = text("LOCK TABLE tally IN SHARE ROW EXCLUSIVE MODE")

MAX_ROWS_PER_STATEMENT = 5000  # SQLite binds at most 32,766 values in one statement, and a row has five


def add_to_tallies(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Add numbers to cells; a negative number subtracts."""
    days = {day: day.isoformat() for day in {key[0] for key in cells}}
    # Sorted keys: two writers that lock the same rows in opposite order would wait for each other for ever.
    rows = sorted([(days[key[0]], *key[1:], count) for key, count in cells.items() if count])
    is_sqlite = get_dialect(session).name == "sqlite"
    for start in range(0, len(rows), MAX_ROWS_PER_STATEMENT):
        batch = rows[start : start + MAX_ROWS_PER_STATEMENT]
        if is_sqlite:
            execute_driver_sql(session, _build_sqlite_upsert(len(batch)), list(chain.from_iterable(batch)))
        else:
            _POSTGRESQL_UPSERT.execute(session, {"cells": json.dumps(batch, ensure_ascii=False)})


def choose_counting_day(session: Session, day: date) -> date:
    """Return the day on which an event counts: its own day, or today if its month is closed (decision 45, G4)."""
    today = clock.today()
    month = first_of_month(day)
    if month >= first_of_month(today):
        return day
    # A release that is under way must end first: either it counts this event, or its month is closed.
    lock_for_transaction(session, _build_month_lock_key(month))
    return today if _CLOSED_MONTH_QUERY.execute(session, {"month": month}) else day


def close_month(session: Session, month: date) -> None:
    """Close a month to counting. Wait for every transaction that is counting in it."""
    lock_for_transaction(session, _build_month_lock_key(month))
    # A correction closes a month again that is closed already.
    if session.get(ClosedMonth, month) is None:
        session.add(ClosedMonth(month=month, closed_at=clock.now()))
        session.flush()


def _build_month_lock_key(month: date) -> bytes:
    return f"month {month.isoformat()[:7]}".encode()


def update_tallies(session: Session, old_cells: Mapping[CellKey, int], new_cells: Mapping[CellKey, int]) -> None:
    """Replace the old cells of an edited record by its new ones, as far as they differ."""
    keys = old_cells.keys() | new_cells.keys()
    add_to_tallies(session, {key: new_cells.get(key, 0) - old_cells.get(key, 0) for key in keys})


def lock_tallies(session: Session) -> None:
    """Keep every other writer of counts waiting until this transaction ends.

    A recount that is to be stored needs this.
    """
    # On SQLite a writing session excludes every other writer already.
    if get_dialect(session).name == "postgresql":
        session.execute(_LOCK_TALLIES)


def rebuild_tallies(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Replace all counts. Call ``lock_tallies`` before the recount, so that nobody counts in between."""
    session.execute(delete(Tally))
    # A rebuild counts everything, also what waited.
    session.execute(delete(DueRecount))
    add_to_tallies(session, cells)
