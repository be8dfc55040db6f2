"""On a month's first working day the month before is made ready, and those who may publish it are told.

At every run, files of published months that are missing are made.
"""

from datetime import date

from attention_point.accounts.queries import addresses_with
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage import journal_damage, noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, every_run, month_before
from attention_point.foundation.language import format_month, speaking
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail import Message, letter, queue
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings
from attention_point.statistics import open_data, queries, released, services

PERMISSION = "statistics.release"


def make_ready(database: Database, settings: Settings, month: str) -> None:
    """Recount, protect and audit a month (``2017-09``), and write to those who publish it; publishes nothing.

    The letter says whether the month can be published, and where; where it cannot, why. A month that is published
    already, or in which nothing was recorded, needs no letter.
    """
    first_day = date.fromisoformat(f"{month}-01")
    with database.writing() as session:
        if released.newest(session, first_day) is not None or queries.provisional(session, first_day).empty:
            return
        ready, why = True, ""
        try:
            services.confirm_counts(session, first_day)
            services.prepare(session, first_day)
        except Refusal as refusal:
            ready, why = False, refusal.message
        readers = addresses_with(session, PERMISSION)
        address = f"{settings.public_url}/statistics/{month}/release"
        for reader in readers:
            with speaking(reader.language):
                message = _notice(reader.email, reader.name, first_day, address, why)
            queue(session, f"statistics-notice/{month}", message)
        journal.record(session, SYSTEM, "statistics.prepare", "month", month, ready=ready, told=len(readers))
    journal_damage(database, SYSTEM, noted_damage(session))


def _notice(email: str, name: str, first_day: date, address: str, why: str) -> Message:
    month = format_month(first_day)
    if why:
        said = _("The figures of %(month)s cannot be published yet: %(why)s", month=month, why=why)
        return Message(email, _("Figures of %(month)s: something is wrong", month=month), letter(name, said, address))
    said = _(
        "The figures of %(month)s are ready. They were recounted, protected and audited, and are not public yet: "
        "nothing is published until somebody has looked through them and says so here:",
        month=month,
    )
    return Message(email, _("Figures of %(month)s: ready to look through", month=month), letter(name, said, address))


FILES_JOB = Job("open-data-files", every_run, open_data.make_missing)
STATISTICS_JOB = Job("statistics-month", month_before, make_ready)
