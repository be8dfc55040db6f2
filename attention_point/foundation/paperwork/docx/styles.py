"""The styles of a DOCX file, under names that Word knows, so that an author can go on writing in them."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH
from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, BLACK, COBALT, GREY, WHITE

# Word brings Verdana along; Bitstream Vera, the font of the PDF, has nearly its widths.
_FONT_NAME = "Verdana"

# Name, style on which it builds, size in points, bold, colour, points before and after, whether it stays on the page
# of the paragraph that follows.
_PARAGRAPH_STYLES: tuple[tuple[str, str, float, bool, str, float, float, bool], ...] = (
    ("Normal", "", 9.5, False, BLACK, 0, 7, False),
    ("Title", "Normal", 24, True, COBALT, 0, 6, False),
    ("Subtitle", "Normal", 12, False, GREY, 0, 14, False),
    ("Heading 1", "Normal", 15, True, COBALT, 18, 6, True),
    ("Heading 2", "Normal", 12, True, COBALT, 14, 6, True),
    ("Heading 3", "Normal", 10.5, True, BLACK, 12, 6, True),
    ("Caption", "Normal", 9.5, True, BLACK, 8, 4, True),
    ("Header", "Normal", 8, True, COBALT, 0, 0, False),
    ("Footer", "Normal", 8, False, GREY, 0, 0, False),
    ("List Bullet", "Normal", 9.5, False, BLACK, 0, 3, False),
    ("Band", "Normal", 13, True, WHITE, 0, 90, False),
    ("Contents", "Normal", 15, True, COBALT, 0, 10, True),
    ("Contents line", "Normal", 10, False, BLACK, 0, 4, False),
    ("Cover mark", "Normal", 48, True, COBALT, 0, 0, False),
    ("Place and date", "Normal", 9.5, False, BLACK, 18, 40, True),
    ("Note", "Normal", 9, False, BLACK, 6, 12, False),
    ("Table note", "Normal", 8, False, GREY, 4, 6, False),
    ("Cell", "Normal", 8.5, False, BLACK, 2, 2, False),
    ("Cell head", "Cell", 8.5, True, WHITE, 2, 2, True),
    ("Fact", "Normal", 9.5, False, BLACK, 0, 4, False),
)
_SHADED_STYLES = {"Band": COBALT, "Note": BACKGROUND_COLOUR}


def add_styles(file: Any, language: str) -> None:
    """Gives a new file its styles and its language (a BCP 47 tag), which Word's spelling checker uses."""
    for name, base, size, bold, colour, space_before, space_after, keeps_with_next in _PARAGRAPH_STYLES:
        style = _get_or_add_style(file, name, WD_STYLE_TYPE.PARAGRAPH)
        if base:
            style.base_style = file.styles[base]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(format_colour(colour))
        _set_font(style)
        layout = style.paragraph_format
        layout.space_before, layout.space_after = Pt(space_before), Pt(space_after)
        layout.keep_with_next = keeps_with_next
        if name in _SHADED_STYLES:
            fill = format_colour(_SHADED_STYLES[name])
            shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>')
            # The schema fixes the order of properties; Word refuses a file that breaks it.
            style.element.get_or_add_pPr().insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc")
    file.styles["Fact"].paragraph_format.tab_stops.add_tab_stop(Pt(170))
    file.styles["Contents line"].paragraph_format.tab_stops.add_tab_stop(
        Pt(CONTENT_WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
    )
    link = _get_or_add_style(file, "Link", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = RGBColor.from_string(format_colour(COBALT)), True
    for language_element in file.styles.element.iter(qn("w:lang")):
        language_element.set(qn("w:val"), language)


def format_colour(colour: str) -> str:
    """Returns a colour as WordprocessingML writes it: without ``#``."""
    return colour.removeprefix("#")


def _get_or_add_style(file: Any, name: str, kind: WD_STYLE_TYPE) -> Any:
    return file.styles[name] if name in file.styles else file.styles.add_style(name, kind)


def _set_font(style: Any) -> None:
    # python-docx sets the font of Latin letters only, and a font of the template's theme goes before it.
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT_NAME)
    properties.insert(0, fonts)
