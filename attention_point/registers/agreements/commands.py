"""The job that tells of deadlines."""

from datetime import date, timedelta

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day
from attention_point.registers.agreements.services import give_notice


def latest_working_day(today: date) -> str:
    """The period of the job: each working day; of a Sunday, the Friday before."""
    while not is_working_day(today):
        today -= timedelta(days=1)
    return today.isoformat()


def notice_job(database: Database, settings: Settings, period: str) -> None:
    """Keep the letters of a day in the outbox."""
    with database.writing() as session:
        give_notice(session, SYSTEM, date.fromisoformat(period), settings.public_url)
