"""Notices before the end of an agreement and before a milestone is due. Never commits."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.accounts.queries import Addressee, addresses_with
from attention_point.foundation import journal, mail
from attention_point.foundation.access import Actor
from attention_point.foundation.language import format_date, ngettext, speaking
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements import queries
from attention_point.registers.agreements.models import AgreementAlert
from attention_point.registers.agreements.queries import Coming
from attention_point.registers.agreements.register import AGREEMENTS

SHOWN = 50
"""Deadlines told one by one in a letter; of more, how many."""


def give_notice(session: Session, actor: Actor, today: date, address: str) -> int:
    """Write one letter of every notice that is due to each who may edit agreements; gives how many notices.

    Each notice is given once. ``address`` is the public one of the house. Where nobody may edit, all wait.
    """
    due, readers = queries.untold(session, today), addresses_with(session, AGREEMENTS.may("edit"))
    if not due or not readers:
        return 0
    for reader in readers:
        with speaking(reader.language):
            mail.queue(session, f"agreement-alerts/{today}", _letter(reader, due, address))
    session.execute(
        insert(AgreementAlert),
        [
            {
                "agreement": each.row.id,
                "milestone": each.deadline.milestone,
                "day": each.deadline.day,
                "days": each.notice,
            }
            for each in due
        ],
    )
    journal.record(session, actor, "agreements.notice", AGREEMENTS.name, None, notices=len(due), letters=len(readers))
    return len(due)


def _letter(reader: Addressee, due: Sequence[Coming], address: str) -> mail.Message:
    number = len(due)
    subject = ngettext("%(num)s deadline of agreements", "%(num)s deadlines of agreements", number)
    paragraphs = [f"{_said(each)}\n{address}/registers/agreements/{each.row.id}" for each in due[:SHOWN]]
    if number > SHOWN:
        paragraphs.append(_("And %(number)s more.", number=number - SHOWN))
    paragraphs += [_("All deadlines:"), f"{address}/registers/agreements/deadlines"]
    return mail.Message(reader.email, subject, mail.letter(reader.name, _("These days are near or past:"), *paragraphs))


def _said(each: Coming) -> str:
    values = {"name": each.row.name, "date": format_date(each.deadline.day, "long")}
    if each.deadline.milestone:
        values["milestone"] = each.deadline.milestone
        if each.left < 0:
            return _("%(name)s: '%(milestone)s' was due on %(date)s.", **values)
        return _("%(name)s: '%(milestone)s' is due on %(date)s.", **values)
    if each.left < 0:
        return _("%(name)s: its validity ended on %(date)s; write down what became of it.", **values)
    return _("%(name)s: its validity ends on %(date)s.", **values)
