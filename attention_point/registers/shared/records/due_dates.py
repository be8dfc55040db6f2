"""Days of registers that the calendar shows. Each feature registers those of its own, so no register knows another."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.schema import Register


@dataclass(frozen=True, slots=True)
class DueDate:
    """Something due on a day. ``key`` tells a record's days apart; ``text`` is in the reader's language.

    Of what is due in a month whose day is not known, ``day`` is the month's last, and ``is_day_known`` is false.
    """

    day: date
    register: Register
    row: RecordColumns
    key: str
    text: str
    is_day_known: bool = True


DueDateSource = Callable[[Session, date, date], Iterable[DueDate]]
"""Lists what is due in a register from one day to another, both included."""

# The calendar belongs to the events, which may not import the agreements or the calls.
_SOURCES_BY_REGISTER: dict[Register, DueDateSource] = {}


def register_due_dates(register: Register, source: DueDateSource) -> None:
    """Register the days of a register for the calendar; called by the register's ``feature.py``."""
    _SOURCES_BY_REGISTER[register] = source


def list_due_dates(session: Session, first: date, last: date, permissions: Collection[str]) -> list[DueDate]:
    """List what is due from one day to another in the registers that the permissions allow, the earliest first."""
    allowed_sources = [
        source for register, source in _SOURCES_BY_REGISTER.items() if register.permission_for("view") in permissions
    ]
    due_dates = [due_date for source in allowed_sources for due_date in source(session, first, last)]
    return sorted(due_dates, key=lambda due_date: (due_date.day, due_date.text, due_date.row.name_key, due_date.key))
