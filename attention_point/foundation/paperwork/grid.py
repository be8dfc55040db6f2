"""A table laid out for paper: the width of each column, the size of the type, the lines of each cell.

No number is broken. Where the columns would need a type too small to read, the table is cut between columns and its
first column stands again at the left of each part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.document import Column, Table
from attention_point.foundation.paperwork.links import target
from attention_point.foundation.paperwork.look import BOLD, REGULAR
from attention_point.foundation.paperwork.text import one_line, shorten, wrap
from attention_point.foundation.paperwork.words import Words, cell_text

_PADDING = 5.0
ABOVE = 3.5
_SIZE = 8.5
_LEGIBLE = 6.5
_SMALLEST = 5.0
# A column of text may be narrower than its longest word, which is then broken, but not than this.
_WORD = 90.0
# Heads stand on every page and so must leave room on it.
_HEAD_LINES = 10


@dataclass(frozen=True)
class Row:
    """The lines of each cell, where each cell leads, and which row of the table it is: a long one is several."""

    cells: tuple[tuple[str, ...], ...]
    links: tuple[str, ...]
    height: float
    number: int


@dataclass(frozen=True)
class Layout:
    """One part of a table, ready to be drawn: ``widths`` in points, ``size`` of the type."""

    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    size: float
    head: Row
    rows: tuple[Row, ...]
    total: bool
    empty: str = ""

    @property
    def leading(self) -> float:
        """Points from line to line."""
        return self.size * 1.25

    @property
    def padding(self) -> float:
        """Points between a cell's edge and its text, less where the type is small."""
        return padding(self.size)


def padding(size: float) -> float:
    """Points at each side of a cell with type of that size."""
    return _PADDING * size / _SIZE


def lay_out(table: Table, words: Words, site: str, width: float, tallest: float) -> list[Layout]:
    """The table in parts ``width`` points wide, from left to right; no row of them higher than ``tallest``."""
    texts = _said(table, words)
    links = [[target(cell, site) for cell in row] for row in table.rows]
    measured = [_measure(column, [row[at] for row in texts]) for at, column in enumerate(table.columns)]
    return [
        _part(table, words, (texts, links), places, _widths([measured[at] for at in places], width), tallest)
        for places in _parts(table.columns, [one.least for one in measured], width)
    ]


def column_parts(table: Table, words: Words, width: float) -> list[list[int]]:
    """The places of the columns that stand side by side on paper; several parts for a table that is too wide."""
    texts = _said(table, words)
    least = [_measure(column, [row[at] for row in texts]).least for at, column in enumerate(table.columns)]
    return _parts(table.columns, least, width)


def _said(table: Table, words: Words) -> list[list[str]]:
    kinds = [column.kind for column in table.columns]
    return [
        [one_line(cell_text(cell, kind, words)) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows
    ]


def _part(
    table: Table,
    words: Words,
    cells: tuple[list[list[str]], list[list[str]]],
    places: Sequence[int],
    widths_and_size: tuple[list[float], float],
    tallest: float,
) -> Layout:
    widths, size = widths_and_size
    columns = tuple(table.columns[at] for at in places)
    heads = [
        _lines(shorten(one.label, BOLD, size, 0.8 * _HEAD_LINES * wide), BOLD, size, wide)[:_HEAD_LINES]
        for one, wide in zip(columns, widths, strict=True)
    ]
    head = _row(heads, [""] * len(places), size, 0)
    rows: list[Row] = []
    for number, (texts, links) in enumerate(zip(*cells, strict=True), 1):
        font = BOLD if table.total_row and number == len(table.rows) else REGULAR
        lines = [_lines(texts[at], font, size, wide) for at, wide in zip(places, widths, strict=True)]
        rows += _pieces(_row(lines, [links[at] for at in places], size, number), size, tallest)
    empty = "" if rows else one_line(words.no_rows)
    return Layout(columns, tuple(widths), size, head, tuple(rows), table.total_row and bool(rows), empty)


def _lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    room = width - 2 * padding(size)
    if stringWidth(text, font, size) <= room:
        return (text,)
    return tuple(wrap(text, font, size, room))


def _row(cells: Sequence[tuple[str, ...]], links: Sequence[str], size: float, number: int) -> Row:
    lines = max(1, *map(len, cells))
    return Row(tuple(cells), tuple(links), lines * size * 1.25 + 2 * ABOVE, number)


def _pieces(row: Row, size: float, tallest: float) -> list[Row]:
    """The row, or where it is too high, its lines in several."""
    if row.height <= tallest:
        return [row]
    most = max(1, int((tallest - 2 * ABOVE) / (size * 1.25)))
    starts = range(0, max(map(len, row.cells)), most)
    return [_row([cell[at : at + most] for cell in row.cells], row.links, size, row.number) for at in starts]


@dataclass(frozen=True)
class _Measure:
    """Points that a column wants for every text on one line, the fewest that do, and whether it takes spare room."""

    natural: float
    least: float
    takes: bool


def _measure(column: Column, cells: Sequence[str]) -> _Measure:
    held = cells if column.numeric else [word for cell in cells for word in cell.split()]
    wanted = max(_longest(column.label.split()), _longest(held))
    least = wanted if column.numeric else min(wanted, _WORD)
    return _Measure(max(_longest([column.label, *cells]), least), least, column.kind == "text")


def _parts(columns: Sequence[Column], least: Sequence[float], width: float) -> list[list[int]]:
    """The places of the columns of each part; one part where all of them fit in a legible size."""
    room = width * _SIZE / _LEGIBLE
    everything = list(range(len(columns)))
    if sum(least) <= room or len(columns) < 3:
        return [everything]
    again = [] if columns[0].numeric else [0]
    places = everything[len(again) :]
    room -= sum(least[at] for at in again)
    # Every part is filled about as far as the others, so that none is left with a single column.
    count = len(_filled(places, least, room))
    even = sum(least[at] for at in places) / count + max(least[at] for at in places)
    return [again + part for part in _filled(places, least, min(room, even))]


def _filled(places: Sequence[int], least: Sequence[float], room: float) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    left = room
    for at in places:
        if parts[-1] and least[at] > left:
            parts.append([])
            left = room
        parts[-1].append(at)
        left -= least[at]
    return parts


def _widths(measured: Sequence[_Measure], width: float) -> tuple[list[float], float]:
    """The width of each column and the size of the type."""
    natural, least = [one.natural for one in measured], [one.least for one in measured]
    missing = sum(least) - width
    if missing > 0:
        size = max(_SMALLEST, _SIZE * width / sum(least))
        return [one * width / sum(least) for one in least], size
    spare = width - sum(natural)
    if spare >= 0:
        # What is left over widens the text, or every column where there is none.
        takes = [one.takes for one in measured]
        takes = takes if any(takes) else [True] * len(takes)
        return [one + spare / sum(takes) * take for one, take in zip(natural, takes, strict=True)], _SIZE
    share = -missing / (sum(natural) - sum(least))
    return [few + (many - few) * share for few, many in zip(least, natural, strict=True)], _SIZE


def _longest(texts: Sequence[str]) -> float:
    """Points of the longest of some texts in the bolder face, with the cell's padding."""
    # In their order, not a set's: that differs from process to process, and with it the bytes of the paper.
    longest = sorted(dict.fromkeys(texts), key=len)[-3:]
    return max((stringWidth(text, BOLD, _SIZE) for text in longest), default=0.0) + 2 * _PADDING + 1
