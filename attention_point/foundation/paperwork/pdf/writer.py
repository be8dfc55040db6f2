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
# Points above and below the rows of tables, the same of tables that are charts too, and those that the text of a page
# may fill: the first is tried first. Of a paper of figures only the rows change, of one of words also how far a page
# reaches.
_FIGURE_LAYOUTS = tuple((3.5, padding, TEXT_HEIGHT) for padding in (2.0, 1.6, 2.4, 1.2))
_TEXT_LAYOUTS = tuple((padding, 2.0, TEXT_HEIGHT - spare) for spare in (0, 22) for padding in (3.5, 2.6, 4.4))
_MAX_EMPTY_SHARE = 0.45
# The last page of a text ends where the text ends: what is free of it counts for less.
_LAST_PAGE_WEIGHT = 0.8
# A short text has no page to move rows to, and in a long one a half-empty page is not worth the time.
_TUNED_PAGES = range(3, 31)
# A form is cut off at its box, so the box is larger than a page on every side.
_FORM_REACH = 1000


def build_pdf(report: Report, wording: ReportWording) -> bytes:
    """Builds the file; see ``paperwork.write_pdf``."""
    return _choose_layout(report, wording).content


def find_heading_pages(report: Report, wording: ReportWording) -> dict[str, int]:
    """Finds on which page each bookmark stands. It lays the whole report out, and throws the file away."""
    return _choose_layout(report, wording).page_numbers


@dataclass(frozen=True)
class _LaidOutReport:
    """A file, the page of each bookmark, how many pages it has, and how much of the emptiest is free, from 0 to 1."""

    content: bytes
    page_numbers: dict[str, int]
    page_count: int
    emptiest_share: float


def _choose_layout(report: Report, wording: ReportWording) -> _LaidOutReport:
    """Lays a report out with a little more or less room in its tables and pages, until no page is half empty."""
    candidates = _FIGURE_LAYOUTS if report.has_chart_tables else _TEXT_LAYOUTS
    layouts = []
    for row_padding, dense_padding, text_height in candidates:
        layouts.append(_lay_out(report, wording, (row_padding, dense_padding), text_height))
        is_fixed = not report.has_chart_tables and layouts[-1].page_count not in _TUNED_PAGES
        if is_fixed or layouts[-1].emptiest_share <= _MAX_EMPTY_SHARE:
            break
    return min(layouts, key=lambda layout: max(layout.emptiest_share, _MAX_EMPTY_SHARE))


def _lay_out(
    report: Report, wording: ReportWording, row_paddings: tuple[float, float], text_height: float
) -> _LaidOutReport:
    page_numbers, free_shares = dict[str, int](), list[float]()

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
        templates = [build_template("page", _TEXT_BOTTOM + TEXT_HEIGHT - text_height, text_height)]
        if report.has_cover:
            templates.insert(0, build_template("cover", *measure_title_frame()))
        template.addPageTemplates(templates)
        flowables = [
            *build_title(report),
            *build_contents(report, wording, text_height),
            *build_flowables(report, wording, text_height, row_paddings),
        ]
        template.build(flowables, canvasmaker=build_canvas)
        page_count = len(free_shares)
        free_shares = free_shares[int(report.has_cover) :]  # a cover is empty below its title
        if not report.has_chart_tables:
            free_shares[-1:] = [share * _LAST_PAGE_WEIGHT for share in free_shares[-1:]]
        return _LaidOutReport(file.getvalue(), page_numbers, page_count, max(free_shares, default=0.0))


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
