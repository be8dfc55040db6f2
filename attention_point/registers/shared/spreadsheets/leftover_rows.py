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
    ID_COLUMN,
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
    refusals = {str(row.number): {"outcome": row.outcome, "report": row.report} for row in list_leftover_rows(rows)}
    upload.rows = [(number, cells) for number, cells in upload.rows if str(number) in refusals]
    upload.refusals = refusals
    return bool(refusals)


def read_leftover_rows(upload: StoredImport) -> list[CheckedRow]:
    """Read the rows that an import left, as its page shows them."""
    name_index = upload.columns.index("name")  # a file without this column is refused
    rows = []
    for number, cells in upload.rows:
        refusal = upload.refusals[str(number)]
        name = str(cells[name_index] or "") if name_index < len(cells) else ""
        rows.append(CheckedRow(number, name, {}, refusal["outcome"], report=list(map(tuple, refusal["report"]))))
    return rows


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
    leftover_rows = {row.number: row for row in list_leftover_rows(checked_rows)}
    shown_keys = _list_shown_keys(columns, leftover_rows.values())
    day_keys = {field.key for field in register.fields if field.kind == DATE}
    lines = []
    for number, values in rows:
        if number in leftover_rows:
            row, cells = leftover_rows[number], dict(zip(columns, values, strict=False))
            if row.outcome == REPEATED:
                cells[ID_COLUMN] = _("new")
            shown_cells = [_read_day(cells.get(key)) if key in day_keys else cells.get(key) for key in shown_keys]
            lines.append([_format_reasons(row), *shown_cells])
    labels = [_(REASON_LABEL), *(label_for_column(register, key) for key in shown_keys)]
    return build_csv(labels, lines) if file_kind == "csv" else build_xlsx(_(register.title), labels, lines)


def _list_shown_keys(columns: Sequence[str], rows: Iterable[CheckedRow]) -> list[str]:
    """List the columns of the file without the reasons of an earlier import, which would stand beside the new ones."""
    ignored_labels = set(list_ignored_labels(columns))
    keys = [
        key
        for key in columns
        if not key.startswith(IGNORED_COLUMN) or key.removeprefix(IGNORED_COLUMN) in ignored_labels
    ]
    needs_id = ID_COLUMN not in columns and any(row.outcome == REPEATED for row in rows)
    return [*keys, ID_COLUMN] if needs_id else keys


def _format_reasons(row: CheckedRow) -> str:
    reasons = "; ".join(f"{label}: {sentence}" for label, sentence in row.report)
    return _("Row %(number)s. %(reasons)s", number=row.number, reasons=reasons)


def _read_day(cell: Any) -> Any:
    """Give a day of a spreadsheet, which is stored as text, back as a day."""
    if not isinstance(cell, str) or not _DAY.fullmatch(cell):
        return cell
    try:
        return date.fromisoformat(cell)
    except ValueError:  # 2017-02-30, say: perhaps the very thing that is wrong with the row
        return cell
