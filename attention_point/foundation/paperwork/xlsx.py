"""Writes a report as an XLSX workbook: a first sheet with texts and links, and one sheet for each table.

Numbers, amounts and days are written as such (ECMA-376), with formats for Colombian readers. Nothing from the report
becomes a formula or a link to elsewhere, and its texts stay texts even when somebody edits them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from math import isfinite
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from attention_point.foundation.paperwork.cell_values import Number, Suppressed, strip_link
from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, COBALT, GREY, WHITE
from attention_point.foundation.paperwork.report import (
    Block,
    BulletList,
    Cell,
    Column,
    Heading,
    LabelledValues,
    Note,
    Paragraph,
    Report,
    Signature,
    Table,
)
from attention_point.foundation.paperwork.text import clean_line, clean_text
from attention_point.foundation.paperwork.wording import ReportWording, format_cell

_WORKBOOK_OPTIONS = {
    "in_memory": True,
    # By default xlsxwriter turns a text like "=1+1" into a formula, and an address into a link.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
# Excel's limits: rows and columns of a sheet, UTF-16 units in a cell, in a sheet's name and in the text of a link, and
# digits of a number.
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
_MAX_CELL_LETTERS, _MAX_SHEET_NAME, _MAX_LINK_LETTERS, _MAX_DIGITS = 32_767, 31, 255, 15
# The title and the heads stand above the rows.
_HEAD_ROWS = 2
_LEAST_PLAIN_WIDTH, _MOST_PLAIN_WIDTH = 12, 60  # of a column of a plain sheet, in letters
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")

# With ``quotePrefix`` a text is as if typed after an apostrophe: it stays a text when edited (ASVS 5.0, 1.2.10).
_TEXT_FORMAT: dict[str, Any] = {"quote_prefix": True, "text_wrap": True, "valign": "top"}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": _TEXT_FORMAT | {"bold": True, "font_size": 16, "font_color": COBALT},
    "subtitle": _TEXT_FORMAT | {"font_size": 12, "font_color": GREY},
    "heading": _TEXT_FORMAT | {"bold": True, "font_size": 12, "font_color": COBALT},
    "caption": {"quote_prefix": True, "bold": True, "font_size": 12, "font_color": COBALT},
    "remark": {"quote_prefix": True, "font_color": GREY},
    "note": _TEXT_FORMAT | {"bg_color": BACKGROUND_COLOUR},
    "head": _TEXT_FORMAT | {"bold": True, "font_color": WHITE, "bg_color": COBALT, "valign": "bottom"},
    "link": {"font_color": COBALT, "underline": 1},
    "text": _TEXT_FORMAT,
    "suppressed": {"quote_prefix": True, "align": "right", "italic": True, "font_color": GREY, "valign": "top"},
    "date": {"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"},
    "integer": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0%", "valign": "top"},
    "change": {"num_format": "+#,##0;-#,##0;0", "valign": "top"},
    "number": {"num_format": "#,##0.0###", "valign": "top"},
    # 240A is Colombia's Spanish (Windows LCID): the sign means the peso on a computer of any country.
    "amount": {"num_format": r"[$$-240A]\ #,##0", "valign": "top"},
    "amount-cents": {"num_format": r"[$$-240A]\ #,##0.00", "valign": "top"},
}
_TOTAL_FORMAT = {"bold": True, "top": 2, "top_color": COBALT}


def build_workbook(report: Report, wording: ReportWording) -> bytes:
    """Builds the file; see ``paperwork.write_xlsx``."""
    for table in report.tables:
        if len(table.rows) + len(table.notes) + _HEAD_ROWS >= _MAX_ROWS or len(table.columns) > _MAX_COLUMNS:
            raise ValueError(f"table {table.id} is larger than a sheet")
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, _WORKBOOK_OPTIONS)
    workbook.set_properties(
        {
            "title": clean_line(report.title),
            "subject": clean_line(report.subtitle),
            "author": clean_line(report.issuer),
            "created": report.created_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    writer = _WorkbookWriter(workbook, wording, report.watermark)
    first_name, *table_names = _name_sheets(report)
    writer.write_first_sheet(report, first_name, table_names)
    for table, name in zip(report.tables, table_names, strict=True):
        writer.write_table_sheet(table, name)
    workbook.close()
    return file.getvalue()


def _name_sheets(report: Report) -> Iterator[str]:
    """Gives the name of the first sheet, and of each table's. For Excel, two names that differ by capitals are one."""
    used_names = {"history"}  # Excel reserves this name
    for text in (report.title, *(table.short_title or table.title or table.id for table in report.tables)):
        name = _FORBIDDEN_IN_SHEET_NAME.sub(" ", clean_line(text))
        name = clean_line(name).strip("' ") or "-"
        count, candidate = 1, _shorten_to_units(name, _MAX_SHEET_NAME)
        while candidate.casefold() in used_names:
            count += 1
            candidate = f"{_shorten_to_units(name, _MAX_SHEET_NAME - len(str(count)) - 3)} ({count})"
        used_names.add(candidate.casefold())
        yield candidate


