"""Draws a leaflet on one A4 page: what does not fit at full size is drawn smaller, and never on a second page."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, KeepInFrame, Paragraph

from attention_point.foundation.paperwork.colours import BLACK, COBALT, GREY
from attention_point.foundation.paperwork.fonts import BOLD_FONT, DRAWING_LOCK, REGULAR_FONT
from attention_point.foundation.paperwork.leaflet.content import Leaflet, LeafletPart
from attention_point.foundation.paperwork.pdf.page_setup import draw_watermark, prepare_canvas
from attention_point.foundation.paperwork.slip.qr_code import draw_qr_code
from attention_point.foundation.paperwork.text import clean_line, escape_markup

_WIDTH, _HEIGHT = A4
_MARGIN, _FOOT_HEIGHT, _QR_SIDE = 50.0, 150.0, 118.0
_TEXT_WIDTH = _WIDTH - 2 * _MARGIN
_BODY = ParagraphStyle(
    "leaflet", fontName=REGULAR_FONT, bulletFontName=REGULAR_FONT, fontSize=12, leading=16.5, textColor=HexColor(BLACK),
    spaceAfter=3,
)  # fmt: skip
_TITLE = ParagraphStyle(
    "leaflet-title", _BODY, fontName=BOLD_FONT, fontSize=26, leading=31, textColor=HexColor(COBALT), spaceAfter=6
)
_LEAD = ParagraphStyle("leaflet-lead", _BODY, fontSize=14, leading=19, spaceAfter=6)
_HEADING = ParagraphStyle(
    "leaflet-heading", _BODY, fontName=BOLD_FONT, fontSize=15, leading=19, textColor=HexColor(COBALT), spaceBefore=10,
    spaceAfter=4,
)  # fmt: skip
_NAME = ParagraphStyle("leaflet-name", _BODY, fontName=BOLD_FONT, spaceBefore=5, spaceAfter=0)
_LINE = ParagraphStyle("leaflet-line", _BODY, leftIndent=0, spaceAfter=0)
_BULLET = ParagraphStyle("leaflet-bullet", _BODY, leftIndent=16, bulletIndent=3)
_CALL = ParagraphStyle("leaflet-call", _HEADING, textColor=HexColor(BLACK), spaceBefore=2, spaceAfter=2)
_SMALL = ParagraphStyle("leaflet-small", _BODY, fontSize=9.5, leading=13, textColor=HexColor(GREY))


def build_pdf(leaflet: Leaflet) -> bytes:
    """Builds the file; see ``paperwork.write_leaflet``."""
    with DRAWING_LOCK:
        file = BytesIO()
        canvas = Canvas(file, A4, invariant=1, lang=leaflet.language, pageCompression=1)
        prepare_canvas(canvas, leaflet.title, leaflet.issuer, leaflet.created_at)
        _fill_frame(canvas, list(_list_flowables(leaflet)), _FOOT_HEIGHT, _HEIGHT - _FOOT_HEIGHT - 40, _TEXT_WIDTH)
        canvas.setStrokeColor(HexColor(COBALT))
        canvas.setLineWidth(1.5)
        canvas.line(_MARGIN, _FOOT_HEIGHT, _WIDTH - _MARGIN, _FOOT_HEIGHT)
        draw_qr_code(
            canvas, leaflet.qr_code_address, _WIDTH - _MARGIN - _QR_SIDE, _FOOT_HEIGHT - _QR_SIDE - 10, _QR_SIDE
        )
        foot_lines = [Paragraph(escape_markup(leaflet.qr_code_caption), _BODY)]
        foot_lines += [Paragraph(escape_markup(line), _SMALL) for line in leaflet.footer]
        _fill_frame(canvas, foot_lines, 20, _FOOT_HEIGHT - 28, _TEXT_WIDTH - _QR_SIDE - 15)
        if leaflet.watermark:
            draw_watermark(canvas, leaflet.watermark)
        canvas.showPage()
        canvas.save()
        return file.getvalue()


def _fill_frame(canvas: Canvas, flowables: Sequence[Flowable], y: float, height: float, width: float) -> None:
    frame = Frame(_MARGIN, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=4)
    frame.addFromList([KeepInFrame(width, height - 4, list(flowables), mode="shrink")], canvas)


def _list_flowables(leaflet: Leaflet) -> Iterator[Flowable]:
    yield Paragraph(escape_markup(clean_line(leaflet.title)), _TITLE)
    yield Paragraph(escape_markup(leaflet.lead), _LEAD)
    for line in leaflet.call_lines:
        yield Paragraph(escape_markup(line), _CALL)
    for part in leaflet.parts:
        yield from _list_part(part)


def _list_part(part: LeafletPart) -> Iterator[Flowable]:
    yield Paragraph(escape_markup(part.heading), _HEADING)
    for bullet in part.bullets:
        yield Paragraph(escape_markup(bullet), _BULLET, bulletText="•")
    for name, lines in part.places:
        yield Paragraph(escape_markup(name), _NAME)
        for line in lines:
            yield Paragraph(escape_markup(line), _LINE)
