"""Exports records as a spreadsheet in words, which an import reads back. No cell is a formula, whatever its text."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.schema.schema import Register
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import (
    build_cells,
    format_cell_text,
    list_columns,
)

MAX_CELL_LENGTH = 32_767
"""The most characters that a cell of XLSX can hold."""


def export_records(
    session: Session, actor: Actor, register: Register, record_filter: RecordFilter, file_kind: str
) -> bytes:
    """Export the records of a filter as ``xlsx`` or ``csv``, with an entry in the journal."""
    records = queries.list_records(session, register, record_filter)
    names = queries.list_organisation_names(session, register, *(record.data for record in records))
    table_rows = [build_cells(register, str(record.id), record.data, names) for record in records]
    journal.record(session, actor, f"{register.name}.export", register.name, None, kind=file_kind, rows=len(records))
    labels = [label for _key, label in list_columns(register)]
    return build_csv(labels, table_rows) if file_kind == "csv" else build_xlsx(_(register.title), labels, table_rows)


def build_csv(labels: Sequence[str], table_rows: Iterable[Sequence[Any]]) -> bytes:
    """Build a table of texts, numbers and days as CSV."""
    columns = tuple(Column(str(number), label) for number, label in enumerate(labels))
    text_rows = tuple(tuple(format_cell_text(cell) or None for cell in row) for row in table_rows)
    return write_csv(Table("records", "records", columns, text_rows))


def build_xlsx(title: str, labels: Sequence[str], table_rows: Iterable[Sequence[Any]]) -> bytes:
    """Build a table as a workbook of one sheet. A text stays text: it becomes no formula, no link and no number."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded with the first export

    file = BytesIO()
    # Otherwise xlsxwriter writes temporary files, and makes formulas and links of texts that look like them.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        # Excel allows neither these characters nor more than 31 letters in the name of a sheet.
        sheet = book.add_worksheet("".join(letter for letter in title if letter not in "[]:*?/\\'")[:31])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(labels) - 1, 22)
        sheet.write_row(0, 0, labels, book.add_format({"bold": True, "text_wrap": True, "valign": "top"}))
        # As if typed after an apostrophe: it stays a text when somebody edits it (OWASP ASVS 5.0, 1.2.10).
        text_format = book.add_format({"quote_prefix": True})
        day_format = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        for row_number, row in enumerate(table_rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(row_number, column, value[:MAX_CELL_LENGTH], text_format)
                elif isinstance(value, date):
                    sheet.write_datetime(row_number, column, value, day_format)
                elif value is not None:
                    sheet.write_number(row_number, column, value)
    return file.getvalue()
