"""The job that mails notices of deadlines."""

from datetime import date, timedelta

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day
from attention_point.registers.agreements.services import queue_due_notices


def find_latest_working_day(today: date) -> str:
    """The period of the job as an ISO date: today, or the last working day before it."""
    # On a day off nobody reads the letters; the period of the working day before is on record as done by then.
    while not is_working_day(today):
        today -= timedelta(days=1)
    return today.isoformat()


def run_notice_job(database: Database, settings: Settings, period: str) -> None:
    """Put the letters of a day into the outbox; the mail job sends them."""
    with database.write_session() as session:
        queue_due_notices(session, SYSTEM, date.fromisoformat(period), settings.public_url)
