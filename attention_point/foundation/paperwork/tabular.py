"""Tables as CSV.

RFC 4180: commas, CRLF, quotes where needed, the same number of fields on every line. UTF-8 with a byte order mark,
without which Excel reads accents in the system's old code page; HXL's and Python's (``utf-8-sig``) readers skip it.
Numbers are bare digits with a decimal point and days are ISO 8601, for machines. A spreadsheet with Colombian
settings opens a file on a double click only with semicolons and decimal commas: ``delimiter=";"`` gives that.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Literal

from attention_point.foundation.paperwork.document import Cell, Document, Suppressed, Table
from attention_point.foundation.paperwork.links import bare
from attention_point.foundation.paperwork.text import one_line

Delimiter = Literal[",", ";"]

# What a spreadsheet may take for a formula at the start of a cell (OWASP, CSV injection), full-width forms included.
# A program set to another delimiter cuts cells at commas or semicolons inside a text: what follows is a start too.
_FORMULA = re.compile(r"(^|[,;|])(['\"\s]*)(?=[=+\-@＝＋－＠])")


def write_csv(source: Table | Document, delimiter: Delimiter = ",") -> bytes:
    """One table under its labels; or all tables of a document, each line starting with its table's id.

    A suppressed cell is empty. A text is written on one line; one that a spreadsheet would run gets an apostrophe
    before it. A document's lines are filled up with empty fields to the widest table, and each table starts with
    its line of labels.
    """
    file = StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    if isinstance(source, Table):
        writer.writerows(_lines(source, delimiter))
    else:
        width = max((len(table.columns) for table in source.tables), default=0)
        for table in source.tables:
            for line in _lines(table, delimiter):
                writer.writerow([_safe(table.id), *line, *[""] * (width - len(line))])
    return file.getvalue().encode("utf-8-sig")


def _lines(table: Table, delimiter: Delimiter) -> Iterator[list[str]]:
    yield [_safe(column.label) for column in table.columns]
    for row in table.rows:
        yield [_field(cell, delimiter) for cell in row]


def _field(cell: Cell, delimiter: Delimiter) -> str:
    cell = bare(cell)
    if cell is None or isinstance(cell, Suppressed):
        return ""
    if isinstance(cell, str):
        return _safe(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    # Through Decimal: never an exponent, and a float as it is read, not as it is stored.
    number = f"{Decimal(str(cell)):f}"
    return number.replace(".", ",") if delimiter == ";" else number


def _safe(text: str) -> str:
    return _FORMULA.sub(r"\1'\2", one_line(text))
