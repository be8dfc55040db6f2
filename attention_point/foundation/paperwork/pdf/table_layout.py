"""The columns of a table on paper: which stand side by side, how wide each is, and the size of the type.

ReportLab can measure columns too, but then a long text squeezes the numbers beside it, and a wide table runs over the
edge of the page. Here no number is ever broken. A table whose type would be too small to read is cut between columns,
and its first column stands again at the left of each part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.fonts import BOLD_FONT
from attention_point.foundation.paperwork.report import Column, Table
from attention_point.foundation.paperwork.text import clean_line
from attention_point.foundation.paperwork.wording import ReportWording, format_cell

# All sizes are points.
_FONT_SIZE = 8.5
_MIN_LEGIBLE_SIZE = 6.5
# Two columns of very long numbers cannot be cut apart: only then may the type be this small.
_MIN_FONT_SIZE = 5.0
_SHADED_SCALE = 0.88  # of the type of shaded tables, which have many columns
_CELL_PADDING, _SHADED_CELL_PADDING = 5.0, 3.0
# A column of text may be narrower than its longest word, which is then broken, but not narrower than this.
_MIN_TEXT_COLUMN_WIDTH = 90.0
# Names beside bars are wrapped from this width on, so that bars are long enough to be compared.
_MAX_NAME_WIDTH, _MIN_BAR_WIDTH, _MAX_BAR_WIDTH = 170.0, 60.0, 190.0
BAR_INDEX = -1  # of the bars among the columns of a part


@dataclass(frozen=True)
class TablePart:
    """Columns of a table that stand side by side, by their index, and their widths in points.

    The index ``BAR_INDEX`` is that of the bars, which stand after the first column.
    """

    column_indexes: tuple[int, ...]
    widths: tuple[float, ...]
    font_size: float
    full_padding: float = _CELL_PADDING

    @property
    def cell_padding(self) -> float:
        """Points between the side of a cell and its text; small type has less."""
        return self.full_padding * self.font_size / _FONT_SIZE


@dataclass(frozen=True)
class _ColumnMeasure:
    """``natural_width`` shows every text on one line, ``min_width`` breaks no number and no word that may not be."""

    natural_width: float
    min_width: float
    takes_spare_room: bool


def format_texts(table: Table, wording: ReportWording) -> list[list[str]]:
    """Formats all cells for readers, each on one line."""
    kinds = [column.kind for column in table.columns]
    return [
        [clean_line(format_cell(cell, kind, wording)) for cell, kind in zip(row, kinds, strict=True)]
        for row in table.rows
    ]


def split_columns(
    table: Table, texts: Sequence[Sequence[str]], width: float, *, draws_bars: bool = False
) -> list[TablePart]:
    """Splits a table, whose cells are formatted as ``texts``, into parts ``width`` points wide, from left to right."""
    padding = _SHADED_CELL_PADDING if table.is_shaded else _CELL_PADDING
    measures = [
        _measure_column(column, [row[index] for row in texts], padding) for index, column in enumerate(table.columns)
    ]
    if draws_bars and table.bar_column and (part := _lay_out_bars(measures, width)):
        return [part]
    scale = _SHADED_SCALE if table.is_shaded else 1.0
    parts = []
    for indexes in _group_columns(table.columns, [measure.min_width for measure in measures], width):
        widths, font_size = _divide_width([measures[index] for index in indexes], width / scale)
        parts.append(TablePart(tuple(indexes), tuple(width * scale for width in widths), font_size * scale, padding))
    return parts


def _lay_out_bars(measures: Sequence[_ColumnMeasure], width: float) -> TablePart | None:
    """Returns one part with room for bars after the first column; None where there is too little."""
    numbers_width = sum(measure.natural_width for measure in measures[1:])
    name_width = min(measures[0].natural_width, _MAX_NAME_WIDTH)
    spare_width = width - numbers_width - name_width
    if spare_width < _MIN_BAR_WIDTH:
        return None
    bar_width = min(spare_width, _MAX_BAR_WIDTH)
    widths = [name_width + spare_width - bar_width, bar_width, *(measure.natural_width for measure in measures[1:])]
    return TablePart((0, BAR_INDEX, *range(1, len(measures))), tuple(widths), _FONT_SIZE)


def _measure_column(column: Column, texts: Sequence[str], padding: float) -> _ColumnMeasure:
    unbroken_texts = texts if column.is_numeric else [word for text in texts for word in text.split()]
    longest_width = max(_measure_longest(column.label.split(), padding), _measure_longest(unbroken_texts, padding))
    min_width = longest_width if column.is_numeric else min(longest_width, _MIN_TEXT_COLUMN_WIDTH)
    natural_width = max(_measure_longest([column.label, *texts], padding), min_width)
    return _ColumnMeasure(natural_width, min_width, column.kind == "text")


def _measure_longest(texts: Sequence[str], padding: float) -> float:
    """Returns the width of the widest text in bold, which totals and heads have, with the padding of its cell."""
    # The three with most letters are enough to find the widest. They are chosen in the order of the table: that of a
    # set differs from process to process, and with it the bytes of the paper.
    candidates = sorted(dict.fromkeys(texts), key=len)[-3:]
    return max((stringWidth(text, BOLD_FONT, _FONT_SIZE) for text in candidates), default=0.0) + 2 * padding + 1


def _group_columns(columns: Sequence[Column], min_widths: Sequence[float], width: float) -> list[list[int]]:
    room = width * _FONT_SIZE / _MIN_LEGIBLE_SIZE
    indexes = list(range(len(columns)))
    if sum(min_widths) <= room or len(columns) < 3:
        return [indexes]
    # The first column says what the row is, unless it is a number like the others.
    repeated_indexes = [] if columns[0].is_numeric else [0]
    indexes = indexes[len(repeated_indexes) :]
    room -= sum(min_widths[index] for index in repeated_indexes)
    # Every part is filled about as far as the others, so that none is left with a single column.
    part_count = len(_fill_parts(indexes, min_widths, room))
    widths = [min_widths[index] for index in indexes]
    even_room = min(room, sum(widths) / part_count + max(widths))
    return [repeated_indexes + part for part in _fill_parts(indexes, min_widths, even_room)]


def _fill_parts(indexes: Sequence[int], min_widths: Sequence[float], room: float) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    room_left = room
    for index in indexes:
        if parts[-1] and min_widths[index] > room_left:
            parts.append([])
            room_left = room
        parts[-1].append(index)
        room_left -= min_widths[index]
    return parts


def _divide_width(measures: Sequence[_ColumnMeasure], width: float) -> tuple[list[float], float]:
    """Returns the width of each column and the size of the type."""
    natural_total = sum(measure.natural_width for measure in measures)
    min_total = sum(measure.min_width for measure in measures)
    if min_total > width:
        shrinking = width / min_total
        return [measure.min_width * shrinking for measure in measures], max(_MIN_FONT_SIZE, _FONT_SIZE * shrinking)
    if natural_total <= width:
        # Spare room widens the columns of text, or every column if there is no text.
        has_takers = any(measure.takes_spare_room for measure in measures)
        takers = [measure.takes_spare_room or not has_takers for measure in measures]
        share = (width - natural_total) / sum(takers)
        return [
            measure.natural_width + share * takes_room for measure, takes_room in zip(measures, takers, strict=True)
        ], _FONT_SIZE
    share = (width - min_total) / (natural_total - min_total)
    return [measure.min_width + (measure.natural_width - measure.min_width) * share for measure in measures], _FONT_SIZE
