"""A job as data: its name, when it is due, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import first_working_day

EVERY_RUN = "every-run"
"""The period of a job that is never done for good."""


@dataclass(frozen=True, slots=True)
class Job:
    """``name`` is kebab-case and stays: what was done is kept under it.

    ``due`` gives, for the point's day, the key (at most 40 characters) of the period that must be done by then, or
    None. It goes on giving that key after the day on which it falls due: a machine that was off catches up. ``run`` is
    given the key and opens its own transactions; when it raises, the next ``jobs run`` runs it again, so that it must
    stand being run twice.
    """

    name: str
    due: Callable[[date], str | None]
    run: Callable[[Database, Settings, str], None]


def every_run(_today: date) -> str:
    """Due whenever jobs are run."""
    return EVERY_RUN


def month_before(today: date) -> str:
    """The latest month (YYYY-MM) whose following month has had its first working day: that day it falls due."""
    month = today.replace(day=1)
    if today < first_working_day(month):
        month = (month - timedelta(days=1)).replace(day=1)
    return f"{month - timedelta(days=1):%Y-%m}"
