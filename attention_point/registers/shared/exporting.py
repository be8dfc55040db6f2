"""Records as a spreadsheet: what an import reads back. No cell is a formula, whatever it says."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.registers.shared import queries
from attention_point.registers.shared.cells import cells_of, columns
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.queries import Wanted

LONGEST = 32_767
"""Characters that a cell of XLSX may hold."""


def export(session: Session, actor: Actor, register: Register, wanted: Wanted, kind: str) -> bytes:
    """The wanted records as ``xlsx`` or ``csv``; the export is journaled."""
    rows = queries.records(session, register, wanted)
    names = queries.names(session, register, *(row.data for row in rows))
    lines = [cells_of(register, str(row.id), row.data, names) for row in rows]
    journal.record(session, actor, f"{register.name}.export", register.name, None, kind=kind, rows=len(rows))
    labels = [label for _key, label in columns(register)]
    return as_csv(labels, lines) if kind == "csv" else as_xlsx(_(register.title), labels, lines)


def as_csv(labels: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """A table of texts and numbers as CSV."""
    head = tuple(Column(str(number), label) for number, label in enumerate(labels))
    rows = tuple(tuple(None if each is None else str(each) for each in line) for line in lines)
    return write_csv(Table("records", "records", head, rows))


def as_xlsx(title: str, labels: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """The same as a workbook of one sheet. A text stays a text: no formula, no link, no number made of it."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("".join(letter for letter in title if letter not in "[]:*?/\\'")[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(labels) - 1, 22)
        sheet.write_row(0, 0, labels, book.add_format({"bold": True}))
        for number, line in enumerate(lines, 1):
            for place, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(number, place, value[:LONGEST])
                elif value is not None:
                    sheet.write_number(number, place, value)
    return file.getvalue()
