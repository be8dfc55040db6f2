"""The office's pages of the bulletins and their answers."""

from contextlib import suppress
from uuid import UUID

from flask import Response, flash, redirect
from flask.typing import ResponseReturnValue as Reply

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import clock, journal
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import format_date, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.calls import queries, reports, rules
from attention_point.registers.calls.bulletin import sending
from attention_point.registers.calls.forms import SendForm
from attention_point.registers.calls.register import MONITORING
from attention_point.registers.shared.pages.rendering import build_address, render_page
from attention_point.registers.shared.records.queries import RecordFilter, get_record, list_records_page
from attention_point.registers.shared.schema.schema import Register


def list_bulletins(register: Register) -> Reply:
    """Show the bulletins, and the process by which they are made."""
    return render_page(
        register,
        "bulletins",
        rows=queries.list_bulletins(db_session()),
        parse_monday=rules.parse_monday,
        process=list_records_page(db_session(), MONITORING, RecordFilter(), None, 5),
        monitoring=MONITORING,
        form=BaseForm(),
    )


def draft_bulletin(register: Register) -> Reply:
    """Draft this week's bulletin now, without waiting for the job."""
    today = clock.today()
    draft = sending.draft_bulletin(db_session(), current_actor(), rules.format_week(today), today)
    if draft is None:
        flash(_("No call is open, so there is nothing to report."), "info")
        return redirect(build_address(register, "list_bulletins"), 303)
    return redirect(build_address(register, "show_bulletin", record=draft.id), 303)


def show_bulletin(register: Register, record: UUID) -> Reply:
    """Show a draft to review and send, or what was sent and who answered."""
    return _render_bulletin(register, record, SendForm()), 200


def _render_bulletin(register: Register, record: UUID, form: SendForm) -> str:
    row = queries.get_bulletin(db_session(), record)
    bulletin_calls = queries.list_bulletin_calls(db_session(), record)
    form.calls.choices = [
        (call.id.hex, f"{facts['name']} – {reports.format_closing_day(facts)}") for call, facts in bulletin_calls
    ]
    # Every call is ticked at first; after a refusal the choice stays as it was sent.
    if not form.is_submitted():
        form.calls.data = [call.id.hex for call, _facts in bulletin_calls]
    sent_ids = [call.id for call, _facts in bulletin_calls] if row.sent_at else []
    return render_page(
        register,
        "bulletin",
        row=row,
        bulletin_calls=bulletin_calls,
        day=format_date(rules.parse_monday(row.week), "long"),
        recipients=queries.list_recipients_of_week(db_session(), row.week) if row.sent_at is None else (),
        recipient_answers=queries.list_recipient_answers(db_session(), sent_ids),
        sender=find_actor_names(db_session(), [row.sent_by])[row.sent_by] if row.sent_by else "",
        form=form,
    )


def send_bulletin(register: Register, record: UUID) -> Reply:
    """Send a draft to every recipient of its week."""
    form, chosen_ids = SendForm(), set()
    for text in form.calls.data or ():
        with suppress(ValueError):  # a tampered value is no id and chooses no call
            chosen_ids.add(UUID(text))
    try:
        recipient_count = sending.send_bulletin(
            db_session(), current_actor(), record, chosen_ids, current_settings().public_url
        )
    except Invalid as refusal:
        form.show_field_errors(refusal.field_errors)
        return _render_bulletin(register, record, form), refusal.status
    flash(ngettext("On its way to %(num)s recipient.", "On its way to %(num)s recipients.", recipient_count), "success")
    return redirect(build_address(register, "show_bulletin", record=record), 303)


def download_bulletin(register: Register, record: UUID) -> Reply:
    """Send the bulletin as PDF, in the language in use."""
    row = queries.get_bulletin(db_session(), record)
    content = reports.build_bulletin_pdf(row, queries.list_bulletin_calls(db_session(), record))
    journal.record(db_session(), current_actor(), "calls.export", "bulletin", row.id, kind="pdf")
    headers = {"Content-Disposition": f"attachment; filename={reports.build_file_name(row)}"}
    return Response(content, mimetype="application/pdf", headers=headers)


def list_answers(register: Register, record: UUID) -> Reply:
    """Show who answered a call and what, and who has not answered."""
    row = get_record(db_session(), register, record)
    answers = queries.list_recipient_answers(db_session(), [row.id]).get(row.id, [])
    return render_page(register, "answers", row=row, recipient_answers=answers)
