"""The job that mails notices of deadlines."""

from datetime import date

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.registers.agreements.services import queue_due_notices


def run_notice_job(database: Database, settings: Settings, period: str) -> None:
    """Put the letters of a day into the outbox; the mail job sends them."""
    with database.write_session() as session:
        queue_due_notices(session, SYSTEM, date.fromisoformat(period), settings.public_url)
