"""What the tests let the worker do. A worker imports its tasks by name, so that they stand in a module of their own."""

import os
import signal
import time
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import FieldError, Invalid, VaultError
from attention_point.foundation.language import format_date
from attention_point.foundation.settings import Settings

ROW = UUID("0192f0c4-0000-7000-8000-000000000001")


def describe(_session: Session, settings: Settings, day: datetime) -> tuple[int, str, datetime, str]:
    """The process, its instance, its clock and a date in its language."""
    return os.getpid(), str(settings.instance), clock.now(), format_date(day, "EEEE d MMMM")


def write_row(session: Session, _settings: Settings) -> None:
    """What a task may not do."""
    session.execute(text("DELETE FROM tally"))


def refuse(_session: Session, _settings: Settings) -> None:
    """A refusal with fields."""
    raise Invalid("no", (FieldError("day", "not this one"),))


def open_damaged(session: Session, _settings: Settings, *, stop: bool = False) -> None:
    """A sealed value that does not open, in a list."""
    error = VaultError("visit", ROW)
    note_damage(session, error)
    journal.record(session, SYSTEM, "statistics.export", "month", "2017-08", format="pdf")


def open_only_damaged(_session: Session, _settings: Settings) -> None:
    """A sealed value that does not open, alone."""
    raise VaultError("visit", ROW)


def fail(_session: Session, _settings: Settings, name: str) -> None:
    """A fault whose words hold a name."""
    raise KeyError(name)


def be_killed(_session: Session, _settings: Settings) -> None:
    """What the system does where memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory(_session: Session, _settings: Settings) -> int:
    """More than a task may have."""
    return len(bytearray(4 * 1024**3))


def take_long(_session: Session, _settings: Settings, seconds: float) -> int:
    """Something that takes its time."""
    time.sleep(seconds)
    return os.getpid()
