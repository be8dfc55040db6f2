"""A document as an XLSX workbook: a sheet of text with links to the others, and a sheet for each table.

Numbers, amounts and days are written as such (ECMA-376), with formats for Colombian readers; nothing that comes from
the document becomes a formula or a link, and its texts stay texts even when somebody edits them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from math import isfinite
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from attention_point.foundation.paperwork.document import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    Facts,
    Heading,
    Items,
    Note,
    Number,
    Paragraph,
    Suppressed,
    Table,
)
from attention_point.foundation.paperwork.links import bare
from attention_point.foundation.paperwork.text import one_line, plain
from attention_point.foundation.paperwork.words import Words, cell_text

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
# Limits of a sheet: rows, columns, UTF-16 units in a cell and in a sheet's name, and digits that a number keeps.
_ROWS, _COLUMNS, _LETTERS, _NAME, _DIGITS = 1_048_576, 16_384, 32_767, 31, 15
# Above the rows stand the title and the heads.
_HEADS = 2
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_COBALT, _GREY, _TINT = "#0943B5", "#4C4C4C", "#E5ECF8"

# A text as if typed after an apostrophe (quotePrefix): it stays one when edited (ASVS 5.0, 1.2.10).
_TEXT: dict[str, Any] = {"quote_prefix": True, "text_wrap": True, "valign": "top"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": _TEXT | {"bold": True, "font_size": 16, "font_color": _COBALT},
    "subtitle": _TEXT | {"font_size": 12, "font_color": _GREY},
    "heading": _TEXT | {"bold": True, "font_size": 12, "font_color": _COBALT},
    "caption": {"quote_prefix": True, "bold": True, "font_size": 12, "font_color": _COBALT},
    "remark": {"quote_prefix": True, "font_color": _GREY},
    "note": _TEXT | {"bg_color": _TINT},
    "head": _TEXT | {"bold": True, "font_color": "#FFFFFF", "bg_color": _COBALT, "valign": "bottom"},
    "link": {"font_color": _COBALT, "underline": 1},
    "text": _TEXT,
    "kept": {"quote_prefix": True, "align": "right", "italic": True, "font_color": _GREY, "valign": "top"},
    "date": {"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"},
    "integer": {"num_format": "#,##0", "valign": "top"},
    "number": {"num_format": "#,##0.0###", "valign": "top"},
    # 240A is Colombia's Spanish: the sign stays the peso's, whatever the reader's own money is.
    "amount": {"num_format": r"[$$-240A]\ #,##0", "valign": "top"},
    "amount-cents": {"num_format": r"[$$-240A]\ #,##0.00", "valign": "top"},
}
_TOTAL = {"bold": True, "top": 2, "top_color": _COBALT}


def write(document: Document, words: Words) -> bytes:
    """See ``paperwork.write_xlsx``."""
    for table in document.tables:
        if len(table.rows) + len(table.notes) + _HEADS >= _ROWS or len(table.columns) > _COLUMNS:
            raise ValueError(f"table {table.id} is larger than a sheet")
    file = BytesIO()
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties(
        {
            "title": one_line(document.title),
            "subject": one_line(document.subtitle),
            "author": one_line(document.issuer),
            "created": document.created.astimezone(UTC).replace(tzinfo=None),
        }
    )
    writer = _Writer(book, words, document.watermark)
    names = _names(document)
    writer.front(document, next(names))
    for table, name in zip(document.tables, names, strict=True):
        writer.table(table, name)
    book.close()
    return file.getvalue()


def _names(document: Document) -> Iterator[str]:
    """The sheets' names: the first one's, then each table's; no two alike but for capitals."""
    used = {"history"}  # Excel keeps this one for itself
    for text in (document.title, *(table.title or table.id for table in document.tables)):
        name = _FORBIDDEN.sub(" ", one_line(text))
        name = one_line(name).strip("' ") or "-"
        count, wanted = 1, _cut(name, _NAME)
        while wanted.casefold() in used:
            count += 1
            wanted = f"{_cut(name, _NAME - len(str(count)) - 3)} ({count})"
        used.add(wanted.casefold())
        yield wanted


