"""The jobs of statistics.

On the first working day of a month the month before is prepared, and those who may publish it get a letter. Every run
draws the public files that are missing.
"""

from datetime import date

from attention_point.accounts.queries import list_addressees_with_permission
from attention_point.dates import Period, parse_month_code
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.jobs import Job, due_every_run, latest_due_month
from attention_point.foundation.language import format_month, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail import Message, build_letter, queue_message
from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import public_files
from attention_point.statistics.releases import content_building, examination, queries

RELEASE_PERMISSION = "statistics.release"


def prepare_month_for_release(database: Database, settings: Settings, month: str) -> None:
    """Recount, protect and audit a month (``2017-09``), and write to those who may publish it. Publishes nothing.

    The letter says whether the month can be published and where, or why it cannot. A month that is published already,
    or in which nothing was recorded, needs no letter.
    """
    first_day = parse_month_code(month)
    period = Period("month", first_day)
    # Examined in a reading session: the desk goes on recording meanwhile.
    with database.read_session() as session:
        is_released = queries.find_current_release(session, period) is not None
        if is_released or content_building.build_provisional_content(session, period).is_empty:
            return
        reason = ""
        try:
            examination.examine_period(session, period)
        except AppError as error:
            reason = error.message
        damaged_values = list_noted_damage(session)
    with database.write_session() as session:
        recipients = list_addressees_with_permission(session, RELEASE_PERMISSION)
        address = f"{settings.public_url}/statistics/{month}/release"
        for recipient in recipients:
            with in_language(recipient.language):
                message = _build_notice(recipient.email, recipient.name, first_day, address, reason)
            # The key keeps a second run of the job from sending the letter again.
            queue_message(session, f"statistics-notice/{month}", message)
        journal.record(session, SYSTEM, "statistics.prepare", "month", month, ready=not reason, told=len(recipients))
    write_damage_to_journal(database, SYSTEM, damaged_values)


def _build_notice(email: str, name: str, first_day: date, address: str, reason: str) -> Message:
    month = format_month(first_day)
    if reason:
        subject = _("Figures of %(month)s: something is wrong", month=month)
        sentence = _("The figures of %(month)s cannot be published yet: %(why)s", month=month, why=reason)
    else:
        subject = _("Figures of %(month)s: ready for review", month=month)
        sentence = _(
            "The figures of %(month)s are ready. They were recounted, protected and audited, and are not public "
            "yet: nothing is published until somebody has reviewed them and confirms it here:",
            month=month,
        )
    return Message(email, subject, build_letter(name, sentence, address))


OPEN_DATA_FILES_JOB = Job("open-data-files", due_every_run, public_files.make_missing_files)
MONTH_READY_JOB = Job("statistics-month", latest_due_month, prepare_month_for_release)
