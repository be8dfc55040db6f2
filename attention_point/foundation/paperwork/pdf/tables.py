"""Tables in a PDF, drawn by ReportLab's own tables.

On each further page a table says its caption again and repeats its heads. Its notes and its total stay with its last
two rows. A page never cuts a row, unless the row is longer than a page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable
from reportlab.platypus import PageBreak as PageBreakFlowable
from reportlab.platypus import Paragraph as ParagraphFlowable
from reportlab.platypus import Table as TableFlowable

from attention_point.foundation.paperwork.cell_values import Number, resolve_link
from attention_point.foundation.paperwork.colours import (
    BACKGROUND_COLOUR,
    COBALT,
    GREY,
    LINE_COLOUR,
    SHADE_COLOURS,
    WHITE,
)
from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT, shorten_text
from attention_point.foundation.paperwork.pdf.styles import CAPTION, SMALL, build_cell_style, build_link_markup
from attention_point.foundation.paperwork.pdf.table_layout import BAR_INDEX, TablePart
from attention_point.foundation.paperwork.report import Table
from attention_point.foundation.paperwork.text import clean_line, escape_markup
from attention_point.foundation.paperwork.wording import ReportWording

_NOTES_PADDING = 3.5
_BAR_HEIGHT = 8.5
# Heads stand on every page, so a label of a thousand letters must leave room for rows.
_MAX_HEAD_LINES = 10
# A table up to this height in points moves to the next page whole; one that is a chart too only up to the second,
# because many stand one after the other and would leave half-empty pages.
_MAX_UNCUT_HEIGHT, _MAX_UNCUT_DENSE_HEIGHT = 300.0, 190.0
_FIRST_ROWS, _FIRST_DENSE_ROWS = 2, 5  # that stand before a cut
# How much of a page must be free before a row is cut. Less, and the row moves to the next page.
_FREE_SHARE_FOR_CUT = 0.8
# Notes that are higher than this stand below the table and may go on over pages.
_MAX_NOTES_HEIGHT = 140.0


class ReportTable(TableFlowable):
    """ReportLab's table with a caption on each further page.

    ``needed_height`` is the free height in points that its first rows need.
    """

    continued_caption = ""
    page_height = 0.0
    needed_height = 0.0

    def split(self, width: float, height: float) -> list[Any]:
        """Splits the table at a height; ReportLab calls this where the table does not fit."""
        self.splitInRow = int(height >= _FREE_SHARE_FOR_CUT * self.page_height)
        parts: list[Any] = super().split(width, height)
        if len(parts) < 2:
            return parts
        return [parts[0], PageBreakFlowable(), ParagraphFlowable(self.continued_caption, CAPTION), *parts[1:]]

    def onSplit(self, part: Any, byRow: int = 1) -> None:  # noqa: N802, N803 - ReportLab's names
        """Gives a part what this class adds; ReportLab makes the part as a new table."""
        part.continued_caption, part.page_height = self.continued_caption, self.page_height


@dataclass(frozen=True)
class TableBuilder:
    """Builds the flowables of one part of a table."""

    table: Table
    part: TablePart
    texts: Sequence[Sequence[str]]
    wording: ReportWording
    site_address: str
    page_height: float
    row_paddings: tuple[float, float]

    def build(self, title: str, notes: Sequence[ParagraphFlowable]) -> ReportTable:
        """Builds the part; ``notes`` stand below its last row."""
        heads = [*([self._build_group_head()] if self._list_groups() else []), self._build_head()]
        rows = [*heads, *(self._build_row(number) for number in range(len(self.table.rows)))]
        if not self.table.rows:
            rows.append([clean_line(self.wording.empty_table_text)])
        row_count = len(rows)
        # A row shorter than the others is filled up; the notes are the only cells of their rows.
        cells = [row + [""] * (len(self.part.widths) - len(row)) for row in [*rows, *([note] for note in notes)]]
        flowable = ReportTable(cells, colWidths=list(self.part.widths), repeatRows=len(heads), hAlign="LEFT")
        flowable.setStyle(self._build_style(row_count, len(notes)))
        is_dense = self.table.is_chart
        first_rows = _FIRST_DENSE_ROWS if is_dense else _FIRST_ROWS
        heights = [self._measure_row(row) for row in [*rows[: len(heads) + first_rows], *rows[-2:]]]
        end_height = sum(heights[-2:]) + sum(note.wrap(sum(self.part.widths), 0)[1] for note in notes)
        if end_height < self.page_height / 2:
            flowable.setStyle([("NOSPLIT", (0, max(len(heads), row_count - 2)), (-1, -1))])
        flowable.continued_caption = escape_markup(self.wording.continued_caption % {"title": clean_line(title)})
        flowable.page_height = self.page_height
        height = flowable.wrap(sum(self.part.widths), self.page_height)[1]
        # Of a few rows with long notes, most would go on to the next page with the notes.
        is_short = len(self.table.rows) <= first_rows and height < self.page_height / 2
        is_uncut = is_short or height <= (_MAX_UNCUT_DENSE_HEIGHT if is_dense else _MAX_UNCUT_HEIGHT)
        flowable.needed_height = height if is_uncut else sum(heights[:-2])
        return flowable

    @property
    def _row_padding(self) -> float:
        return self.row_paddings[int(self.table.is_chart)]

    def _list_groups(self) -> list[tuple[int, int, str]]:
        """Lists the common headings: first and last column of the part, and text."""
        groups: list[tuple[int, int, str]] = []
        for position, index in enumerate(self.part.column_indexes):
            group = "" if index == BAR_INDEX else self.table.columns[index].group
            if group and groups and groups[-1][1:] == (position - 1, group):
                groups[-1] = (groups[-1][0], position, group)
            elif group:
                groups.append((position, position, group))
        return [group for group in groups if group[0] < group[1]]

    def _build_group_head(self) -> list[Any]:
        head: list[Any] = [""] * len(self.part.widths)
        for first, last, group in self._list_groups():
            room = sum(self.part.widths[first : last + 1]) - 2 * self.part.cell_padding
            head[first] = shorten_text(group, BOLD_FONT, self.part.font_size, room)
        return head

    def _build_head(self) -> list[Any]:
        size = self.part.font_size
        head: list[Any] = []
        for index, width in zip(self.part.column_indexes, self.part.widths, strict=True):
            if index == BAR_INDEX:
                head.append("")
                continue
            column = self.table.columns[index]
            is_grouped = column.group in {group for _first, _last, group in self._list_groups()}
            label = shorten_text(
                column.label if is_grouped else column.full_label, BOLD_FONT, size, 0.8 * _MAX_HEAD_LINES * width
            )
            style = build_cell_style(size, is_bold=True, is_right_aligned=column.is_numeric, colour=WHITE)
            head.append(ParagraphFlowable(escape_markup(label), style))
        return head

    def _build_row(self, number: int) -> list[Any]:
        """Builds a row. Plain texts that fit on a line stay texts: ReportLab draws them many times faster."""
        is_total = self.table.is_total(number)
        font, size = BOLD_FONT if is_total else REGULAR_FONT, self.part.font_size
        cells: list[Any] = []
        for index, width in zip(self.part.column_indexes, self.part.widths, strict=True):
            if index == BAR_INDEX:
                cells.append(_Bar(self._compute_bar_share(number), width - 2 * self.part.cell_padding))
                continue
            cell, text = self.table.rows[number][index], self.texts[number][index]
            has_room = stringWidth(text, font, size) <= width - 2 * self.part.cell_padding
            if has_room and not resolve_link(cell, self.site_address):
                cells.append(text)
                continue
            style = build_cell_style(size, is_total, self.table.columns[index].is_numeric)
            cells.append(ParagraphFlowable(build_link_markup(cell, self.site_address, text), style))
        return cells

    def _compute_bar_share(self, number: int) -> float:
        index = next(index for index, column in enumerate(self.table.columns) if column.key == self.table.bar_column)
        rows = [row[index] for row_number, row in enumerate(self.table.rows) if not self.table.is_total(row_number)]
        greatest = max((float(cell) for cell in rows if isinstance(cell, Number)), default=0.0)
        cell = self.table.rows[number][index]
        drawn = isinstance(cell, Number) and greatest and not self.table.is_total(number)
        return float(cell) / greatest if drawn and isinstance(cell, Number) else 0.0

    def _measure_row(self, cells: Sequence[Any]) -> float:
        widths = [width - 2 * self.part.cell_padding for width in self.part.widths]
        heights = [
            self.part.font_size * 1.25 if isinstance(cell, str) else cell.wrap(width, 0)[1]
            for cell, width in zip(cells, widths, strict=False)
        ]
        return max(heights) + 2 * self._row_padding

    def _build_style(self, row_count: int, note_count: int) -> list[Any]:
        """Builds ReportLab's style commands: positions are (column, row), and -1 is the last."""
        last, size = row_count - 1, self.part.font_size
        head_count = row_count - max(len(self.table.rows), 1)
        commands: list[Any] = [
            ("FONT", (0, 0), (-1, -1), REGULAR_FONT, size, size * 1.25),
            ("LEFTPADDING", (0, 0), (-1, last), self.part.cell_padding),
            ("RIGHTPADDING", (0, 0), (-1, last), self.part.cell_padding),
            ("TOPPADDING", (0, 0), (-1, last), self._row_padding),
            ("BOTTOMPADDING", (0, 0), (-1, last), self._row_padding),
            ("VALIGN", (0, 0), (-1, head_count - 1), "BOTTOM"),
            ("VALIGN", (0, head_count), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, head_count - 1), COBALT),
            *(
                []
                if self.table.is_shaded
                else [("ROWBACKGROUNDS", (0, head_count), (-1, last), (None, BACKGROUND_COLOUR))]
            ),
            ("LINEBELOW", (0, last), (-1, last), 0.6, LINE_COLOUR),
            ("LINEBELOW", (0, "splitlast"), (-1, "splitlast"), 0.6, LINE_COLOUR),
        ]
        for position, index in enumerate(self.part.column_indexes):
            if index != BAR_INDEX and self.table.columns[index].is_numeric:
                commands.append(("ALIGN", (position, head_count), (position, last), "RIGHT"))
        commands += self._build_group_style() if self._list_groups() else []
        commands += self._build_shades(head_count) if self.table.is_shaded else []
        if not self.table.rows:
            commands += [
                ("SPAN", (0, head_count), (-1, head_count)),
                ("TEXTCOLOR", (0, head_count), (-1, head_count), GREY),
            ]
        for row in (number + head_count for number in range(len(self.table.rows)) if self.table.is_total(number)):
            commands.append(("FONT", (0, row), (-1, row), BOLD_FONT, size, size * 1.25))
            commands.append(("LINEABOVE", (0, row), (-1, row), 1.0 if row == last else 0.6, COBALT))
        for row in range(row_count, row_count + note_count):
            commands.append(("SPAN", (0, row), (-1, row)))
        if note_count:
            commands.append(("LEFTPADDING", (0, row_count), (-1, -1), 0))
            commands.append(("TOPPADDING", (0, row_count), (-1, -1), _NOTES_PADDING))
            commands.append(("BOTTOMPADDING", (0, row_count), (-1, -1), 0))
        return commands

    def _build_group_style(self) -> Iterator[Any]:
        size = self.part.font_size
        yield "FONT", (0, 0), (-1, 0), BOLD_FONT, size, size * 1.25
        yield "TEXTCOLOR", (0, 0), (-1, 0), WHITE
        yield "ALIGN", (0, 0), (-1, 0), "CENTER"
        for first, last, _group in self._list_groups():
            yield "SPAN", (first, 0), (last, 0)
            yield "LINEBELOW", (first, 0), (last, 0), 0.6, WHITE
            yield "LINEBEFORE", (first, 0), (first, -1), 0.6, LINE_COLOUR

    def _build_shades(self, head_count: int) -> Iterator[Any]:
        for number, row in enumerate(self.table.rows):
            for position, index in enumerate(self.part.column_indexes):
                shade = self.table.compute_shade(number, self.table.columns[index], row[index])
                if shade:
                    place = (position, number + head_count)
                    yield "BACKGROUND", place, place, SHADE_COLOURS[shade - 1]


class _Bar(Flowable):
    """A bar in a cell of a table, of a share of the cell's width in points."""

    def __init__(self, share: float, width: float) -> None:
        super().__init__()
        self.width, self.height, self._length = width, _BAR_HEIGHT, share * width

    def draw(self) -> None:
        """Draws the bar; nothing where its length is 0."""
        if self._length:
            self.canv.setFillColor(HexColor(COBALT))
            self.canv.rect(0, 0, self._length, self.height, stroke=0, fill=1)


def build_notes(table: Table) -> list[ParagraphFlowable]:
    """Builds the notes of a table."""
    return [ParagraphFlowable(escape_markup(note), SMALL) for note in table.notes]


def fit_beside_rows(notes: Sequence[Flowable], width: float) -> bool:
    """Tells whether notes are short enough to stay on the page of the last rows of their table."""
    return sum(note.wrap(width, 0)[1] for note in notes) <= _MAX_NOTES_HEIGHT
