"""The blocks of a document as ReportLab flowables."""

from functools import singledispatch
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus import Table as Boxes

from attention_point.foundation.paperwork import document as blocks
from attention_point.foundation.paperwork.charts import WIDTH, draw
from attention_point.foundation.paperwork.grid import grid
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, REGULAR, RULE, TINT
from attention_point.foundation.paperwork.qr import draw_code
from attention_point.foundation.paperwork.text import markup, one_line, plain
from attention_point.foundation.paperwork.words import Words

_BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=14, textColor=INK, spaceAfter=7)
_SMALL = ParagraphStyle("small", _BODY, fontSize=8, leading=11, textColor=GREY, spaceAfter=3)
_LABEL = ParagraphStyle("label", _BODY, fontName=BOLD, textColor=GREY, fontSize=9, spaceAfter=0)
_VALUE = ParagraphStyle("value", _LABEL, fontName=REGULAR, textColor=INK)
_NOTE = ParagraphStyle(
    "note", _BODY, fontSize=9, leading=13, backColor=TINT, borderPadding=8, leftIndent=10, rightIndent=10,
    spaceBefore=9, spaceAfter=15,
)  # fmt: skip
_TITLE = ParagraphStyle("title", _BODY, fontName=BOLD, fontSize=21, leading=26, textColor=COBALT, spaceAfter=4)
_SUBTITLE = ParagraphStyle("subtitle", _BODY, fontSize=11.5, leading=16, textColor=GREY, spaceAfter=14)
_CAPTION = ParagraphStyle("caption", _BODY, fontName=BOLD, fontSize=9.5, spaceBefore=8, spaceAfter=5)
_HEADINGS = {
    level: ParagraphStyle(
        f"heading-{level}", _BODY, fontName=BOLD, fontSize=size, leading=size * 1.3, textColor=colour,
        spaceBefore=size, spaceAfter=6,
    )
    for level, size, colour in ((1, 15, COBALT), (2, 12, COBALT), (3, 10.5, INK))
}  # fmt: skip
_CODE_SIDE = 110.0
# Points kept for a heading, and for the caption and notes beside a picture.
_HEADING = 32.0
_BESIDE = 70.0
_ROW, _SHORT = 20.0, 14


class _Entry(Lines):
    """A paragraph that stands in the outline of the file, by its first line should it go on over pages."""

    entry: tuple[str, str, int] | None = None

    def split(self, *room: float) -> list[Any]:
        parts: list[Any] = super().split(*room)
        if parts:
            parts[0].entry = self.entry
        return parts

    def draw(self) -> None:
        if self.entry:
            text, key, level = self.entry
            self.canv.bookmarkHorizontal(key, 0, self.height)
            self.canv.addOutlineEntry(text, key, level)
        super().draw()


def _entry(text: str, style: ParagraphStyle, level: int, key: str) -> Flowable:
    lines = _Entry(markup(text), style)
    lines.entry = (one_line(text), key, level)
    return lines


class _Square(Flowable):
    """A QR code."""

    def __init__(self, payload: str) -> None:
        super().__init__()
        self._payload = payload
        self.width = self.height = _CODE_SIDE

    def draw(self) -> None:
        draw_code(self.canv, self._payload, 0, 0, _CODE_SIDE)


class _Picture(Flowable):
    """A chart; one with very many bars is made smaller rather than cut."""

    def __init__(self, drawing: Drawing, most: float) -> None:
        super().__init__()
        self._drawing = drawing
        self._scale = min(1.0, most / drawing.height)
        self.width, self.height = drawing.width * self._scale, drawing.height * self._scale

    def draw(self) -> None:
        self.canv.scale(self._scale, self._scale)
        renderPDF.draw(self._drawing, self.canv, 0, 0)


def story(document: blocks.Document, words: Words, height: float) -> list[Flowable]:
    """All of the document's flowables, for pages that hold ``height`` points."""
    flowables: list[Flowable] = [_entry(document.title, _TITLE, 0, "title")]
    if plain(document.subtitle).strip():
        flowables.append(Lines(markup(document.subtitle), _SUBTITLE))
    level, heading = 0, ""
    waiting: list[Flowable] = []
    for place, block in enumerate(document.blocks):
        if isinstance(block, blocks.Heading):
            # An outline may not skip a level on its way down.
            level, heading = min(block.level, level + 1), block.text
            waiting.append(_entry(block.text, _HEADINGS[block.level], level, f"heading-{place}"))
            continue
        drawn = _flow(block, words, height)
        if isinstance(block, blocks.Table | blocks.Chart) and block.title == heading:
            drawn = drawn[1:]  # the heading has said it
        needed = _needed(block, drawn) + len(waiting) * _HEADING
        flowables += [CondPageBreak(min(needed, height)), *waiting, *drawn]
        waiting = []
    return flowables + waiting


def _needed(block: blocks.Block, drawn: list[Flowable]) -> float:
    """Points left on a page under which a block, with the headings before it, starts on the next one.

    Not ReportLab's keepWithNext: it moves a long table to a new page whole.
    """
    pictures = [one.height for one in drawn if isinstance(one, _Picture | _Square)]
    if isinstance(block, blocks.Table):
        # A short table is not cut at all.
        return _BESIDE + _ROW * (len(block.rows) if len(block.rows) <= _SHORT else 2)
    return sum(pictures) + _BESIDE if pictures else 40.0


@singledispatch
def _flow(block: Any, words: Words, height: float) -> list[Flowable]:
    raise TypeError(f"no way to draw a {type(block).__name__}")


@_flow.register
def _(block: blocks.Paragraph, words: Words, height: float) -> list[Flowable]:
    return [Lines(markup(block.text), _BODY)]


@_flow.register
def _(block: blocks.Note, words: Words, height: float) -> list[Flowable]:
    return [Lines(markup(block.text), _NOTE)]


@_flow.register
def _(block: blocks.PageBreak, words: Words, height: float) -> list[Flowable]:
    return [NewPage()]


@_flow.register
def _(block: blocks.Facts, words: Words, height: float) -> list[Flowable]:
    if not block.rows:
        return []
    rows = [[Lines(markup(label), _LABEL), Lines(markup(value), _VALUE)] for label, value in block.rows]
    style: list[Any] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    return [Boxes(rows, (WIDTH * 0.34, WIDTH * 0.66), style=style, splitInRow=1), Spacer(0, 12)]


@_flow.register
def _(block: blocks.Table, words: Words, height: float) -> list[Flowable]:
    notes = [Lines(markup(note), _SMALL) for note in block.notes]
    return [Lines(markup(block.title), _CAPTION), grid(block, words, WIDTH), Spacer(0, 5), *notes, Spacer(0, 9)]


@_flow.register
def _(block: blocks.Chart, words: Words, height: float) -> list[Flowable]:
    described = [Lines(markup(block.description), _SMALL)] if plain(block.description).strip() else []
    picture = _Picture(draw(block, words), height - _BESIDE)
    return [Lines(markup(block.title), _CAPTION), picture, *described, Spacer(0, 9)]


@_flow.register
def _(block: blocks.Code, words: Words, height: float) -> list[Flowable]:
    return [_Square(block.payload), Lines(markup(block.caption), _SMALL), Spacer(0, 9)]
