"""A job as data: its name, its periods, and its function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.dates import first_of_month, format_month_code
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import find_first_working_day, is_working_day

EVERY_RUN = "every-run"
"""The period of a job that runs at every call of the timer."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``name`` is kebab-case and never changes: the runs of the job are stored under it.

    ``due_period`` gets the point's day and returns the key (at most 40 characters) of the period that must be done by
    then, or None. It returns the same key on later days too, so that a machine that was off catches up.

    ``run`` gets the key and opens its own transactions. If it raises, the next ``jobs run`` runs it again, so it must
    be safe to repeat.
    """

    name: str
    due_period: Callable[[date], str | None]
    run: Callable[[Database, Settings, str], None]


def due_every_run(_today: date) -> str:
    """Return the period of a job that is due at every call."""
    return EVERY_RUN


def latest_due_month(today: date) -> str:
    """Return the latest month (YYYY-MM) that is due. A month falls due on the first working day of the next month."""
    month = first_of_month(today)
    if today < find_first_working_day(month):
        month = first_of_month(month - timedelta(days=1))
    return format_month_code(month - timedelta(days=1))


def latest_working_day(today: date) -> str:
    """Return the period of a job of working days as an ISO date: today, or the last working day before it."""
    # On a day off nobody reads letters; the period of the working day before is on record as done by then.
    while not is_working_day(today):
        today -= timedelta(days=1)
    return today.isoformat()
