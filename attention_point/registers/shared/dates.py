"""Days of other registers that the calendar shows: each register's feature offers its own, and none knows another."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import RecordColumns


@dataclass(frozen=True, slots=True)
class Due:
    """What is due on a day. ``key`` tells a record's days apart; ``text`` says it in the reader's language."""

    day: date
    register: Register
    row: RecordColumns
    key: str
    text: str


Source = Callable[[Session, date, date], Iterable[Due]]
"""What a register has from a day to another, both included."""

_SOURCES: dict[Register, Source] = {}


def offer_dates(register: Register, source: Source) -> None:
    """Give the calendar the days of a register; called by the register's ``feature.py``."""
    _SOURCES[register] = source


def due_between(session: Session, first: date, last: date, permissions: Collection[str]) -> list[Due]:
    """What is due from a day to another, of the registers that the permissions let see, the earliest first."""
    seen = [source for register, source in _SOURCES.items() if register.may("view") in permissions]
    found = [each for source in seen for each in source(session, first, last)]
    return sorted(found, key=lambda each: (each.day, each.text, each.row.name_key, each.key))
