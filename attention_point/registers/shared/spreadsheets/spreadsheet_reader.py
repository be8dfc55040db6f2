"""Reads an uploaded spreadsheet: its size is checked before it is unpacked, and no formula is ever calculated."""

import csv
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from attention_point import texts
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, format_number
from attention_point.foundation.language import gettext as _

# One request checks and writes this many rows in a few seconds; a larger file is sent in parts.
MAX_ROWS, MAX_COLUMNS = 2_000, 200
MAX_ROWS_ABOVE_HEAD = 15
"""Rows in which the labels of the columns are looked for: a sheet often begins with a title."""
MAX_FILE_SIZE = 10 * 1024 * 1024
MAX_UNPACKED_SIZE = 60 * 1024 * 1024
# Real workbooks unpack to some 10 times their size, a bomb to a thousand times and more.
MAX_UNPACKED_RATIO = 200
MAX_PACKAGE_PARTS = 500
MAX_CELL_LENGTH = 20_000
MAX_TEXT_LENGTH = MAX_FILE_SIZE
"""Characters of all cells: no CSV file holds more. In a workbook a long text may stand once and in every cell."""
_CELL_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})?(\d{1,8})["']""")
# Our own CSV puts an apostrophe before a text that a spreadsheet would run as a formula; it is taken off again.
_PROTECTED_FORMULA = re.compile(r"(^|[,;|])'(?=['\"\s]*[=+\-@＝＋－＠])")
_NOT_A_SPREADSHEET = N_("The file cannot be read as a spreadsheet. Send an XLSX or CSV file.")
_UNPACKED_TOO_LARGE = N_("The file unpacks to more than a spreadsheet of 2,000 rows needs, so it was not opened.")
TOO_MANY_ROWS = N_("Too many rows: at most %(most)s. Split the file into parts.")

CellValues = list[Any]
NumberedRow = tuple[int, CellValues]
"""A row's number, as a spreadsheet shows it beside the row, and its cells."""


def read_spreadsheet(
    name: str, content: bytes, is_head: Callable[[Sequence[str]], bool] = lambda _labels: False
) -> tuple[list[str], list[NumberedRow]]:
    """Read the labels of the columns and the rows under them; empty rows are left out. Raises Invalid.

    The labels are the first row for which ``is_head`` holds, after a title, say; else the first row. Of an XLSX file
    the first sheet with a filled cell is read. A CSV file is UTF-8 or Windows-1252, with commas, semicolons or tabs.
    """
    if len(content) > MAX_FILE_SIZE:
        raise _build_file_error(_("The file is too large: at most 10 MB."))
    raw_rows = _read_workbook(content) if content.startswith(b"PK") else _read_csv(name, content)
    # The numbers are those of the file, also after empty rows.
    rows = [
        (number, row)
        for number, row in enumerate(([_convert_cell(cell) for cell in raw_row] for raw_row in raw_rows), 1)
        if any(cell not in ("", None) for cell in row)
    ]
    heads = (index for index, (_number, row) in enumerate(rows[:MAX_ROWS_ABOVE_HEAD]) if is_head(_list_labels(row)))
    head = next(heads, 0)
    labels = _list_labels(rows[head][1]) if rows else []
    if not labels:
        raise _build_file_error(_("The first row must name the columns."))
    filled_rows = [
        (number, cells)
        for number, cells in ((number, row[: len(labels)]) for number, row in rows[head + 1 :])
        if any(cell not in ("", None) for cell in cells)
    ]
    if len(filled_rows) > MAX_ROWS:
        raise _build_too_many_error()
    if sum(len(cell) for _number, row in filled_rows for cell in row if isinstance(cell, str)) > MAX_TEXT_LENGTH:
        raise _build_file_error(_(_UNPACKED_TOO_LARGE))
    return labels, filled_rows


def _list_labels(row: CellValues) -> list[str]:
    """List the labels of a head without the empty cells at its end."""
    labels = [" ".join(str(cell or "").split()) for cell in row]
    while labels and not labels[-1]:
        labels.pop()
    return labels


