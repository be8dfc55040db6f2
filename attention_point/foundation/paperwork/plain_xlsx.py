"""Writes a workbook whose sheets are rows alone, without title or style: for a program that reads it."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import xlsxwriter  # type: ignore[import-untyped]

_WORKBOOK_OPTIONS = {
    "in_memory": True,
    # By default xlsxwriter turns a text like "=1+1" into a formula, and an address into a link.
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_LEAST_WIDTH, _MOST_WIDTH = 12, 60  # of a column, in letters


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
                sheet.set_column(number, number, min(max(width, _LEAST_WIDTH), _MOST_WIDTH))
                for line, value in enumerate(column):
                    used_format = cell_format if line else head_format
                    if isinstance(value, int):
                        sheet.write_number(line, number, value, used_format)
                    elif value:
                        sheet.write_string(line, number, value, used_format)
    return file.getvalue()
