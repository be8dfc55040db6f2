"""Writes the notices before an agreement ends and before a milestone is due. Never commits."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.accounts.queries import Addressee, list_addressees_with_permission
from attention_point.foundation import journal, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.language import format_date, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements import queries
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.queries import NearDeadline
from attention_point.registers.agreements.register import AGREEMENTS

# Deadlines that a letter names one by one; of the others it says how many they are.
MAX_DEADLINES_IN_LETTER = 50


def queue_due_notices(session: Session, actor: Actor, today: date, public_url: str) -> int:
    """Queue one letter with every due notice for each person who may edit agreements. Returns the number of notices.

    Each notice is given once. ``public_url`` is the application's public address, for the links in the letter.
    """
    deadlines = queries.list_unnotified_deadlines(session, today)
    readers = list_addressees_with_permission(session, AGREEMENTS.permission_for("edit"))
    if not deadlines or not readers:  # a notice that nobody would read is not marked as given
        return 0
    for reader in readers:
        with in_language(reader.language):
            # The outbox takes a key once for each address: a job that runs again on this day mails nothing twice.
            mail.queue_message(session, f"agreement-alerts/{today}", _build_letter(reader, deadlines, public_url))
    session.execute(
        insert(AgreementAlert),
        [
            {
                "agreement": near_deadline.agreement.id,
                "milestone": near_deadline.deadline.milestone,
                "day": near_deadline.deadline.day,
                "days": near_deadline.due_notice,
            }
            for near_deadline in deadlines
        ],
    )
    journal.record(
        session, actor, "agreements.notice", AGREEMENTS.name, None, notices=len(deadlines), letters=len(readers)
    )
    return len(deadlines)


def _build_letter(reader: Addressee, deadlines: Sequence[NearDeadline], public_url: str) -> mail.Message:
    deadline_count = len(deadlines)
    subject = ngettext("%(num)s deadline of agreements", "%(num)s deadlines of agreements", deadline_count)
    paragraphs = [
        f"{_describe_deadline(near_deadline)}\n{public_url}/registers/agreements/{near_deadline.agreement.id}"
        for near_deadline in deadlines[:MAX_DEADLINES_IN_LETTER]
    ]
    if deadline_count > MAX_DEADLINES_IN_LETTER:
        paragraphs.append(_("And %(number)s more.", number=deadline_count - MAX_DEADLINES_IN_LETTER))
    paragraphs += [_("All deadlines:"), f"{public_url}/registers/agreements/deadlines"]
    return mail.Message(
        reader.email, subject, mail.build_letter(reader.name, _("These deadlines are near or past:"), *paragraphs)
    )


def _describe_deadline(near_deadline: NearDeadline) -> str:
    values = {"name": near_deadline.agreement.name, "date": format_date(near_deadline.deadline.day, "long")}
    if near_deadline.deadline.milestone:
        values["milestone"] = near_deadline.deadline.milestone
        if near_deadline.days_left < 0:
            return _("%(name)s: '%(milestone)s' was due on %(date)s.", **values)
        return _("%(name)s: '%(milestone)s' is due on %(date)s.", **values)
    if near_deadline.days_left < 0:
        return _("%(name)s: its validity ended on %(date)s. Record its outcome.", **values)
    return _("%(name)s: its validity ends on %(date)s.", **values)
