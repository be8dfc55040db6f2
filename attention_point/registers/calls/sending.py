"""The bulletin (format 1): drafted by the house, sent by a person, once. Never commits."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.accounts.queries import addresses_with
from attention_point.foundation import clock, journal, mail
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job
from attention_point.foundation.language import format_date, ngettext, speaking
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, FieldError, Invalid, Refusal
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day, working_days
from attention_point.registers.calls import documents, queries, rules
from attention_point.registers.calls.models import Bulletin, BulletinCall, BulletinLink, Call, Recipient
from attention_point.registers.calls.register import CALLS
from attention_point.registers.calls.services import digest
from attention_point.registers.shared.reading import CORRECT


def week_due(today: date) -> str:
    """The latest week that has had its first working day: that day its bulletin is drafted."""
    monday = rules.monday_of(rules.week_of(today))
    begun = is_working_day(today) or bool(working_days(monday, today))
    return rules.week_of(today if begun else today - rules.WEEK)


def draft(database: Database, settings: Settings, week: str) -> None:
    """Draft the week's bulletin, and write to who may send it, once, while it waits."""
    with database.writing() as session:
        drafted = prepare(session, SYSTEM, week, clock.today())
        if drafted is not None and drafted.sent_at is None:
            _tell(session, drafted, settings.public_url)


def _tell(session: Session, drafted: Bulletin, site: str) -> None:
    """A letter to each who may send the bulletin."""
    for reader in addresses_with(session, CALLS.may("edit")):
        with speaking(reader.language):
            subject = _("The bulletin of calls waits: week from %(day)s", day=_monday(drafted))
            body = mail.letter(
                reader.name,
                _("The bulletin of this week is drafted from the calls that are open. Look at it, and send it:"),
                f"{site}/registers/calls/bulletins/{drafted.id}",
            )
            mail.queue(session, f"call-bulletin-draft/{drafted.week}", mail.Message(reader.email, subject, body))


def _monday(row: Bulletin) -> str:
    return format_date(rules.monday_of(row.week), "long")


BULLETIN_JOB = Job("call-bulletin", week_due, draft)


def prepare(session: Session, actor: Actor, week: str, today: date) -> Bulletin | None:
    """Draft a week's bulletin of the calls that are open; the one that exists; None where there is nothing to tell."""
    found = session.scalar(select(Bulletin).where(Bulletin.week == week))
    calls = queries.open_calls(session, today)
    if found is not None or not calls:
        return found
    drafted = Bulletin(week=week, prepared_at=clock.now())
    session.add(drafted)
    session.flush()
    rows = [{"bulletin": drafted.id, "call": call.id, "place": place, "facts": {}} for place, call in enumerate(calls)]
    session.execute(insert(BulletinCall), rows)
    journal.record(session, actor, "calls.prepare", "bulletin", drafted.id, week=week, calls=len(calls))
    return drafted


def send(session: Session, actor: Actor, bulletin_id: UUID, chosen: Collection[UUID], site: str) -> int:
    """Send a draft with the chosen calls to everybody whose turn it is; gives to how many.

    ``site`` is the house's public address. Raises NotFound, Conflict (it was sent), Invalid (no call), Refusal (nobody
    to send it to).
    """
    row = queries.bulletin(session, bulletin_id, lock=True)
    if row.sent_at is not None:
        raise Conflict(_("This bulletin was sent already."))
    told = [(call, facts) for call, facts in queries.told(session, row.id) if call.id in chosen]
    if not told:
        raise Invalid(_(CORRECT), (FieldError("calls", _("Choose at least one call.")),))
    readers = queries.addressees(session, row.week)
    if not readers:
        raise Refusal(_("No active recipient takes this week's bulletin."))
    session.execute(delete(BulletinCall).where(BulletinCall.bulletin == row.id))
    rows = [
        {"bulletin": row.id, "call": call.id, "place": place, "facts": facts}
        for place, (call, facts) in enumerate(told)
    ]
    session.execute(insert(BulletinCall), rows)
    row.sent_at, row.sent_by = clock.now(), actor.label
    session.flush()
    sent = _letters(session, row, told, readers, site)
    journal.record(session, actor, "calls.send", "bulletin", row.id, week=row.week, calls=len(told), letters=sent)
    return sent


def _letters(
    session: Session,
    row: Bulletin,
    told: Sequence[tuple[Call, dict[str, Any]]],
    readers: Sequence[Recipient],
    site: str,
) -> int:
    """Keep each reader's letter with a link of their own; the token stands nowhere else."""
    papers: dict[str, bytes] = {}
    today = clock.today()
    ends = rules.link_ends(today, [queries.closes_on(facts) for _call, facts in told])
    links = []
    for reader in readers:
        token = secrets.token_urlsafe(32)
        language = reader.data.get("language", "es")
        with speaking(language):
            if language not in papers:
                papers[language] = documents.bulletin_pdf(row, told)
            message = _letter(row, reader, len(told), f"{site}/call-answers/{token}", ends, papers[language])
            if not mail.queue(session, f"call-bulletin/{row.week}", message):
                continue
        links.append(
            {
                "token_hash": digest(token),
                "bulletin": row.id,
                "recipient": reader.id,
                "ends": ends,
                "since": clock.now(),
                "tries": 0,
            }
        )
    if links:
        session.execute(insert(BulletinLink), links)
    return len(links)


def _letter(row: Bulletin, reader: Recipient, number: int, address: str, ends: date, paper: bytes) -> mail.Message:
    subject = _("Bulletin of calls: week from %(day)s", day=_monday(row))
    body = mail.letter(
        reader.name,
        ngettext(
            "The attached bulletin tells of %(num)s call that is open.",
            "The attached bulletin tells of %(num)s calls that are open.",
            number,
        ),
        _("Tell us here for each whether it interests you, what you need and who is in charge. No account is needed:"),
        address,
        _("The address is yours alone: do not pass it on. It serves until %(day)s.", day=format_date(ends, "long")),
        _("Each answer can be changed until its call closes."),
    )
    return mail.Message(reader.data["email"], subject, body, (mail.Attachment(documents.file_name(row), paper),))
