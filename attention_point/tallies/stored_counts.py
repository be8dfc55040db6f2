"""Reads the sealed counts: those of months with what is still to be added to them, of one moment.

A month at a point is one row, so that a month's report opens as much after ten years as after one.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import cast, null, select
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.models import MonthTallies, PendingTallies
from attention_point.tallies.sealed_counts import (
    MONTH_PURPOSE,
    PENDING_PURPOSE,
    DayCounts,
    add_counts,
    drop_zeros,
    list_cells,
    name_month_place,
    open_counts,
)

PointCounts = dict[str, DayCounts]
"""Point → day → table → cell → count."""


def read_counts(
    session: Session, months: Iterable[date] | None = None, points: Collection[str] | None = None
) -> PointCounts:
    """Read the counts of months (their first days) at points; None means all. Some cells may be 0.

    A row that does not open is noted as damage and left out.
    """
    wanted_months = None if months is None else frozenset(months)
    counts: PointCounts = {}
    for row in session.execute(_build_query(wanted_months, points)):
        day_counts = _open_or_note(session, row)
        if day_counts is None:
            continue
        # A row that waits may count in several months, as that of a correction does.
        if row.month is None and wanted_months is not None:
            day_counts = {day: tables for day, tables in day_counts.items() if day.replace(day=1) in wanted_months}
        if day_counts:
            add_counts(counts.setdefault(row.point, {}), day_counts)
    return counts


def read_all_cells(session: Session, months: Iterable[date] | None = None) -> dict[CellKey, int]:
    """Read the counts of months, or all, by cell. No cell is 0."""
    return {
        key: count
        for point, day_counts in read_counts(session, months).items()
        for key, count in list_cells(point, day_counts)
        if count
    }


def list_months_with_counts(session: Session) -> set[tuple[date, str]]:
    """List the months, by their first days, and the points at which something is counted in them."""
    # The rows of the months are not opened: one in which nothing is counted any more is deleted.
    months = {(row.month, row.point) for row in session.execute(select(MonthTallies.month, MonthTallies.point))}
    pending: PointCounts = {}
    for row in session.execute(_PENDING_ROWS):
        add_counts(pending.setdefault(row.point, {}), _open_or_note(session, row) or {})
    return months | {(day.replace(day=1), point) for point, counts in pending.items() for day in drop_zeros(counts)}


_PENDING_ROWS = select(
    PendingTallies.id,
    cast(null(), MonthTallies.month.type).label("month"),
    PendingTallies.point,
    PendingTallies.sealed,
)


def _build_query(months: Collection[date] | None, points: Collection[str] | None) -> Any:
    stored = select(MonthTallies.id, MonthTallies.month, MonthTallies.point, MonthTallies.sealed)
    pending = _PENDING_ROWS
    if months is not None:
        stored = stored.where(MonthTallies.month.in_(sorted(months)))
    if points is not None:
        stored = stored.where(MonthTallies.point.in_(points))
        pending = pending.where(PendingTallies.point.in_(points))
    # One statement sees one moment: between two, a job could fold what waits, and it would count twice or not at all.
    return stored.union_all(pending)


def _open_or_note(session: Session, row: Any) -> DayCounts | None:
    # A page reads what waits a dozen times, and opening it is nearly all of its time.
    opened: dict[bytes, DayCounts] = session.info.setdefault("opened_counts", {})
    if (counts := opened.get(row.sealed)) is not None:
        return counts
    try:
        if row.month is None:
            counts = open_counts(session, PENDING_PURPOSE, row.id, row.point, row.sealed)
        else:
            counts = open_counts(session, MONTH_PURPOSE, row.id, name_month_place(row.month, row.point), row.sealed)
    except VaultError as error:
        note_damage(session, error)
        return None
    opened[row.sealed] = counts
    return counts