def _read_csv(name: str, content: bytes) -> Iterator[CellValues]:
    if not name.lower().endswith((".csv", ".txt")) or b"\x00" in content:
        raise _build_file_error(_(_NOT_A_SPREADSHEET))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older versions of Excel save CSV in the letters of Windows, without saying so.
        text = content.decode("cp1252", errors="replace")
    # A title above the labels may hold none.
    first_lines = "\n".join(text.split("\n", MAX_ROWS_ABOVE_HEAD)[:MAX_ROWS_ABOVE_HEAD])
    delimiter = max(",;\t", key=first_lines.count)
    try:
        for number, row in enumerate(csv.reader(StringIO(text), delimiter=delimiter, strict=True)):
            if number > 2 * MAX_ROWS:
                raise _build_too_many_error()
            if len(row) > MAX_COLUMNS:
                raise _build_file_error(_("Too many columns: at most %(most)s.", most=MAX_COLUMNS))
            yield [_PROTECTED_FORMULA.sub(r"\1", cell) for cell in row]
    except csv.Error:
        raise _build_file_error(_(_NOT_A_SPREADSHEET)) from None


def _read_workbook(content: bytes) -> list[CellValues]:
    # Loaded with the first import.
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415

    try:
        _check_package_size(content)
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            # What somebody hid, a list of choices for example, is not what she means to bring in.
            visible = [entry.name for entry in book.sheets_metadata if entry.visible is SheetVisibleEnum.Visible]
            sheets = [book.get_sheet_by_name(name) for name in visible or book.sheet_names]
            sheet = next((sheet for sheet in sheets if sheet.total_height), sheets[0])
            if sheet.total_height > MAX_ROWS + MAX_ROWS_ABOVE_HEAD:
                raise _build_too_many_error()
            # With the empty rows and columns before the first filled cell: they count in the numbers of the rows.
            return sheet.to_python(skip_empty_area=False)
    except Invalid:
        raise
    except Exception:  # of a damaged file the readers raise whatever their decompressors and parsers do
        raise _build_file_error(_(_NOT_A_SPREADSHEET)) from None


def _check_package_size(content: bytes) -> None:
    """Refuse a package that would unpack to too much, by the sizes in its directory, before anything is unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = package.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > MAX_PACKAGE_PARTS or size > MAX_UNPACKED_SIZE or size > MAX_UNPACKED_RATIO * len(content):
            raise _build_file_error(_(_UNPACKED_TOO_LARGE))
        for part in parts:
            with package.open(part) as opened:
                text = opened.read(part.file_size + 1)  # raises BadZipFile for a part that lies about its size
            if b"sheetData" in text:  # whatever the part is called
                _check_cell_addresses(text)


def _check_cell_addresses(text: bytes) -> None:
    # For one cell far away the reader would hold every cell between, so the addresses are searched before it reads.
    if b"\x00" in text[:200]:
        raise ValueError("an encoding in which nothing could be looked for")
    for address in _CELL_ADDRESS.finditer(text):
        letters, row_digits = address[1] or b"", address[2]
        if int(row_digits) > 2 * MAX_ROWS:
            raise _build_too_many_error()
        if len(letters) > 2 or (letters and _parse_column_letters(letters) > MAX_COLUMNS):
            raise _build_file_error(_("Too many columns: at most %(most)s.", most=MAX_COLUMNS))


def _parse_column_letters(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _convert_cell(value: Any) -> Any:
    """Convert a cell to a JSON value: a day to text, an unfit character to U+FFFD, which the check refuses."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # no number of JSON, and none that a spreadsheet holds
    if isinstance(value, bool | int | float) or value is None:
        return value
    return texts.show_unfit(str(value)[:MAX_CELL_LENGTH], lines=True)


def _build_too_many_error() -> Invalid:
    return _build_file_error(_(TOO_MANY_ROWS, most=format_number(MAX_ROWS)))


def _build_file_error(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("file", sentence),))
