"""Draws a QR code on a PDF page."""

from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.colours import BLACK
from attention_point.foundation.paperwork.slip.qr_modules import list_dark_rectangles


def draw_qr_code(canvas: Canvas, payload: str, x: float, y: float, side: float) -> None:
    """Draws the code with its quiet zone into a square of ``side`` points whose lower left corner is at x, y."""
    size, rectangles = list_dark_rectangles(payload)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / size, side / size)
    canvas.setFillColor(BLACK)
    # Whole numbers need none of ReportLab's rounding, which took a quarter of the time of a slip.
    operators = [f"{column} {size - 1 - row} {length} 1 re" for column, row, length in rectangles]
    canvas.addLiteral(" ".join([*operators, "f"]))
    canvas.restoreState()