def _shorten_to_units(text: str, max_units: int) -> str:
    """Cuts a text to a number of UTF-16 units, in which Excel counts letters."""
    if 2 * len(text) <= max_units:  # no letter has more than two
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * max_units:
        return text
    return f"{units[: 2 * max_units - 2].decode('utf-16-le', 'ignore').rstrip()}…"


class _WorkbookWriter:
    """Writes the sheets of one workbook."""

    def __init__(self, workbook: Any, wording: ReportWording, watermark: str | None) -> None:
        self._workbook, self._wording, self._watermark = workbook, wording, watermark
        self._formats: dict[tuple[str, bool], Any] = {}

    def _get_format(self, format_name: str, is_total: bool = False) -> Any:
        key = (format_name, is_total)
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(_FORMATS[format_name] | (_TOTAL_FORMAT if is_total else {}))
        return self._formats[key]

    def write_first_sheet(self, report: Report, name: str, table_names: Sequence[str]) -> None:
        """Writes the title, links to the tables' sheets, and all text outside the tables."""
        sheet = self._workbook.add_worksheet(name)
        sheet.set_column(0, 0, 110)
        sheet.hide_gridlines(2)
        _set_print_layout(sheet)
        lines = [("title", report.title), ("subtitle", report.subtitle), ("text", report.issuer)]
        lines += [("text", self._wording.format_date(report.created_at)), ("text", report.reference or "")]
        lines += [("heading", report.watermark or "")]
        row = self._write_lines(sheet, 0, [line for line in lines if line[1]])
        if table_names:
            row += 1
            if self._wording.contents_heading:
                row = self._write_lines(sheet, row, [("heading", self._wording.contents_heading)])
        for table, table_name in zip(report.tables, table_names, strict=True):
            quoted_name = table_name.replace("'", "''")
            text = _shorten_to_units(clean_line(table.title or table.id), _MAX_LINK_LETTERS)
            sheet.write_url(row, 0, f"internal:'{quoted_name}'!A1", self._get_format("link"), text)
            row += 1
        self._write_lines(sheet, row + 1, _collect_texts(report.blocks))

    def _write_lines(self, sheet: Any, row: int, lines: Iterable[tuple[str, str]]) -> int:
        """Writes lines, given as format and text, into the first column, and returns the row below them."""
        for format_name, text in lines:
            self._write_text(sheet, (row, 0), text, format_name)
            row += 1
        return row

    def _write_text(
        self, sheet: Any, position: tuple[int, int], text: str, format_name: str, is_total: bool = False
    ) -> None:
        text = _shorten_to_units(clean_text(text), _MAX_CELL_LETTERS)
        sheet.write_string(*position, text, self._get_format(format_name, is_total))

    def write_table_sheet(self, table: Table, sheet_name: str) -> None:
        """Writes a table's title, its heads, which stay in sight, its rows, and its notes below."""
        sheet = self._workbook.add_worksheet(sheet_name)
        _set_print_layout(sheet)
        sheet.repeat_rows(_HEAD_ROWS - 1)
        sheet.freeze_panes(_HEAD_ROWS, 0 if table.columns[0].is_numeric else 1)
        self._write_text(sheet, (0, 0), " · ".join(filter(None, (table.title, self._watermark))), "caption")
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, self._measure_column_width(table, index))
            self._write_text(sheet, (_HEAD_ROWS - 1, index), column.full_label, "head")
        for number, cells in enumerate(table.rows):
            is_total = table.is_total(number)
            for index, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                self._write_cell(sheet, (_HEAD_ROWS + number, index), cell, column, is_total)
        next_row = _HEAD_ROWS + len(table.rows)
        rows_end = next_row - (1 if table.has_total_row else 0)
        if rows_end > _HEAD_ROWS:
            sheet.autofilter(_HEAD_ROWS - 1, 0, rows_end - 1, len(table.columns) - 1)
        if not table.rows:
            next_row = self._write_lines(sheet, next_row, [("remark", self._wording.empty_table_text)])
        self._write_lines(sheet, next_row + 1, [("remark", note) for note in table.notes])

    def _write_cell(self, sheet: Any, position: tuple[int, int], cell: Cell, column: Column, is_total: bool) -> None:
        cell = strip_link(cell)
        if cell is None:
            sheet.write_blank(*position, None, self._get_format("text", is_total))
        elif isinstance(cell, Suppressed):
            self._write_text(sheet, position, self._wording.suppressed_mark, "suppressed", is_total)
        elif isinstance(cell, date) and cell.year >= 1900:
            day = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            sheet.write_datetime(*position, day, self._get_format("date", is_total))
        elif isinstance(cell, Number) and _keeps_all_digits(cell):
            sheet.write_number(*position, cell, self._get_format(_choose_number_format(cell, column), is_total))
        else:
            self._write_text(sheet, position, format_cell(cell, column.kind, self._wording), "text", is_total)

    def _measure_column_width(self, table: Table, index: int) -> float:
        # In letters. Heads may break between words, and the filter's button needs the room of two letters. The first
        # thousand rows are enough to know the width: to format all of a long table again would take as long as writing.
        column = table.columns[index]
        cells = dict.fromkeys(row[index] for row in table.rows[:1000])
        text_lengths = [len(format_cell(cell, column.kind, self._wording)) for cell in cells]
        text_lengths += [len(word) + 2 for word in column.full_label.split()]
        return min(max([8, *text_lengths, len(column.full_label) / 2]), 60) + 2


