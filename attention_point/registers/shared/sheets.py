"""Reads a spreadsheet that somebody brings: bounded before it is opened, its formulas never worked out.

A package is measured by its directory before anything is unpacked. A cell far away would make the reader hold every
cell between, so addresses are looked for in the parts before they are read.
"""

import csv
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from attention_point import texts
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid

ROWS, COLUMNS = 10_000, 200
LIMIT = 10 * 1024 * 1024
UNPACKED = 60 * 1024 * 1024
RATIO = 200
PARTS = 500
CELL = 20_000
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})?(\d{1,8})["']""")
# The apostrophe that our own CSV puts before a text that a spreadsheet would run.
_KEPT = re.compile(r"(^|[,;|])'(?=['\"\s]*[=+\-@＝＋－＠])")
_NO_SHEET = N_("The file cannot be read as a spreadsheet. Send an XLSX or CSV file.")
_PACKED = N_("The file unpacks to more than a spreadsheet of 10,000 rows needs, so it was not opened.")
TOO_MANY = N_("Too many rows: at most %(most)s. Send it in parts.")

Cells = list[Any]


def read_sheet(name: str, content: bytes) -> tuple[list[str], list[Cells]]:
    """The labels of the first line and the rows under it, wholly empty ones left out. Raises Invalid.

    Of XLSX the first sheet; of CSV, UTF-8 or Windows' letters, commas, semicolons or tabs.
    """
    if len(content) > LIMIT:
        raise _wrong(_("The file is too large: at most 10 MB."))
    lines = _workbook(content) if content.startswith(b"PK") else _csv(name, content)
    head, *rows = [[_cell(each) for each in line] for line in lines] or [[]]
    while head and head[-1] in ("", None):
        head.pop()
    if not head:
        raise _wrong(_("The first line must say what each column holds."))
    found = [row[: len(head)] for row in rows if any(each not in ("", None) for each in row)]
    if len(found) > ROWS:
        raise _too_many()
    return [str(each or "").strip() for each in head], found


def _csv(name: str, content: bytes) -> Iterator[Cells]:
    if not name.lower().endswith((".csv", ".txt")) or b"\x00" in content:
        raise _wrong(_(_NO_SHEET))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for number, line in enumerate(csv.reader(StringIO(text), delimiter=delimiter, strict=True)):
            if number > 2 * ROWS:
                raise _too_many()
            if len(line) > COLUMNS:
                raise _wrong(_("Too many columns: at most %(most)s.", most=COLUMNS))
            yield [_KEPT.sub(r"\1", cell) for cell in line]
    except csv.Error:
        raise _wrong(_(_NO_SHEET)) from None


def _workbook(content: bytes) -> list[Cells]:
    try:
        _measure(content)
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            sheet = book.get_sheet_by_index(0)
            if sheet.total_height > ROWS + 1:
                raise _too_many()
            return sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, IndexError):
        raise _wrong(_(_NO_SHEET)) from None


def _measure(content: bytes) -> None:
    """Refuse a package that would unpack to too much, before it is unpacked; the directory's sizes are held to."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = package.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > PARTS or size > UNPACKED or size > RATIO * len(content):
            raise _wrong(_(_PACKED))
        for part in parts:
            with package.open(part) as opened:
                text = opened.read(part.file_size + 1)  # raises BadZipFile for a part that lies about its size
            if b"sheetData" in text:  # whatever the part is called
                _look_for_far_cells(text)


def _look_for_far_cells(text: bytes) -> None:
    if b"\x00" in text[:200]:
        raise ValueError("an encoding in which nothing could be looked for")
    for found in _ADDRESS.finditer(text):
        letters, figures = found[1] or b"", found[2]
        if int(figures) > 2 * ROWS:
            raise _too_many()
        if len(letters) > 2 or (letters and _column(letters) > COLUMNS):
            raise _wrong(_("Too many columns: at most %(most)s.", most=COLUMNS))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _cell(value: Any) -> Any:
    """A cell as JSON takes it: days as texts, an unfit character as U+FFFD, which the row's check refuses."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return texts.show_unfit(str(value)[:CELL], lines=True)


def _too_many() -> Invalid:
    return _wrong(_(TOO_MANY, most=f"{ROWS:,}".replace(",", ".")))


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("file", sentence),))
