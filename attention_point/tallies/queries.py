"""Reads the counts of periods, and compares them with a recount."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, first_of_month, first_of_next_month
from attention_point.tallies.counted_cells import REPEAT_TABLES, CellKey
from attention_point.tallies.models import ClosedMonth, DueRecount
from attention_point.tallies.rules import STORED_INDICATORS
from attention_point.tallies.stored_counts import list_months_with_counts, read_all_cells, read_counts

PeriodCounts = dict[str, dict[str, int]]
# What may wait for a rebuild (``DueRecount``).
REPEATS, TIMES, PERSON_OUTCOMES = "repeats", "times", "person-outcomes"


@dataclass(frozen=True, slots=True)
class TallyDifference:
    """A cell whose stored count differs from the recount."""

    key: CellKey
    stored_count: int
    recounted: int


def sum_period_tables(session: Session, period: Period, point: str | None = None) -> PeriodCounts:
    """Return every stored table of a month, a quarter or a year: id → cell → count. No cell is 0.

    A person counts once in the period, and in it once for each need. A table without counts is there and empty; tables
    that the dashboard alone shows are of months only.
    """
    is_month = period.kind == "month"
    tables: dict[str, dict[str, int]] = {table.id: {} for table in STORED_INDICATORS if table.published or is_month}
    repeat_tables = REPEAT_TABLES.get(period.kind, {})
    points = None if point is None else (point,)
    for day_counts in read_counts(session, period.months, points).values():
        for day_tables in day_counts.values():
            for table, cells in day_tables.items():
                # Tables of an indicator that the program no longer has stay until the next rebuild.
                sign, summed_table = (-1, repeat_tables[table]) if table in repeat_tables else (1, table)
                sums = tables.get(summed_table)
                if sums is not None:
                    for cell, count in cells.items():
                        sums[cell] = sums.get(cell, 0) + sign * count
    return {table: {cell: count for cell, count in cells.items() if count} for table, cells in tables.items()}


def sum_month_tables(session: Session, first_day: date, point: str | None = None) -> PeriodCounts:
    """Return every stored table of a month, as ``sum_period_tables`` does."""
    return sum_period_tables(session, find_period("month", first_day), point)


def is_month_closed(session: Session, day: date) -> bool:
    """Whether the month of a day is released, so that its counts stay."""
    return session.get(ClosedMonth, first_of_month(day)) is not None


def list_frequent_codes(session: Session, table: str, point: str | None, first_day: date, last_day: date) -> list[str]:
    """List the codes of a table's first dimension in a span of months at a point, or all, the most frequent first.

    A monthly table counts on the first of its month, so that the first month of the span counts as a whole.
    """
    codes: dict[str, int] = defaultdict(int)
    first_month, months = first_of_month(first_day), []
    while first_month <= last_day:
        months.append(first_month)
        first_month = first_of_next_month(first_month)
    for day_counts in read_counts(session, months, None if point is None else (point,)).values():
        for day, tables in day_counts.items():
            if day <= last_day:
                for cell, count in tables.get(table, {}).items():
                    codes[cell.partition("|")[0]] += count
    # The code breaks ties, so that the form does not change its order from one visit to the next.
    return sorted((code for code, count in codes.items() if count > 0), key=lambda code: (-codes[code], code))


def list_recent_months(session: Session, before_day: date, max_months: int) -> list[date]:
    """List the first days of the latest months with counts before a day, newest first."""
    months = {month for month, _point in list_months_with_counts(session) if month < before_day}
    return sorted(months, reverse=True)[:max_months]


def list_counted_points(session: Session, first_day: date) -> list[str]:
    """List the points with counts in a month."""
    return sorted({point for month, point in list_months_with_counts(session) if month == first_day})


def estimate_recount_size(session: Session) -> int:
    """Return the number of attentions and referrals that are counted: about as many records a recount will read."""
    tables = ("attentions-by-hour", "referrals-by-service-and-state")
    return sum(count for key, count in read_all_cells(session).items() if key[2] in tables)


def list_differences(session: Session, recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    """List the cells in which the stored counts differ from a recount, in order.

    What waits for a rebuild is left out.
    """
    return _leave_out(_compare_counts(read_all_cells(session), recount), _list_due_tables(session))


def list_month_differences(session: Session, first_day: date, recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    """List the cells of one month in which the stored counts differ from a recount of it, in order.

    Repeats are left out: what earlier versions of the program recorded tells them only beside the other months.
    """
    left_out = _list_due_tables(session) | _DUE_TABLES[REPEATS]
    return _leave_out(_compare_counts(read_all_cells(session, [first_day]), recount), left_out)


def is_recount_due(session: Session) -> bool:
    """Whether people of quarters and years wait for a rebuild, which counts what earlier versions recorded."""
    return session.get(DueRecount, REPEATS) is not None


def are_monitor_counts_due(session: Session) -> bool:
    """Whether figures of the monitor wait for a rebuild: earlier versions recorded and did not count them."""
    return bool({TIMES, PERSON_OUTCOMES}.intersection(session.scalars(select(DueRecount.what))))


def _list_due_tables(session: Session) -> frozenset[str]:
    due = session.scalars(select(DueRecount.what)).all()
    return frozenset[str]().union(*(_DUE_TABLES.get(what, frozenset()) for what in due))


def _leave_out(differences: Iterable[TallyDifference], tables: frozenset[str]) -> list[TallyDifference]:
    return [difference for difference in differences if difference.key[2] not in tables]


_DUE_TABLES: Mapping[str, frozenset[str]] = {
    REPEATS: frozenset(table for tables in REPEAT_TABLES.values() for table in tables),
    TIMES: frozenset({"answers-by-entity-and-time", "openings-by-entity-and-time"}),
    PERSON_OUTCOMES: frozenset({"person-outcomes-by-entity"}),
}


def _compare_counts(stored: Mapping[CellKey, int], recount: Mapping[CellKey, int]) -> list[TallyDifference]:
    return [
        TallyDifference(key, stored.get(key, 0), recount.get(key, 0))
        for key in sorted(stored.keys() | recount.keys())
        if stored.get(key, 0) != recount.get(key, 0)
    ]
