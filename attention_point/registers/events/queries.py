"""Reads events by their days."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.registers.events.models import Event
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.records.due_dates import DueDate
from attention_point.registers.shared.records.queries import RecordFilter, filter_statement
from attention_point.registers.shared.rules import parse_day_span

MAX_EVENTS = 1000
"""The most events of a month or of a feed."""


def list_events_of_month(session: Session, month: str, limit: int = MAX_EVENTS) -> Sequence[RecordColumns]:
    """List the events of a month (``YYYY-MM``), the earliest first, at most ``limit``."""
    statement = filter_statement(session, EVENTS, select(Event), RecordFilter(index_values={"month": month}))
    return session.scalars(statement.order_by(Event.sort, Event.id).limit(limit)).all()


def list_dated_events(session: Session, *, public_only: bool) -> Sequence[RecordColumns]:
    """List the newest events whose day is known: all, or only those marked for the public calendar."""
    index_values = {"public": "yes"} if public_only else {}
    statement = filter_statement(session, EVENTS, select(Event), RecordFilter(index_values=index_values)).where(
        # Ten characters: the whole date is known.
        func.length(Event.sort) == 10
    )
    return session.scalars(statement.order_by(Event.sort.desc(), Event.id.desc()).limit(MAX_EVENTS)).all()


def find_event_days(event: RecordColumns) -> tuple[date, date] | None:
    """Find the first and the last day of an event; None if its day is not known."""
    if len(event.sort) < 10:
        return None
    # An end before the beginning is a slip of the pen: the event then lasts one day.
    first, until = parse_day_span(event.sort)[0], event.data.get("until", "")
    return first, max(first, parse_day_span(until)[1]) if len(until) == 10 else first


def group_due_dates_by_day(due_dates: Iterable[DueDate]) -> dict[date, list[DueDate]]:
    """Group what is due by its day."""
    due_dates_by_day: dict[date, list[DueDate]] = {}
    for due_date in due_dates:
        due_dates_by_day.setdefault(due_date.day, []).append(due_date)
    return due_dates_by_day


def group_events_by_day(
    events: Iterable[RecordColumns], first_day: date, last_day: date
) -> dict[date, list[RecordColumns]]:
    """Group events by each day of a period on which they take place."""
    events_by_day: dict[date, list[RecordColumns]] = {}
    for event in events:
        days = find_event_days(event)
        if days is None:
            continue
        # Only the days of the period: an event of years would fill the dictionary.
        day = max(days[0], first_day)
        while day <= min(days[1], last_day):
            events_by_day.setdefault(day, []).append(event)
            day += timedelta(days=1)
    return events_by_day
