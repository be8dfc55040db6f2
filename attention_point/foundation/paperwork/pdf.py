"""A document as PDF: A4, fonts embedded, an outline of its headings, "page X of Y" on each page but the cover."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from attention_point.foundation.paperwork.charts import WIDTH
from attention_point.foundation.paperwork.document import Document
from attention_point.foundation.paperwork.flow import story
from attention_point.foundation.paperwork.front import cover_frame, draw_cover, front, number_form
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, PEN, REGULAR, RULE, YELLOW
from attention_point.foundation.paperwork.sheet import prepare, watermark
from attention_point.foundation.paperwork.text import one_line, shorten
from attention_point.foundation.paperwork.words import Words

_WIDTH, _HEIGHT = A4
_LEFT = (_WIDTH - WIDTH) / 2
_TOP, _BOTTOM = _HEIGHT - 70, 60.0
_HEAD, _FOOT = _HEIGHT - 46, 40.0
_SMALL, _CONTENTS = 8.0, 9.5
# Forms reach this far from where they are placed, more than a page's height.
_REACH = 1000


def write_pdf(document: Document, words: Words) -> bytes:
    """The document as PDF bytes, the same for the same document and words, whenever it is written."""

    def sheets(*arguments: Any, **options: Any) -> Canvas:
        canvas = _Sheets(*arguments, **options)
        canvas.page_of = words.page_of
        return canvas

    def begin(canvas: Canvas, paper: BaseDocTemplate) -> None:
        if canvas.getPageNumber() == 1:
            prepare(canvas, document.title, document.issuer, document.created)

    def furnish(canvas: Canvas, paper: BaseDocTemplate) -> None:
        _head(canvas, document)
        _foot(canvas, document, words)
        if document.watermark:
            watermark(canvas, document.watermark)

    def furnish_cover(canvas: Canvas, paper: BaseDocTemplate) -> None:
        draw_cover(canvas, document, words, _LEFT)
        if document.watermark:
            watermark(canvas, document.watermark)

    with PEN:
        file = BytesIO()
        paper = BaseDocTemplate(file, pagesize=A4, invariant=1, lang=document.language, pageCompression=1)
        frame = Frame(_LEFT, _BOTTOM, WIDTH, _TOP - _BOTTOM, 0, 0, 0, 0)
        page = PageTemplate("page", [frame], onPage=begin, onPageEnd=furnish)
        low, height = cover_frame()
        title = Frame(_LEFT, low, WIDTH, height, 0, 0, 0, 0)
        cover = PageTemplate("cover", [title], onPage=begin, onPageEnd=furnish_cover)
        paper.addPageTemplates([cover, page] if document.cover else [page])
        flowables = [*front(document, words, _TOP - _BOTTOM), *story(document, words, _TOP - _BOTTOM)]
        paper.build(flowables, canvasmaker=sheets)
        return file.getvalue()


class _Sheets(Canvas):
    """How many pages there are, and on which each heading stands, is known at the end.

    Until then each page shows forms, which are drawn last: laying everything out twice would take twice the time.
    """

    page_of = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._numbers: dict[str, int] = {}

    def bookmarkHorizontal(self, key: str, *place: float, **options: Any) -> None:  # noqa: N802
        """Opens a place in the file, and remembers its page."""
        self._numbers[number_form(key)] = self.getPageNumber()
        super().bookmarkHorizontal(key, *place, **options)

    def save(self) -> None:
        """Draws what was not known before, and writes the file."""
        pages = self.getPageNumber() - 1
        for page in range(1, pages + 1):
            text = one_line(self.page_of % {"page": page, "pages": pages})
            self._form(_place(page), _LEFT + WIDTH, _FOOT, text, GREY, _SMALL)
        for form, page in self._numbers.items():
            self._form(form, 0, 0, str(page), INK, _CONTENTS)
        super().save()

    def _form(self, name: str, x: float, y: float, text: str, colour: Color, size: float) -> None:
        self.beginForm(name, -_REACH, -_REACH, _REACH, _REACH)
        self.setFont(REGULAR, size)
        self.setFillColor(colour)
        self.drawRightString(x, y, text)
        self.endForm()


def _place(page: int) -> str:
    return f"page-{page}"


def _head(canvas: Canvas, document: Document) -> None:
    # Whichever is short leaves the other its room.
    room = max(WIDTH * 0.55, WIDTH - stringWidth(one_line(document.title), REGULAR, _SMALL) - 20)
    issuer = shorten(document.issuer, BOLD, _SMALL, room)
    left = WIDTH - stringWidth(issuer, BOLD, _SMALL) - 20
    canvas.setFont(BOLD, _SMALL)
    canvas.setFillColor(COBALT)
    canvas.drawString(_LEFT, _HEAD, issuer)
    canvas.setFont(REGULAR, _SMALL)
    canvas.setFillColor(GREY)
    canvas.drawRightString(_LEFT + WIDTH, _HEAD, shorten(document.title, REGULAR, _SMALL, left))
    canvas.setFillColor(YELLOW)
    canvas.rect(_LEFT, _HEAD - 9, WIDTH, 2, stroke=0, fill=1)


def _foot(canvas: Canvas, document: Document, words: Words) -> None:
    said = " · ".join(part for part in (document.reference, words.date(document.created)) if part)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT, _FOOT + 12, _LEFT + WIDTH, _FOOT + 12)
    canvas.setFont(REGULAR, _SMALL)
    canvas.setFillColor(GREY)
    canvas.drawString(_LEFT, _FOOT, shorten(said, REGULAR, _SMALL, WIDTH * 0.75))
    canvas.doForm(_place(canvas.getPageNumber()))
