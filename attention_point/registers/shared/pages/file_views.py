"""Pages about files, the same for every register: attachments, import and export of spreadsheets."""

from contextlib import closing
from io import BytesIO
from uuid import UUID

from flask import flash, redirect, request, send_file
from flask.typing import ResponseReturnValue as Reply

from attention_point.foundation.errors import AppError, Conflict, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.forms import BaseForm, read_posted_fields
from attention_point.foundation.web.json_bodies import accepts_files
from attention_point.foundation.web.pagination import PAGE_SIZE, build_page, parse_row_number
from attention_point.foundation.web.transactions import read_session
from attention_point.foundation.worker import NotDone, run_in_worker
from attention_point.registers.shared.models import StoredImport
from attention_point.registers.shared.pages.rendering import build_address, read_record_filter, render_page
from attention_point.registers.shared.records import attachments, queries
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.schema import Register
from attention_point.registers.shared.spreadsheets import exporting, importing, uploads
from attention_point.registers.shared.spreadsheets.importing import (
    CHANGE,
    ERROR,
    NEW,
    OUTCOME_LABELS,
    REPEATED,
    SAME,
    CheckedRow,
)
from attention_point.registers.shared.spreadsheets.leftover_rows import (
    build_leftover_file,
    keep_leftover_rows,
    read_leftover_rows,
)
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import list_ignored_labels

XLSX_TYPE = attachments.MEDIA_TYPES[".xlsx"]
OUTCOME_ICONS = {
    NEW: ("circle", "active"),
    CHANGE: ("clock", "active"),
    SAME: ("check", "neutral"),
    REPEATED: ("warning", "bad"),
    ERROR: ("error", "bad"),
}
"""The shape and the tone of the tag of each outcome."""


def _read_uploaded_file() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None:
        return "", b""
    with closing(file):  # Werkzeug puts a large one into a temporary file
        return file.filename or "", file.read()


@accepts_files
def add_attachment(register: Register, record: UUID) -> Reply:
    """Add a file to a record; if the file is refused, the record stays as it is."""
    try:
        attachments.add_attachment(
            db_session(), current_actor(), register, record, current_settings().instance, *_read_uploaded_file()
        )
    except Invalid as refusal:
        # A file cannot be put back into its field: a page of its own says why, and the record page keeps no state.
        row = queries.get_record(db_session(), register, record)
        return render_page(register, "attachment_error", row=row, refusal=refusal), refusal.status
    flash(_("File uploaded."), "success")
    return redirect(build_address(register, "show_record", record=record), 303)


def download_attachment(register: Register, record: UUID, attachment: UUID) -> Reply:
    """Send a file, always as a download: no browser shows it under this address."""
    stored_file = attachments.get_attachment(db_session(), register, record, attachment)
    path = attachments.build_file_path(current_settings().instance, stored_file.id)
    mimetype = attachments.MEDIA_TYPES[stored_file.extension]
    return send_file(path, mimetype, as_attachment=True, download_name=stored_file.name, max_age=0)


def delete_attachment(register: Register, record: UUID, attachment: UUID) -> Reply:
    """Remove a file from a record."""
    attachments.delete_attachment(db_session(), current_actor(), register, record, attachment)
    flash(_("File removed."), "success")
    return redirect(build_address(register, "show_record", record=record), 303)


def export_xlsx(register: Register) -> Reply:
    """Send the records of the list as XLSX."""
    return _export_records(register, "xlsx", XLSX_TYPE)


def export_csv(register: Register) -> Reply:
    """Send the records of the list as CSV."""
    return _export_records(register, "csv", "text/csv")


def _export_records(register: Register, kind: str, mimetype: str) -> Reply:
    record_filter = read_record_filter(register, request.args)
    content = exporting.export_records(db_session(), current_actor(), register, record_filter, kind)
    return _send_download(content, mimetype, f"{_build_base_name(register)}.{kind}")


def _build_base_name(register: Register) -> str:
    # As the page is called, in the reader's language, and not as the code calls it.
    return fold_text(_(register.title)).replace(" ", "-")


def _send_download(content: bytes, mimetype: str, name: str) -> Reply:
    return send_file(BytesIO(content), mimetype, as_attachment=True, download_name=name, max_age=0)


@accepts_files
def upload_spreadsheet(register: Register) -> Reply:
    """Show the form for a spreadsheet, or store the uploaded one and go on to what it would change."""
    refusal: AppError | None = None
    if request.method == "POST":
        try:
            # Before the writing session begins: on SQLite it keeps everybody else from writing.
            columns, rows = run_in_worker(
                read_session(),
                current_settings(),
                uploads.read_rows_of_register,
                register.name,
                *_read_uploaded_file(),
            )
            import_id = uploads.store_upload(db_session(), current_actor(), register, columns, rows)
            return redirect(build_address(register, "show_import", spreadsheet=import_id), 303)
        except (Invalid, NotDone) as error:
            refusal = error
    page = render_page(register, "upload", form=BaseForm(), refusal=refusal)
    return page, refusal.status if refusal else 200


