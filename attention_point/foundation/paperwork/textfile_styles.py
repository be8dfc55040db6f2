"""The styles of a DOCX file: GOV.CO's colours, Verdana, room between the lines."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

COBALT, GREY, TINT, RULE = "0943B5", "4C4C4C", "E5ECF8", "B8C4DC"
_INK = "000000"
_FACE = "Verdana"

# Name, the style it builds on, size in points, bold, colour, points before and after, whether it keeps with the next.
_STYLES: tuple[tuple[str, str, float, bool, str, float, float, bool], ...] = (
    ("Normal", "", 9.5, False, _INK, 0, 7, False),
    ("Title", "Normal", 24, True, COBALT, 0, 6, False),
    ("Subtitle", "Normal", 12, False, GREY, 0, 14, False),
    ("Heading 1", "Normal", 15, True, COBALT, 18, 6, True),
    ("Heading 2", "Normal", 12, True, COBALT, 14, 6, True),
    ("Heading 3", "Normal", 10.5, True, _INK, 12, 6, True),
    ("Caption", "Normal", 9.5, True, _INK, 8, 4, True),
    ("Header", "Normal", 8, True, COBALT, 0, 0, False),
    ("Footer", "Normal", 8, False, GREY, 0, 0, False),
    ("List Bullet", "Normal", 9.5, False, _INK, 0, 3, False),
    ("Band", "Normal", 13, True, "FFFFFF", 0, 90, False),
    ("Contents", "Normal", 15, True, COBALT, 0, 10, True),
    ("Contents line", "Normal", 10, False, _INK, 0, 4, False),
    ("Note", "Normal", 9, False, _INK, 6, 12, False),
    ("Table note", "Normal", 8, False, GREY, 4, 6, False),
    ("Cell", "Normal", 8.5, False, _INK, 2, 2, False),
    ("Cell head", "Cell", 8.5, True, "FFFFFF", 2, 2, True),
    ("Fact", "Normal", 9.5, False, _INK, 0, 4, False),
    ("Picture", "Normal", 9.5, False, _INK, 0, 2, True),
)
_SHADED = {"Band": COBALT, "Note": TINT}


def furnish(file: Any, language: str) -> None:
    """Gives a new file its styles and says its language (a BCP 47 tag)."""
    for name, base, size, bold, colour, before, after, stays in _STYLES:
        style = _style(file, name, WD_STYLE_TYPE.PARAGRAPH)
        if base:
            style.base_style = file.styles[base]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(colour)
        _set_face(style)
        layout = style.paragraph_format
        layout.space_before, layout.space_after, layout.keep_with_next = Pt(before), Pt(after), stays
        if name in _SHADED:
            shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_SHADED[name]}"/>')
            style.element.get_or_add_pPr().insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc")
    file.styles["Fact"].paragraph_format.tab_stops.add_tab_stop(Pt(170))
    link = _style(file, "Link", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = RGBColor.from_string(COBALT), True
    for tongue in file.styles.element.iter(qn("w:lang")):
        tongue.set(qn("w:val"), language)


def _style(file: Any, name: str, kind: WD_STYLE_TYPE) -> Any:
    return file.styles[name] if name in file.styles else file.styles.add_style(name, kind)


def _set_face(style: Any) -> None:
    """One face for every script: a theme's, where the template names one, would win."""
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FACE)
    properties.insert(0, fonts)
