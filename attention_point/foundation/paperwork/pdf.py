"""A document as PDF: A4, fonts embedded, an outline of its headings, "page X of Y" on each page."""

from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from attention_point.foundation.paperwork.charts import WIDTH
from attention_point.foundation.paperwork.document import Document
from attention_point.foundation.paperwork.flow import story
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, PEN, REGULAR, RULE, YELLOW
from attention_point.foundation.paperwork.sheet import prepare, watermark
from attention_point.foundation.paperwork.text import one_line, shorten
from attention_point.foundation.paperwork.words import Words

_WIDTH, _HEIGHT = A4
_LEFT = (_WIDTH - WIDTH) / 2
_TOP, _BOTTOM = _HEIGHT - 70, 60.0
_HEAD, _FOOT = _HEIGHT - 46, 40.0
_SMALL = 8.0


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

    with PEN:
        file = BytesIO()
        paper = BaseDocTemplate(file, pagesize=A4, invariant=1, lang=document.language, pageCompression=1)
        frame = Frame(_LEFT, _BOTTOM, WIDTH, _TOP - _BOTTOM, 0, 0, 0, 0)
        paper.addPageTemplates(PageTemplate("page", [frame], onPage=begin, onPageEnd=furnish))
        paper.build(story(document, words, _TOP - _BOTTOM), canvasmaker=sheets)
        return file.getvalue()


class _Sheets(Canvas):
    """How many pages there are is known at the end: each page shows a form that is drawn then."""

    page_of = ""

    def save(self) -> None:
        pages = self.getPageNumber() - 1
        for page in range(1, pages + 1):
            self.beginForm(_place(page))
            self.setFont(REGULAR, _SMALL)
            self.setFillColor(GREY)
            text = one_line(self.page_of % {"page": page, "pages": pages})
            self.drawRightString(_LEFT + WIDTH, _FOOT, text)
            self.endForm()
        super().save()


def _place(page: int) -> str:
    return f"page-{page}"


def _head(canvas: Canvas, document: Document) -> None:
    issuer = shorten(document.issuer, BOLD, _SMALL, WIDTH * 0.55)
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
