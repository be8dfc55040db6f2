"""Sets the metadata of every PDF, and draws the watermark."""

from datetime import datetime

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.colours import GREY
from attention_point.foundation.paperwork.fonts import BOLD_FONT
from attention_point.foundation.paperwork.text import clean_line


def prepare_canvas(canvas: Canvas, title: str, issuer: str, created_at: datetime) -> None:
    """Sets the metadata, which hold no moment but ``created_at``: the same paper gives the same bytes.

    Raises ``ValueError`` for a moment without time zone.
    """
    if created_at.utcoffset() is None:
        raise ValueError("a paper's moment needs a time zone")
    canvas.setTitle(clean_line(title))
    canvas.setSubject(clean_line(title))
    canvas.setAuthor(clean_line(issuer))
    canvas.setCreator(clean_line(issuer))
    # ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm'. ReportLab would write its own moment, in the server's time zone.
    stamp = f"{created_at:D:%Y%m%d%H%M%S%z}"
    pdf_date = f"{stamp[:19]}'{stamp[19:21]}'"
    canvas.setDateFormatter(lambda *moment: pdf_date)
    # PDF/UA-1, 7.1: a viewer shows the title, not the name of the file.
    canvas.setViewerPreference("DisplayDocTitle", "true")


def draw_watermark(canvas: Canvas, text: str, page_size: tuple[float, float] = A4) -> None:
    """Draws a pale text across the page. It lies over everything and lets everything be read."""
    width, height = page_size
    line = clean_line(text)
    size = min(80.0, 700 / max(canvas.stringWidth(line, BOLD_FONT, 1), 1)) * min(width / A4[0], 1)
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.setFillColor(GREY, alpha=0.13)
    canvas.setFont(BOLD_FONT, size)
    canvas.drawCentredString(0, -size / 3, line)
    canvas.restoreState()
