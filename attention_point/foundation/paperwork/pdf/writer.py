"""Writes a report as PDF: A4, fonts embedded, an outline of its headings, "page X of Y" on each page but the cover."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH
from attention_point.foundation.paperwork.colours import BLACK, COBALT, GREY, LINE_COLOUR, YELLOW
from attention_point.foundation.paperwork.fonts import BOLD_FONT, DRAWING_LOCK, REGULAR_FONT, shorten_text
from attention_point.foundation.paperwork.pdf.cover import (
    build_contents,
    build_title,
    draw_cover,
    measure_title_frame,
    name_page_number_form,
)
from attention_point.foundation.paperwork.pdf.flowables import build_flowables
from attention_point.foundation.paperwork.pdf.page_setup import draw_watermark, prepare_canvas
from attention_point.foundation.paperwork.report import Report
from attention_point.foundation.paperwork.text import clean_line
from attention_point.foundation.paperwork.wording import ReportWording, format_reference

# All sizes are points; a page's origin is its lower left corner.
_PAGE_WIDTH, _PAGE_HEIGHT = A4
_LEFT_MARGIN = (_PAGE_WIDTH - CONTENT_WIDTH) / 2
_RIGHT_EDGE = _LEFT_MARGIN + CONTENT_WIDTH
_TEXT_BOTTOM, TEXT_HEIGHT = 60.0, _PAGE_HEIGHT - 130
_HEADER_Y, _FOOTER_Y = _PAGE_HEIGHT - 46, 40.0
_SMALL_SIZE, _CONTENTS_SIZE = 8.0, 9.5
# Points above and below the rows of tables that are charts too: the first is tried first.
_DENSE_PADDINGS = (2.0, 1.6, 2.4, 1.2)
_MAX_EMPTY_SHARE = 0.45
# A form is cut off at its box, so the box is larger than a page on every side.
_FORM_REACH = 1000


def build_pdf(report: Report, wording: ReportWording) -> bytes:
    """Builds the file; see ``paperwork.write_pdf``."""
    # Where tables are charts too, a little more or less room in their rows decides whether a page stays half empty.
    paddings = _DENSE_PADDINGS if any(table.is_chart for table in report.tables) else _DENSE_PADDINGS[:1]
    layouts = []
    for padding in paddings:
        layouts.append(_lay_out(report, wording, padding))
        if layouts[-1].emptiest_share <= _MAX_EMPTY_SHARE:
            break
    return min(layouts, key=lambda layout: max(layout.emptiest_share, _MAX_EMPTY_SHARE)).content


def find_heading_pages(report: Report, wording: ReportWording) -> dict[str, int]:
    """Finds on which page each bookmark stands. It lays the whole report out, and throws the file away."""
    return _lay_out(report, wording, _DENSE_PADDINGS[0]).page_numbers


@dataclass(frozen=True)
class _LaidOutReport:
    """A file, the page of each bookmark, and how much of its emptiest page is free, from 0 to 1."""

    content: bytes
    page_numbers: dict[str, int]
    emptiest_share: float


def _lay_out(report: Report, wording: ReportWording, dense_padding: float) -> _LaidOutReport:
    page_numbers, free_shares = dict[str, int](), [0.0]

    def begin_page(canvas: Canvas, template: BaseDocTemplate) -> None:
        if canvas.getPageNumber() == 1:
            prepare_canvas(canvas, report.title, report.issuer, report.created_at)

    def end_page(canvas: Canvas, template: Any) -> None:
        free_shares.append((template.frame._y - template.frame._y1p) / template.frame._aH)
        if report.has_cover and canvas.getPageNumber() == 1:
            draw_cover(canvas, report, wording, _LEFT_MARGIN)
        else:
            _draw_header(canvas, report)
            _draw_footer(canvas, report, wording)
        if report.watermark:
            draw_watermark(canvas, report.watermark)

    def build_canvas(*arguments: Any, **options: Any) -> Canvas:
        canvas = _NumberedCanvas(*arguments, **options)
        canvas.page_number_text, canvas.page_numbers = wording.page_number_text, page_numbers
        return canvas

    def build_template(name: str, bottom: float, height: float) -> PageTemplate:
        frame = Frame(_LEFT_MARGIN, bottom, CONTENT_WIDTH, height, 0, 0, 0, 0)
        return PageTemplate(name, [frame], onPage=begin_page, onPageEnd=end_page)

    with DRAWING_LOCK:
        file = BytesIO()
        # ``invariant``: no moment and no random identifier in the file, so that the same report gives the same bytes.
        template = BaseDocTemplate(file, pagesize=A4, invariant=1, lang=report.language, pageCompression=1)
        templates = [build_template("page", _TEXT_BOTTOM, TEXT_HEIGHT)]
        if report.has_cover:
            templates.insert(0, build_template("cover", *measure_title_frame()))
        template.addPageTemplates(templates)
        flowables = [
            *build_title(report),
            *build_contents(report, wording, TEXT_HEIGHT),
            *build_flowables(report, wording, TEXT_HEIGHT, dense_padding),
        ]
        template.build(flowables, canvasmaker=build_canvas)
        return _LaidOutReport(file.getvalue(), page_numbers, max(free_shares))


class _NumberedCanvas(Canvas):
    """A canvas that writes the number of pages, and the page of each heading, when both are known: at the end.

    Until then each page shows forms that have no content yet. Laying everything out twice would take twice the time.
    """

    page_number_text = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.page_numbers: dict[str, int] = {}

    def bookmarkHorizontal(self, key: str, *coordinates: float, **options: Any) -> None:  # noqa: N802
        """Marks a place, and remembers its page."""
        self.page_numbers[key] = self.getPageNumber()
        super().bookmarkHorizontal(key, *coordinates, **options)

    def save(self) -> None:
        """Draws the forms and writes the file."""
        pages = self.getPageNumber() - 1
        for page in range(1, pages + 1):
            text = clean_line(self.page_number_text % {"page": page, "pages": pages})
            self._draw_form(_name_footer_form(page), _RIGHT_EDGE, _FOOTER_Y, text, GREY, _SMALL_SIZE)
        for bookmark, page in self.page_numbers.items():
            self._draw_form(name_page_number_form(bookmark), 0, 0, str(page), BLACK, _CONTENTS_SIZE)
        super().save()

    def _draw_form(self, name: str, right: float, y: float, text: str, colour: str, size: float) -> None:
        self.beginForm(name, -_FORM_REACH, -_FORM_REACH, _FORM_REACH, _FORM_REACH)
        self.setFont(REGULAR_FONT, size)
        self.setFillColor(colour)
        self.drawRightString(right, y, text)
        self.endForm()


def _name_footer_form(page: int) -> str:
    return f"page-{page}"


def _draw_header(canvas: Canvas, report: Report) -> None:
    # Issuer and title share the line; whichever is short leaves its room to the other.
    title_width = stringWidth(clean_line(report.title), REGULAR_FONT, _SMALL_SIZE)
    issuer_room = max(CONTENT_WIDTH * 0.55, CONTENT_WIDTH - title_width - 20)
    issuer = shorten_text(report.issuer, BOLD_FONT, _SMALL_SIZE, issuer_room)
    title_room = CONTENT_WIDTH - stringWidth(issuer, BOLD_FONT, _SMALL_SIZE) - 20
    canvas.setFont(BOLD_FONT, _SMALL_SIZE)
    canvas.setFillColor(COBALT)
    canvas.drawString(_LEFT_MARGIN, _HEADER_Y, issuer)
    canvas.setFont(REGULAR_FONT, _SMALL_SIZE)
    canvas.setFillColor(GREY)
    canvas.drawRightString(_RIGHT_EDGE, _HEADER_Y, shorten_text(report.title, REGULAR_FONT, _SMALL_SIZE, title_room))
    canvas.setFillColor(YELLOW)
    canvas.rect(_LEFT_MARGIN, _HEADER_Y - 9, CONTENT_WIDTH, 2, stroke=0, fill=1)


def _draw_footer(canvas: Canvas, report: Report, wording: ReportWording) -> None:
    text = shorten_text(format_reference(report, wording), REGULAR_FONT, _SMALL_SIZE, CONTENT_WIDTH * 0.75)
    canvas.setStrokeColor(LINE_COLOUR)
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT_MARGIN, _FOOTER_Y + 12, _RIGHT_EDGE, _FOOTER_Y + 12)
    canvas.setFont(REGULAR_FONT, _SMALL_SIZE)
    canvas.setFillColor(GREY)
    canvas.drawString(_LEFT_MARGIN, _FOOTER_Y, text)
    canvas.doForm(_name_footer_form(canvas.getPageNumber()))
