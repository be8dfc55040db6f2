"""Reads the counts of several days or months side by side. Only the rows of their months are opened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.tallies.rules import INDICATORS_BY_ID
from attention_point.tallies.sealed_counts import TableCounts
from attention_point.tallies.stored_counts import list_months_with_counts, read_counts

CellCounts = Mapping[str, int]


def find_first_counted_day(session: Session) -> date | None:
    """Return the first day of the earliest month with a count; None when nothing was counted yet."""
    return min((month for month, _point in list_months_with_counts(session)), default=None)


def sum_by_day(
    session: Session, tables: Sequence[str], days: Iterable[date], points: Sequence[str]
) -> dict[str, dict[date, int]]:
    """Return the counts of tables by day, summed over all cells and the points. A day without counts is not in the
    result.

    The rows of a monthly table stand on the first day of their month.
    """
    counts: dict[str, dict[date, int]] = {table: {} for table in tables}
    for _point, day, day_tables in _read_days(session, days, points):
        for table in tables:
            if table in day_tables:
                counts[table][day] = counts[table].get(day, 0) + sum(day_tables[table].values())
    return counts


def sum_by_point(
    session: Session, tables: Sequence[str], spans: Sequence[Sequence[date]], points: Sequence[str]
) -> dict[str, list[dict[str, int]]]:
    """Return the counts of daily tables by point: for each table one dictionary for each span of days.

    A span holds all days between its first and its last. A point without counts is not in its dictionary.
    """
    point_counts: dict[str, list[dict[str, int]]] = {table: [{} for _days in spans] for table in tables}
    for point, day, day_tables in _read_days(session, {day for days in spans for day in days}, points):
        for table in tables:
            if table in day_tables:
                count = sum(day_tables[table].values())
                for span_counts, days in zip(point_counts[table], spans, strict=True):
                    if days[0] <= day <= days[-1]:
                        span_counts[point] = span_counts.get(point, 0) + count
    return point_counts


def sum_by_month(
    session: Session,
    tables: Sequence[str],
    months: Iterable[date],
    points: Sequence[str],
    first_code: str | None = None,
    counted_before: date | None = None,
) -> dict[tuple[str, date], dict[str, int]]:
    """Return the cells of monthly tables: (table, first day) → cell → count, summed over the points.

    Every requested table and month is in the result, also a table that is the sum of another. With ``first_code`` only
    the cells that begin with this code are counted, with ``counted_before`` what was counted before a day.
    """
    months = tuple(months)
    stored_tables = {INDICATORS_BY_ID[table].stored_table for table in tables}
    sums: dict[date, TableCounts] = {month: {table: {} for table in stored_tables} for month in months}
    for _point, month, month_tables in _read_days(session, months, points, counted_before):
        for table in stored_tables & month_tables.keys():
            month_sums = sums[month][table]
            for cell, count in month_tables[table].items():
                if first_code is None or cell.startswith(f"{first_code}|"):
                    month_sums[cell] = month_sums.get(cell, 0) + count
    return {(table, month): sum_stored_cells(table, sums[month]) for table in tables for month in months}


def sum_by_last_code(
    session: Session,
    table: str,
    months: Iterable[date],
    points: Sequence[str],
    last_codes: Collection[str],
    *,
    first_code: str | None = None,
    counted_before: date | None = None,
) -> dict[date, tuple[int, int]]:
    """Return two sums for each month of a monthly table: all its cells, and those that end with one of ``last_codes``.

    A month without counts is not in the result. With ``first_code`` only the cells that begin with this code are
    counted, with ``counted_before`` what was counted before a day.
    """
    sums: dict[date, tuple[int, int]] = {}
    # The stored table may have dimensions in between.
    stored_table, endings = INDICATORS_BY_ID[table].stored_table, tuple(f"|{code}" for code in last_codes)
    for _point, month, month_tables in _read_days(session, months, points, counted_before):
        for cell, count in month_tables.get(stored_table, {}).items():
            if first_code is None or cell.startswith(f"{first_code}|"):
                total, ending = sums.get(month, (0, 0))
                sums[month] = total + count, ending + (count if cell.endswith(endings) else 0)
    return sums


def sum_stored_cells(table: str, stored_counts: Mapping[str, CellCounts]) -> dict[str, int]:
    """Sum the cells of a table's stored table over the dimensions that it does not have. No cell of the result is 0."""
    counts: dict[str, int] = defaultdict(int)
    stored_table = INDICATORS_BY_ID[INDICATORS_BY_ID[table].stored_table]
    axes = [stored_table.dimensions.index(dimension) for dimension in INDICATORS_BY_ID[table].dimensions]
    for cell, count in stored_counts[stored_table.id].items():
        codes = cell.split("|")
        counts["|".join(codes[axis] for axis in axes)] += count
    return {cell: count for cell, count in counts.items() if count}


def _read_days(
    session: Session, days: Iterable[date], points: Sequence[str], counted_before: date | None = None
) -> Iterator[tuple[str, date, TableCounts]]:
    wanted_days = frozenset(days)
    months = {first_of_month(day) for day in wanted_days}
    for point, day_counts in read_counts(session, months, points, counted_before).items():
        for day in wanted_days & day_counts.keys():
            yield point, day, day_counts[day]
