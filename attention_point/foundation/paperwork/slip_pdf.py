"""Draws a slip. Straight onto the canvas: a visitor waits for it, and it has one page to lay out."""

from io import BytesIO

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.look import INK, PEN, REGULAR, WHITE, say
from attention_point.foundation.paperwork.qr import draw_code
from attention_point.foundation.paperwork.sheet import prepare, watermark
from attention_point.foundation.paperwork.slip import Slip
from attention_point.foundation.paperwork.slip_layout import (
    CODE_SIDE,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SIZE,
    WIDTH,
    Page,
    Run,
    pages,
)

# A rule stands this far under the row before it.
_ABOVE = 7.0


def write_slip(slip: Slip) -> bytes:
    """The slip as PDF, A4: the same slip gives the same bytes. Raises ``ValueError`` for a moment without zone."""
    with PEN:
        file = BytesIO()
        canvas = Canvas(file, (PAGE_WIDTH, PAGE_HEIGHT), invariant=1, lang=slip.language, pageCompression=1)
        prepare(canvas, f"{slip.heading} {slip.reference}", slip.office, slip.created)
        top = PAGE_HEIGHT - MARGIN
        draw_code(canvas, slip.code, MARGIN + WIDTH - CODE_SIDE, top - CODE_SIDE, CODE_SIDE)
        laid = pages(slip)
        for number, page in enumerate(laid, 1):
            _draw(canvas, page)
            if len(laid) > 1:
                canvas.setFont(REGULAR, SIZE)
                place = slip.words.page_of % {"page": number, "pages": len(laid)}
                canvas.drawRightString(MARGIN + WIDTH, MARGIN, place)
            if slip.watermark:
                watermark(canvas, slip.watermark)
            canvas.showPage()
        canvas.save()
        return file.getvalue()


def _draw(canvas: Canvas, page: Page) -> None:
    for y, row in page:
        if row.rule:
            canvas.setLineWidth(row.rule)
            above = y + row.height - _ABOVE
            canvas.line(MARGIN, above, MARGIN + WIDTH, above)
    runs = [(y, run) for y, row in page for run in row.runs]
    say(canvas, ((MARGIN + run.x, y, run.text, run.font, run.size) for y, run in runs if not run.inverse))
    for y, run in runs:
        if run.inverse:
            _draw_inverse(canvas, run, y)


def _draw_inverse(canvas: Canvas, run: Run, y: float) -> None:
    width = stringWidth(run.text, run.font, run.size)
    canvas.setFillColor(INK)
    canvas.rect(MARGIN + run.x - 3, y - 3, width + 6, run.size + 3, stroke=0, fill=1)
    canvas.setFillColor(WHITE)
    canvas.setFont(run.font, run.size)
    canvas.drawString(MARGIN + run.x, y, run.text)
    canvas.setFillColor(INK)
