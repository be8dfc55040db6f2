"""The parts before the text of a PDF: the cover or the title, and the table of contents."""

from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, NextPageTemplate, Spacer
from reportlab.platypus import PageBreak as PageBreakFlowable
from reportlab.platypus import Paragraph as ParagraphFlowable

from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH
from attention_point.foundation.paperwork.colours import BLACK, COBALT, GREY, LINE_COLOUR, WHITE, YELLOW
from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT, shorten_text
from attention_point.foundation.paperwork.pdf import styles
from attention_point.foundation.paperwork.pdf.flowables import OutlineFlowable
from attention_point.foundation.paperwork.report import OutlineEntry, Report
from attention_point.foundation.paperwork.text import clean_text, escape_markup
from attention_point.foundation.paperwork.wording import ReportWording, format_report_date

# All sizes are points.
_BAND_HEIGHT = 150.0
# Distance of the title from the band above it, and of the lower edge of the title's frame from that of the page.
_TITLE_DISTANCE, _FRAME_BOTTOM = 110.0, 130.0
_PAGE_NUMBER_WIDTH = 30.0
_MARK_SIZE = 44.0
# The height of a line of the contents by its level. Many lines come closer together, down to this share of it, before
# they go on to a second page.
_LINE_HEIGHTS = {1: 17.0, 2: 13.5}
_MIN_LINE_SCALE = 0.82
_CONTENTS_HEADING_HEIGHT = 30.0
_SHORT_CONTENTS_SHARE = 0.6


def build_title(report: Report) -> list[Flowable]:
    """Builds the title, on a page of its own if the report has a cover."""
    title_style = styles.COVER_TITLE if report.has_cover else styles.TITLE
    subtitle_style = styles.COVER_SUBTITLE if report.has_cover else styles.SUBTITLE
    flowables = [
        OutlineFlowable("title", report.title, 0),
        ParagraphFlowable(escape_markup(report.title), title_style),
    ]
    if clean_text(report.subtitle).strip():
        flowables.append(ParagraphFlowable(escape_markup(report.subtitle), subtitle_style))
    if not report.has_cover:
        return flowables
    return [NextPageTemplate("page"), Spacer(0, _TITLE_DISTANCE), *flowables, PageBreakFlowable()]


def build_contents(report: Report, wording: ReportWording, page_height: float) -> list[Flowable]:
    """Builds the table of contents; nothing if the report wants none. ``page_height``: points of text on a page."""
    if not report.contents:
        return []
    height = sum(_LINE_HEIGHTS[entry.heading.level] for entry in report.contents)
    scale = max(_MIN_LINE_SCALE, min(1.0, (page_height - _CONTENTS_HEADING_HEIGHT) / height))
    flowables: list[Flowable] = [_ContentsLine(entry, scale) for entry in report.contents]
    if wording.contents_heading:
        flowables.insert(0, ParagraphFlowable(escape_markup(wording.contents_heading), styles.CONTENTS))
    is_followed = has_short_contents(report, page_height)
    return [*flowables, Spacer(0, _CONTENTS_HEADING_HEIGHT) if is_followed else PageBreakFlowable()]


def has_short_contents(report: Report, page_height: float) -> bool:
    """Whether the text follows the table of contents on its page. ``page_height``: points of text on a page."""
    # A page of a few lines looks as if something were missing.
    return sum(_LINE_HEIGHTS[entry.heading.level] for entry in report.contents) < _SHORT_CONTENTS_SHARE * page_height


def measure_title_frame() -> tuple[float, float]:
    """Returns the lower edge and the height of the part of a cover that its title may fill."""
    return _FRAME_BOTTOM, A4[1] - _BAND_HEIGHT - _FRAME_BOTTOM


def draw_cover(canvas: Canvas, report: Report, wording: ReportWording, left: float) -> None:
    """Draws the band with the issuer's name, and the date and the reference at the foot."""
    width, height = A4
    canvas.setFillColor(COBALT)
    canvas.rect(0, height - _BAND_HEIGHT, width, _BAND_HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(YELLOW)
    canvas.rect(0, height - _BAND_HEIGHT - 6, width, 6, stroke=0, fill=1)
    canvas.setFillColor(WHITE)
    if report.cover_mark:
        canvas.setFont(BOLD_FONT, _MARK_SIZE)
        canvas.drawRightString(left + CONTENT_WIDTH, height - _BAND_HEIGHT + 76, clean_text(report.cover_mark))
    canvas.setFont(BOLD_FONT, 13)
    canvas.drawString(left, height - _BAND_HEIGHT + 28, shorten_text(report.issuer, BOLD_FONT, 13, CONTENT_WIDTH))
    canvas.setStrokeColor(LINE_COLOUR)
    canvas.setLineWidth(0.5)
    canvas.line(left, 104, left + CONTENT_WIDTH, 104)
    canvas.setFont(REGULAR_FONT, 11)
    canvas.setFillColor(BLACK)
    canvas.drawString(left, 84, shorten_text(format_report_date(report, wording), REGULAR_FONT, 11, CONTENT_WIDTH))
    canvas.setFillColor(GREY)
    canvas.drawString(left, 66, shorten_text(report.reference or "", REGULAR_FONT, 11, CONTENT_WIDTH))


def name_page_number_form(bookmark: str) -> str:
    """Names the form that shows the number of a bookmark's page; ``writer`` draws it when the number is known."""
    return f"page-of-{bookmark}"


class _ContentsLine(Flowable):
    """One heading in the contents, with dots up to the number of its page. The whole line is a link.

    ReportLab's own table of contents lays the whole report out twice or more to find the numbers.
    """

    def __init__(self, entry: OutlineEntry, scale: float) -> None:
        super().__init__()
        self._entry, self._baseline = entry, 5 * scale
        self.width, self.height = CONTENT_WIDTH, _LINE_HEIGHTS[entry.heading.level] * scale

    def draw(self) -> None:
        canvas: Any = self.canv
        font, size, left = (BOLD_FONT, 10.0, 0.0) if self._entry.heading.level == 1 else (REGULAR_FONT, 9.5, 16.0)
        dots_end, dots_y = CONTENT_WIDTH - _PAGE_NUMBER_WIDTH, self._baseline + 1
        text = shorten_text(self._entry.heading.text, font, size, dots_end - left)
        canvas.setFont(font, size)
        canvas.setFillColor(BLACK)
        canvas.drawString(left, self._baseline, text)
        canvas.saveState()
        canvas.setStrokeColor(LINE_COLOUR)
        canvas.setLineWidth(0.8)
        canvas.setDash([0.8, 3])
        canvas.line(left + stringWidth(text, font, size) + 6, dots_y, dots_end, dots_y)
        canvas.translate(CONTENT_WIDTH, self._baseline)
        canvas.doForm(name_page_number_form(self._entry.bookmark))
        canvas.restoreState()
        canvas.linkRect("", self._entry.bookmark, (0, 0, CONTENT_WIDTH, self.height), relative=1, thickness=0)
