"""What stands before the text of a PDF: the cover or the title, and the list of headings with their pages."""

from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, NextPageTemplate, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Lines

from attention_point.foundation.paperwork.charts import WIDTH
from attention_point.foundation.paperwork.document import Document, Heading
from attention_point.foundation.paperwork.flow import BODY, entry, heading_key
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, REGULAR, RULE, WHITE, YELLOW
from attention_point.foundation.paperwork.text import markup, one_line, plain, shorten
from attention_point.foundation.paperwork.words import Words

_TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=21, leading=26, textColor=COBALT, spaceAfter=4)
_SUBTITLE = ParagraphStyle("subtitle", BODY, fontSize=11.5, leading=16, textColor=GREY, spaceAfter=14)
_COVER_TITLE = ParagraphStyle("cover-title", _TITLE, fontSize=30, leading=38, spaceAfter=14)
_COVER_SUBTITLE = ParagraphStyle("cover-subtitle", _SUBTITLE, fontSize=15, leading=21)
_CONTENTS = ParagraphStyle("contents", _TITLE, fontSize=15, leading=20, spaceAfter=10)
_BAND = 150.0
# How far the title stands under the band.
_FALL = 110.0
_NUMBER = 30.0
# Height of a line of the contents by its level, and to what part of it many lines may come together.
_LEADING = {1: 21.0, 2: 17.0}
_CLOSEST = 0.66
_CONTENTS_HEAD = 30.0


def front(document: Document, words: Words, height: float) -> list[Flowable]:
    """The title, on a page of its own where the document has a cover, and then its contents.

    ``height``: that of a page's text in points; the lines of contents that would not stand on one page stand closer.
    """
    flowables: list[Flowable] = []
    if document.cover:
        flowables += [NextPageTemplate("page"), Spacer(0, _FALL)]
    flowables.append(entry(document.title, _COVER_TITLE if document.cover else _TITLE, 0, "title"))
    if plain(document.subtitle).strip():
        flowables.append(Lines(markup(document.subtitle), _COVER_SUBTITLE if document.cover else _SUBTITLE))
    if document.cover:
        flowables.append(NewPage())
    headings = [
        (block, heading_key(block, place))
        for place, block in enumerate(document.blocks)
        if isinstance(block, Heading) and block.level < 3
    ]
    if document.contents and headings:
        heads = [Lines(markup(words.contents), _CONTENTS)] if words.contents else []
        needed = sum(_LEADING[block.level] for block, _key in headings)
        scale = max(_CLOSEST, min(1.0, (height - _CONTENTS_HEAD) / needed))
        flowables += [*heads, *(_Line(block.text, block.level, key, scale) for block, key in headings), NewPage()]
    return flowables


def cover_frame() -> tuple[float, float]:
    """Lower edge and height of the part of a cover that its title may fill."""
    return 130.0, A4[1] - _BAND - 130.0


def draw_cover(canvas: Canvas, document: Document, words: Words, left: float) -> None:
    """The band with the issuer's name, and at the foot the date and the reference."""
    width, height = A4
    canvas.setFillColor(COBALT)
    canvas.rect(0, height - _BAND, width, _BAND, stroke=0, fill=1)
    canvas.setFillColor(YELLOW)
    canvas.rect(0, height - _BAND - 6, width, 6, stroke=0, fill=1)
    canvas.setFillColor(WHITE)
    canvas.setFont(BOLD, 13)
    canvas.drawString(left, height - _BAND + 28, shorten(document.issuer, BOLD, 13, WIDTH))
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(left, 104, left + WIDTH, 104)
    canvas.setFillColor(INK)
    canvas.setFont(REGULAR, 11)
    canvas.drawString(left, 84, shorten(words.date(document.created), REGULAR, 11, WIDTH))
    if document.reference:
        canvas.setFillColor(GREY)
        canvas.drawString(left, 66, shorten(document.reference, REGULAR, 11, WIDTH))


def number_form(key: str) -> str:
    """The name of the form that shows the page of a heading; which page that is, is known at the end."""
    return f"page-of-{key}"


class _Line(Flowable):
    """One heading in the contents, with dots up to its page; all of it leads there."""

    def __init__(self, text: str, level: int, key: str, scale: float) -> None:
        super().__init__()
        self._text, self._level, self._key, self._low = one_line(text), level, key, 5 * scale
        self.width, self.height = WIDTH, _LEADING[level] * scale

    def draw(self) -> None:
        canvas: Any = self.canv
        font, size = (BOLD, 10.0) if self._level == 1 else (REGULAR, 9.5)
        left = 0.0 if self._level == 1 else 16.0
        text = shorten(self._text, font, size, WIDTH - left - _NUMBER)
        canvas.setFont(font, size)
        canvas.setFillColor(INK)
        canvas.drawString(left, self._low, text)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.8)
        canvas.setDash([0.8, 3])
        canvas.line(left + stringWidth(text, font, size) + 6, self._low + 1, WIDTH - _NUMBER, self._low + 1)
        canvas.setDash()
        canvas.saveState()
        canvas.translate(WIDTH, self._low)
        canvas.doForm(number_form(self._key))
        canvas.restoreState()
        canvas.linkRect("", self._key, (0, 0, WIDTH, self.height), relative=1, thickness=0)