def _keeps_all_digits(number: Number) -> bool:
    if isinstance(number, float):
        return isfinite(number)
    if isinstance(number, int) and abs(number) < 10**_MAX_DIGITS:
        return True
    exact = Decimal(number)
    return exact.is_finite() and len(exact.normalize().as_tuple().digits) <= _MAX_DIGITS


def _choose_number_format(number: Number, column: Column) -> str:
    is_whole = number == int(number)
    if column.kind in ("share", "change"):
        return column.kind
    if column.kind == "amount":
        return "amount" if is_whole else "amount-cents"
    return "integer" if is_whole else "number"


def _set_print_layout(sheet: Any) -> None:
    """Prints a sheet on A4 (Excel's paper 9), as wide as a page, with page numbers."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&R&P / &N")


def _collect_texts(blocks: tuple[Block, ...]) -> Iterator[tuple[str, str]]:
    """Gives the texts outside the tables with their formats; a heading only if text stands under it."""
    headings: list[Heading] = []
    for block in blocks:
        if isinstance(block, Heading):
            headings = [heading for heading in headings if heading.level < block.level] + [block]
            continue
        texts = list(_extract_texts(block))
        if texts:
            yield from (("heading", heading.text) for heading in headings)
            headings = []
        yield from texts


def _extract_texts(block: Block) -> Iterator[tuple[str, str]]:
    if isinstance(block, Paragraph):
        yield "text", f"{block.text} {strip_link(block.link)}" if block.link else block.text
    elif isinstance(block, Note):
        yield "note", block.text
    elif isinstance(block, BulletList):
        yield from (("text", f"• {strip_link(item)}") for item in block.items)
    elif isinstance(block, LabelledValues):
        yield from (("text", f"{label}: {strip_link(value)}") for label, value in block.rows)
    elif isinstance(block, Signature):
        yield from (("text", text) for text in (block.place_and_date, block.name, block.post) if text)


def build_plain_workbook(sheets: Mapping[str, Sequence[Sequence[str | int | None]]]) -> bytes:
    """Builds the file; see ``paperwork.write_plain_xlsx``."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, _WORKBOOK_OPTIONS) as workbook:
        head_format = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        cell_format = workbook.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(zip(*rows, strict=True)):
                width = max((len(str(value or "")) for value in column[1:]), default=0)
                sheet.set_column(number, number, min(max(width, _LEAST_PLAIN_WIDTH), _MOST_PLAIN_WIDTH))
                for line, value in enumerate(column):
                    used_format = cell_format if line else head_format
                    if isinstance(value, int):
                        sheet.write_number(line, number, value, used_format)
                    elif value:
                        sheet.write_string(line, number, value, used_format)
    return file.getvalue()
