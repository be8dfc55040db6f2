"""The bulletin (format 1): a job drafts it, a person reviews it and sends it, once. Never commits."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.accounts.queries import list_addressees_with_permission
from attention_point.foundation import clock, journal, mail
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict
from attention_point.foundation.jobs import Job
from attention_point.foundation.language import format_date, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day, list_working_days
from attention_point.registers.calls import queries, reports, rules
from attention_point.registers.calls.models import Bulletin, BulletinCall, BulletinLink, Recipient
from attention_point.registers.calls.register import CALLS
from attention_point.registers.calls.reports import BulletinCalls
from attention_point.registers.calls.services import hash_token
from attention_point.registers.shared.schema.parsing import build_field_error


def find_due_week(today: date) -> str:
    """Find the latest week whose first working day has come: on that day its bulletin is drafted."""
    monday = rules.parse_monday(rules.format_week(today))
    # Monday is a holiday in many weeks of Colombia: then the bulletin is drafted on Tuesday.
    has_begun = is_working_day(today) or bool(list_working_days(monday, today))
    return rules.format_week(today if has_begun else today - rules.WEEK)


def run_bulletin_job(database: Database, settings: Settings, week: str) -> None:
    """Draft the week's bulletin and write once to those who may send it."""
    with database.write_session() as session:
        bulletin = draft_bulletin(session, SYSTEM, week, clock.today())
        if bulletin is not None and bulletin.sent_at is None:
            _notify_senders(session, bulletin, settings.public_url)


def _notify_senders(session: Session, bulletin: Bulletin, public_url: str) -> None:
    for reader in list_addressees_with_permission(session, CALLS.permission_for("edit")):
        with in_language(reader.language):
            subject = _("The bulletin of calls is ready to send: week of %(day)s", day=_format_monday(bulletin))
            body = mail.build_letter(
                reader.name,
                _("This week's bulletin has been drafted from the open calls. Review and send it:"),
                f"{public_url}/registers/calls/bulletins/{bulletin.id}",
            )
            message = mail.Message(reader.email, subject, body)
            mail.queue_message(session, f"call-bulletin-draft/{bulletin.week}", message)


def _format_monday(row: Bulletin) -> str:
    return format_date(rules.parse_monday(row.week), "long")


BULLETIN_JOB = Job("call-bulletin", find_due_week, run_bulletin_job)


def draft_bulletin(session: Session, actor: Actor, week: str, today: date) -> Bulletin | None:
    """Draft a week's bulletin of the open calls. Gives the existing one if there is one; None if no call is open."""
    existing_bulletin = session.scalar(select(Bulletin).where(Bulletin.week == week))
    calls = queries.list_open_calls(session, today)
    if existing_bulletin is not None or not calls:
        return existing_bulletin
    new_bulletin = Bulletin(week=week, prepared_at=clock.now())
    session.add(new_bulletin)
    session.flush()
    _insert_bulletin_calls(session, new_bulletin, [(call, {}) for call in calls])
    journal.record(session, actor, "calls.prepare", "bulletin", new_bulletin.id, week=week, calls=len(calls))
    return new_bulletin


def send_bulletin(
    session: Session, actor: Actor, bulletin_id: UUID, chosen_ids: Collection[UUID], public_url: str
) -> int:
    """Send a draft with the chosen calls to every recipient of its week. Gives the number of letters.

    ``public_url`` is the installation's public address, without a slash at its end. Raises NotFound, Conflict (it was
    already sent), Invalid (no call), AppError (no recipient).
    """
    row = queries.get_bulletin(session, bulletin_id, lock=True)
    if row.sent_at is not None:
        raise Conflict(_("This bulletin was already sent."))
    # Only calls of the draft: an id that somebody adds to the form by hand chooses nothing.
    draft_calls = queries.list_bulletin_calls(session, row.id)
    bulletin_calls = [(call, facts) for call, facts in draft_calls if call.id in chosen_ids]
    if not bulletin_calls:
        raise build_field_error("calls", _("Choose at least one call."))
    recipients = queries.list_recipients_of_week(session, row.week)
    if not recipients:
        raise AppError(_("No active recipient receives this week's bulletin."))
    # The draft has no facts of its own; from now on the bulletin keeps those that it is sent with.
    session.execute(delete(BulletinCall).where(BulletinCall.bulletin == row.id))
    _insert_bulletin_calls(session, row, bulletin_calls)
    # In the transaction that queues the letters: either all are queued and it counts as sent, or neither.
    row.sent_at, row.sent_by = clock.now(), actor.journal_label
    session.flush()
    letter_count = _queue_letters(session, row, bulletin_calls, recipients, public_url)
    journal.record(
        session, actor, "calls.send", "bulletin", row.id, week=row.week, calls=len(bulletin_calls), letters=letter_count
    )
    return letter_count


def _insert_bulletin_calls(session: Session, row: Bulletin, bulletin_calls: BulletinCalls) -> None:
    rows = [
        {"bulletin": row.id, "call": call.id, "place": position, "facts": facts}
        for position, (call, facts) in enumerate(bulletin_calls)
    ]
    session.execute(insert(BulletinCall), rows)


def _queue_letters(
    session: Session, row: Bulletin, bulletin_calls: BulletinCalls, recipients: Sequence[Recipient], public_url: str
) -> int:
    pdf_by_language: dict[str, bytes] = {}
    closing_days = [queries.find_last_day(facts) for _call, facts in bulletin_calls]
    last_day = rules.compute_link_end(clock.today(), closing_days)
    links = []
    for recipient in recipients:
        # Each recipient gets a link of their own. Its token stands in the letter alone, which the outbox seals.
        token = secrets.token_urlsafe(32)
        language = recipient.data.get("language", "es")
        with in_language(language):
            if language not in pdf_by_language:
                pdf_by_language[language] = reports.build_bulletin_pdf(row, bulletin_calls)
            address, pdf = f"{public_url}/call-answers/{token}", pdf_by_language[language]
            message = _build_letter(row, recipient, len(bulletin_calls), address, last_day, pdf)
            # The outbox takes one message of a bulletin for each address: of two recipients with one address the
            # second gets no letter, and so no link either.
            if mail.queue_message(session, f"call-bulletin/{row.week}", message):
                link = {"token_hash": hash_token(token), "recipient": recipient.id, "since": clock.now()}
                links.append({**link, "bulletin": row.id, "ends": last_day, "tries": 0})
    if links:
        session.execute(insert(BulletinLink), links)
    return len(links)


def _build_letter(
    row: Bulletin, recipient: Recipient, call_count: int, address: str, last_day: date, pdf: bytes
) -> mail.Message:
    subject = _("Bulletin of calls: week of %(day)s", day=_format_monday(row))
    body = mail.build_letter(
        recipient.name,
        ngettext(
            "The attached bulletin has %(num)s open call.", "The attached bulletin has %(num)s open calls.", call_count
        ),
        _("Tell us here, for each call: are you interested, what do you need, who is in charge? You need no account:"),
        address,
        _("This link is only for you: do not share it. It works until %(day)s.", day=format_date(last_day, "long")),
        _("You can change each answer until its call closes."),
    )
    return mail.Message(recipient.data["email"], subject, body, (mail.Attachment(reports.build_file_name(row), pdf),))