def show_import(register: Register, spreadsheet: UUID) -> Reply:
    """Show what would become of each row of an upload, or the rows that its import left."""
    upload = uploads.get_upload(db_session(), current_actor(), register, spreadsheet)
    return _render_import(register, upload, _check_upload(register, upload), None)


def _check_upload(register: Register, upload: StoredImport, *, takes_repeated: bool = False) -> list[CheckedRow]:
    if upload.refusals:
        return read_leftover_rows(upload)
    # Checked anew for each page: the check takes less than a second, and its result would be old at once if stored.
    return importing.check_rows(db_session(), register, upload.columns, upload.rows, takes_repeated=takes_repeated)


def _render_import(
    register: Register, upload: StoredImport, rows: list[CheckedRow], refusal: AppError | None
) -> tuple[str, int]:
    outcome = request.args.get("outcome", "")
    after_number = request.args.get("after", 0, type=parse_row_number)
    shown_rows = [row for row in rows if row.number > after_number and outcome in ("", row.outcome)]
    address_values = {"spreadsheet": upload.id, **({"outcome": outcome} if outcome else {})}
    page = build_page(
        shown_rows[: PAGE_SIZE + 1],
        PAGE_SIZE,
        lambda row: build_address(register, "show_import", **address_values, after=row.number),
        build_address(register, "show_import", **address_values) if after_number else None,
    )
    counts = importing.count_outcomes(rows)
    html = render_page(
        register,
        "import",
        import_id=upload.id,
        is_done=bool(upload.refusals),
        outcome=outcome,
        page=page,
        counts=counts,
        writable_count=counts[NEW] + counts[CHANGE],
        leftover_count=counts[ERROR] + counts[REPEATED],
        ignored_labels=list_ignored_labels(upload.columns),
        fingerprint=importing.build_fingerprint(rows),
        outcome_labels=OUTCOME_LABELS,
        outcome_icons=OUTCOME_ICONS,
        refusal=refusal,
    )
    return html, refusal.status if refusal else 200


def apply_import(register: Register, spreadsheet: UUID) -> Reply:
    """Write the good rows of an upload; the others stay until they are downloaded as a file to mend."""
    upload = uploads.get_upload(db_session(), current_actor(), register, spreadsheet)
    fields = read_posted_fields()
    rows = _check_upload(register, upload)
    try:
        if fields.get("fingerprint") != importing.build_fingerprint(rows) or upload.refusals:
            raise importing.build_outdated_error()
        if fields.get("repeated"):
            rows = _check_upload(register, upload, takes_repeated=True)
        importing.apply_rows(db_session(), current_actor(), register, rows)
    except Conflict as refusal:
        return _render_import(register, upload, rows, refusal)
    has_leftover_rows = keep_leftover_rows(upload, rows)
    counts = importing.count_outcomes(rows)
    added = ngettext("%(num)s added", "%(num)s added", counts[NEW])
    changed = ngettext("%(num)s changed", "%(num)s changed", counts[CHANGE])
    flash(f"{added}, {changed}.", "success" if counts[NEW] + counts[CHANGE] else "warning")
    if has_leftover_rows:
        return redirect(build_address(register, "show_import", spreadsheet=spreadsheet), 303)
    db_session().delete(upload)
    return redirect(build_address(register, "list_records"), 303)


def download_leftover_rows(register: Register, spreadsheet: UUID) -> Reply:
    """Send the rows that an import leaves as a spreadsheet, with what to correct beside each."""
    upload = uploads.get_upload(db_session(), current_actor(), register, spreadsheet)
    rows = _check_upload(register, upload)
    content = build_leftover_file(register, upload.columns, upload.rows, rows, "xlsx")
    return _send_download(content, XLSX_TYPE, f"{_build_base_name(register)}-{_('to-correct')}.xlsx")


ROUTES = (
    ("/<uuid:record>/files", "POST", "edit", add_attachment),
    ("/<uuid:record>/files/<uuid:attachment>", "GET", "view", download_attachment),
    ("/<uuid:record>/files/<uuid:attachment>/remove", "POST", "edit", delete_attachment),
    ("/export.xlsx", "GET", "export", export_xlsx),
    ("/export.csv", "GET", "export", export_csv),
    ("/import", "GET POST", "edit", upload_spreadsheet),
    ("/import/<uuid:spreadsheet>", "GET", "edit", show_import),
    ("/import/<uuid:spreadsheet>/apply", "POST", "edit", apply_import),
    ("/import/<uuid:spreadsheet>/to-correct.xlsx", "GET", "edit", download_leftover_rows),
)
