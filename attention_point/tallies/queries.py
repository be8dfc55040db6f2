"""Reads the counts. Each query names a range of days, so that the index of the key bounds it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, first_of_month, first_of_next_month
from attention_point.tallies.counted_cells import REPEAT_TABLES, CellKey
from attention_point.tallies.models import DueRecount, Tally
from attention_point.tallies.rules import STORED_INDICATORS

PeriodCounts = dict[str, dict[str, int]]
# What may wait for a rebuild (``DueRecount``).
REPEATS, TIMES = "repeats", "times"


@dataclass(frozen=True, slots=True)
class TallyDifference:
    """A cell whose stored count differs from the recount."""

    key: CellKey
    stored_count: int
    recounted: int


def build_period_query(period: Period, point: str | None = None) -> Select[str, str, int]:
    """Build the query of all counts of a period, summed over its days and, without a point, over the points."""
    query = (
        select(Tally.table, Tally.cell, func.sum(Tally.count))
        .where(Tally.day >= period.first_day, Tally.day < period.end_day)
        .group_by(Tally.table, Tally.cell)
        # An edit that was undone leaves rows at 0, which are no cells.
        .having(func.sum(Tally.count) != 0)
    )
    return query.where(Tally.point == point) if point else query


def sum_period_tables(session: Session, period: Period, point: str | None = None) -> PeriodCounts:
    """Return every stored table of a month, a quarter or a year: id → cell → count. No cell is 0.

    A person counts once in the period, and in it once for each need. A table without counts is there and empty; tables
    that the dashboard alone shows are of months only.
    """
    is_month = period.kind == "month"
    tables: dict[str, dict[str, int]] = {table.id: {} for table in STORED_INDICATORS if table.published or is_month}
    repeat_tables = REPEAT_TABLES.get(period.kind, {})
    repeats: list[tuple[str, str, int]] = []
    for table, cell, count in session.execute(build_period_query(period, point)):
        # Rows of an indicator that the program no longer has stay until the next rebuild.
        if table in tables:
            tables[table][cell] = int(count)
        elif table in repeat_tables:
            repeats.append((repeat_tables[table], cell, int(count)))
    # After all months were read: a repeat may come before the count from which it is subtracted.
    for table, cell, count in repeats:
        tables[table][cell] = tables[table].get(cell, 0) - count
    return {table: {cell: count for cell, count in cells.items() if count} for table, cells in tables.items()}


def sum_month_tables(session: Session, first_day: date, point: str | None = None) -> PeriodCounts:
    """Return every stored table of a month, as ``sum_period_tables`` does."""
    return sum_period_tables(session, find_period("month", first_day), point)


def list_frequent_codes(session: Session, table: str, point: str | None, first_day: date, last_day: date) -> list[str]:
    """List the codes of a table's first dimension in a span of months at a point, or all, the most frequent first.

    A monthly table counts on the first of its month, so that the first month of the span counts as a whole.
    """
    counts: dict[str, int] = defaultdict(int)
    query = (
        select(Tally.cell, func.sum(Tally.count))
        .where(Tally.day >= first_of_month(first_day), Tally.day <= last_day, Tally.table == table)
        .group_by(Tally.cell)
    )
    for cell, count in session.execute(query.where(Tally.point == point) if point is not None else query):
        counts[cell.partition("|")[0]] += int(count)
    # The code breaks ties, so that the form does not change its order from one visit to the next.
    return sorted((code for code, count in counts.items() if count > 0), key=lambda code: (-counts[code], code))


def list_recent_months(session: Session, before_day: date, max_months: int) -> list[date]:
    """List the first days of the latest months with counts before a day, newest first."""
    # One look into the index for each month: DISTINCT over the days of all years would read every row.
    last_day_query = select(func.max(Tally.day))
    months: list[date] = []
    while len(months) < max_months and (
        day := session.scalar(last_day_query.where(Tally.day < before_day, Tally.count != 0))
    ):
        before_day = first_of_month(day)
        months.append(before_day)
    return months


def list_counted_points(session: Session, first_day: date) -> list[str]:
    """List the points with counts in a month."""
    conditions = (Tally.day >= first_day, Tally.day < first_of_next_month(first_day), Tally.count != 0)
    return list(session.scalars(select(Tally.point).where(*conditions).distinct().order_by(Tally.point)))


def estimate_recount_size(session: Session) -> int:
    """Return the number of attentions and referrals that are counted: about as many records a recount will read."""
    tables = ("attentions-by-hour", "referrals-by-service-and-state")
    return int(session.scalar(select(func.sum(Tally.count)).where(Tally.table.in_(tables))) or 0)


def list_differences(session: Session, recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    """List the cells in which the stored counts differ from a recount, in order.

    What waits for a rebuild is left out.
    """
    return _leave_out(_compare_rows(session.execute(_ALL_TALLIES), recount), _list_due_tables(session))


def list_month_differences(session: Session, first_day: date, recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    """List the cells of one month in which the stored counts differ from a recount of it, in order.

    Repeats are left out: what earlier versions of the program recorded tells them only beside the other months.
    """
    month_query = _ALL_TALLIES.where(Tally.day >= first_day, Tally.day < first_of_next_month(first_day))
    left_out = _list_due_tables(session) | _DUE_TABLES[REPEATS]
    return _leave_out(_compare_rows(session.execute(month_query), recount), left_out)


def is_recount_due(session: Session, what: str = REPEATS) -> bool:
    """Whether people of quarters and years wait for a rebuild, which counts what earlier versions recorded.

    ``what`` names another thing that may wait (``DueRecount``).
    """
    return session.get(DueRecount, what) is not None


def _list_due_tables(session: Session) -> frozenset[str]:
    due = session.scalars(select(DueRecount.what)).all()
    return frozenset[str]().union(*(_DUE_TABLES.get(what, frozenset()) for what in due))


def _leave_out(differences: Iterable[TallyDifference], tables: frozenset[str]) -> list[TallyDifference]:
    return [difference for difference in differences if difference.key[2] not in tables]


_DUE_TABLES: Mapping[str, frozenset[str]] = {
    REPEATS: frozenset(table for tables in REPEAT_TABLES.values() for table in tables),
    TIMES: frozenset({"answers-by-entity-and-time", "openings-by-entity-and-time"}),
}
_ALL_TALLIES = select(Tally.day, Tally.point, Tally.table, Tally.cell, Tally.count)


def _compare_rows(rows: Iterable[Any], recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    stored: dict[CellKey, int] = defaultdict(int)
    for day, point, table, cell, count in rows:
        stored[day, point, table, cell] = count
    return [
        TallyDifference(key, stored.get(key, 0), recount.get(key, 0))
        # A row at 0 and a cell that the recount does not have are the same.
        for key in sorted(stored.keys() | recount.keys())
        if stored.get(key, 0) != recount.get(key, 0)
    ]
