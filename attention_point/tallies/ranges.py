"""Counts of several days or months side by side.

Every row is found by its day, its point and its table, with which the key begins: what lies between two days asked for
is not read, so that thirteen months cost the same after ten years as after two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from attention_point.tallies.models import Tally
from attention_point.tallies.rules import BY_ID

Summed = Mapping[str, int]


def first_day(session: Session) -> date | None:
    """The earliest day with a count; None where nothing was counted yet."""
    return session.scalar(select(func.min(Tally.day)))


def by_day(
    session: Session, tables: Sequence[str], days: Iterable[date], points: Sequence[str]
) -> dict[str, dict[date, int]]:
    """Tables' counts of each day, whatever the cell, summed over the points; a day without counts is not there.

    The rows of a monthly table stand on the first day of their month.
    """
    of = Tally.table, Tally.day, func.sum(Tally.count)
    rows = session.execute(select(*of).where(*_places(tables, days, points)).group_by(Tally.day, Tally.table))
    read: dict[str, dict[date, int]] = {table: {} for table in tables}
    for table, day, count in rows:
        read[table][day] = int(count)
    return read


def by_point(
    session: Session, tables: Sequence[str], spans: Sequence[Sequence[date]], points: Sequence[str]
) -> dict[str, list[dict[str, int]]]:
    """Daily tables' counts of each point, a dict for each span of days; a point without counts is not in it.

    The spans hold all days between their first and their last.
    """
    sums = [func.sum(Tally.count).filter(Tally.day.between(days[0], days[-1])) for days in spans]
    places = _places(tables, {day for days in spans for day in days}, points)
    read: dict[str, list[dict[str, int]]] = {table: [{} for _days in spans] for table in tables}
    rows = session.execute(select(Tally.table, Tally.point, *sums).where(*places).group_by(Tally.point, Tally.table))
    for table, point, *counts in rows:
        for found, count in zip(read[table], counts, strict=True):
            if count is not None:
                found[point] = int(count)
    return read


def by_month(
    session: Session,
    tables: Sequence[str],
    months: Iterable[date],
    points: Sequence[str],
    first: str | None = None,
) -> dict[tuple[str, date], dict[str, int]]:
    """Monthly tables: (table, first day) → cell → count, summed over the points, for every table and month asked for.

    A table that is made of another's sums is asked for like any. ``first``: only the cells that begin with this code.
    """
    months = tuple(months)
    kept = {name for table in tables for name in BY_ID[table].kept}
    read = {month: _of_month(session, sorted(kept), month, points, first) for month in months}
    return {(table, month): summed(table, read[month]) for table in tables for month in months}


def _of_month(
    session: Session, tables: Sequence[str], month: date, points: Sequence[str], first: str | None
) -> dict[str, dict[str, int]]:
    query = _CELLS if first is None else _CELLS.where(_begins(first))
    places = {"month": month, "points": points}
    return {
        table: {cell: int(count) for cell, count in session.execute(query, {**places, "table": table})}
        for table in tables
    }


# One month and one table at a time, grouped by the cell alone: that is sorted in half the time of all together.
_CELLS = (
    select(Tally.cell, func.sum(Tally.count))
    .where(
        Tally.day == bindparam("month"),
        Tally.point.in_(bindparam("points", expanding=True)),
        Tally.table == bindparam("table"),
    )
    .group_by(Tally.cell)
)


def by_end(
    session: Session,
    table: str,
    months: Iterable[date],
    points: Sequence[str],
    last: Collection[str],
    *,
    first: str | None = None,
    without: Collection[str] = (),
) -> dict[date, tuple[int, int]]:
    """A monthly table's sums: first day → count, and of it that of the cells that end with one of the codes ``last``.

    A month without counts is not there. ``first``: only the cells that begin with this code. ``without``: none that
    begin with one of these. The kept table, which may have dimensions in between, adds up to two numbers a month in the
    database: of many months its cells are too many to sort and to hand over.
    """
    ends = or_(*(Tally.cell.endswith(f"|{code}", autoescape=True) for code in sorted(last)))
    chosen = [*(~_begins(code) for code in sorted(without)), *([] if first is None else [_begins(first)])]
    of = Tally.day, func.sum(Tally.count), func.sum(Tally.count).filter(ends)
    rows = session.execute(select(*of).where(*_places(BY_ID[table].kept, months, points), *chosen).group_by(Tally.day))
    return {month: (int(count), int(of_these or 0)) for month, count, of_these in rows}


def _begins(code: str) -> ColumnElement[bool]:
    return Tally.cell.startswith(f"{code}|", autoescape=True)


def summed(wanted: str, read: Mapping[str, Summed]) -> dict[str, int]:
    """A table's cells out of the kept tables', added up over the dimensions that it does not have; none at 0."""
    counts: dict[str, int] = defaultdict(int)
    for kept in BY_ID[wanted].kept:
        axes = [BY_ID[kept].dimensions.index(dimension) for dimension in BY_ID[wanted].dimensions]
        for cell, count in read[kept].items():
            codes = cell.split("|")
            counts["|".join([codes[axis] for axis in axes])] += count
    return {cell: count for cell, count in counts.items() if count}


def _places(tables: Sequence[str], days: Iterable[date], points: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return Tally.day.in_(sorted(set(days))), Tally.point.in_(points), Tally.table.in_(tables)
