"""The job of notices. It stands before the job that sends the mail, which so sends in the same run."""

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.settings import Settings
from attention_point.portal.notifying.services import tell_waiting_notices


def run_notice_job(database: Database, settings: Settings, _period: str) -> None:
    """Tell what waits."""
    with database.write_session() as session:
        tell_waiting_notices(session, settings.public_url, has_mail_server=settings.mail_server is not None)
        damages = list_noted_damage(session)
    write_damage_to_journal(database, SYSTEM, damages)


NOTICE_JOB = Job("referral-notices", due_every_run, run_notice_job)
