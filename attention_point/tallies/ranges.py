"""Counts of several days or months side by side.

Every row is found by its day, its point and its table, with which the key begins: what lies between two days asked for
is not read, so that thirteen months cost the same after ten years as after two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select
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
    rows = session.execute(select(*of).where(*_places(tables, days, points)).group_by(Tally.table, Tally.day))
    read: dict[str, dict[date, int]] = {table: {} for table in tables}
    for table, day, count in rows:
        read[table][day] = int(count)
    return read


def by_point(session: Session, table: str, days: Iterable[date], points: Sequence[str]) -> dict[str, int]:
    """A daily table's count of each point, summed over the days; a point without counts is not there."""
    of = Tally.point, func.sum(Tally.count)
    rows = session.execute(select(*of).where(*_places([table], days, points)).group_by(Tally.point))
    return {point: int(count) for point, count in rows}


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
    kept = {table: BY_ID[table].source or table for table in tables}
    of = Tally.table, Tally.day, Tally.cell, func.sum(Tally.count)
    query = select(*of).where(*_places(sorted(set(kept.values())), months, points))
    if first is not None:
        query = query.where(Tally.cell.startswith(f"{first}|", autoescape=True))
    read: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    for table, day, cell, count in session.execute(query.group_by(Tally.table, Tally.day, Tally.cell)):
        read[table, day][cell] = int(count)
    return {
        (table, month): summed(kept[table], table, read[kept[table], month]) for table in tables for month in months
    }


def summed(kept: str, wanted: str, cells: Summed) -> dict[str, int]:
    """A kept table's cells, added up over the dimensions that the wanted table does not have; none at 0."""
    axes = [BY_ID[kept].dimensions.index(dimension) for dimension in BY_ID[wanted].dimensions]
    counts: dict[str, int] = defaultdict(int)
    for cell, count in cells.items():
        codes = cell.split("|")
        counts["|".join(codes[axis] for axis in axes)] += count
    return {cell: count for cell, count in counts.items() if count}


def _places(tables: Sequence[str], days: Iterable[date], points: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return Tally.day.in_(sorted(set(days))), Tally.point.in_(points), Tally.table.in_(tables)
