"""Reads the counts: always a range of days, which the key's index bounds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from attention_point.tallies.models import Tally
from attention_point.tallies.rules import KEPT, CellKey, first_of_month

MonthCounts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose kept count is not what the recount says."""

    key: CellKey
    kept: int
    counted: int


def next_month(first_day: date) -> date:
    """The first day of the month after."""
    return first_of_month(first_day.replace(day=28) + timedelta(days=4))


def month_statement(first_day: date, point: str | None = None) -> Select[str, str, int]:
    """All counts of a month, summed over its days and, without a point, over the points."""
    statement = (
        select(Tally.table, Tally.cell, func.sum(Tally.count))
        .where(Tally.day >= first_day, Tally.day < next_month(first_day))
        .group_by(Tally.table, Tally.cell)
        .having(func.sum(Tally.count) != 0)
    )
    return statement.where(Tally.point == point) if point else statement


def months_tables(session: Session, first_day: date, point: str | None = None) -> MonthCounts:
    """Every table of a month: id → cell → count. A table without counts is there, empty; one no longer kept is not."""
    tables: MonthCounts = {one.id: {} for one in KEPT}
    for table, cell, count in session.execute(month_statement(first_day, point)):
        if table in tables:
            tables[table][cell] = int(count)
    return tables


def month(session: Session, table: str, first_day: date, point: str | None = None) -> dict[str, int]:
    """One table of a month: cell → count."""
    rows = session.execute(month_statement(first_day, point).where(Tally.table == table))
    return {cell: int(count) for _table, cell, count in rows}


def recent_months(session: Session, before: date, size: int) -> list[date]:
    """The first days of the latest months with counts before a day: one look into the index a month."""
    latest = select(func.max(Tally.day))
    months: list[date] = []
    while len(months) < size and (day := session.scalar(latest.where(Tally.day < before, Tally.count != 0))):
        before = first_of_month(day)
        months.append(before)
    return months


def points(session: Session, first_day: date) -> list[str]:
    """The points with counts in a month."""
    within = (Tally.day >= first_day, Tally.day < next_month(first_day), Tally.count != 0)
    return list(session.scalars(select(Tally.point).where(*within).distinct().order_by(Tally.point)))


def size(session: Session) -> int:
    """How many attentions and referrals stand counted: about how long a recount will be."""
    of = ("attentions-by-hour", "referrals-by-service-and-state")
    return int(session.scalar(select(func.sum(Tally.count)).where(Tally.table.in_(of))) or 0)


def compare(session: Session, recount: Mapping[CellKey, int]) -> list[Difference]:
    """The cells that differ between what is kept and a recount, in order; none when the counts are right."""
    return _differences(session.execute(_ALL), recount)


def compare_month(session: Session, first_day: date, recount: Mapping[CellKey, int]) -> list[Difference]:
    """The same for one month."""
    within = _ALL.where(Tally.day >= first_day, Tally.day < next_month(first_day))
    return _differences(session.execute(within), recount)


_ALL = select(Tally.day, Tally.point, Tally.table, Tally.cell, Tally.count)


def _differences(rows: Iterable[Any], recount: Mapping[CellKey, int]) -> list[Difference]:
    kept: dict[CellKey, int] = defaultdict(int)
    for day, point, table, cell, count in rows:
        kept[day, point, table, cell] = count
    return [
        Difference(key, kept.get(key, 0), recount.get(key, 0))
        for key in sorted(kept.keys() | recount.keys())
        if kept.get(key, 0) != recount.get(key, 0)
    ]