def _cut(text: str, most: int) -> str:
    """The text in at most so many UTF-16 units, which is how Excel counts letters."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return f"{units[: 2 * most - 2].decode('utf-16-le', 'ignore').rstrip()}…"


class _Writer:
    """Writes sheets into one workbook, whose formats it makes once each."""

    def __init__(self, book: Any, words: Words, watermark: str | None) -> None:
        self._book, self._words, self._watermark = book, words, watermark
        self._formats: dict[tuple[str, bool], Any] = {}

    def _format(self, look: str, total: bool = False) -> Any:
        key = (look, total)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(_LOOKS[look] | (_TOTAL if total else {}))
        return self._formats[key]

    def front(self, document: Document, name: str) -> None:
        """The first sheet: title, list of sheets, and all text that stands outside the tables."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 110)
        sheet.hide_gridlines(2)
        _set_print(sheet)
        lines = [("title", document.title), ("subtitle", document.subtitle), ("text", document.issuer)]
        lines += [("text", self._words.date(document.created)), ("text", document.reference or "")]
        lines += [("heading", document.watermark or "")]
        row = self._lines(sheet, 0, [line for line in lines if line[1]])
        titles = _names(document)
        next(titles)
        if document.tables:
            row = self._lines(sheet, row + 1, [("heading", self._words.contents)] if self._words.contents else [])
        for table, sheet_name in zip(document.tables, titles, strict=True):
            quoted = sheet_name.replace("'", "''")
            said = _cut(one_line(table.title or table.id), 255)
            sheet.write_url(row, 0, f"internal:'{quoted}'!A1", self._format("link"), said)
            row += 1
        self._lines(sheet, row + 1, list(_spoken(document.blocks)))

    def _lines(self, sheet: Any, row: int, lines: list[tuple[str, str]]) -> int:
        for look, text in lines:
            sheet.write_string(row, 0, _cut(plain(text), _LETTERS), self._format(look))
            row += 1
        return row

    def table(self, table: Table, name: str) -> None:
        """A table's sheet: its title, its heads, which stay in sight, its rows, and its notes below."""
        sheet = self._book.add_worksheet(name)
        _set_print(sheet)
        sheet.repeat_rows(_HEADS - 1)
        sheet.freeze_panes(_HEADS, 0 if table.columns[0].numeric else 1)
        marked = (table.title, self._watermark)
        self._lines(sheet, 0, [("caption", " · ".join(filter(None, marked)))])
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, self._width(table, at))
            sheet.write_string(_HEADS - 1, at, _cut(plain(column.label), _LETTERS), self._format("head"))
        for number, cells in enumerate(table.rows):
            total = table.total_row and number == len(table.rows) - 1
            for at, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                self._put(sheet, (_HEADS + number, at), cell, column, total)
        below = _HEADS + len(table.rows)
        filtered = below - (1 if table.total_row else 0)
        if filtered > _HEADS:
            sheet.autofilter(_HEADS - 1, 0, filtered - 1, len(table.columns) - 1)
        if not table.rows:
            below = self._lines(sheet, below, [("remark", self._words.no_rows)])
        self._lines(sheet, below + 1, [("remark", note) for note in table.notes])

    def _put(self, sheet: Any, place: tuple[int, int], cell: Cell, column: Column, total: bool) -> None:
        cell = bare(cell)
        text = cell_text(cell, column.kind, self._words)
        if cell is None:
            sheet.write_blank(*place, None, self._format("text", total))
        elif isinstance(cell, Suppressed):
            sheet.write_string(*place, plain(text), self._format("kept", total))
        elif isinstance(cell, date) and cell.year >= 1900:
            day = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            sheet.write_datetime(*place, day, self._format("date", total))
        elif isinstance(cell, Number) and _kept(cell):
            sheet.write_number(*place, cell, self._format(_look(cell, column), total))
        else:
            sheet.write_string(*place, _cut(plain(text), _LETTERS), self._format("text", total))

    def _width(self, table: Table, at: int) -> float:
        """In letters. Heads may break between words, and leave room for the filter's button."""
        column = table.columns[at]
        held = [len(cell_text(row[at], column.kind, self._words)) for row in table.rows[:1000]]
        held += [len(word) + 2 for word in column.label.split()]
        return min(max([8, *held, len(column.label) / 2]), 60) + 2


def _kept(number: Number) -> bool:
    if isinstance(number, float):
        return isfinite(number)
    exact = Decimal(number)
    return exact.is_finite() and len(exact.normalize().as_tuple().digits) <= _DIGITS


def _look(number: Number, column: Column) -> str:
    whole = number == int(number)
    if column.kind == "amount":
        return "amount" if whole else "amount-cents"
    return "integer" if whole else "number"


def _set_print(sheet: Any) -> None:
    """On A4, as wide as a page, with its number at the foot of each."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&R&P / &N")


def _spoken(blocks: tuple[Block, ...]) -> Iterator[tuple[str, str]]:
    """Each text outside the tables with its look; a heading only where text stands under it."""
    waiting: list[Heading] = []
    for block in blocks:
        if isinstance(block, Heading):
            waiting = [*(one for one in waiting if one.level < block.level), block]
            continue
        texts = list(_texts(block))
        if texts:
            yield from (("heading", heading.text) for heading in waiting)
            waiting = []
        yield from texts


def _texts(block: Block) -> Iterator[tuple[str, str]]:
    if isinstance(block, Paragraph):
        yield "text", f"{block.text} {bare(block.link)}" if block.link else block.text
    elif isinstance(block, Note):
        yield "note", block.text
    elif isinstance(block, Items):
        yield from (("text", f"• {bare(row)}") for row in block.rows)
    elif isinstance(block, Facts):
        yield from (("text", f"{label}: {bare(value)}") for label, value in block.rows)
    elif isinstance(block, Code):
        yield "text", f"{block.caption} {block.payload}".strip()
