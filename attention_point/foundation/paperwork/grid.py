"""A table as a ReportLab flowable: widths that fit the page, heads repeated, numbers at the right."""

from functools import lru_cache
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, LongTable
from reportlab.platypus import Paragraph as Lines

from attention_point.foundation.paperwork.document import Column, Table
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, REGULAR, RULE, TINT, WHITE
from attention_point.foundation.paperwork.text import markup, one_line, shorten
from attention_point.foundation.paperwork.words import Words, cell_text

_SIZE = 8.5
_SMALLEST = 5.0
_PADDING = 5.0
# A column of text may be narrower than its longest word, which is then broken, but not than this.
_WORD = 90.0

_STYLE = (
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
    ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 3.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ("BACKGROUND", (0, 0), (-1, 0), COBALT),
    ("ROWBACKGROUNDS", (0, 1), (-1, -1), (WHITE, TINT)),
    ("LINEBELOW", (0, -1), (-1, -1), 0.6, RULE),
)
_TOTAL = (
    ("FONTNAME", (0, -1), (-1, -1), BOLD),
    ("LINEABOVE", (0, -1), (-1, -1), 1.0, COBALT),
)

# A cell that fits is drawn as bare text, which is many times faster than a paragraph.
_Drawn = str | Lines


def grid(table: Table, words: Words, width: float) -> Flowable:
    """The table, ``width`` points wide. No number is broken: where too many stand side by side, the type shrinks."""
    texts = _texts(table, words)
    widths, size = _widths(table, texts, width)
    heads = [_head(column, wide, size) for column, wide in zip(table.columns, widths, strict=True)]
    rows = [
        [_drawn(text, column, wide, size, BOLD if table.total_row and number == len(texts) else REGULAR)
         for text, column, wide in zip(row, table.columns, widths, strict=True)]
        for number, row in enumerate(texts, 1)
    ]  # fmt: skip
    style: list[Any] = [*_STYLE, ("FONT", (0, 0), (-1, -1), REGULAR, size, size * 1.25)]
    style += [("ALIGN", (at, 1), (at, -1), "RIGHT") for at, column in enumerate(table.columns) if column.numeric]
    if not rows:
        rows = [[Lines(markup(words.no_rows), _style(size, REGULAR, GREY, False)), *[""] * (len(widths) - 1)]]
        style += [("SPAN", (0, 1), (-1, 1))]
    elif table.total_row:
        style += _TOTAL
    return LongTable([heads, *rows], widths, repeatRows=1, splitInRow=1, style=style)


def _texts(table: Table, words: Words) -> list[list[str]]:
    kinds = [column.kind for column in table.columns]
    return [
        [one_line(cell_text(cell, kind, words)) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows
    ]


def _head(column: Column, width: float, size: float) -> Lines:
    # Heads stand on every page and so must leave room on it: some ten lines, then an ellipsis.
    label = shorten(column.label, BOLD, size, 10 * width)
    return Lines(markup(label), _style(size, BOLD, WHITE, column.numeric))


@lru_cache(maxsize=64)
def _style(size: float, font: str, colour: Color, right: bool) -> ParagraphStyle:
    left = ParagraphStyle("cell", fontName=font, fontSize=size, leading=size * 1.25, textColor=colour)
    return ParagraphStyle("number", left, alignment=TA_RIGHT) if right else left


def _drawn(text: str, column: Column, width: float, size: float, font: str) -> _Drawn:
    if column.numeric or stringWidth(text, font, size) <= width - 2 * _PADDING:
        return text
    return Lines(markup(text), _style(size, font, INK, False))


def _widths(table: Table, texts: list[list[str]], width: float) -> tuple[list[float], float]:
    """The width of each column and the size of the type."""
    natural, least = [], []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in texts]
        natural.append(_longest([column.label, *cells]))
        held = cells if column.numeric else [word for cell in cells for word in cell.split()]
        wanted = max(_longest(column.label.split()), _longest(held))
        least.append(wanted if column.numeric else min(wanted, _WORD))
    missing = sum(least) - width
    if missing > 0:
        size = max(_SMALLEST, _SIZE * width / sum(least))
        return [one * width / sum(least) for one in least], size
    spare = width - sum(natural)
    if spare >= 0:
        # What is left over widens the text, or every column where there is none.
        takes = [not column.numeric for column in table.columns]
        takes = takes if any(takes) else [True] * len(takes)
        return [one + spare / sum(takes) * take for one, take in zip(natural, takes, strict=True)], _SIZE
    share = -missing / (sum(natural) - sum(least))
    return [few + (many - few) * share for few, many in zip(least, natural, strict=True)], _SIZE


def _longest(texts: list[str]) -> float:
    """Points of the longest of some texts in the bolder face, with the cell's padding."""
    longest = sorted(set(texts), key=len)[-3:]
    return max((stringWidth(text, BOLD, _SIZE) for text in longest), default=0.0) + 2 * _PADDING + 1
