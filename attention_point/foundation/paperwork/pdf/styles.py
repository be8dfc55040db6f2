"""The paragraph styles of a PDF, and links inside paragraphs."""

from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from attention_point.foundation.paperwork.cell_values import resolve_link, strip_link
from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, BLACK, COBALT, GREY
from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT
from attention_point.foundation.paperwork.text import escape_markup

# ReportLab's default for bullets is Helvetica, which the file would name and not embed.
BODY = ParagraphStyle(
    "body",
    fontName=REGULAR_FONT,
    bulletFontName=REGULAR_FONT,
    fontSize=9.5,
    leading=14,
    textColor=HexColor(BLACK),
    spaceAfter=7,
)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=HexColor(GREY), spaceAfter=3)
LABEL = ParagraphStyle("label", BODY, fontName=BOLD_FONT, textColor=HexColor(GREY), fontSize=9)
VALUE = ParagraphStyle("value", BODY, fontSize=9)
# The text keeps its distance to the edge of the box by padding; the indents keep the box inside the text's width.
NOTE = ParagraphStyle(
    "note", BODY, fontSize=9, leading=13, backColor=HexColor(BACKGROUND_COLOUR), borderPadding=8,
    leftIndent=10, rightIndent=10, spaceBefore=9, spaceAfter=15,
)  # fmt: skip
HEADLINE_LABEL = ParagraphStyle("headline-label", BODY, fontName=BOLD_FONT, fontSize=9, leading=12, spaceAfter=1)
HEADLINE_VALUE = ParagraphStyle(
    "headline-value", BODY, fontName=BOLD_FONT, fontSize=20, leading=25, textColor=HexColor(COBALT), spaceAfter=2
)
ITEM = ParagraphStyle("item", BODY, leftIndent=14, bulletIndent=3, spaceAfter=3)
SIGNATURE = ParagraphStyle("signature", BODY, fontName=BOLD_FONT, spaceAfter=0)
CAPTION = ParagraphStyle("caption", BODY, fontName=BOLD_FONT, spaceBefore=8, spaceAfter=5)
HEADINGS = {
    level: ParagraphStyle(
        f"heading-{level}", BODY, fontName=BOLD_FONT, fontSize=size, leading=size * 1.3, textColor=HexColor(colour),
        spaceBefore=size, spaceAfter=6,
    )
    for level, size, colour in ((1, 15, COBALT), (2, 12, COBALT), (3, 10.5, BLACK))
}  # fmt: skip
TITLE = ParagraphStyle(
    "title", BODY, fontName=BOLD_FONT, fontSize=21, leading=26, textColor=HexColor(COBALT), spaceAfter=4
)
SUBTITLE = ParagraphStyle("subtitle", BODY, fontSize=11.5, leading=16, textColor=HexColor(GREY), spaceAfter=14)
COVER_TITLE = ParagraphStyle("cover-title", TITLE, fontSize=30, leading=38, spaceAfter=14)
COVER_SUBTITLE = ParagraphStyle("cover-subtitle", SUBTITLE, fontSize=15, leading=21)
CONTENTS = ParagraphStyle("contents", TITLE, fontSize=15, leading=20, spaceAfter=10)


def build_cell_style(font_size: float, is_bold: bool, is_right_aligned: bool, colour: str = BLACK) -> ParagraphStyle:
    """Builds the style of a table's cells."""
    options: dict[str, Any] = {"alignment": TA_RIGHT} if is_right_aligned else {}
    font = BOLD_FONT if is_bold else REGULAR_FONT
    return ParagraphStyle(
        "cell", fontName=font, fontSize=font_size, leading=font_size * 1.25, textColor=HexColor(colour), **options
    )


def build_link_markup(value: Any, site_address: str, text: str | None = None) -> str:
    """Builds the markup of a value, with a link if it has one. ``text`` is the value as readers see it."""
    markup = escape_markup(str(strip_link(value)) if text is None else text)
    address = resolve_link(value, site_address)
    return f'<a href="{escape(address)}" color="{COBALT}">{markup}</a>' if address else markup
