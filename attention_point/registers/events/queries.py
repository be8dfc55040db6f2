"""Reading events by their days."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.registers.events.models import Event
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.dates import Due
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.queries import Wanted, narrowed
from attention_point.registers.shared.rules import span

MOST = 1000
"""Events of a month, or of a feed: the newest."""


def of_month(session: Session, month: str) -> Sequence[RecordColumns]:
    """The events that stand in a month's calendar (``YYYY-MM``), in order."""
    chosen = narrowed(session, EVENTS, select(Event), Wanted(marks={"month": month}))
    return session.scalars(chosen.order_by(Event.sort, Event.id).limit(MOST)).all()


def dated(session: Session, *, public_only: bool) -> Sequence[RecordColumns]:
    """The newest events of which the day is known; of those marked for the public calendar, or of all."""
    marks = {"public": "yes"} if public_only else {}
    chosen = narrowed(session, EVENTS, select(Event), Wanted(marks=marks)).where(func.length(Event.sort) == 10)
    return session.scalars(chosen.order_by(Event.sort.desc(), Event.id.desc()).limit(MOST)).all()


def days_of(event: RecordColumns) -> tuple[date, date] | None:
    """The first and the last day of an event of which the day is known; None for the others."""
    if len(event.sort) < 10:
        return None
    first, until = span(event.sort)[0], event.data.get("until", "")
    return first, max(first, span(until)[1]) if len(until) == 10 else first


def due_by_day(several: Iterable[Due]) -> dict[date, list[Due]]:
    """What is due, by its day."""
    found: dict[date, list[Due]] = {}
    for each in several:
        found.setdefault(each.day, []).append(each)
    return found


def by_day(events: Iterable[RecordColumns], first: date, last: date) -> dict[date, list[RecordColumns]]:
    """The events of each day between two."""
    found: dict[date, list[RecordColumns]] = {}
    for event in events:
        days = days_of(event)
        if days is None:
            continue
        day = max(days[0], first)
        while day <= min(days[1], last):
            found.setdefault(day, []).append(event)
            day += timedelta(days=1)
    return found
