"""What ``doctor`` says of the outbox: messages that nobody took, that nobody sends, or that do not open."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage import journal_damage, note_damage, noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import PURPOSE
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault_error import VaultError

OVERDUE = timedelta(hours=2)


def check_mail(database: Database, settings: Settings) -> Iterator[str]:
    """Messages that wait though their time has come, that were given up, or that do not open."""
    with database.reading() as session:
        late = OutboxMail.next_try_at < clock.now() - OVERDUE
        overdue = session.scalar(select(func.count()).where(late)) or 0
        given_up = session.scalar(
            select(func.count()).where(
                OutboxMail.next_try_at.is_(None), OutboxMail.sent_at.is_(None), OutboxMail.sealed.is_not(None)
            )
        )
        _open_all(session)
        damages = noted_damage(session)
    journal_damage(database, SYSTEM, damages)
    if overdue and settings.mail_server is None:
        yield ngettext(
            "%(num)s message waits, and no mail server is set: see ATTENTION_POINT_SMTP_URL in docs/settings.md.",
            "%(num)s messages wait, and no mail server is set: see ATTENTION_POINT_SMTP_URL in docs/settings.md.",
            overdue,
        )
    elif overdue:
        yield ngettext(
            "%(num)s message waits though its time has come: run “attention-point mail send”, which says why.",
            "%(num)s messages wait though their time has come: run “attention-point mail send”, which says why.",
            overdue,
        )
    if given_up:
        yield ngettext(
            "%(num)s message was given up: “attention-point mail send --again” tries it once more.",
            "%(num)s messages were given up: “attention-point mail send --again” tries them once more.",
            given_up,
        )
    for one in damages:
        yield _("%(damage)s. It cannot be sent; what it told must be told in another way.", damage=one.sentence)


def _open_all(session: Session) -> None:
    """Note in the session each message that is kept and does not open."""
    rows = session.execute(select(OutboxMail.id, OutboxMail.sealed).where(OutboxMail.sealed.is_not(None)))
    for row in rows:
        try:
            session.info["vault"].open(PURPOSE, row.id, row.sealed)
        except VaultError as error:
            note_damage(session, error)


CHECKS = (Check(N_("Mail"), check_mail),)
