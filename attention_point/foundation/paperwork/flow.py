"""The blocks of a document as ReportLab flowables."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Lines

from attention_point.foundation.paperwork import document as blocks
from attention_point.foundation.paperwork.charts import WIDTH, draw
from attention_point.foundation.paperwork.grid import lay_out
from attention_point.foundation.paperwork.ink import paint
from attention_point.foundation.paperwork.links import Linked, bare, target
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, REGULAR, RULE, TINT
from attention_point.foundation.paperwork.qr import draw_code
from attention_point.foundation.paperwork.rows import Rows
from attention_point.foundation.paperwork.text import markup, one_line, plain, shorten
from attention_point.foundation.paperwork.words import Words

BODY = ParagraphStyle(
    "body", fontName=REGULAR, bulletFontName=REGULAR, fontSize=9.5, leading=14, textColor=INK, spaceAfter=7
)
_SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=GREY, spaceAfter=3)
_LABEL = ParagraphStyle("label", BODY, fontName=BOLD, textColor=GREY, fontSize=9, spaceAfter=0)
_VALUE = ParagraphStyle("value", _LABEL, fontName=REGULAR, textColor=INK)
_NOTE = ParagraphStyle(
    "note", BODY, fontSize=9, leading=13, backColor=TINT, borderPadding=8, leftIndent=10, rightIndent=10,
    spaceBefore=9, spaceAfter=15,
)  # fmt: skip
_ITEM = ParagraphStyle("item", BODY, leftIndent=14, bulletIndent=3, spaceAfter=3)
_CAPTION = ParagraphStyle("caption", BODY, fontName=BOLD, fontSize=9.5, spaceBefore=8, spaceAfter=5)
_HEADINGS = {
    level: ParagraphStyle(
        f"heading-{level}", BODY, fontName=BOLD, fontSize=size, leading=size * 1.3, textColor=colour,
        spaceBefore=size, spaceAfter=6,
    )
    for level, size, colour in ((1, 15, COBALT), (2, 12, COBALT), (3, 10.5, INK))
}  # fmt: skip
_CODE_SIDE = 110.0
# The width of a fact's label, and the room over and under it.
_LABEL_WIDTH, _FACT = WIDTH * 0.34, 4.0
# Points kept for a heading, and for the caption and notes beside a picture.
_HEADING = 32.0
_BESIDE = 70.0
_ROW, _SHORT = 20.0, 300.0
# Notes that take more than this are not held to the last rows of their table.
_KEPT_NOTES = 140.0


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


def entry(text: str, style: ParagraphStyle, level: int, key: str) -> Flowable:
    """A paragraph that opens a place named ``key`` in the file and in its outline."""
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


class _Fact(Flowable):
    """A label with its value beside it and a line under both; a value longer than the page goes on alone."""

    def __init__(self, label: Flowable, value: Flowable) -> None:
        super().__init__()
        self._label, self._value = label, value

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        label = self._label.wrap(_LABEL_WIDTH, height)[1]
        self.width, self.height = WIDTH, max(label, self._value.wrap(WIDTH - _LABEL_WIDTH, height)[1]) + 2 * _FACT
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Any]:
        parts = self._value.split(WIDTH - _LABEL_WIDTH, height - 2 * _FACT)
        if len(parts) < 2 or self._label.wrap(_LABEL_WIDTH, height)[1] > height - 2 * _FACT:
            return []
        return [_Fact(self._label, parts[0]), _Fact(Lines("", _LABEL), parts[1])]

    def draw(self) -> None:
        for lines, left in ((self._label, 0.0), (self._value, _LABEL_WIDTH)):
            lines.drawOn(self.canv, left, self.height - _FACT - lines.height)
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.5)
        self.canv.line(0, 0, WIDTH, 0)


class _Picture(Flowable):
    """A chart; one with very many bars is made smaller rather than cut."""

    def __init__(self, drawing: Drawing, most: float) -> None:
        super().__init__()
        self._drawing = drawing
        self._scale = min(1.0, most / drawing.height)
        self.width, self.height = drawing.width * self._scale, drawing.height * self._scale

    def draw(self) -> None:
        self.canv.scale(self._scale, self._scale)
        paint(self.canv, self._drawing.contents)


def story(document: blocks.Document, words: Words, height: float) -> list[Flowable]:
    """All of the document's flowables after its title, for pages that hold ``height`` points."""
    paper = _Paper(words, document.site, height)
    flowables: list[Flowable] = []
    level, heading = 0, ""
    waiting: list[Flowable] = []
    for place, block in enumerate(document.blocks):
        if isinstance(block, blocks.Heading):
            # An outline may not skip a level on its way down.
            level, heading = min(block.level, level + 1), block.text
            waiting.append(entry(block.text, _HEADINGS[block.level], level, heading_key(block, place)))
            continue
        drawn = _flow(block, paper)
        if isinstance(block, blocks.Table | blocks.Chart) and block.title == heading:
            drawn = drawn[1:]  # the heading has said it
            if isinstance(drawn[0], Rows):
                drawn[0].unsaid, drawn[0].page = one_line(block.title), height
        needed = _needed(block, drawn) + len(waiting) * _HEADING
        flowables += [CondPageBreak(min(needed, height)), *waiting, *drawn]
        waiting = []
    return flowables + waiting


