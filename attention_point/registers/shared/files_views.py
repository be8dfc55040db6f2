"""Pages about files, the same for each register: attachments, bringing a spreadsheet in, taking one out."""

from contextlib import closing
from io import BytesIO
from uuid import UUID

from flask import flash, redirect, request, send_file
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.bodies import takes_files
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.listing import SIZE, number_of, page_of
from attention_point.registers.shared import attachments, exporting, importing, queries
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.importing import CHANGE, ERROR, NEW, NOTES, SAME
from attention_point.registers.shared.rendering import address, show_page, wanted_of

XLSX = attachments.TYPES[".xlsx"]


def _sent() -> tuple[str, bytes]:
    """The file of the form; a name and no bytes where none was chosen."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    with closing(file):  # a large one stands in a temporary file
        return file.filename or "", file.read()


@takes_files
def attach(register: Register, record: UUID) -> Reply:
    """Add a file to a record; a refused one leaves the record as it is."""
    try:
        attachments.attach(db(), actor(), register, record, settings().instance, *_sent())
    except Invalid as refusal:
        row = queries.get(db(), register, record)
        return show_page(register, "refused_file", row=row, refusal=refusal), refusal.status
    flash(_("The file is kept."), "success")
    return redirect(address(register, "record", record=record), 303)


def download(register: Register, record: UUID, attachment: UUID) -> Reply:
    """A file, always as a download."""
    kept = attachments.find(db(), register, record, attachment)
    path = attachments.path_of(settings().instance, kept.id)
    mimetype = attachments.TYPES[kept.extension]
    return send_file(path, mimetype, as_attachment=True, download_name=kept.name, max_age=0)


def detach(register: Register, record: UUID, attachment: UUID) -> Reply:
    """Let go of a file."""
    attachments.detach(db(), actor(), register, record, attachment)
    flash(_("The file is removed."), "success")
    return redirect(address(register, "record", record=record), 303)


def export_xlsx(register: Register) -> Reply:
    """The records of the list as XLSX."""
    content = exporting.export(db(), actor(), register, wanted_of(register, request.args), "xlsx")
    return _download(content, XLSX, f"{register.name}.xlsx")


def export_csv(register: Register) -> Reply:
    """The records of the list as CSV."""
    content = exporting.export(db(), actor(), register, wanted_of(register, request.args), "csv")
    return _download(content, "text/csv", f"{register.name}.csv")


def _download(content: bytes, mimetype: str, name: str) -> Reply:
    return send_file(BytesIO(content), mimetype, as_attachment=True, download_name=name, max_age=0)


@takes_files
def bring(register: Register) -> Reply:
    """Choose a spreadsheet; its first look."""
    refusal = None
    if request.method == "POST":
        try:
            kept = importing.start(db(), actor(), register, *_sent())
            return redirect(address(register, "brought", spreadsheet=kept), 303)
        except Invalid as found:
            refusal = found
    page = show_page(register, "bring", form=BaseForm(), refusal=refusal)
    return page, refusal.status if refusal else 200


def brought(register: Register, spreadsheet: UUID) -> Reply:
    """What would become of each row; while rows wait, how far the check is."""
    kept = importing.find(db(), actor(), register, spreadsheet)
    outcome = request.args.get("outcome", "")
    after = request.args.get("after", 0, type=number_of)
    rows = importing.report(db(), spreadsheet, outcome if outcome in NOTES else None, after, SIZE + 1)
    here = {"spreadsheet": spreadsheet, **({"outcome": outcome} if outcome else {})}
    page = page_of(
        rows,
        SIZE,
        lambda row: address(register, "brought", **here, after=row.number),
        address(register, "brought", **here) if after else None,
    )
    return show_page(
        register,
        "brought",
        kept=kept,
        page=page,
        counts=importing.outcomes(db(), spreadsheet),
        notes=NOTES,
        shapes={
            NEW: ("circle", "active"),
            CHANGE: ("clock", "active"),
            SAME: ("check", "neutral"),
            ERROR: ("error", "bad"),
        },
        form=BaseForm(),
    )


def check(register: Register, spreadsheet: UUID) -> Reply:
    """Check the next rows."""
    importing.check_some(db(), actor(), register, spreadsheet)
    return redirect(address(register, "brought", spreadsheet=spreadsheet), 303)


def apply(register: Register, spreadsheet: UUID) -> Reply:
    """Write every row, or none."""
    done = importing.apply(db(), actor(), register, spreadsheet)
    added = ngettext("%(num)s added", "%(num)s added", done[NEW])
    changed = ngettext("%(num)s changed", "%(num)s changed", done[CHANGE])
    flash(f"{added}, {changed}.", "success")
    return redirect(address(register, "listing"), 303)


def report(register: Register, spreadsheet: UUID) -> Reply:
    """The rows and what is to become of each, or what is wrong with it, as CSV."""
    kept = importing.find(db(), actor(), register, spreadsheet)
    content = exporting.as_csv(*importing.told(importing.report(db(), spreadsheet, None, 0, kept.rows)))
    return _download(content, "text/csv", f"{register.name}-rows.csv")


ROUTES = (
    ("/<uuid:record>/files", "POST", "edit", attach),
    ("/<uuid:record>/files/<uuid:attachment>", "GET", "view", download),
    ("/<uuid:record>/files/<uuid:attachment>/remove", "POST", "edit", detach),
    ("/export.xlsx", "GET", "export", export_xlsx),
    ("/export.csv", "GET", "export", export_csv),
    ("/import", "GET POST", "edit", bring),
    ("/import/<uuid:spreadsheet>", "GET", "edit", brought),
    ("/import/<uuid:spreadsheet>/check", "POST", "edit", check),
    ("/import/<uuid:spreadsheet>/apply", "POST", "edit", apply),
    ("/import/<uuid:spreadsheet>/report.csv", "GET", "edit", report),
)
