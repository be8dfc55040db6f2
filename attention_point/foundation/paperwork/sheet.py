"""What every PDF has, whoever draws it: its metadata, its fonts, perhaps a watermark."""

from datetime import datetime

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from attention_point.foundation.paperwork.look import BOLD, GREY, load_fonts
from attention_point.foundation.paperwork.text import one_line


def prepare(canvas: Canvas, title: str, issuer: str, created: datetime) -> None:
    """Fonts and metadata, which depend on the arguments alone: the same paper gives the same bytes.

    Raises ``ValueError`` for a moment without zone.
    """
    if created.utcoffset() is None:
        raise ValueError("a paper's moment needs a time zone")
    load_fonts(canvas)
    canvas.setTitle(one_line(title))
    canvas.setSubject(one_line(title))
    canvas.setAuthor(one_line(issuer))
    canvas.setCreator(one_line(issuer))
    # ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm'
    stamp = f"{created:D:%Y%m%d%H%M%S%z}"
    written = f"{stamp[:19]}'{stamp[19:21]}'"
    canvas.setDateFormatter(lambda *moment: written)
    canvas.setViewerPreference("DisplayDocTitle", "true")


def watermark(canvas: Canvas, text: str) -> None:
    """A pale text across the page, over everything and still letting it be read."""
    width, height = A4
    line = one_line(text)
    size = min(80.0, 700 / max(canvas.stringWidth(line, BOLD, 1), 1))
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.setFillColor(GREY, alpha=0.13)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(0, -size / 3, line)
    canvas.restoreState()