def heading_key(block: blocks.Heading, place: int) -> str:
    """The name of the place of a heading, the ``place``-th block, in the file."""
    return f"at-{block.anchor}" if block.anchor else f"heading-{place}"


@dataclass(frozen=True)
class _Paper:
    """What the blocks need to know of the paper: its words, where links by path lead, the points of a page."""

    words: Words
    site: str
    height: float


def _needed(block: blocks.Block, drawn: list[Flowable]) -> float:
    """Points left on a page under which a block, with the headings before it, starts on the next one.

    Not ReportLab's keepWithNext: it moves a long table to a new page whole.
    """
    pictures = [one.height for one in drawn if isinstance(one, _Picture | _Square)]
    if isinstance(block, blocks.Table):
        whole = next(one for one in drawn if isinstance(one, Rows)).wrap(WIDTH, 0)[1]
        # A short table is not cut at all.
        return _BESIDE + (whole if whole <= _SHORT else 2 * _ROW)
    return sum(pictures) + _BESIDE if pictures else 40.0


def _text(text: str | Linked | None, site: str) -> str:
    """Markup of a text, with a link where it has one."""
    said = markup(str(bare(text) or ""))
    leads = target(text, site)
    if not leads:
        return said
    where = f"#at-{leads[1:]}" if leads.startswith("#") else leads
    return f'<a href="{escape(where)}" color="{COBALT.hexval().replace("0x", "#")}">{said}</a>'


@singledispatch
def _flow(block: Any, paper: _Paper) -> list[Flowable]:
    raise TypeError(f"no way to draw a {type(block).__name__}")


@_flow.register
def _(block: blocks.Paragraph, paper: _Paper) -> list[Flowable]:
    link = f" {_text(block.link, paper.site)}" if block.link else ""
    return [Lines(markup(block.text) + link, BODY)]


@_flow.register
def _(block: blocks.Items, paper: _Paper) -> list[Flowable]:
    rows = [Lines(_text(row, paper.site), _ITEM, bulletText="•") for row in block.rows]
    return [*rows, Spacer(0, 6)] if rows else []


@_flow.register
def _(block: blocks.Note, paper: _Paper) -> list[Flowable]:
    return [Lines(markup(block.text), _NOTE)]


@_flow.register
def _(block: blocks.PageBreak, paper: _Paper) -> list[Flowable]:
    return [NewPage()]


@_flow.register
def _(block: blocks.Facts, paper: _Paper) -> list[Flowable]:
    rows = [
        _Fact(
            Lines(markup(shorten(label, BOLD, _LABEL.fontSize, _LABEL_WIDTH * 6)), _LABEL),
            Lines(_text(value, paper.site), _VALUE),
        )
        for label, value in block.rows
    ]
    return [*rows, Spacer(0, 12)] if rows else []


@_flow.register
def _(block: blocks.Table, paper: _Paper) -> list[Flowable]:
    notes = [Lines(markup(note), _SMALL) for note in block.notes]
    kept = sum(note.wrap(WIDTH, 0)[1] for note in notes) <= _KEPT_NOTES
    # Two rows at least fit on a page, with heads, caption and notes.
    parts = lay_out(block, paper.words, paper.site, WIDTH, (paper.height - 2 * _KEPT_NOTES) / 2)
    flowables: list[Flowable] = []
    for number, layout in enumerate(parts, 1):
        title = block.title if len(parts) == 1 else f"{block.title} ({number}/{len(parts)})"
        again = paper.words.continued % {"title": one_line(title)}
        below = notes if kept and number == len(parts) else []
        if number > 1:
            flowables.append(CondPageBreak(_BESIDE + 2 * _ROW))
        key = f"at-{block.id}" if number == 1 else ""
        flowables += [Lines(markup(title), _CAPTION), Rows(layout, again, below, key), Spacer(0, 9)]
    return flowables if kept else [*flowables, *notes, Spacer(0, 9)]


@_flow.register
def _(block: blocks.Chart, paper: _Paper) -> list[Flowable]:
    described = [Lines(markup(block.description), _SMALL)] if plain(block.description).strip() else []
    picture = _Picture(draw(block, paper.words), paper.height - _BESIDE)
    return [Lines(markup(block.title), _CAPTION), picture, *described, Spacer(0, 9)]


@_flow.register
def _(block: blocks.Code, paper: _Paper) -> list[Flowable]:
    return [_Square(block.payload), Lines(markup(block.caption), _SMALL), Spacer(0, 9)]
