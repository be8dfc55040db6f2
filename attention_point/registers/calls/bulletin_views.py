"""The office's pages of the bulletin and its answers."""

from contextlib import suppress
from uuid import UUID

from flask import Response, flash, redirect
from flask.typing import ResponseReturnValue as Reply

from attention_point.accounts.naming import say_actors
from attention_point.foundation import clock, journal
from attention_point.foundation.language import format_date, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.calls import documents, queries, rules, sending
from attention_point.registers.calls.forms import SendForm
from attention_point.registers.calls.register import MONITORING
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.queries import Wanted, get, page
from attention_point.registers.shared.rendering import address, show_page


def bulletins(register: Register) -> Reply:
    """The bulletins of each week, and the process by which they are made."""
    return show_page(
        register,
        "bulletins",
        rows=queries.bulletins(db()),
        monday_of=rules.monday_of,
        process=page(db(), MONITORING, Wanted(), None, 5),
        monitoring=MONITORING,
        form=BaseForm(),
    )


def prepare(register: Register) -> Reply:
    """Draft this week's bulletin without waiting for its day."""
    today = clock.today()
    drafted = sending.prepare(db(), actor(), rules.week_of(today), today)
    if drafted is None:
        flash(_("No call is open, so there is nothing to tell."), "info")
        return redirect(address(register, "bulletins"), 303)
    return redirect(address(register, "bulletin", record=drafted.id), 303)


def bulletin(register: Register, record: UUID) -> Reply:
    """A draft to look at and send, or what was sent and who answered."""
    return _bulletin(register, record, SendForm()), 200


def _bulletin(register: Register, record: UUID, form: SendForm) -> str:
    row = queries.bulletin(db(), record)
    told = queries.told(db(), record)
    form.calls.choices = [(call.id.hex, f"{facts['name']} – {documents.closing(facts)}") for call, facts in told]
    if not form.is_submitted():
        form.calls.data = [call.id.hex for call, _facts in told]
    return show_page(
        register,
        "bulletin",
        row=row,
        told=told,
        day=format_date(rules.monday_of(row.week), "long"),
        readers=queries.addressees(db(), row.week) if row.sent_at is None else (),
        asked=queries.asked(db(), [call.id for call, _facts in told]) if row.sent_at else {},
        sender=say_actors(db(), [row.sent_by])[row.sent_by] if row.sent_by else "",
        form=form,
    )


def send(register: Register, record: UUID) -> Reply:
    """Send a draft to everybody whose turn it is."""
    form, chosen = SendForm(), set()
    for text in form.calls.data or ():
        with suppress(ValueError):  # what is no id names no call
            chosen.add(UUID(text))
    try:
        number = sending.send(db(), actor(), record, chosen, settings().public_url)
    except Invalid as refusal:
        form.calls.errors = [each.message for each in refusal.fields]
        return _bulletin(register, record, form), refusal.status
    flash(ngettext("On its way to %(num)s recipient.", "On its way to %(num)s recipients.", number), "success")
    return redirect(address(register, "bulletin", record=record), 303)


def paper(register: Register, record: UUID) -> Reply:
    """The bulletin as PDF, in the language in use."""
    row = queries.bulletin(db(), record)
    content = documents.bulletin_pdf(row, queries.told(db(), record))
    journal.record(db(), actor(), "calls.export", "bulletin", row.id, kind="pdf")
    headers = {"Content-Disposition": f"attachment; filename={documents.file_name(row)}"}
    return Response(content, mimetype="application/pdf", headers=headers)


def answers(register: Register, record: UUID) -> Reply:
    """Who answered a call and what, and who has not."""
    row = get(db(), register, record)
    return show_page(register, "answers", row=row, asked=queries.asked(db(), [row.id]).get(row.id, []))
