"""Adds to the counts. Call once a transaction, last before the commit: the hot rows are then held for a moment only."""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import chain

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Prepared, dialect_of, driven
from attention_point.foundation.database.locks import serialise
from attention_point.tallies.models import ClosedMonth, Tally
from attention_point.tallies.rules import CellKey, first_of_month

# One statement. The keys come sorted, so that two writers never wait for each other in opposite order.
_UPSERT = """
INSERT INTO tally (day, point, "table", cell, count) {rows}
ON CONFLICT (day, point, "table", cell) DO UPDATE SET count = tally.count + excluded.count
"""
_POSTGRESQL = Prepared(
    text(
        _UPSERT.format(
            rows="SELECT CAST(c ->> 0 AS date), c ->> 1, c ->> 2, c ->> 3, CAST(c ->> 4 AS integer)"
            " FROM json_array_elements(CAST(:cells AS json)) AS cells (c)"
        )
    )
)


@lru_cache(maxsize=256)
def _sqlite(count: int) -> str:
    """SQLite binds many values in a third of the time in which it reads as many from JSON."""
    return _UPSERT.format(rows=f"VALUES {', '.join(['(?, ?, ?, ?, ?)'] * count)}")


_CLOSED = Prepared(select(ClosedMonth.month).where(ClosedMonth.month == bindparam("month")))
_LOCK = text("LOCK TABLE tally IN SHARE ROW EXCLUSIVE MODE")


MOST = 5000  # rows a statement; an engine takes so many values and no more


def add(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Add to the cells; a negative number subtracts."""
    days = {day: day.isoformat() for day in {key[0] for key in cells}}
    rows = sorted([(days[day], point, table, cell, n) for (day, point, table, cell), n in cells.items() if n])
    sqlite = dialect_of(session).name == "sqlite"
    for start in range(0, len(rows), MOST):
        part = rows[start : start + MOST]
        if sqlite:
            driven(session, _sqlite(len(part)), list(chain.from_iterable(part)))
        else:
            _POSTGRESQL.run(session, {"cells": json.dumps(part, ensure_ascii=False)})


def counting_day(session: Session, day: date) -> date:
    """The day on which what happened then counts: that day; or today, where its month is closed (DOMAIN.md G4)."""
    today = clock.today()
    month = first_of_month(day)
    if month >= first_of_month(today):
        return day
    serialise(session, _of_month(month))  # a release under way is waited for
    return today if _CLOSED.run(session, {"month": month}) else day


def close(session: Session, month: date) -> None:
    """Let nothing more count in a month; whoever is counting into it is waited for."""
    serialise(session, _of_month(month))
    if session.get(ClosedMonth, month) is None:
        session.add(ClosedMonth(month=month, closed_at=clock.now()))
        session.flush()


def _of_month(month: date) -> bytes:
    return f"month {month.isoformat()[:7]}".encode()


def move(session: Session, old: Mapping[CellKey, int], new: Mapping[CellKey, int]) -> None:
    """An edit: take the old cells away and add the new ones, as far as they differ."""
    add(session, {key: new.get(key, 0) - old.get(key, 0) for key in old.keys() | new.keys()})


def hold(session: Session) -> None:
    """Keep every other writer of counts waiting until this transaction ends: for a recount that is to be stored.

    On SQLite a writing session already does.
    """
    if dialect_of(session).name == "postgresql":
        session.execute(_LOCK)


def rebuild(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Replace all counts by these. Call ``hold`` before the recount, so that nobody counts in between."""
    session.execute(delete(Tally))
    add(session, cells)
