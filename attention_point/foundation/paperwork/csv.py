"""Writes tables as CSV for programs (RFC 4180): commas, CRLF, quotes where needed.

Numbers have a decimal point and no separators, and days are ISO 8601. The text is UTF-8 with a byte order mark, without
which Excel reads accents in the system's old code page; readers of HXL and Python's ``utf-8-sig`` skip it.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from attention_point.foundation.paperwork.cell_values import Suppressed, strip_link
from attention_point.foundation.paperwork.report import Cell, Report, Table
from attention_point.foundation.paperwork.text import clean_line

# What a spreadsheet may run as a formula at the start of a cell (OWASP, CSV injection), full-width signs included. A
# program set to another delimiter also cuts the line at commas or semicolons inside a text.
_CUT = re.compile("[,;|]")
_FORMULA_START = re.compile(r"(^|[,;|])(['\"\s]*)(?=[=+\-@＝＋－＠])")


def write_csv(report_or_table: Report | Table) -> bytes:
    """Writes a table under the labels of its columns, or all tables of a report, each line led by its table's id.

    A suppressed cell is empty. A text is written on one line. A text that a spreadsheet would run as a formula gets an
    apostrophe before it. The lines of a report are filled up with empty fields: all lines must have as many.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    if isinstance(report_or_table, Table):
        writer.writerows(_format_lines(report_or_table))
    else:
        tables = report_or_table.tables
        width = max((len(table.columns) for table in tables), default=0)
        for table in tables:
            for line in _format_lines(table):
                writer.writerow([_neutralise_formulas(table.id), *line, *[""] * (width - len(line))])
    return file.getvalue().encode("utf-8-sig")


def _format_lines(table: Table) -> Iterator[list[str]]:
    yield [_neutralise_formulas(column.label) for column in table.columns]
    for row in table.rows:
        yield [_format_field(cell) for cell in row]


def _format_field(cell: Cell) -> str:
    cell = strip_link(cell)
    if cell is None or isinstance(cell, Suppressed):
        return ""
    if isinstance(cell, str):
        return _neutralise_formulas(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    # Decimal writes a float as people read it (0.1), and never with an exponent.
    return f"{Decimal(str(cell)):f}"


def _neutralise_formulas(text: str) -> str:
    line = clean_line(text)
    # Codes and words, of which a file of figures holds a hundred thousand, and empty fields.
    if not line or (line[0].isalnum() and not _CUT.search(line)):
        return line
    return _FORMULA_START.sub(r"\1'\2", line)
