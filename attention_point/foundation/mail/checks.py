"""The checks of ``doctor`` on the outbox."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import (
    list_noted_damage,
    note_damage,
    write_damage_to_journal,
)
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check, StatusLine
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import IS_GIVEN_UP, SEAL_PURPOSE
from attention_point.foundation.settings import Settings

OVERDUE_AFTER = timedelta(hours=2)  # a timer runs the jobs every quarter of an hour; one or two calls may fail


def check_mail(database: Database, settings: Settings) -> Iterator[str]:
    """Find messages that wait though their time has come, that were given up, or that do not open."""
    with database.read_session() as session:
        is_late = OutboxMail.next_try_at < clock.now() - OVERDUE_AFTER
        overdue = session.scalar(select(func.count()).where(is_late)) or 0
        given_up = session.scalar(select(func.count()).where(IS_GIVEN_UP))
        _note_damaged_messages(session)  # before their time comes: an unreadable message cannot be sent
        damages = list_noted_damage(session)
    write_damage_to_journal(database, SYSTEM, damages)
    if overdue and settings.mail_server is None:
        yield ngettext(
            "%(num)s message waits, and no mail server is set: see ATTENTION_POINT_SMTP_URL in docs/settings.md.",
            "%(num)s messages wait, and no mail server is set: see ATTENTION_POINT_SMTP_URL in docs/settings.md.",
            overdue,
        )
    elif overdue:
        yield ngettext(
            "%(num)s message is overdue: run “attention-point mail send”, which says why.",
            "%(num)s messages are overdue: run “attention-point mail send”, which says why.",
            overdue,
        )
    if given_up:
        yield ngettext(
            "%(num)s message was given up: “attention-point mail send --again” tries it once more.",
            "%(num)s messages were given up: “attention-point mail send --again” tries them once more.",
            given_up,
        )
    for damaged_value in damages:
        yield _("%(damage)s. It cannot be sent: tell its recipient in another way.", damage=damaged_value.description)


def _note_damaged_messages(session: Session) -> None:
    message_rows = session.execute(select(OutboxMail.id, OutboxMail.sealed).where(OutboxMail.sealed.is_not(None)))
    for message_row in message_rows:
        try:
            session.info["vault"].open(SEAL_PURPOSE, message_row.id, message_row.sealed)
        except VaultError as error:
            note_damage(session, error)


def list_mail_status(session: Session, settings: Settings) -> Iterator[StatusLine]:
    """How many messages wait, are overdue or were given up."""
    waiting = session.scalar(select(func.count()).where(OutboxMail.next_try_at.is_not(None))) or 0
    overdue = session.scalar(select(func.count()).where(OutboxMail.next_try_at < clock.now() - OVERDUE_AFTER)) or 0
    given_up = session.scalar(select(func.count()).where(IS_GIVEN_UP)) or 0
    advice = ""
    if overdue and settings.mail_server is None:
        advice = _("No mail server is set: see ATTENTION_POINT_SMTP_URL in docs/settings.md.")
    elif overdue or given_up:
        advice = _("Some do not go out: “attention-point mail send --again” says why.")
    value = _("%(waiting)s wait, %(given_up)s given up", waiting=waiting, given_up=given_up)
    yield StatusLine(_("Mail"), value, advice)


CHECKS = (Check(N_("Mail"), check_mail),)
