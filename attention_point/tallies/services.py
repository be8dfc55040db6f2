"""Changes the counts.

What a transaction counts is stored as one sealed row, which no other transaction waits for. A job folds these rows into
the counts of the months (``folding.py``), and whoever reads counts adds the rows that still wait.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation import clock
from attention_point.foundation.database import PreparedStatement, new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.models import ClosedMonth, DueRecount, MonthTallies, PendingTallies
from attention_point.tallies.sealed_counts import (
    MONTH_PURPOSE,
    PENDING_PURPOSE,
    DayCounts,
    drop_zeros,
    name_month_place,
    seal_counts,
    split_by_month,
    split_by_point,
)

_INSERT_PENDING = PreparedStatement(insert(PendingTallies), ("id", "point", "day", "sealed"))
_CLOSED_MONTH_QUERY = PreparedStatement(select(ClosedMonth.month).where(ClosedMonth.month == bindparam("month")))
IDS_PER_STATEMENT = 500  # SQLite binds at most 32,766 values in one statement


def add_to_tallies(session: Session, cells: Mapping[CellKey, int], covered_points: Iterable[str] = ()) -> None:
    """Add numbers to cells; a negative number subtracts.

    At ``covered_points`` a row is written even where nothing changes, so that nobody sees whether something did.
    """
    day = clock.today()
    nothing: dict[str, DayCounts] = {point: {} for point in covered_points}
    for point, counts in (nothing | split_by_point(cells)).items():
        # Random and without a time, so that the rows have no order of their own.
        row_id = uuid4()
        sealed = seal_counts(session, PENDING_PURPOSE, row_id, point, counts)
        _INSERT_PENDING.execute(session, {"id": row_id, "point": point, "day": day, "sealed": sealed})


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


def list_pending_ids(session: Session) -> list[UUID]:
    """List the rows that wait to be folded. A recount in the same snapshot counts all that they count."""
    return list(session.scalars(select(PendingTallies.id)))


def rebuild_tallies(session: Session, cells: Mapping[CellKey, int], recounted_rows: Collection[UUID]) -> None:
    """Replace all counts by those of a recount.

    ``recounted_rows`` are the pending rows of the moment of the recount (``list_pending_ids``): they are deleted. What
    was counted since waits in other rows, which stay. Nobody may fold rows between the recount and this transaction.
    """
    session.execute(delete(MonthTallies))
    delete_pending(session, recounted_rows)
    # A rebuild counts everything, also what waited.
    session.execute(delete(DueRecount))
    for point, counts in split_by_point(cells).items():
        for month, month_counts in split_by_month(counts).items():
            insert_month(session, month, point, month_counts)


def delete_pending(session: Session, row_ids: Collection[UUID]) -> None:
    """Delete rows that are folded or recounted."""
    ids = list(row_ids)
    for start in range(0, len(ids), IDS_PER_STATEMENT):
        session.execute(delete(PendingTallies).where(PendingTallies.id.in_(ids[start : start + IDS_PER_STATEMENT])))


def insert_month(session: Session, month: date, point: str, counts: DayCounts) -> None:
    """Store the counts of a month at a point that has none yet; nothing where they are all 0."""
    counts = drop_zeros(counts)
    if counts:
        row_id = new_id()
        sealed = seal_counts(session, MONTH_PURPOSE, row_id, name_month_place(month, point), counts)
        session.execute(insert(MonthTallies).values(id=row_id, month=month, point=point, sealed=sealed))
