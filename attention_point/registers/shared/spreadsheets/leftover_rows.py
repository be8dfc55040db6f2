"""The rows that an import left: stored with what is wrong, and sent back as a file to mend and import again."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.models import StoredImport
from attention_point.registers.shared.schema.schema import DATE, Register
from attention_point.registers.shared.spreadsheets.exporting import build_csv, build_xlsx
from attention_point.registers.shared.spreadsheets.importing import ERROR, REPEATED, CheckedRow
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import (
    IGNORED_COLUMN,
    REASON_LABEL,
    label_for_column,
    list_ignored_labels,
)
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import NumberedRow

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def list_leftover_rows(rows: Iterable[CheckedRow]) -> list[CheckedRow]:
    """List the rows that an import does not write, because something is wrong or must be asked."""
    return [row for row in rows if row.outcome in {ERROR, REPEATED}]


def keep_leftover_rows(upload: StoredImport, rows: Iterable[CheckedRow]) -> bool:
    """Keep of an upload the rows that were not written, with the reasons. Gives whether there are any."""
    reports = {str(row.number): row.report for row in list_leftover_rows(rows)}
    upload.rows = [(number, cells) for number, cells in upload.rows if str(number) in reports]
    upload.refusals = reports
    return bool(reports)


def read_leftover_rows(upload: StoredImport) -> list[CheckedRow]:
    """Read the rows that an import left, as its page shows them."""
    name_index = upload.columns.index("name") if "name" in upload.columns else 0
    return [
        CheckedRow(
            number,
            str(cells[name_index] or "") if name_index < len(cells) else "",
            {},
            ERROR,
            report=[(label, sentence) for label, sentence in upload.refusals[str(number)]],
        )
        for number, cells in upload.rows
    ]


def build_leftover_file(
    register: Register,
    columns: Sequence[str],
    rows: Iterable[NumberedRow],
    checked_rows: Iterable[CheckedRow],
    file_kind: str,
) -> bytes:
    """Build the file of the rows that an import leaves: the reasons in the first column, then the cells as they came.

    ``file_kind`` is ``xlsx`` or ``csv``. The file can be mended and imported again.
    """
    reasons = {row.number: _format_reasons(row) for row in list_leftover_rows(checked_rows)}
    ignored_labels = set(list_ignored_labels(columns))
    # The reasons of an earlier import would stand beside the new ones.
    shown = [
        index
        for index, key in enumerate(columns)
        if not key.startswith(IGNORED_COLUMN) or key.removeprefix(IGNORED_COLUMN) in ignored_labels
    ]
    day_columns = {field.key for field in register.fields if field.kind == DATE}
    labels = [_(REASON_LABEL), *(label_for_column(register, columns[index]) for index in shown)]
    lines = [
        [
            reasons[number],
            *(_read_day(cells[i]) if columns[i] in day_columns else cells[i] for i in shown if i < len(cells)),
        ]
        for number, cells in rows
        if number in reasons
    ]
    return build_csv(labels, lines) if file_kind == "csv" else build_xlsx(_(register.title), labels, lines)


def _format_reasons(row: CheckedRow) -> str:
    reasons = "; ".join(f"{label}: {sentence}" for label, sentence in row.report)
    return _("Row %(number)s. %(reasons)s", number=row.number, reasons=reasons)


def _read_day(cell: Any) -> Any:
    """Give a day of a spreadsheet, which is stored as text, back as a day."""
    return date.fromisoformat(cell) if isinstance(cell, str) and _DAY.fullmatch(cell) else cell
