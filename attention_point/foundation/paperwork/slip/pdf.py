"""Draws a slip straight onto a canvas.

A visitor waits for the slip. Drawn through ReportLab's paragraphs and tables it takes several times as long.
"""

from io import BytesIO

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.colours import BLACK, WHITE
from attention_point.foundation.paperwork.fonts import DRAWING_LOCK, REGULAR_FONT
from attention_point.foundation.paperwork.pdf.page_setup import draw_watermark, prepare_canvas
from attention_point.foundation.paperwork.slip.content import Slip
from attention_point.foundation.paperwork.slip.layout import SlipLayout, SlipPage, TextRun, lay_out_slip
from attention_point.foundation.paperwork.slip.papers import SlipPaper
from attention_point.foundation.paperwork.slip.qr_code import draw_qr_code

# Points from the row above a rule down to the rule.
_RULE_DISTANCE = 7.0


def build_pdf(slip: Slip, *translations: Slip) -> bytes:
    """Builds the file; see ``paperwork.write_slip``."""
    with DRAWING_LOCK:
        file = BytesIO()
        layouts = [(part, lay_out_slip(part)) for part in (slip, *translations)]
        first_size = (layouts[0][1].paper.width, layouts[0][1].page_height)
        canvas = Canvas(file, first_size, invariant=1, lang=slip.language, pageCompression=1)
        prepare_canvas(canvas, f"{slip.heading} {slip.reference}", slip.office_name, slip.created_at)
        for part, layout in layouts:
            _draw_slip(canvas, part, layout)
        canvas.save()
        return file.getvalue()


def _draw_slip(canvas: Canvas, slip: Slip, layout: SlipLayout) -> None:
    paper = layout.paper
    # Nearly every slip has one page, which needs no number.
    for number, page in enumerate(layout.pages, 1):
        canvas.setPageSize((paper.width, layout.page_height))
        _draw_page(canvas, slip, paper, page)
        if len(layout.pages) > 1:
            canvas.setFont(REGULAR_FONT, paper.text_size)
            page_number = slip.labels.page_number_text % {"page": number, "pages": len(layout.pages)}
            canvas.drawRightString(paper.width - paper.margin, paper.margin, page_number)
        if slip.watermark:
            draw_watermark(canvas, slip.watermark, (paper.width, layout.page_height))
        canvas.showPage()


def _draw_page(canvas: Canvas, slip: Slip, paper: SlipPaper, page: SlipPage) -> None:
    for y, row in page:
        if row.rule_width:
            canvas.setLineWidth(row.rule_width)
            rule_y = y + row.height - _RULE_DISTANCE
            canvas.line(paper.margin, rule_y, paper.width - paper.margin, rule_y)
        if row.qr_code_x is not None:
            draw_qr_code(canvas, slip.qr_code_address, paper.margin + row.qr_code_x, y, paper.qr_code_side)
        for run in row.runs:
            _draw_run(canvas, run, paper.margin, y)


def _draw_run(canvas: Canvas, run: TextRun, margin: float, y: float) -> None:
    x = margin + run.x
    canvas.setFont(run.font, run.size)
    if run.is_inverse:
        canvas.setFillColor(BLACK)
        canvas.rect(x - 3, y - 3, stringWidth(run.text, run.font, run.size) + 6, run.size + 3, stroke=0, fill=1)
        canvas.setFillColor(WHITE)
    canvas.drawString(x, y, run.text)
    if run.is_inverse:
        canvas.setFillColor(BLACK)
