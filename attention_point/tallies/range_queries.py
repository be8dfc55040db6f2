"""Reads the counts of several days or months side by side.

Every row is found by its day, point and table, with which the key begins. Rows between the requested days are not read,
so thirteen months cost the same after ten years as after two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from attention_point.tallies.models import Tally
from attention_point.tallies.rules import INDICATORS_BY_ID

CellCounts = Mapping[str, int]


def find_first_counted_day(session: Session) -> date | None:
    """Return the earliest day with a count; None when nothing was counted yet."""
    return session.scalar(select(func.min(Tally.day)))


def sum_by_day(
    session: Session, tables: Sequence[str], days: Iterable[date], points: Sequence[str]
) -> dict[str, dict[date, int]]:
    """Return the counts of tables by day, summed over all cells and the points. A day without counts is not in the
    result.

    The rows of a monthly table stand on the first day of their month.
    """
    query = select(Tally.table, Tally.day, func.sum(Tally.count)).where(*_match_rows(tables, days, points))
    rows = session.execute(query.group_by(Tally.day, Tally.table))
    counts: dict[str, dict[date, int]] = {table: {} for table in tables}
    for table, day, count in rows:
        counts[table][day] = int(count)
    return counts


def sum_by_point(
    session: Session, tables: Sequence[str], spans: Sequence[Sequence[date]], points: Sequence[str]
) -> dict[str, list[dict[str, int]]]:
    """Return the counts of daily tables by point: for each table one dictionary for each span of days.

    A span holds all days between its first and its last. A point without counts is not in its dictionary.
    """
    # One pass over the rows for all spans.
    sums = [func.sum(Tally.count).filter(Tally.day.between(days[0], days[-1])) for days in spans]
    conditions = _match_rows(tables, {day for days in spans for day in days}, points)
    point_counts: dict[str, list[dict[str, int]]] = {table: [{} for _days in spans] for table in tables}
    query = select(Tally.table, Tally.point, *sums).where(*conditions)
    rows = session.execute(query.group_by(Tally.point, Tally.table))
    for table, point, *counts in rows:
        for span_counts, count in zip(point_counts[table], counts, strict=True):
            if count is not None:
                span_counts[point] = int(count)
    return point_counts


def sum_by_month(
    session: Session,
    tables: Sequence[str],
    months: Iterable[date],
    points: Sequence[str],
    first_code: str | None = None,
) -> dict[tuple[str, date], dict[str, int]]:
    """Return the cells of monthly tables: (table, first day) → cell → count, summed over the points.

    Every requested table and month is in the result, also a table that is the sum of another. With ``first_code`` only
    the cells that begin with this code are counted.
    """
    months = tuple(months)
    stored_tables = {INDICATORS_BY_ID[table].stored_table for table in tables}
    counts = {month: _sum_month_cells(session, sorted(stored_tables), month, points, first_code) for month in months}
    return {(table, month): sum_stored_cells(table, counts[month]) for table in tables for month in months}


def _sum_month_cells(
    session: Session, tables: Sequence[str], month: date, points: Sequence[str], first_code: str | None
) -> dict[str, dict[str, int]]:
    query = _CELLS_QUERY if first_code is None else _CELLS_QUERY.where(_match_first_code(first_code))
    cells: dict[str, dict[str, int]] = {}
    for table in tables:
        rows = session.execute(query, {"month": month, "points": points, "table": table})
        cells[table] = {cell: int(count) for cell, count in rows}
    return cells


# One month and one table at a time, grouped by the cell alone: that is sorted in half the time of all together.
_CELLS_QUERY = (
    select(Tally.cell, func.sum(Tally.count))
    .where(
        Tally.day == bindparam("month"),
        Tally.point.in_(bindparam("points", expanding=True)),
        Tally.table == bindparam("table"),
    )
    .group_by(Tally.cell)
)


def sum_by_last_code(
    session: Session,
    table: str,
    months: Iterable[date],
    points: Sequence[str],
    last_codes: Collection[str],
    *,
    first_code: str | None = None,
) -> dict[date, tuple[int, int]]:
    """Return two sums for each month of a monthly table: all its cells, and those that end with one of ``last_codes``.

    A month without counts is not in the result. With ``first_code`` only the cells that begin with this code are
    counted.
    """
    # The stored table may have dimensions in between. The database adds them up to two numbers a month, because the
    # cells of thirteen months are too many to sort and to hand over.
    has_last_code = or_(*(Tally.cell.endswith(f"|{code}", autoescape=True) for code in sorted(last_codes)))
    conditions = [*_match_rows([INDICATORS_BY_ID[table].stored_table], months, points)]
    if first_code is not None:
        conditions.append(_match_first_code(first_code))
    query = select(Tally.day, func.sum(Tally.count), func.sum(Tally.count).filter(has_last_code))
    rows = session.execute(query.where(*conditions).group_by(Tally.day))
    return {month: (int(count), int(last_count or 0)) for month, count, last_count in rows}


def _match_first_code(code: str) -> ColumnElement[bool]:
    return Tally.cell.startswith(f"{code}|", autoescape=True)


def sum_stored_cells(table: str, stored_counts: Mapping[str, CellCounts]) -> dict[str, int]:
    """Sum the cells of a table's stored table over the dimensions that it does not have. No cell of the result is 0."""
    counts: dict[str, int] = defaultdict(int)
    stored_table = INDICATORS_BY_ID[INDICATORS_BY_ID[table].stored_table]
    axes = [stored_table.dimensions.index(dimension) for dimension in INDICATORS_BY_ID[table].dimensions]
    for cell, count in stored_counts[stored_table.id].items():
        codes = cell.split("|")
        counts["|".join(codes[axis] for axis in axes)] += count
    return {cell: count for cell, count in counts.items() if count}


def _match_rows(tables: Sequence[str], days: Iterable[date], points: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return Tally.day.in_(sorted(set(days))), Tally.point.in_(points), Tally.table.in_(tables)
