"""The daily letter to those who review files that were opened for a reason."""

from attention_point.accounts.queries import list_addressees_with_permission
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, latest_working_day
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language, ngettext
from attention_point.foundation.mail import Message, build_letter, queue_message
from attention_point.foundation.settings import Settings
from attention_point.intake.openings import review


def tell_reviewers(database: Database, settings: Settings, day: str) -> None:
    """Write once a working day to all reviewers, as long as some file waits for a second person.

    The letter says how many there are, and nothing of anybody. It goes out whatever is in the files: one that went out
    for confidential ones alone would tell of them.
    """
    with database.write_session() as session:
        # Of everybody's: who opened the last file learns only that somebody will look at it.
        waiting = review.count_waiting(session)
        recipients = list_addressees_with_permission(session, review.REVIEW_PERMISSION) if waiting else []
        for recipient in recipients:
            with in_language(recipient.language):
                sentence = ngettext(
                    "%(num)s file was opened for a stated reason, and a second person has not looked at it yet:",
                    "%(num)s files were opened for a stated reason, and a second person has not looked at them yet:",
                    waiting,
                )
                address = f"{settings.public_url}/people/openings"
                letter = build_letter(recipient.name, sentence, address)
                queue_message(session, f"openings/{day}", Message(recipient.email, _("Opened files to review"), letter))


OPENINGS_NOTICE_JOB = Job("opened-files", latest_working_day, tell_reviewers)
